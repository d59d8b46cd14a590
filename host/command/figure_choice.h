/* SPDX-License-Identifier: Apache-2.0 */
/* Reads --figure: the list of all figures, the chosen ones, and the ones that can be drawn. */
#ifndef SEAM_CHOICE_H
#define SEAM_CHOICE_H

#include "command/arguments.h"
#include "command/figure/figure.h"

enum { MOST_NEEDS = 3, MOST_FIGURES = 8 };

/* One value of --figure. */
struct figure {
  const char *name;
  const char *needs[MOST_NEEDS + 1]; /* histograms; one of them is enough */
  int least, most;                   /* how many results */
  const char *outcome;               /* the default */
  bool logarithmic;                  /* draws counts by their logarithm unless told otherwise */
  seam_status (*draw)(struct page *page, const struct plot *plot, seam_error *error); /* NULL for "all" */
  /* Computes once what `draw` needs besides the results, since a page is drawn twice. NULL if nothing. */
  seam_status (*prepare)(struct plot *plot, const char *outcome, bool force, seam_error *error);
};

/* Figures in the order in which they are drawn. */
struct choice {
  const struct figure *figures[MOST_FIGURES];
  int count;
};

/* Reads names such as "margins,snapshots", for a number of files. NULL chooses the default figure. */
seam_status choice_read(struct choice *choice, const char *names, int files, seam_error *error);

/* The --outcome of a figure: the given one or its default for these results. */
const char *choice_outcome(const struct figure *figure, const struct plot *plot, const struct arguments *arguments);

/* Replaces `all` by the figures that can be drawn, refuses figures that the results have no data for, and prepares the
 * figures that need it. */
seam_status choice_settle(struct choice *choice, struct plot *plot, const struct arguments *arguments,
                          seam_error *error);

/* Draws the map in a file of seam compare --output. */
extern const struct figure map_figure;

#endif
