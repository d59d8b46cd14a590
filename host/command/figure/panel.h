/* SPDX-License-Identifier: Apache-2.0 */
/* A panel: a box with an axis along its left and its lower side, and what is drawn in it in their units. */
#ifndef SEAM_PANEL_H
#define SEAM_PANEL_H

#include "command/figure/page.h"

struct axis {
  double lower, upper;
  const char *label; /* with its unit; NULL: without label and numbers, by the ticks of a neighbour */
  bool decades;      /* the values are exponents of ten */
};

struct panel {
  struct box box; /* within the axes */
  struct axis x, y;
  const char *title; /* above it, or NULL */
};

/* Room beside the box, in sizes of text. */
#define ROOM_LEFT   4.4 /* for numbers and a label */
#define ROOM_BELOW  2.9
#define ROOM_TITLE  1.7
#define ROOM_AROUND 0.9 /* for numbers that stand out beyond its end */

double panel_x(const struct panel *panel, double value);
double panel_y(const struct panel *panel, double value);

/* The box, its ticks, numbers and labels: last, over what is in it. */
void panel_frame(struct page *page, const struct panel *panel);

void panel_clip(struct page *page, const struct panel *panel); /* until cairo_restore */

/* A rectangle in the axes' units: filled, or its outline alone with opacity 0. */
void panel_area(struct page *page, const struct panel *panel, double x0, double x1, double y0, double y1,
                double opacity);

/* A word in the middle of a panel that has nothing to show. */
void panel_note(struct page *page, const struct panel *panel, const char *text);

#endif
