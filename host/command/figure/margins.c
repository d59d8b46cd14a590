/* SPDX-License-Identifier: Apache-2.0 */
/* Width, slack and loss: how precise the interface is made, how much is accepted, and how well the chain learned. */
#include <math.h>
#include <stdlib.h>

#include "../ticks.h"
#include "figure.h"

enum { LOSS = 2, PANELS, LEVELS = 2, USUAL_BINS = 64, FEWEST_BINS = 16, FEW = 32 };

#define HEIGHT_OF_ONE 0.55 /* of a panel's width, where it stands alone in its row */
#define LEAST_HEIGHT  11.0 /* sizes of text */

/* The units of the axes are those of the histograms, but the loss is told without its logarithm. */
static const struct {
  const char *name, *x, *y;
} kinds[PANELS] = {{"width", "width of u at a level (V)", "density (V⁻¹)"},
                   {"slack", "slack of u at a level (V)", "density (V⁻¹)"},
                   {"loss", "final loss L (V²)", "density per decade"}};

/* One curve for each outcome and level. */
struct curves {
  const seam_axis *axis;
  int levels;
  int64_t bins;
  double *values;                      /* [outcome][level][bin] */
  double largest, least, below, above; /* of those above 0; shares beyond the axis */
};

static const int64_t *row_of(const seam_histogram *histogram, const struct curves *curves, int outcome, int level) {
  return histogram->values + (outcome * curves->levels + level) * (curves->axis->bins + 2);
}

/* ---- Densities ---- */

static int64_t fullest(const seam_histogram *histogram, const struct curves *curves, int64_t bins, unsigned outcomes) {
  int64_t merged = curves->axis->bins / bins, most = 0;
  for (int outcome = 0; outcome < OUTCOMES_COUNTED; outcome++)
    for (int level = 0; level < curves->levels && (outcomes >> outcome & 1); level++)
      for (int64_t bin = 0; bin < bins; bin++) {
        int64_t sum = 0;
        for (int64_t i = 0; i < merged; i++) sum += row_of(histogram, curves, outcome, level)[1 + bin * merged + i];
        if (sum > most) most = sum;
      }
  return most;
}

/* Fewer bins where even the fullest holds few. */
static int64_t choose_bins(const seam_histogram *histogram, const struct curves *curves, unsigned outcomes) {
  int64_t bins = curves->axis->bins;
  while (bins % 2 == 0 && bins > FEWEST_BINS &&
         (bins > USUAL_BINS * 3 / 2 || fullest(histogram, curves, bins, outcomes) < FEW))
    bins /= 2;
  return bins;
}

static void note(struct curves *curves, double value) {
  if (!(value > 0)) return;
  curves->largest = fmax(curves->largest, value);
  if (curves->least == 0 || value < curves->least) curves->least = value;
}

static void fill_row(struct curves *curves, const int64_t *row, double entries, double *values) {
  int64_t merged = curves->axis->bins / curves->bins;
  double span = (curves->axis->upper - curves->axis->lower) / (double)curves->bins;
  for (int64_t bin = 0; bin < curves->bins && entries > 0; bin++) {
    for (int64_t i = 0; i < merged; i++) values[bin] += (double)row[1 + bin * merged + i] / (entries * span);
    note(curves, values[bin]);
  }
}

static seam_status fill(struct curves *curves, const seam_histogram *histogram, const struct plot *plot,
                        seam_error *error) {
  curves->axis = &histogram->axes[histogram->axis_count - 1];
  curves->levels = histogram->axis_count == 3 ? LEVELS : 1;
  curves->bins = choose_bins(histogram, curves, plot->slice->outcomes);
  curves->values = calloc((size_t)(OUTCOMES_COUNTED * curves->levels * curves->bins), sizeof *curves->values);
  if (!curves->values) return fail(error, SEAM_ERROR_MEMORY, "out of memory for the figure: close other programs");
  double all = (double)selected_chains(plot->results[0], plot->slice) * curves->levels;
  for (int i = 0; i < OUTCOMES_COUNTED * curves->levels; i++) {
    int outcome = i / curves->levels, level = i % curves->levels;
    const int64_t *row = row_of(histogram, curves, outcome, level);
    if (!(plot->slice->outcomes >> outcome & 1) || all == 0) continue;
    curves->below += (double)row[0] / all;
    curves->above += (double)row[curves->axis->bins + 1] / all;
    fill_row(curves, row, (double)seam_result_count(plot->results[0], (seam_outcome)outcome),
             curves->values + i * curves->bins);
  }
  return SEAM_OK;
}

/* ---- Panels ---- */

static struct axis height_axis(const struct curves *curves, const char *label, bool logarithmic) {
  if (curves->largest == 0) return (struct axis){0, 1, label, false};
  if (!logarithmic) return (struct axis){0, 1.08 * curves->largest, label, false};
  return (struct axis){log10(curves->least) - 0.2, log10(curves->largest) + 0.1, label, true};
}

/* The end of an axis as text: "2 V", or of exponents "10⁻¹² V²". */
static void tell_end(char text[TICK_LABEL + 8], double end, bool power) {
  if (power)
    snprintf(text, TICK_LABEL + 8, "%s V²", tick_power(1, (int)end).label);
  else
    snprintf(text, TICK_LABEL + 8, "%g V", end);
}

/* "0.3% below 0 V, 2.1% above 1 V": what the axis does not show. */
static void tell_beyond(char *text, size_t size, const struct curves *curves, bool power) {
  char end[TICK_LABEL + 8];
  size_t length = 0;
  text[0] = '\0';
  if (curves->below > 0) {
    tell_end(end, curves->axis->lower, power);
    length = (size_t)snprintf(text, size, "%s below %s", text_percent(curves->below).text, end);
  }
  if (curves->above <= 0) return;
  tell_end(end, curves->axis->upper, power);
  snprintf(text + length, size - length, "%s%s above %s", length ? ", " : "", text_percent(curves->above).text, end);
}

/* Losses have an axis much longer than what a run fills: whole decades around it. */
static struct axis value_axis(const struct curves *curves, int kind) {
  const seam_axis *axis = curves->axis;
  double span = (axis->upper - axis->lower) / (double)curves->bins, first = axis->upper, last = axis->lower;
  for (int64_t i = 0; i < OUTCOMES_COUNTED * curves->levels * curves->bins; i++) {
    if (curves->values[i] == 0) continue;
    first = fmin(first, axis->lower + (double)(i % curves->bins) * span);
    last = fmax(last, axis->lower + (double)(i % curves->bins + 1) * span);
  }
  if (kind != LOSS || first > last) return (struct axis){axis->lower, axis->upper, kinds[kind].x, kind == LOSS};
  return (struct axis){floor(first + 1e-9), ceil(last - 1e-9), kinds[kind].x, true};
}

static void draw_panel(struct page *page, const struct plot *plot, int kind, const struct box *box,
                       const struct curves *curves) {
  char title[160];
  tell_beyond(title, sizeof title, curves, kind == LOSS);
  struct panel panel = {.box = *box,
                        .x = value_axis(curves, kind),
                        .y = height_axis(curves, kinds[kind].y, plot->logarithmic),
                        .title = title};
  for (int i = 0; i < OUTCOMES_COUNTED * curves->levels; i++) {
    int outcome = i / curves->levels, level = i % curves->levels;
    if (!(plot->slice->outcomes >> outcome & 1)) continue;
    curve_draw(page, &panel,
               &(struct curve){curves->axis->lower, curves->axis->upper, curves->bins,
                               curves->values + i * curves->bins, outcome_colours[outcome], level == 1, false});
  }
  if (curves->largest == 0) panel_note(page, &panel, "none");
  panel_frame(page, &panel);
}

static void draw_sample(struct page *page, double *x, struct rgb colour, bool dashed, const char *name) {
  double line = 2.2 * page->size, width = line + 0.4 * page->size + page_text_width(page, name);
  double left = key_place(page, *x, width), y = page->y + 0.6 * page->size, dashes[] = {2, 1.2};
  page_colour(page, colour, 1);
  cairo_set_line_width(page->cairo, 1);
  cairo_set_dash(page->cairo, dashes, dashed ? 2 : 0, 0);
  cairo_move_to(page->cairo, left, y);
  cairo_line_to(page->cairo, left + line, y);
  cairo_stroke(page->cairo);
  cairo_set_dash(page->cairo, NULL, 0, 0);
  page_colour(page, ink, 1);
  page_text(page, left + width, y, RIGHT_ALIGNED, name);
  *x = left + width + 1.6 * page->size;
}

static void draw_key(struct page *page, const struct plot *plot) {
  double x = page->left;
  for (int outcome = 0; outcome < OUTCOMES_COUNTED; outcome++)
    if (plot->slice->outcomes >> outcome & 1)
      draw_sample(page, &x, outcome_colours[outcome], false, outcome_words[outcome]);
  draw_sample(page, &x, ink, false, "at level 0");
  draw_sample(page, &x, ink, true, "at level 1");
  page->y += 1.6 * page->size;
}

seam_status draw_margins(struct page *page, const struct plot *plot, seam_error *error) {
  seam_status status = SEAM_OK;
  int count = 0, place = 0;
  for (int kind = 0; kind < PANELS; kind++) count += seam_result_histogram(plot->results[0], kinds[kind].name) != NULL;
  int columns = page->wide ? count : 1;
  heading_draw(page, "Width, slack and loss of %s: %s chains", plot->slice->name,
               text_count(selected_chains(plot->results[0], plot->slice)).text);
  draw_key(page, plot);
  double each = page->width / columns, width = each - (ROOM_LEFT + ROOM_AROUND) * page->size;
  double height = fmax(fmin(HEIGHT_OF_ONE * width, 20 * page->size), LEAST_HEIGHT * page->size);
  for (int kind = 0; kind < PANELS && status == SEAM_OK; kind++) {
    const seam_histogram *histogram = seam_result_histogram(plot->results[0], kinds[kind].name);
    struct curves curves = {0};
    if (!histogram) continue;
    struct box box = {page->left + place % columns * each + ROOM_LEFT * page->size, page->y + ROOM_TITLE * page->size,
                      width, height};
    status = fill(&curves, histogram, plot, error);
    if (status == SEAM_OK) draw_panel(page, plot, kind, &box, &curves);
    free(curves.values);
    if (++place % columns == 0) page->y = box.y + height + (ROOM_BELOW + 0.6) * page->size;
  }
  return status;
}
