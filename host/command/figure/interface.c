/* SPDX-License-Identifier: Apache-2.0 */
/* Draws the interface: the density of (u0, u1), its marginals by mode, and the outcomes of the chains. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "command/common/result_kind.h"
#include "command/common/selection.h"
#include "command/common/text.h"
#include "command/figure/figure.h"

/* In sizes of text, in sides of the density, and in widths of the page. */
#define GAP          0.7
#define MARGINAL     0.2
#define RIGHT_COLUMN 0.30

enum { FEWEST_BINS = 32 };

/* The places of the parts. */
struct layout {
  struct panel density, above, beside;
  struct page legend; /* the place of the shares and the colour bar */
};

static double side_of(const struct page *page) {
  double beside = page->wide ? RIGHT_COLUMN * page->width + 2 * page->size : ROOM_AROUND * page->size;
  return (page->width - (ROOM_LEFT + GAP) * page->size - beside) / (1 + MARGINAL);
}

static struct layout lay_out(struct page *page, const seam_histogram *histogram) {
  const seam_axis *u0 = &histogram->axes[1], *u1 = &histogram->axes[2];
  double side = side_of(page), thick = MARGINAL * side, gap = GAP * page->size;
  double left = page->left + ROOM_LEFT * page->size, top = page->y + 0.5 * page->size + thick + gap;
  struct layout layout = {
      .density = {.box = {left, top, side, side},
                  .x = {u0->lower, u0->upper, "interface voltage at logical 0, u₀ (V)", false},
                  .y = {u1->lower, u1->upper, "interface voltage at logical 1, u₁ (V)", false}},
      .above = {.box = {left, top - gap - thick, side, thick}, .x = {u0->lower, u0->upper, NULL, false}},
      .beside = {.box = {left + side + gap, top, thick, side}, .y = {u1->lower, u1->upper, NULL, false}}};
  double bottom = top + side + (ROOM_BELOW + 0.3) * page->size;
  layout.legend = *page;
  layout.legend.y = page->wide ? top - gap - thick : bottom;
  if (page->wide)
    layout.legend =
        column_of(&layout.legend, page->left + page->width * (1 - RIGHT_COLUMN), page->width * RIGHT_COLUMN);
  page->y = bottom;
  return layout;
}

/* ---- Marginals ---- */

/* Sums the counts [u0][u1] of one outcome over the other axis, flow bins included. The bins are as wide as those of
 * the density. */
static void sum_along(const seam_histogram *histogram, int outcome, int axis, int64_t bins, double unit, double *sums) {
  const seam_axis *u0 = &histogram->axes[1], *u1 = &histogram->axes[2];
  int64_t columns = u0->bins + 2, rows = u1->bins + 2, merged = histogram->axes[axis].bins / bins;
  const int64_t *counts = histogram->values + outcome * columns * rows;
  for (int64_t i = 0; i < columns; i++)
    for (int64_t j = 0; j < rows; j++) {
      int64_t bin = axis == 1 ? i : j;
      if (bin == 0 || bin > bins * merged) continue;
      sums[(bin - 1) / merged] += unit * (double)counts[i * rows + j];
    }
}

/* As many bins as the density has, but few for dots. */
static int64_t marginal_bins(int64_t bins, const struct grid *grid) {
  while (grid->dotted && bins % 2 == 0 && bins > 2 * FEWEST_BINS) bins /= 2;
  return bins;
}

/* Draws the curves of the chosen outcomes along one axis. The other axis of the panel is fitted to them. */
static seam_status draw_marginal(struct page *page, struct panel *panel, const seam_histogram *histogram,
                                 const struct plot *plot, int axis, int64_t bins, seam_error *error) {
  const struct selection *selection = counted_outcomes(plot->results[0], plot->selection);
  struct unit unit = unit_of(plot->results[0]);
  struct axis *height = axis == 1 ? &panel->y : &panel->x;
  double *sums = calloc((size_t)(OUTCOMES_COUNTED * bins), sizeof *sums);
  if (!sums) return figure_out_of_memory(error);
  *height = (struct axis){0, 0, unit.axis, false};
  for (int outcome = 0; outcome < OUTCOMES_COUNTED; outcome++) {
    if (!(selection->outcomes >> outcome & 1)) continue;
    sum_along(histogram, outcome, axis, bins, unit.value, sums + outcome * bins);
    for (int64_t i = 0; i < bins; i++) height->upper = fmax(height->upper, 1.08 * sums[outcome * bins + i]);
  }
  const seam_axis *along = &histogram->axes[axis];
  for (int outcome = 0; outcome < OUTCOMES_COUNTED && height->upper > 0; outcome++)
    if (selection->outcomes >> outcome & 1)
      curve_draw(page, panel,
                 &(struct curve){along->lower, along->upper, bins, sums + outcome * bins, outcome_colours[outcome],
                                 false, false, axis == 2});
  free(sums);
  panel_frame(page, panel);
  return SEAM_OK;
}

/* ---- The density ---- */

static double sum_of(const struct grid *grid) {
  double sum = 0;
  for (int64_t i = 0; i < grid->columns * grid->rows; i++) sum += grid->values[i];
  return sum;
}

static void draw_legend(struct layout *layout, seam_result *result, const struct grid *grid,
                        const struct shade *shade) {
  char label[128];
  struct page *legend = &layout->legend;
  shares_draw(legend, result);
  legend->y += 1.2 * legend->size;
  snprintf(label, sizeof label, "%s per bin of (%.3g V)²", unit_of(result).axis, grid->bin_x);
  legend->y =
      colour_bar_draw(legend, legend->left + legend->size, legend->y, legend->width - 2 * legend->size, shade, label);
  page_font(legend, 0.85, false);
  page_colour(legend, ink, 1);
  page_paragraph(legend,
                 "+ where one level is 0 V and the other 1 V; dashed, where both are the same. Above and beside: "
                 "u₀ alone and u₁ alone, by outcome.");
  if (grid->dotted) page_paragraph(legend, dots_note);
  if (is_gibbs_law(result)) page_paragraph(legend, law_note);
}

static seam_status draw_parts(struct page *page, const struct plot *plot, const seam_histogram *histogram,
                              const struct grid *grid, seam_error *error) {
  seam_result *result = plot->results[0];
  struct unit unit = unit_of(result);
  double chosen = (double)selected_chains(result, plot->selection);
  heading_draw(page, "Interfaces of %s (%s%s)%s", chosen_words(plot), is_gibbs_law(result) ? "weight " : "",
               unit_text(&unit, chosen).text, outside_text(sum_of(grid), unit.value * chosen).text);
  struct layout layout = lay_out(page, histogram);
  struct shade shade = shade_of(grid, 1, plot->logarithmic);
  density_draw(page, &layout.density, grid, &shade);
  landmarks_draw(page, &layout.density);
  if (grid->largest == 0) panel_note(page, &layout.density, "none");
  panel_frame(page, &layout.density);
  seam_status status =
      draw_marginal(page, &layout.above, histogram, plot, 1, marginal_bins(grid->columns, grid), error);
  if (status == SEAM_OK)
    status = draw_marginal(page, &layout.beside, histogram, plot, 2, marginal_bins(grid->rows, grid), error);
  draw_legend(&layout, result, grid, &shade);
  page->y = fmax(page->y, layout.legend.y);
  return status;
}

seam_status draw_interface(struct page *page, const struct plot *plot, seam_error *error) {
  if (plot->count > 1) return draw_interfaces(page, plot, error);
  const seam_histogram *histogram = seam_result_histogram(plot->results[0], "interface");
  int64_t *counts = sum_outcomes(histogram, counted_outcomes(plot->results[0], plot->selection));
  struct grid grid = {0};
  const seam_axis *u0 = &histogram->axes[1], *u1 = &histogram->axes[2];
  double effective_sample = effective_sample_of(plot->results[0], plot->selection);
  bool few = counts && counts_are_few(u0, u1, counts, effective_sample);
  if (counts)
    grid = few ? dots_of(u0, u1, counts) : grid_of(u0, u1, counts, merging_of(u0, u1, counts, effective_sample, false));
  grid_scale(&grid, unit_of(plot->results[0]).value);
  seam_status status = grid.values ? draw_parts(page, plot, histogram, &grid, error) : figure_out_of_memory(error);
  grid_free(&grid);
  free(counts);
  return status;
}
