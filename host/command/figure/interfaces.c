/* SPDX-License-Identifier: Apache-2.0 */
/* Draws the interfaces of several results as small panels that share axes and colours, each with its outcomes. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "command/common/result_kind.h"
#include "command/common/selection.h"
#include "command/figure/figure.h"

#define GAP    0.9  /* sizes of text, between columns */
#define GROUND 0.12 /* the opacity of the grey ground */
#define HEAD   3.4  /* room for the number and the shares above a panel */

/* With 25 independent entries a bin is known to 20%. */
static const double enough = 25;

struct gallery {
  const struct plot *plot;
  const seam_histogram *histograms[MOST_RESULTS];
  struct grid grids[MOST_RESULTS];
  double effective_sample[MOST_RESULTS]; /* per count */
  struct label labels[MOST_RESULTS];
  struct shade shade;
  double lower, upper; /* of the axes that all panels share */
  double bin, outside; /* the widest bin of a result, V; the largest share outside of the axes */
  double known;        /* the largest density that is known to 20% */
  bool beyond;         /* some densities are larger than `known` */
  bool few;            /* some results have so few chains that they are drawn as dots */
  int columns;
  double side, label_height;
};

/* ---- Densities ---- */

static double bin_width(const seam_axis *axis, int64_t merged) {
  return (axis->upper - axis->lower) / (double)axis->bins * (double)merged;
}

/* First components are independent of one another. */
static double effective_sample_in(const struct plot *plot, int r, const seam_histogram *histogram) {
  bool own = histogram == seam_result_histogram(plot->results[r], "interface");
  return own ? effective_sample_of(plot->results[r], plot->selection) : 1;
}

/* Widens the shared axes and the shared bins to those that a result needs. A result of few chains, which are drawn as
 * dots, needs no bins. */
static seam_status survey(struct gallery *gallery, int r, seam_error *error) {
  const seam_histogram *histogram = compared_histogram(gallery->plot->results[r], gallery->plot->selection);
  const seam_axis *u0 = &histogram->axes[1], *u1 = &histogram->axes[2];
  int64_t *counts = sum_outcomes(histogram, counted_outcomes(gallery->plot->results[r], gallery->plot->selection));
  if (!counts) return figure_out_of_memory(error);
  gallery->histograms[r] = histogram;
  gallery->effective_sample[r] = effective_sample_in(gallery->plot, r, histogram);
  gallery->lower = r == 0 ? u0->lower : fmin(gallery->lower, u0->lower);
  gallery->upper = r == 0 ? u0->upper : fmax(gallery->upper, u0->upper);
  int64_t all = 0;
  for (int64_t i = 0; i < histogram->cells / histogram->axes[0].bins; i++) all += counts[i];
  bool few = counts_are_few(u0, u1, counts, gallery->effective_sample[r]);
  if (all > 0 && !few)
    gallery->bin = fmax(gallery->bin, bin_width(u0, merging_of(u0, u1, counts, gallery->effective_sample[r], false).x));
  free(counts);
  return SEAM_OK;
}

/* Merges as few bins as make one at least as wide as the widest. */
static struct merging common_merging(const struct gallery *gallery, const seam_axis *axis) {
  int64_t merged = 1;
  while (merged < axis->bins && (axis->bins % merged || bin_width(axis, merged) < gallery->bin * (1 - 1e-9))) merged++;
  return (struct merging){merged, merged};
}

static double sum_of(const double *values, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; i++) sum += values[i];
  return sum;
}

static seam_status fill(struct gallery *gallery, int r, seam_error *error) {
  const seam_histogram *histogram = gallery->histograms[r];
  const seam_axis *u0 = &histogram->axes[1], *u1 = &histogram->axes[2];
  int64_t *counts = sum_outcomes(histogram, counted_outcomes(gallery->plot->results[r], gallery->plot->selection));
  struct grid *grid = &gallery->grids[r];
  double all = 0;
  bool few = counts && counts_are_few(u0, u1, counts, gallery->effective_sample[r]);
  if (counts) *grid = few ? dots_of(u0, u1, counts) : grid_of(u0, u1, counts, common_merging(gallery, u0));
  gallery->few = gallery->few || few;
  for (int64_t i = 0; counts && i < histogram->cells / histogram->axes[0].bins; i++) all += (double)counts[i];
  free(counts);
  if (!grid->values) return figure_out_of_memory(error);
  if (all == 0) return SEAM_OK;
  gallery->outside = fmax(gallery->outside, 1 - sum_of(grid->values, grid->columns * grid->rows) / all);
  if (few) return SEAM_OK;
  bool known = grid->largest * gallery->effective_sample[r] >= enough;
  grid_scale(grid, 1 / (all * grid->bin_x * grid->bin_y));
  if (known) gallery->known = fmax(gallery->known, grid->largest);
  return SEAM_OK;
}

/* A result of few chains may have very dense bins by chance. Such bins may exceed the colour scale, so that the other
 * results keep its colours. *beyond says whether some do. */
static struct shade choose_shade(const struct gallery *gallery, bool *beyond) {
  struct grid within[MOST_RESULTS];
  *beyond = false;
  for (int r = 0; r < gallery->plot->count; r++) {
    within[r] = gallery->grids[r];
    if (gallery->known == 0 || within[r].dotted || within[r].largest <= gallery->known) continue;
    within[r].largest = gallery->known;
    *beyond = true;
  }
  return shade_of(within, gallery->plot->count, gallery->plot->logarithmic);
}

/* ---- Drawing ---- */

/* A row has three panels, or four if there are many results or four fill the rows. */
static int columns_of(const struct page *page, int count) {
  if (!page->wide) return 2;
  return count > 9 || count % 4 == 0 ? 4 : count < 3 ? 2 : 3;
}

static void lay_out(struct page *page, struct gallery *gallery) {
  int columns = gallery->columns = columns_of(page, gallery->plot->count);
  double room = page->width - (ROOM_LEFT + ROOM_AROUND) * page->size - (columns - 1) * GAP * page->size;
  gallery->side = room / columns;
  struct page column = column_of(page, page->left, gallery->side);
  for (int r = 0; r < gallery->plot->count; r++) {
    gallery->labels[r] = label_of(gallery->plot, r);
    gallery->label_height = fmax(gallery->label_height, page_paragraph_height(&column, gallery->labels[r].text));
  }
}

static struct panel panel_at(const struct page *page, const struct gallery *gallery, int r, double top) {
  int column = r % gallery->columns;
  bool lowest = r + gallery->columns >= gallery->plot->count;
  double left = page->left + ROOM_LEFT * page->size + column * (gallery->side + GAP * page->size);
  return (struct panel){.box = {left, top + gallery->label_height + HEAD * page->size, gallery->side, gallery->side},
                        .x = {gallery->lower, gallery->upper, lowest ? "u₀ (V)" : NULL, false},
                        .y = {gallery->lower, gallery->upper, column == 0 ? "u₁ (V)" : NULL, false}};
}

/* The axes of a result may be shorter than the shared ones. The rest of the panel is grey. */
static void draw_density(struct page *page, const struct gallery *gallery, int r, const struct panel *panel) {
  const seam_axis *u0 = &gallery->histograms[r]->axes[1], *u1 = &gallery->histograms[r]->axes[2];
  struct panel own = *panel;
  own.box.x = panel_x(panel, u0->lower);
  own.box.y = panel_y(panel, u1->upper);
  own.box.width = panel_x(panel, u0->upper) - own.box.x;
  own.box.height = panel_y(panel, u1->lower) - own.box.y;
  panel_area(page, panel, gallery->lower, gallery->upper, gallery->lower, gallery->upper, GROUND);
  density_draw(page, &own, &gallery->grids[r], &gallery->shade);
}

static void draw_panel(struct page *page, const struct gallery *gallery, int r, double top) {
  struct panel panel = panel_at(page, gallery, r, top);
  struct page head = column_of(page, panel.box.x, panel.box.width);
  head.y = top;
  page_font(page, 1, false);
  page_colour(page, ink, 1);
  page_paragraph(&head, gallery->labels[r].text);
  head.y = top + gallery->label_height;
  struct label number = number_of(gallery->plot->results[r], gallery->plot->selection);
  page_font_within(page, 0.85, number.text, head.width);
  page_text(page, head.left, head.y + 0.5 * page->size, LEFT_ALIGNED, number.text);
  head.y += 1.35 * page->size;
  shares_draw_strip(&head, gallery->plot->results[r]);
  draw_density(page, gallery, r, &panel);
  if (gallery->grids[r].largest > 0)
    landmarks_draw(page, &panel);
  else
    panel_note(page, &panel, "none");
  panel_frame(page, &panel);
}

static void draw_panels(struct page *page, const struct gallery *gallery) {
  double row = gallery->label_height + gallery->side + (HEAD + 0.9) * page->size;
  int count = gallery->plot->count;
  for (int r = 0; r < count; r++) draw_panel(page, gallery, r, page->y + r / gallery->columns * row);
  page->y += (count + gallery->columns - 1) / gallery->columns * row + (ROOM_BELOW - 0.3) * page->size;
}

/* Explains the panels to the reader. */
static void draw_notes(struct page *page, const struct gallery *gallery) {
  bool predicted = false, cut = false, law = false;
  for (int r = 0; r < gallery->plot->count; r++) {
    const seam_axis *axis = &gallery->histograms[r]->axes[1];
    predicted = predicted || is_prediction(gallery->plot->results[r]);
    law = law || is_gibbs_law(gallery->plot->results[r]);
    cut = cut || axis->lower > gallery->lower || axis->upper < gallery->upper;
  }
  page_font(page, 0.85, false);
  page_colour(page, ink, 1);
  page_paragraph(page, "+ where one level is 0 V and the other 1 V; dashed, where both are the same.");
  if (cut) page_paragraph(page, "Grey: outside a result's own range.");
  if (gallery->beyond) page_paragraph(page, "Where few chains scatter over few bins, these may lie beyond the scale.");
  if (gallery->few) page_paragraph(page, dots_note);
  if (law) page_paragraph(page, law_note);
  if (predicted)
    page_paragraph(page,
                   "Of predictions: shares of the pairs that work, or of the weight, and how much that is of all.");
}

static void draw_gallery(struct page *page, struct gallery *gallery) {
  const struct plot *plot = gallery->plot;
  heading_draw(page, "Interfaces of %s%s%s", chosen_words(plot), gallery->outside > 1e-12 ? ", up to" : "",
               gallery->outside > 1e-12 ? outside_text(1 - gallery->outside, 1).text + 1 : "");
  shares_draw_key(page, plot);
  lay_out(page, gallery);
  draw_panels(page, gallery);
  double left = page->left + ROOM_LEFT * page->size, room = page->left + page->width - left;
  page->y = colour_bar_draw(page, left + 0.1 * room, page->y, 0.8 * room, &gallery->shade, "density of each (V⁻²)");
  draw_notes(page, gallery);
}

seam_status draw_interfaces(struct page *page, const struct plot *plot, seam_error *error) {
  struct gallery *gallery = calloc(1, sizeof *gallery);
  seam_status status = gallery ? SEAM_OK : figure_out_of_memory(error);
  if (gallery) gallery->plot = plot;
  for (int r = 0; r < plot->count && status == SEAM_OK; r++) status = survey(gallery, r, error);
  for (int r = 0; r < plot->count && status == SEAM_OK; r++) status = fill(gallery, r, error);
  if (status == SEAM_OK) {
    gallery->shade = choose_shade(gallery, &gallery->beyond);
    draw_gallery(page, gallery);
  }
  for (int r = 0; gallery && r < plot->count; r++) grid_free(&gallery->grids[r]);
  free(gallery);
  return status;
}
