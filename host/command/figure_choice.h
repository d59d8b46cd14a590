/* SPDX-License-Identifier: Apache-2.0 */
/* The values of --figure: which figures there are, which were asked for, and which can be drawn. */
#ifndef SEAM_CHOICE_H
#define SEAM_CHOICE_H

#include "command/arguments.h"
#include "command/figure/figure.h"

enum { MOST_NEEDS = 3, MOST_FIGURES = 8 };

/* One value of --figure. */
struct figure {
  const char *name;
  const char *needs[MOST_NEEDS + 1]; /* histograms, of which any is enough */
  int least, most;                   /* results */
  const char *outcome;               /* by default */
  seam_status (*draw)(struct page *page, const struct plot *plot, seam_error *error); /* NULL: all that can be drawn */
  /* Makes what it draws beside the results, once, for a page is drawn twice; NULL: nothing. */
  seam_status (*prepare)(struct plot *plot, const char *outcome, bool force, seam_error *error);
};

/* Figures in the order in which they are drawn. */
struct choice {
  const struct figure *figures[MOST_FIGURES];
  int count;
};

/* "margins,snapshots", of so many files; NULL for what is usual of them. */
seam_status choice_read(struct choice *choice, const char *names, int files, seam_error *error);

/* The choice of outcomes that a figure is of. */
const char *choice_outcome(const struct figure *figure, const struct arguments *arguments);

/* Puts what can be drawn in the place of `all`, refuses what the results did not count or do not compare by, and makes
 * the comparison that is drawn. */
seam_status choice_settle(struct choice *choice, struct plot *plot, const struct arguments *arguments,
                          seam_error *error);

/* The map of a comparison's file. */
extern const struct figure map_figure;

#endif
