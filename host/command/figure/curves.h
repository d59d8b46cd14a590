/* SPDX-License-Identifier: Apache-2.0 */
/* Computes densities that are drawn over one another, for the outcomes of one result or for several results. */
#ifndef SEAM_CURVES_H
#define SEAM_CURVES_H

#include "command/figure/figure.h"

enum { LEVELS = 2 };

/* The owner of a curve: one outcome of a single result, or all chosen outcomes of one of several results. */
struct member {
  seam_result *result;
  unsigned outcomes;
  double chains;
  bool few; /* so few chains that each would look like a peak: drawn as dots */
  struct rgb colour;
  bool dashed;
};

struct family {
  int count;
  struct member members[MOST_OVERLAID];
};

struct family family_of(const struct plot *plot);

/* One curve for each member and level, all in the same bins. */
struct curves {
  const seam_axis *axis;
  int members, levels;
  int64_t bins;
  double *values;                      /* [member][level][bin], freed by the caller; NULL if no member counted it. 0 for
                                          members of few chains */
  double largest, least, below, above; /* of values above 0; the largest shares beyond the axis */
};

/* Fills in the densities of the histogram `name`, at all levels (level < 0) or at one. */
seam_status curves_fill(struct curves *curves, const struct family *family, const char *name, int level,
                        seam_error *error);

/* The entries of a member at a level in one bin of the histogram's last axis, without flow bins. */
int64_t curves_entries(const struct member *member, const char *name, int level, int64_t bin);

#endif
