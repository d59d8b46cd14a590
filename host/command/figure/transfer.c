/* SPDX-License-Identifier: Apache-2.0 */
/* Transfer curves: the densities of the learned mapping v -> u and of the response v -> y, each mode's apart, with the
 * two given interfaces drawn in. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "command/common/selection.h"
#include "command/common/text.h"
#include "command/figure/figure.h"

enum { COLUMNS = 2 };

#define HEIGHT        0.62 /* of a panel's width */
#define NARROW_HEIGHT 0.9

static const char *const names[COLUMNS] = {"mapping", "response"};
static const char *const labels[COLUMNS] = {"interface voltage u (V)", "output voltage y (V)"};
static const char *const bars[COLUMNS] = {"density of u (V⁻¹)", "density of y (V⁻¹)"};

/* What the figure is made of: the histograms that there are, and the chosen outcomes. */
struct transfer {
  const seam_histogram *histograms[COLUMNS]; /* NULL: not counted */
  int columns;
  struct grid grids[COLUMNS][OUTCOMES_COUNTED];
  struct shade shades[COLUMNS];
  double margins[2]; /* of API1 and API3 */
};

/* ---- The densities ---- */

/* So many chains of one outcome enter every bin of v once. */
static seam_status make_grid(struct transfer *transfer, int column, int outcome, int64_t chains, seam_error *error) {
  const seam_histogram *histogram = transfer->histograms[column];
  const seam_axis *v = &histogram->axes[1], *u = &histogram->axes[2];
  struct grid *grid = &transfer->grids[column][outcome];
  const int64_t *counts = histogram->values + outcome * v->bins * (u->bins + 2);
  *grid = grid_of(v, u, counts, merging_of(v, u, counts, 1, true));
  if (!grid->values) return figure_out_of_memory(error);
  if (chains > 0) grid_scale(grid, 1 / ((double)chains * grid->bin_y));
  return SEAM_OK;
}

static seam_status make_grids(struct transfer *transfer, const struct plot *plot, seam_error *error) {
  seam_status status = SEAM_OK;
  for (int column = 0; column < COLUMNS; column++) {
    if (!transfer->histograms[column]) continue;
    for (int outcome = 0; outcome < OUTCOMES_COUNTED && status == SEAM_OK; outcome++)
      if (plot->selection->outcomes >> outcome & 1)
        status =
            make_grid(transfer, column, outcome, seam_result_count(plot->results[0], (seam_outcome)outcome), error);
    transfer->shades[column] = shade_of(transfer->grids[column], OUTCOMES_COUNTED, plot->logarithmic);
  }
  return status;
}

/* ---- Panels ---- */

static struct panel panel_of(const struct page *page, const struct transfer *transfer, int column, int place) {
  double each = page->width / transfer->columns, left = page->left + place * each + ROOM_LEFT * page->size;
  double width = each - (ROOM_LEFT + 1.8) * page->size;
  const seam_axis *v = &transfer->histograms[column]->axes[1], *u = &transfer->histograms[column]->axes[2];
  return (struct panel){.box = {left, page->y + 1.2 * page->size, width, (page->wide ? HEIGHT : NARROW_HEIGHT) * width},
                        .x = {v->lower, v->upper, "input voltage v (V)", false},
                        .y = {u->lower, u->upper, labels[column], false}};
}

/* API1 along v; in the response it is met by API3 along y. */
static void draw_apis(struct page *page, const struct transfer *transfer, int column, const struct panel *panel) {
  char name[16];
  const struct box *box = &panel->box;
  double in = transfer->margins[0], out = transfer->margins[1];
  page_font(page, 0.8, false);
  for (int level = 0; level < 2; level++) {
    double lower = column == 0 ? panel->y.lower : level - out, upper = column == 0 ? panel->y.upper : level + out;
    panel_area(page, panel, level - in, level + in, lower, upper, 0.07);
    panel_area(page, panel, level - in, level + in, lower, upper, 0);
    snprintf(name, sizeof name, "API1(%d)", level);
    page_text(page, panel_x(panel, level), box->y - 0.6 * page->size, CENTRED, name);
    snprintf(name, sizeof name, "API3(%d)", level);
    if (column == 1) page_text_up(page, box->x + box->width + 0.8 * page->size, panel_y(panel, level), name);
  }
}

static void draw_panel(struct page *page, const struct transfer *transfer, int column, int outcome, int place) {
  struct panel panel = panel_of(page, transfer, column, place);
  const struct grid *grid = &transfer->grids[column][outcome];
  density_draw(page, &panel, grid, &transfer->shades[column]);
  draw_apis(page, transfer, column, &panel);
  if (grid->largest == 0) panel_note(page, &panel, "none");
  panel_frame(page, &panel);
}

static void draw_row(struct page *page, const struct transfer *transfer, const struct plot *plot, int outcome) {
  int place = 0;
  struct panel panel = {0};
  heading_draw(page, "%s: %s chains", outcome_plurals[outcome],
               text_count(seam_result_count(plot->results[0], (seam_outcome)outcome)).text);
  for (int column = 0; column < COLUMNS; column++) {
    if (!transfer->histograms[column]) continue;
    panel = panel_of(page, transfer, column, place);
    draw_panel(page, transfer, column, outcome, place++);
  }
  page->y = panel.box.y + panel.box.height + (ROOM_BELOW + 0.6) * page->size;
}

static void draw_bars(struct page *page, const struct transfer *transfer) {
  int place = 0;
  double end = page->y;
  for (int column = 0; column < COLUMNS; column++) {
    if (!transfer->histograms[column]) continue;
    struct panel panel = panel_of(page, transfer, column, place++);
    end = fmax(end,
               colour_bar_draw(page, panel.box.x, page->y, panel.box.width, &transfer->shades[column], bars[column]));
  }
  page->y = end;
}

seam_status draw_transfer(struct page *page, const struct plot *plot, seam_error *error) {
  struct transfer transfer = {.columns = 0};
  seam_config *config = seam_result_config(plot->results[0]);
  transfer.margins[0] = atof(seam_config_get(config, "input-margin"));
  transfer.margins[1] = atof(seam_config_get(config, "output-margin"));
  for (int column = 0; column < COLUMNS; column++) {
    transfer.histograms[column] = seam_result_histogram(plot->results[0], names[column]);
    transfer.columns += transfer.histograms[column] != NULL;
  }
  seam_status status = make_grids(&transfer, plot, error);
  for (int outcome = 0; outcome < OUTCOMES_COUNTED && status == SEAM_OK; outcome++)
    if (plot->selection->outcomes >> outcome & 1) draw_row(page, &transfer, plot, outcome);
  if (status == SEAM_OK) draw_bars(page, &transfer);
  for (int i = 0; i < COLUMNS * OUTCOMES_COUNTED; i++) grid_free(&transfer.grids[0][0] + i);
  return status;
}
