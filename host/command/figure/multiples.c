/* SPDX-License-Identifier: Apache-2.0 */
/* Draws the interface in a series of small panels: after stricter and stricter selection, or during training. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/common/failure.h"
#include "command/common/selection.h"
#include "command/common/text.h"
#include "command/common/ticks.h"
#include "command/figure/figure.h"

enum { MOST_PANELS = 48 };

/* Panels of one size, all with the same axes and colours. */
struct multiples {
  const seam_axis *u0, *u1;
  int count;
  int64_t *counts[MOST_PANELS]; /* [u0][u1], freed by free_multiples */
  struct grid grids[MOST_PANELS];
  char titles[MOST_PANELS][48], notes[MOST_PANELS][48];
};

/* ---- Drawing ---- */

static struct panel panel_at(const struct page *page, const struct multiples *m, int i, int columns) {
  double gap = 0.9 * page->size, left = page->left + ROOM_LEFT * page->size;
  double side = (page->width - (ROOM_LEFT + ROOM_AROUND) * page->size - (columns - 1) * gap) / columns;
  double title = 2.9 * page->size;
  bool lowest = i + columns >= m->count, first = i % columns == 0;
  return (struct panel){
      .box = {left + i % columns * (side + gap), page->y + title + i / columns * (side + title), side, side},
      .x = {m->u0->lower, m->u0->upper, lowest ? "u₀ (V)" : NULL, false},
      .y = {m->u1->lower, m->u1->upper, first ? "u₁ (V)" : NULL, false}};
}

static void draw_panel(struct page *page, const struct multiples *m, int i, int columns, const struct shade *shade) {
  struct panel panel = panel_at(page, m, i, columns);
  double middle = panel.box.x + panel.box.width / 2;
  density_draw(page, &panel, &m->grids[i], shade);
  if (m->grids[i].largest == 0) panel_note(page, &panel, "none");
  panel_frame(page, &panel);
  page_text(page, middle, panel.box.y - 1.8 * page->size, CENTRED, m->titles[i]);
  page_font_within(page, 0.85, m->notes[i], panel.box.width);
  page_text(page, middle, panel.box.y - 0.7 * page->size, CENTRED, m->notes[i]);
}

static void draw_panels(struct page *page, const struct multiples *m, bool logarithmic) {
  int most = page->wide ? 5 : 3, columns = m->count < 3 ? 3 : m->count < most ? m->count : most;
  if (m->count == 0) page_paragraph(page, "None.");
  if (m->count == 0) return;
  struct shade shade = shade_of(m->grids, m->count, logarithmic);
  for (int i = 0; i < m->count; i++) draw_panel(page, m, i, columns, &shade);
  struct panel last = panel_at(page, m, m->count - 1, columns);
  page->y = last.box.y + last.box.height + (ROOM_BELOW + 0.5) * page->size;
  double left = page->left + ROOM_LEFT * page->size, room = page->left + page->width - left;
  page->y = colour_bar_draw(page, left + 0.1 * room, page->y, 0.8 * room, &shade, "share of each panel's fullest bin");
  bool dots = false;
  for (int i = 0; i < m->count; i++) dots = dots || m->grids[i].dotted;
  page_font(page, 0.85, false);
  page_colour(page, ink, 1);
  if (dots) page_paragraph(page, dots_note);
}

static void free_multiples(struct multiples *m) {
  for (int i = 0; m && i < m->count; i++) {
    grid_free(&m->grids[i]);
    free(m->counts[i]);
  }
  free(m);
}

static int64_t cells_of(const struct multiples *m) { return (m->u0->bins + 2) * (m->u1->bins + 2); }

static int64_t sum_of(const int64_t *counts, int64_t cells) {
  int64_t sum = 0;
  for (int64_t i = 0; i < cells; i++) sum += counts[i];
  return sum;
}

/* All panels have the same bins, as wide as one of them needs. Panels of few chains, drawn as dots, need none. */
static struct merging common_merging(const struct multiples *m) {
  struct merging widest = {1, 1};
  for (int i = 0; i < m->count; i++) {
    struct merging own = merging_of(m->u0, m->u1, m->counts[i], 1, false);
    if (own.x > widest.x && sum_of(m->counts[i], cells_of(m)) > 0 && !counts_are_few(m->u0, m->u1, m->counts[i], 1))
      widest = own;
  }
  return widest;
}

/* Each panel is scaled to its fullest bin. */
static seam_status draw_multiples(struct page *page, struct multiples *m, bool logarithmic, seam_error *error) {
  struct merging merging = common_merging(m);
  for (int i = 0; i < m->count; i++) {
    struct grid *grid = &m->grids[i];
    bool few = counts_are_few(m->u0, m->u1, m->counts[i], 1);
    *grid = few ? dots_of(m->u0, m->u1, m->counts[i]) : grid_of(m->u0, m->u1, m->counts[i], merging);
    if (!grid->values) return figure_out_of_memory(error);
    if (grid->largest > 0) grid_scale(grid, 1 / grid->largest);
  }
  draw_panels(page, m, logarithmic);
  return SEAM_OK;
}

/* Adds a panel of counts [u0][u1], or returns NULL. */
static int64_t *add_panel(struct multiples *m) {
  int64_t *counts = calloc((size_t)cells_of(m), sizeof *counts);
  if (counts) m->counts[m->count++] = counts;
  return counts;
}

/* ---- Selection ---- */

/* Adds a panel for each bound on the loss that leaves more chains than the bound before. */
static bool add_selections(struct multiples *m, const seam_axis *loss, const int64_t *counts, int64_t all) {
  int64_t cells = cells_of(m), below = 0;
  const int64_t *before = NULL;
  for (int64_t bin = 0; bin < loss->bins + 2; bin++) {
    int64_t added = sum_of(counts + bin * cells, cells);
    if (added == 0) continue;
    int64_t *sum = add_panel(m);
    if (!sum) return false;
    for (int64_t i = 0; i < cells; i++) sum[i] = (before ? before[i] : 0) + counts[bin * cells + i];
    before = sum;
    below += added;
    int panel = m->count - 1;
    double exponent = loss->lower + (double)bin * (loss->upper - loss->lower) / (double)loss->bins;
    snprintf(m->titles[panel], sizeof *m->titles, bin > loss->bins ? "any L%.0s" : "L < %s V²",
             tick_power(1, (int)exponent).label);
    snprintf(m->notes[panel], sizeof *m->notes, "%.20s chains (%.12s)", text_count(below).text,
             text_percent((double)below / (double)all).text);
  }
  return true;
}

seam_status draw_selection(struct page *page, const struct plot *plot, seam_error *error) {
  const seam_histogram *histogram = seam_result_histogram(plot->results[0], "selection");
  struct multiples *m = calloc(1, sizeof *m);
  int64_t *counts = sum_outcomes(histogram, plot->selection), all = selected_chains(plot->results[0], plot->selection);
  seam_status status = SEAM_OK;
  heading_draw(page, "What a bound on the loss L leaves, of %s: %s", chosen_words(plot),
               number_of(plot->results[0], plot->selection).text);
  if (m) m->u0 = &histogram->axes[2], m->u1 = &histogram->axes[3];
  if (!m || !counts || !add_selections(m, &histogram->axes[1], counts, all)) status = figure_out_of_memory(error);
  if (status == SEAM_OK) status = draw_multiples(page, m, plot->logarithmic, error);
  free(counts);
  free_multiples(m);
  return status;
}

/* ---- Snapshots ---- */

/* Snapshots count whether a chain works at a step, but not its mode. */
static seam_status check_outcome(const struct selection *selection, seam_error *error) {
  if (!strcmp(selection->name, "all") || !strcmp(selection->name, "works") || !strcmp(selection->name, "fail"))
    return SEAM_OK;
  return fail(error, SEAM_ERROR_USAGE, "--outcome %s: snapshots tell only works, fail and all", selection->name);
}

/* Adds a panel of the chains that work at the step, that do not, or of both. */
static bool add_step(struct multiples *m, const seam_axis *steps, int64_t step, const int64_t *counts,
                     unsigned outcomes) {
  int64_t cells = cells_of(m), failing = sum_of(counts, cells), working = sum_of(counts + cells, cells);
  int64_t *sum = add_panel(m);
  if (!sum) return false;
  int panel = m->count - 1;
  for (int64_t i = 0; i < cells; i++) sum[i] = (outcomes & 1 ? counts[cells + i] : 0) + (outcomes & 4 ? counts[i] : 0);
  double share = failing + working > 0 ? (double)working / (double)(failing + working) : 0;
  snprintf(m->titles[panel], sizeof *m->titles, "step %s", text_count(steps->numbers[step]).text);
  snprintf(m->notes[panel], sizeof *m->notes, "%.20s work (%.12s)", text_count(working).text, text_percent(share).text);
  return true;
}

seam_status draw_snapshots(struct page *page, const struct plot *plot, seam_error *error) {
  const seam_histogram *histogram = seam_result_histogram(plot->results[0], "snapshots");
  const seam_axis *steps = &histogram->axes[0];
  seam_status status = check_outcome(plot->selection, error);
  if (status) return status;
  struct multiples *m = calloc(1, sizeof *m);
  if (!m) return figure_out_of_memory(error);
  m->u0 = &histogram->axes[2], m->u1 = &histogram->axes[3];
  heading_draw(page, "Interfaces in the course of training, of %s chains%s",
               text_count((int64_t)seam_result_chains(plot->results[0])).text,
               plot->selection->outcomes == 7   ? ""
               : plot->selection->outcomes == 4 ? ", those that do not work then"
                                                : ", those that work then");
  for (int64_t step = 0; step < steps->bins && status == SEAM_OK; step++)
    if (!add_step(m, steps, step, histogram->values + step * 2 * cells_of(m), plot->selection->outcomes))
      status = figure_out_of_memory(error);
  if (status == SEAM_OK) status = draw_multiples(page, m, plot->logarithmic, error);
  free_multiples(m);
  return status;
}
