/* SPDX-License-Identifier: Apache-2.0 */
/* Draws two interfaces beside each other, for example of a prediction and of a training, and where they differ. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/common/result_kind.h"
#include "command/common/selection.h"
#include "command/common/statistics.h"
#include "command/common/text.h"
#include "command/figure/figure.h"

enum { SIDES = 2, RATIO = 2, PANELS = 3 };

static const double least_ratio =
    0.05; /* the colour scale reaches at least this far, so that equal densities look equal */

struct pair {
  const seam_axis *u0, *u1;
  struct grid grids[PANELS]; /* densities of both sides, and ln of A over B */
  int64_t squares;           /* along a side of the map of the ratio */
  struct shade density, ratio;
  char titles[PANELS][96], distance[256];
};

/* ---- The values ---- */

/* The sum in the units of the histogram; a comparison gives weights in other units. */
static double total_of(const struct pair *pair, const int64_t *counts) {
  double total = 0;
  for (int64_t i = 0; i < (pair->u0->bins + 2) * (pair->u1->bins + 2); i++) total += (double)counts[i];
  return total;
}

/* Both sides get the same bins. The side with fewer independent entries sets their width. */
static seam_status fill_densities(struct pair *pair, int64_t *const counts[SIDES], const seam_compared *compared,
                                  seam_error *error) {
  struct merging merging = {1, 1};
  double total[SIDES];
  bool few[SIDES];
  for (int side = 0; side < SIDES; side++) {
    total[side] = total_of(pair, counts[side]);
    double effective_sample = compared->effective[side] / total[side];
    effective_sample = effective_sample >= 0 ? effective_sample : 0;
    few[side] = counts_are_few(pair->u0, pair->u1, counts[side], effective_sample);
    struct merging own = merging_of(pair->u0, pair->u1, counts[side], effective_sample, false);
    if (own.x > merging.x && !few[side]) merging = own;
  }
  pair->squares = pair->u0->bins / merging.x;
  for (int side = 0; side < SIDES; side++) {
    struct grid *grid = &pair->grids[side];
    *grid = few[side] ? dots_of(pair->u0, pair->u1, counts[side]) : grid_of(pair->u0, pair->u1, counts[side], merging);
    if (!grid->values) return figure_out_of_memory(error);
    if (total[side] > 0 && !few[side]) grid_scale(grid, 1 / (total[side] * grid->bin_x * grid->bin_y));
  }
  return SEAM_OK;
}

static seam_status make_densities(struct pair *pair, const struct plot *plot, const seam_compared *compared,
                                  seam_error *error) {
  int64_t *counts[SIDES];
  for (int side = 0; side < SIDES; side++) {
    const seam_histogram *histogram = compared_histogram(plot->results[side], plot->selection);
    counts[side] = sum_outcomes(histogram, counted_outcomes(plot->results[side], plot->selection));
    pair->u0 = &histogram->axes[1], pair->u1 = &histogram->axes[2];
  }
  seam_status status =
      counts[0] && counts[1] ? fill_densities(pair, counts, compared, error) : figure_out_of_memory(error);
  for (int side = 0; side < SIDES; side++) free(counts[side]);
  return status;
}

/* The flow bins of a map are not drawn. */
static seam_status fill_map(struct grid *grid, const seam_histogram *map, seam_error *error) {
  grid->columns = map->axes[0].bins, grid->rows = map->axes[1].bins;
  grid->values = malloc((size_t)(grid->columns * grid->rows) * sizeof *grid->values);
  if (!grid->values) return figure_out_of_memory(error);
  for (int64_t i = 0; i < grid->columns; i++)
    for (int64_t j = 0; j < grid->rows; j++)
      grid->values[i * grid->rows + j] = map->reals[(i + 1) * (grid->rows + 2) + j + 1];
  return SEAM_OK;
}

/* The largest distance from 0. */
static double reach_of(const struct grid *grid) {
  double reach = 0;
  for (int64_t i = 0; i < grid->columns * grid->rows; i++) reach = fmax(reach, fabs(grid->values[i]));
  return reach;
}

static struct shade ratio_shade(const struct grid *grid) {
  return (struct shade){.largest = fmax(reach_of(grid), least_ratio), .diverging = true};
}

/* Merges bins into squares. Else the bins of few chains would be specks. A square has the value of its first bin in
 * which something was counted; it stays NAN if there is none. */
static void merge_squares(struct grid *grid, int64_t merged) {
  for (int64_t i = 0; i < grid->columns; i += merged)
    for (int64_t j = 0; j < grid->rows; j += merged) {
      double first = NAN;
      for (int64_t k = 0; k < merged * merged && isnan(first); k++)
        first = grid->values[(i + k / merged) * grid->rows + j + k % merged];
      for (int64_t k = 0; k < merged * merged; k++)
        grid->values[(i + k / merged) * grid->rows + j + k % merged] = first;
    }
}

/* The squares are as wide as the bins of the densities. */
static seam_status make_ratio(struct pair *pair, const seam_histogram *map, seam_error *error) {
  struct grid *grid = &pair->grids[RATIO];
  seam_status status = fill_map(grid, map, error);
  if (status) return status;
  merge_squares(grid, grid->columns / pair->squares);
  pair->ratio = ratio_shade(grid);
  return SEAM_OK;
}

static void describe_distance(struct pair *pair, const seam_compared *compared) {
  const seam_distance *d = &compared->distance[SEAM_TOTAL_VARIATION];
  if (compared->rows == 0 || isnan(d->value)) return;
  int length = snprintf(pair->distance, sizeof pair->distance, "Total variation %.3g over %s cells", d->value,
                        text_count(compared->cells).text);
  if (!isnan(d->chance))
    snprintf(pair->distance + length, sizeof pair->distance - (size_t)length,
             ", by chance alone %.3g (p %s); of the laws themselves %.2g to %.2g (95%%)", d->chance, p_text(d->p).text,
             d->low, d->high);
}

static seam_status make_pair(struct pair *pair, const struct plot *plot, seam_error *error) {
  const seam_compared *compared = seam_comparison_histogram_at(plot->comparison, 0);
  const seam_histogram *map = seam_comparison_map_at(plot->comparison, 0);
  seam_status status = make_densities(pair, plot, compared, error);
  for (int side = 0; side < SIDES; side++)
    snprintf(pair->titles[side], sizeof *pair->titles, "%c: %s %s", "AB"[side],
             text_count(compared->entries[side]).text, compared->unit[side]);
  snprintf(pair->titles[RATIO], sizeof *pair->titles, "ln(A/B)");
  pair->density = shade_of(pair->grids, SIDES, plot->logarithmic);
  describe_distance(pair, compared);
  return status == SEAM_OK && map ? make_ratio(pair, map, error) : status;
}

/* ---- Drawing ---- */

static struct panel panel_at(const struct page *page, const struct pair *pair, int i, int columns) {
  double gap = 1.2 * page->size, left = page->left + ROOM_LEFT * page->size;
  double side = (page->width - (ROOM_LEFT + ROOM_AROUND) * page->size - (columns - 1) * gap) / columns;
  int column = i % columns;
  return (struct panel){.box = {left + column * (side + gap), page->y + ROOM_TITLE * page->size, side, side},
                        .x = {pair->u0->lower, pair->u0->upper, "u₀ (V)", false},
                        .y = {pair->u1->lower, pair->u1->upper, column == 0 ? "u₁ (V)" : NULL, false},
                        .title = pair->titles[i]};
}

static void draw_panel(struct page *page, const struct pair *pair, int i, const struct panel *panel) {
  const struct grid *grid = &pair->grids[i];
  if (grid->values) density_draw(page, panel, grid, i == RATIO ? &pair->ratio : &pair->density);
  if (i == RATIO ? !grid->values : grid->largest == 0) panel_note(page, panel, "none");
  panel_frame(page, panel);
}

/* The colour bars stand below the panels. In a narrow figure the ratio has its bar elsewhere. */
static void draw_bars(struct page *page, const struct pair *pair, const struct panel panels[PANELS]) {
  double left = panels[0].box.x, right = panels[1].box.x + panels[1].box.width, room = right - left;
  const struct box *ratio = &panels[RATIO].box;
  double end = colour_bar_draw(page, left + 0.1 * room, page->y, 0.8 * room, &pair->density, "density of each (V⁻²)");
  if (page->wide) colour_bar_draw(page, ratio->x, page->y, ratio->width, &pair->ratio, "ln(A/B)");
  page->y = end;
}

/* In a narrow figure the ratio has its own row, with its colour bar and text beside it. */
static void draw_ratio_below(struct page *page, const struct pair *pair) {
  struct panel panel = panel_at(page, pair, RATIO, 2), beside = panel_at(page, pair, 1, 2);
  draw_panel(page, pair, RATIO, &panel);
  struct page column = column_of(page, beside.box.x, beside.box.width);
  column.y = panel.box.y;
  column.y = colour_bar_draw(&column, column.left + column.size, column.y, column.width - 2 * column.size, &pair->ratio,
                             "ln(A/B)");
  page_paragraph(&column, pair->distance);
  page->y = fmax(panel.box.y + panel.box.height + ROOM_BELOW * page->size, column.y);
}

static void draw_pair(struct page *page, const struct pair *pair) {
  struct panel panels[PANELS];
  for (int i = 0; i < PANELS; i++) panels[i] = panel_at(page, pair, i, page->wide ? 3 : 2);
  for (int i = 0; i < (page->wide ? PANELS : SIDES); i++) draw_panel(page, pair, i, &panels[i]);
  page->y = panels[0].box.y + panels[0].box.height + (ROOM_BELOW + 0.3) * page->size;
  draw_bars(page, pair, panels);
  page_colour(page, ink, 1);
  if (pair->grids[0].dotted || pair->grids[1].dotted) page_paragraph(page, dots_note);
  if (page->wide)
    page_paragraph(page, pair->distance);
  else
    draw_ratio_below(page, pair);
}

seam_status prepare_comparison(struct plot *plot, const char *outcome, bool force, seam_error *error) {
  if (plot->comparison) return SEAM_OK;
  return seam_compare(plot->results[0], plot->results[1], outcome, force, &plot->comparison, error);
}

seam_status draw_comparison(struct page *page, const struct plot *plot, seam_error *error) {
  struct pair pair = {0};
  seam_status status = make_pair(&pair, plot, error);
  heading_draw(page, "Interfaces of %s", chosen_words(plot));
  for (int side = 0; side < SIDES; side++)
    if (strlen(label_of(plot, side).text) > 1) page_paragraph(page, label_of(plot, side).text);
  if (status == SEAM_OK) draw_pair(page, &pair);
  if (is_gibbs_law(plot->results[0]) || is_gibbs_law(plot->results[1])) page_paragraph(page, law_note);
  for (int i = 0; i < PANELS; i++) grid_free(&pair.grids[i]);
  return status;
}

/* ---- The map in the file of a comparison, which holds no counts ---- */

enum { Z = 1, MAPS = 2, FEWEST_SQUARES = 16, MANY = 100000 };

static const double least_z = 2, most_z = 5; /* the colour scale reaches at least, and at most, this far */

/* How many bins a side make a square: 64 squares a side or less, or 32 or less if a result has few chains. */
static int64_t square_of(const struct pair *pair, const seam_compared *compared) {
  int64_t bins = pair->u0->bins, most = compared->entries[0] < MANY || compared->entries[1] < MANY ? 32 : 64;
  for (int64_t k = (bins + most - 1) / most; bins / k >= FEWEST_SQUARES; k++)
    if (bins % k == 0) return k;
  return 1;
}

/* The ratio over its standard error: |z| above 2 is rarely chance. */
static seam_status make_maps(struct pair *pair, const struct plot *plot, seam_error *error) {
  static const char *const titles[MAPS] = {"ln(A/B)", "z: ln(A/B) over its standard error"};
  struct grid *ratio = &pair->grids[0], *z = &pair->grids[Z];
  seam_status status = SEAM_OK;
  for (size_t i = 0; i < MAPS && status == SEAM_OK; i++) {
    const seam_histogram *map = seam_comparison_map_at(plot->comparison, i);
    pair->u0 = &map->axes[0], pair->u1 = &map->axes[1];
    snprintf(pair->titles[i], sizeof *pair->titles, "%s", titles[i]);
    status = fill_map(&pair->grids[i], map, error);
  }
  if (status) return status;
  for (int64_t i = 0; i < z->columns * z->rows; i++) z->values[i] = ratio->values[i] / z->values[i];
  const seam_compared *compared = seam_comparison_histogram_at(plot->comparison, 0);
  for (int i = 0; i < MAPS; i++) merge_squares(&pair->grids[i], square_of(pair, compared));
  pair->ratio = ratio_shade(ratio);
  pair->density = (struct shade){.largest = fmin(fmax(reach_of(z), least_z), most_z), .diverging = true};
  if (reach_of(z) == 0) pair->density.largest = 0;
  describe_distance(pair, compared);
  return SEAM_OK;
}

static void draw_maps(struct page *page, const struct pair *pair) {
  double top = page->y, end = top;
  for (int i = 0; i < MAPS; i++) {
    const struct shade *shade = i == Z ? &pair->density : &pair->ratio;
    page->y = top;
    struct panel panel = panel_at(page, pair, i, MAPS);
    if (shade->largest > 0) density_draw(page, &panel, &pair->grids[i], shade);
    if (shade->largest == 0) panel_note(page, &panel, "not known");
    panel_frame(page, &panel);
    double bar = panel.box.y + panel.box.height + (ROOM_BELOW + 0.3) * page->size;
    end = fmax(end, colour_bar_draw(page, panel.box.x + 0.1 * panel.box.width, bar, 0.8 * panel.box.width, shade,
                                    pair->titles[i]));
  }
  page->y = end;
  page_colour(page, ink, 1);
  page_paragraph(page, "White: neither counted anything there. Elsewhere a cell of about equal counts has one value.");
  if (reach_of(&pair->grids[Z]) > most_z)
    page_paragraph(page, "The ends of the scale of z stand for all that lies beyond.");
  page_paragraph(page, pair->distance);
}

seam_status draw_map(struct page *page, const struct plot *plot, seam_error *error) {
  struct pair pair = {0};
  const seam_compared *compared = seam_comparison_histogram_at(plot->comparison, 0);
  seam_status status = SEAM_OK;
  struct plot compared_plot = {.selection = find_selection(seam_comparison_outcome(plot->comparison))};
  heading_draw(page, "Where A and B differ among %s: A has %s %s, B has %s %s", chosen_words(&compared_plot),
               text_count(compared->entries[0]).text, compared->unit[0], text_count(compared->entries[1]).text,
               compared->unit[1]);
  if (seam_comparison_map_at(plot->comparison, 0)) {
    status = make_maps(&pair, plot, error);
    if (status == SEAM_OK) draw_maps(page, &pair);
  } else {
    page_paragraph(page, "There is no map, because a result has no chain of this outcome.");
  }
  for (int i = 0; i < PANELS; i++) grid_free(&pair.grids[i]);
  return status;
}
