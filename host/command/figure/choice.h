/* SPDX-License-Identifier: Apache-2.0 */
/* The values of --figure: which figures there are, which were asked for, and which can be drawn. */
#ifndef SEAM_CHOICE_H
#define SEAM_CHOICE_H

#include "figure.h"

enum { MOST_NEEDS = 3, MOST_FIGURES = 8 };

/* One value of --figure. */
struct figure {
  const char *name;
  const char *needs[MOST_NEEDS + 1]; /* histograms, of which any is enough */
  int least, most;                   /* results */
  const char *slice;                 /* by default */
  seam_status (*draw)(struct page *page, const struct plot *plot, seam_error *error); /* NULL: all that can be drawn */
};

/* Figures in the order in which they are drawn. */
struct choice {
  const struct figure *figures[MOST_FIGURES];
  int count;
};

/* "margins,snapshots", of so many files; NULL for what is usual of them. */
seam_status choice_read(struct choice *choice, const char *names, int files, seam_error *error);

/* Puts what can be drawn in the place of `all`, and refuses what the results did not count. */
seam_status choice_settle(struct choice *choice, const struct plot *plot, const char *const *files, seam_error *error);

/* The map of a comparison's file. */
extern const struct figure map_figure;

#endif
