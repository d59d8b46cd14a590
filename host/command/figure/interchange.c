/* SPDX-License-Identifier: Apache-2.0 */
/* Draws the chance that swapped parts fit, by the distance of their interfaces, with 95% intervals. */
#include <math.h>
#include <stdbool.h>

#include "base/wilson.h"
#include "command/common/colour.h"
#include "command/common/interchange_fit.h"
#include "command/common/result_kind.h"
#include "command/figure/figure.h"

enum { SIDES = 2, MODES = 2, STEPS = 16 };

#define HEIGHT 0.55 /* of the panel's width */

static const double farthest = 2, step = 0.125; /* V; larger distances have one place behind the axis */
static const char *const mode_names[MODES] = {"a buffer and an inverter", "two buffers or two inverters"};

static struct rgb mode_colour(int mode) { return series_colours[mode ? 1 : 2]; }

/* The estimate at step i. Distances beyond the axis have one step behind it. */
static struct fit fit_at(const seam_result *result, int mode, int i) {
  struct interval distance = {i * step, i < STEPS ? (i + 1) * step : INFINITY};
  return interchange_fit(interchange_histogram(result), mode, distance);
}

static bool is_vague(const struct fit *fit) { return fit->interval.high - fit->interval.low > 0.3; }

/* What the figure shows, so that the key explains nothing else. */
struct shown {
  bool modes[MODES], sides[SIDES], vague, beyond;
};

static struct shown find_shown(const struct plot *plot) {
  struct shown shown = {.vague = false};
  for (int k = 0; k < plot->count * MODES * (STEPS + 1); k++) {
    int side = k / (STEPS + 1) / MODES, mode = k / (STEPS + 1) % MODES, i = k % (STEPS + 1);
    struct fit fit = fit_at(plot->results[side], mode, i);
    if (isnan(fit.chance)) continue;
    shown.modes[mode] = shown.sides[side] = true;
    shown.vague = shown.vague || is_vague(&fit);
    shown.beyond = shown.beyond || i == STEPS;
  }
  return shown;
}

/* The first result has full dots, the second hollow ones. A wide interval is drawn pale. */
static void draw_point(struct page *page, const struct panel *panel, double at, const struct fit *fit, int mode,
                       int side) {
  double x = panel_x(panel, at);
  page_colour(page, mode_colour(mode), is_vague(fit) ? 0.3 : 1);
  cairo_set_line_width(page->cairo, 0.7);
  cairo_move_to(page->cairo, x, panel_y(panel, fit->interval.low));
  cairo_line_to(page->cairo, x, panel_y(panel, fit->interval.high));
  cairo_stroke(page->cairo);
  dot_draw(page, x, panel_y(panel, fit->chance), mode_colour(mode), side == 1);
}

/* Points at the same distance stand beside each other. */
static void draw_series(struct page *page, const struct panel *panel, const seam_result *result, int mode, int side) {
  for (int i = 0; i <= STEPS; i++) {
    struct fit fit = fit_at(result, mode, i);
    double aside = (mode - 0.5) * 0.5 + (side - 0.5) * 0.25;
    if (!isnan(fit.chance)) draw_point(page, panel, (i + 0.5 + aside) * step, &fit, mode, side);
  }
}

/* ---- Around them ---- */

static void draw_key_entry(struct page *page, double *x, struct rgb colour, bool hollow, const char *text) {
  double width = page->size + page_text_width(page, text), left = key_place(page, *x, width);
  double y = page->y + 0.6 * page->size;
  dot_draw(page, left + 0.4 * page->size, y, colour, hollow);
  page_colour(page, ink, 1);
  page_text(page, left + page->size, y, LEFT_ALIGNED, text);
  *x = left + width + 1.6 * page->size;
}

static const char *side_name(const seam_result *result, int side, bool alone) {
  static const char *const trained[SIDES] = {"A, trained", "B, trained"};
  static const char *const untrained[SIDES] = {"A, untrained pairs that work", "B, untrained pairs that work"};
  return (is_prediction(result) ? untrained[side] : trained[side]) + (alone ? 3 : 0);
}

static void draw_key(struct page *page, const struct plot *plot, const struct shown *shown) {
  double x = page->left;
  for (int mode = MODES - 1; mode >= 0; mode--)
    if (shown->modes[mode]) draw_key_entry(page, &x, mode_colour(mode), false, mode_names[mode]);
  for (int side = 0; side < plot->count; side++)
    if (shown->sides[side])
      draw_key_entry(page, &x, ink, side == 1, side_name(plot->results[side], side, plot->count == 1));
  page->y += 1.6 * page->size;
}

/* Larger distances than the axis holds stand to the right of this line. */
static void draw_end(struct page *page, const struct panel *panel) {
  double x = panel_x(panel, farthest), dashes[] = {2, 2};
  page_colour(page, faint_ink, 1);
  cairo_set_line_width(page->cairo, 0.5);
  cairo_set_dash(page->cairo, dashes, 2, 0);
  cairo_move_to(page->cairo, x, panel->box.y);
  cairo_line_to(page->cairo, x, panel->box.y + panel->box.height);
  cairo_stroke(page->cairo);
  cairo_set_dash(page->cairo, NULL, 0, 0);
  page_text(page, panel_x(panel, panel->x.upper), panel->box.y - 0.8 * page->size, RIGHT_ALIGNED, "beyond");
}

seam_status draw_interchange(struct page *page, const struct plot *plot, seam_error *error) {
  (void)error; /* nothing is allocated */
  double width = page->width - (ROOM_LEFT + ROOM_AROUND) * page->size;
  struct shown shown = find_shown(plot);
  heading_draw(page, "Chance that two chains still work after they swap their second components");
  draw_key(page, plot, &shown);
  struct panel panel = {
      .box = {page->left + ROOM_LEFT * page->size, page->y + ROOM_TITLE * page->size, width, HEIGHT * width},
      .x = {0, farthest + step, "distance of the interfaces, max(|Δu₀|, |Δu₁|) (V)", false},
      .y = {-0.04, 1.04, "chance that they work", false}};
  if (shown.beyond) draw_end(page, &panel);
  for (int side = 0; side < plot->count; side++)
    for (int mode = 0; mode < MODES; mode++) draw_series(page, &panel, plot->results[side], mode, side);
  if (!shown.modes[0] && !shown.modes[1]) panel_note(page, &panel, "none");
  panel_frame(page, &panel);
  page->y = panel.box.y + panel.box.height + (ROOM_BELOW + 0.3) * page->size;
  page_font(page, 0.85, false);
  page_colour(page, ink, 1);
  page_paragraph(page, shown.vague ? "Lines: 95% intervals; those wider than 0.3 are pale." : "Lines: 95% intervals.");
  return SEAM_OK;
}
