/* SPDX-License-Identifier: Apache-2.0 */
/* Densities of a value of chains, laid over one another: of the outcomes of one result, or of several results. */
#ifndef SEAM_CURVES_H
#define SEAM_CURVES_H

#include "command/figure/figure.h"

enum { LEVELS = 2 };

/* Whose curves: one outcome of a result, or all that are chosen where there are several results. */
struct member {
  seam_result *result;
  unsigned outcomes;
  double chains;
  struct rgb colour;
};

struct family {
  int count;
  struct member members[MOST_OVERLAID];
};

struct family family_of(const struct plot *plot);

/* One curve for each member and level, in bins that all share. */
struct curves {
  const seam_axis *axis;
  int members, levels;
  int64_t bins;
  double *values;                      /* [member][level][bin], freed by the caller; NULL where none counted it */
  double largest, least, below, above; /* of those above 0; shares beyond the axis, the largest of several results */
};

/* The histogram of this name, at all its levels (level < 0) or at one of them. */
seam_status curves_fill(struct curves *curves, const struct family *family, const char *name, int level,
                        seam_error *error);

#endif
