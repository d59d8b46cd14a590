/* SPDX-License-Identifier: Apache-2.0 */
/* A panel: a box with a y axis on its left and an x axis below it. */
#ifndef SEAM_PANEL_H
#define SEAM_PANEL_H

#include "command/figure/page.h"

struct axis {
  double lower, upper;
  const char *label; /* with its unit; NULL: ticks only, because a neighbour has the numbers */
  bool decades;      /* the values are exponents of ten */
};

struct panel {
  struct box box; /* the area between the axes */
  struct axis x, y;
  const char *title; /* above it, or NULL */
};

/* Room beside the box, in sizes of text. */
#define ROOM_LEFT   4.4 /* for numbers and a label */
#define ROOM_BELOW  2.9
#define ROOM_TITLE  1.7
#define ROOM_AROUND 0.9 /* for numbers that are wider than the end of an axis */

double panel_x(const struct panel *panel, double value);
double panel_y(const struct panel *panel, double value);

/* Draws the box, its ticks, numbers and labels. Call it last, so that they lie over the content. */
void panel_frame(struct page *page, const struct panel *panel);

void panel_clip(struct page *page, const struct panel *panel); /* limits drawing to the box until cairo_restore */

/* Draws a rectangle in the units of the axes: filled, or only its outline if opacity is 0. */
void panel_area(struct page *page, const struct panel *panel, double x0, double x1, double y0, double y1,
                double opacity);

/* Prints a word in the middle of a panel without content. */
void panel_note(struct page *page, const struct panel *panel, const char *text);

#endif
