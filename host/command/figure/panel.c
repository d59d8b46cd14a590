/* SPDX-License-Identifier: Apache-2.0 */
/* A panel: a box with a y axis on its left and an x axis below it. */
#include "command/figure/panel.h"

#include <math.h>
#include <stdbool.h>

#include "command/common/ticks.h"

static const double line = 0.6, tick_length = 0.35; /* points; sizes of text */

double panel_x(const struct panel *panel, double value) {
  return panel->box.x + panel->box.width * (value - panel->x.lower) / (panel->x.upper - panel->x.lower);
}

double panel_y(const struct panel *panel, double value) {
  return panel->box.y + panel->box.height * (panel->y.upper - value) / (panel->y.upper - panel->y.lower);
}

/* Whether the numbers of an axis of this length do not touch. `across` is true for an x axis. */
static bool fit(struct page *page, const struct axis *axis, const struct ticks *ticks, double length, bool across) {
  double scale = length / (axis->upper - axis->lower), before = 0;
  for (int i = 0; i < ticks->count; i++) {
    double half = across ? page_text_width(page, ticks->tick[i].label) / 2 + 0.3 * page->size : 0.75 * page->size;
    if (i > 0 && (ticks->tick[i].value - ticks->tick[i - 1].value) * scale < before + half) return false;
    before = half;
  }
  return true;
}

/* As many ticks as have room for numbers. An axis without numbers has the same ticks, to match its neighbours. */
static struct ticks ticks_of(struct page *page, const struct axis *axis, double length, bool across) {
  struct ticks ticks = {0};
  for (int wanted = 7; wanted > 1; wanted--) {
    ticks = axis->decades ? ticks_decades(axis->lower, axis->upper, wanted)
                          : ticks_linear(axis->lower, axis->upper, wanted);
    if (ticks.count > 1 && fit(page, axis, &ticks, length, across)) return ticks;
    if (wanted > 3 || ticks.count < 3) continue;
    ticks.tick[1] = ticks.tick[ticks.count - 1]; /* the first and the last of three */
    ticks.count = 2;
    if (fit(page, axis, &ticks, length, across)) return ticks;
  }
  return ticks;
}

static void line_to(struct page *page, double x0, double y0, double x1, double y1) {
  cairo_move_to(page->cairo, x0, y0);
  cairo_line_to(page->cairo, x1, y1);
  cairo_stroke(page->cairo);
}

static void draw_x(struct page *page, const struct panel *panel) {
  double bottom = panel->box.y + panel->box.height, length = tick_length * page->size;
  struct ticks ticks = ticks_of(page, &panel->x, panel->box.width, true);
  for (int i = 0; i < ticks.count; i++) {
    double x = panel_x(panel, ticks.tick[i].value);
    line_to(page, x, bottom, x, bottom + length);
    if (panel->x.label) page_text(page, x, bottom + length + 0.75 * page->size, CENTRED, ticks.tick[i].label);
  }
  if (!panel->x.label) return;
  page_font_within(page, 1, panel->x.label, panel->box.width);
  page_text(page, panel->box.x + panel->box.width / 2, bottom + 2.25 * page->size, CENTRED, panel->x.label);
}

static void draw_y(struct page *page, const struct panel *panel) {
  double left = panel->box.x, length = tick_length * page->size, widest = 0;
  struct ticks ticks = ticks_of(page, &panel->y, panel->box.height, false);
  for (int i = 0; i < ticks.count; i++) {
    double y = panel_y(panel, ticks.tick[i].value);
    line_to(page, left, y, left - length, y);
    if (!panel->y.label) continue;
    page_text(page, left - 1.6 * length, y, RIGHT_ALIGNED, ticks.tick[i].label);
    widest = fmax(widest, page_text_width(page, ticks.tick[i].label));
  }
  if (!panel->y.label) return;
  page_font_within(page, 1, panel->y.label, panel->box.height);
  page_text_up(page, left - 1.6 * length - widest - page->size, panel->box.y + panel->box.height / 2, panel->y.label);
}

void panel_frame(struct page *page, const struct panel *panel) {
  const struct box *box = &panel->box;
  page_colour(page, ink, 1);
  page_font(page, 1, false);
  cairo_set_line_width(page->cairo, line);
  cairo_rectangle(page->cairo, box->x, box->y, box->width, box->height);
  cairo_stroke(page->cairo);
  draw_x(page, panel);
  page_font(page, 1, false);
  draw_y(page, panel);
  if (!panel->title) return;
  page_font_within(page, 1, panel->title, panel->box.width);
  page_text(page, box->x + box->width / 2, box->y - 0.8 * page->size, CENTRED, panel->title);
}

void panel_clip(struct page *page, const struct panel *panel) {
  cairo_save(page->cairo);
  cairo_rectangle(page->cairo, panel->box.x, panel->box.y, panel->box.width, panel->box.height);
  cairo_clip(page->cairo);
}

void panel_area(struct page *page, const struct panel *panel, double x0, double x1, double y0, double y1,
                double opacity) {
  double left = panel_x(panel, x0), top = panel_y(panel, y1);
  cairo_rectangle(page->cairo, left, top, panel_x(panel, x1) - left, panel_y(panel, y0) - top);
  page_colour(page, ink, opacity > 0 ? opacity : 0.8);
  if (opacity > 0) {
    cairo_fill(page->cairo);
    return;
  }
  cairo_set_line_width(page->cairo, line);
  cairo_stroke(page->cairo);
}

void panel_note(struct page *page, const struct panel *panel, const char *text) {
  double x = panel->box.x + panel->box.width / 2, y = panel->box.y + panel->box.height / 2;
  page_font(page, 1, false);
  double width = page_text_width(page, text) + page->size, height = 1.6 * page->size;
  cairo_rectangle(page->cairo, x - width / 2, y - height / 2, width, height);
  cairo_set_source_rgb(page->cairo, 1, 1, 1);
  cairo_fill(page->cairo);
  page_colour(page, faint_ink, 1);
  page_text(page, x, y, CENTRED, text);
}
