/* SPDX-License-Identifier: Apache-2.0 */
/* Draws two-dimensional counts as an image, and the colour bar that explains it. */
#ifndef SEAM_DENSITY_H
#define SEAM_DENSITY_H

#include "command/figure/panel.h"

/* Values over [x][y] bins without flow bins. NAN is drawn white, and so is 0, unless the scale is diverging. */
struct grid {
  int64_t columns, rows;
  double *values;        /* [column][row], freed by grid_free */
  double largest, least; /* of values above 0; 0 if there are none */
  double bin_x, bin_y;   /* the width of a bin in the units of the axes */
  bool dotted;           /* drawn as a dot in each filled bin; the colour scale is not for it */
};

/* How many bins of each axis are merged into one bin of the image. */
struct merging {
  int64_t x, y;
};

/* Chooses how many bins to merge, so that random scatter does not look like structure. Bins are merged until the
 * fullest one is known to 10%, that is, until it holds 100 independent entries, but never to fewer than 32 bins a side.
 * One count stands for `effective_sample` independent entries. Both axes are merged alike, or the rows alone. */
struct merging merging_of(const seam_axis *x, const seam_axis *y, const int64_t *counts, double effective_sample,
                          bool rows_alone);

/* Whether there are so few independent entries that each would look like a peak. They are drawn as dots. */
bool counts_are_few(const seam_axis *x, const seam_axis *y, const int64_t *counts, double effective_sample);
extern const char *const dots_note; /* explains them to the reader */

/* The counts as dots in their own bins. */
struct grid dots_of(const seam_axis *x, const seam_axis *y, const int64_t *counts);

/* Merges the counts [x][y], which have flow bins. `values` is NULL if there is no memory. */
struct grid grid_of(const seam_axis *x, const seam_axis *y, const int64_t *counts, struct merging merging);
void grid_scale(struct grid *grid, double factor);
void grid_free(struct grid *grid);

/* How values become colours. */
struct shade {
  double least, largest; /* diverging: from -largest to largest */
  bool logarithmic, diverging;
};

/* One scale for `count` grids, but for those of dots. */
struct shade shade_of(const struct grid *grids, int count, bool logarithmic);

/* The place on the scale, 0 to 1, or -1 to 1 if it is diverging. Values beyond an end are placed at that end. */
double shade_place(const struct shade *shade, double value);

void density_draw(struct page *page, const struct panel *panel, const struct grid *grid, const struct shade *shade);

/* Draws a colour bar with numbers and a label. Returns the y of its end, which is `y` if all values are 0. */
double colour_bar_draw(struct page *page, double x, double y, double width, const struct shade *shade,
                       const char *label);

#endif
