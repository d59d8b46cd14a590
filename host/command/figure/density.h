/* SPDX-License-Identifier: Apache-2.0 */
/* Two-dimensional counts as an image, and what its colours mean. */
#ifndef SEAM_DENSITY_H
#define SEAM_DENSITY_H

#include "command/figure/panel.h"

/* Values over [x][y] bins without flow; NAN leaves paper, and so does 0 of what is counted. */
struct grid {
  int64_t columns, rows;
  double *values;        /* [column][row], freed by grid_free */
  double largest, least; /* of those above 0; 0 where there are none */
  double bin_x, bin_y;   /* what a bin spans, in the axes' units */
};

/* So many bins of either axis are summed into one of an image. */
struct merging {
  int64_t x, y;
};

/* Chosen so that scatter does not look like structure: until the fullest bin is known to 10%, by 100 independent
 * entries, a count being worth `effective_sample` of them; but never to fewer than 32 bins a side. Both axes alike, or
 * the rows alone where columns are what they are. */
struct merging merging_of(const seam_axis *x, const seam_axis *y, const int64_t *counts, double effective_sample,
                          bool rows_alone);

/* The counts of [x][y] with their flow bins, merged. NULL values: no memory. */
struct grid grid_of(const seam_axis *x, const seam_axis *y, const int64_t *counts, struct merging merging);
void grid_scale(struct grid *grid, double factor);
void grid_free(struct grid *grid);

/* How values become colours. */
struct shade {
  double least, largest; /* diverging: from -largest to largest */
  bool logarithmic, diverging;
};

/* A shade for the values of `count` grids alike. */
struct shade shade_of(const struct grid *grids, int count, bool logarithmic);

/* 0 to 1 along the scale, or -1 to 1; what lies beyond its ends is at them. */
double shade_place(const struct shade *shade, double value);

void density_draw(struct page *page, const struct panel *panel, const struct grid *grid, const struct shade *shade);

/* A colour bar with its numbers and its label; returns where it ends, which is y where there is nothing to tell. */
double colour_bar_draw(struct page *page, double x, double y, double width, const struct shade *shade,
                       const char *label);

#endif
