/* SPDX-License-Identifier: Apache-2.0 */
/* Draws a one-dimensional histogram as steps. */
#include <math.h>

#include "command/figure/figure.h"

static void step_to(struct page *page, const struct panel *panel, const struct curve *curve, double bin, double value) {
  double at = curve->lower + bin * (curve->upper - curve->lower) / (double)curve->bins;
  if (curve->sideways)
    cairo_line_to(page->cairo, panel_x(panel, value), panel_y(panel, at));
  else
    cairo_line_to(page->cairo, panel_x(panel, at), panel_y(panel, value));
}

/* On an axis of exponents, a value of 0 stands at the lower end. */
static double height_of(const struct panel *panel, const struct curve *curve, int64_t bin) {
  const struct axis *axis = curve->sideways ? &panel->x : &panel->y;
  double value = curve->values[bin];
  if (axis->decades) value = value > 0 ? log10(value) : axis->lower;
  return fmax(value, axis->lower);
}

void curve_draw(struct page *page, const struct panel *panel, const struct curve *curve) {
  double base = curve->sideways ? panel->x.lower : panel->y.lower;
  panel_clip(page, panel);
  cairo_new_path(page->cairo);
  step_to(page, panel, curve, 0, base);
  for (int64_t i = 0; i < curve->bins; i++) {
    double height = height_of(panel, curve, i);
    step_to(page, panel, curve, (double)i, height);
    step_to(page, panel, curve, (double)i + 1, height);
  }
  step_to(page, panel, curve, (double)curve->bins, base);
  if (!curve->dashed && !curve->bare) {
    page_colour(page, curve->colour, 0.12);
    cairo_fill_preserve(page->cairo);
  }
  page_colour(page, curve->colour, 1);
  cairo_set_line_width(page->cairo, 0.8);
  cairo_set_line_join(page->cairo, CAIRO_LINE_JOIN_BEVEL);
  double dashes[] = {2, 1.2};
  cairo_set_dash(page->cairo, dashes, curve->dashed ? 2 : 0, 0);
  cairo_stroke(page->cairo);
  cairo_restore(page->cairo);
}
