/* SPDX-License-Identifier: Apache-2.0 */
/* Draws the shares of the outcomes: as bars with 95% intervals, or as one bar. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/wilson.h"
#include "command/common/text.h"
#include "command/figure/figure.h"

#define ROW    1.7 /* sizes of text */
#define NAME   5.0
#define NUMBER 4.6

static void draw_bar(struct page *page, int outcome, double share, struct interval interval) {
  double left = page->left + NAME * page->size, room = page->width - (NAME + NUMBER) * page->size;
  double middle = page->y + ROW / 2 * page->size;
  page_colour(page, ink, 1);
  page_text(page, page->left, middle, LEFT_ALIGNED, outcome_words[outcome]);
  page_text(page, page->left + page->width, middle, RIGHT_ALIGNED, text_percent(share).text);
  cairo_rectangle(page->cairo, left, middle - 0.45 * page->size, share * room, 0.9 * page->size);
  page_colour(page, outcome_colours[outcome], 1);
  cairo_fill(page->cairo);
  page_colour(page, ink, 1);
  cairo_set_line_width(page->cairo, 0.6);
  cairo_move_to(page->cairo, left + fmax(0, interval.low) * room, middle);
  cairo_line_to(page->cairo, left + fmin(1, interval.high) * room, middle);
  cairo_stroke(page->cairo);
  page->y += ROW * page->size;
}

static void draw_chains(struct page *page, seam_result *result) {
  int64_t total = (int64_t)seam_result_chains(result);
  char text[128];
  snprintf(text, sizeof text, "Of %s chains:", text_count(total).text);
  page_paragraph(page, text);
  for (int outcome = 0; outcome < SEAM_OUTCOMES; outcome++) {
    int64_t count = seam_result_count(result, (seam_outcome)outcome);
    draw_bar(page, outcome, total > 0 ? (double)count / (double)total : 0, wilson((double)count, total));
  }
}

static void draw_pairs(struct page *page, const seam_prediction *p) {
  char text[256];
  int length =
      snprintf(text, sizeof text, "%s %s", p->weighed ? "Mean weight" : "Acceptance", text_percent(p->acceptance).text);
  if (!isnan(p->acceptance_error))
    snprintf(text + length, sizeof text - (size_t)length, " ± %s", text_percent(Z_95 * p->acceptance_error).text);
  page_paragraph(page, text);
  if (!(p->acceptance > 0)) return;
  page_paragraph(page, p->weighed ? "Of the weight:" : "Of pairs that work:");
  double error = isnan(p->buffer_error) ? 0 : Z_95 * p->buffer_error;
  draw_bar(page, SEAM_BUFFER, p->buffer, (struct interval){p->buffer - error, p->buffer + error});
  draw_bar(page, SEAM_INVERTER, 1 - p->buffer, (struct interval){1 - p->buffer - error, 1 - p->buffer + error});
}

void shares_draw(struct page *page, seam_result *result) {
  seam_prediction prediction;
  page_font(page, 1, false);
  page_colour(page, ink, 1);
  if (seam_result_prediction(result, &prediction))
    draw_pairs(page, &prediction);
  else
    draw_chains(page, result);
}

/* ---- One bar ---- */

#define SWATCH 0.7 /* sizes of text */

/* The shares in the bar. For a prediction, `of` is the share of all pairs that the bar stands for. */
struct strip {
  double shares[SEAM_OUTCOMES];
  char of[48];
};

static struct strip strip_of(seam_result *result) {
  struct strip strip = {{0}, ""};
  seam_prediction p;
  if (seam_result_prediction(result, &p)) {
    snprintf(strip.of, sizeof strip.of, "of %s", text_percent(p.acceptance).text);
    if (!(p.acceptance > 0)) return strip;
    strip.shares[SEAM_BUFFER] = p.buffer;
    strip.shares[SEAM_INVERTER] = 1 - p.buffer;
    return strip;
  }
  double total = (double)seam_result_chains(result);
  for (int outcome = 0; outcome < SEAM_OUTCOMES && total > 0; outcome++)
    strip.shares[outcome] = (double)seam_result_count(result, (seam_outcome)outcome) / total;
  return strip;
}

/* Draws a coloured square and its text at *x, and moves *x behind them. */
static void draw_swatch(struct page *page, double *x, int outcome, const char *text) {
  double side = SWATCH * page->size, middle = page->y + 0.5 * page->size;
  page_colour(page, outcome_colours[outcome], 1);
  cairo_rectangle(page->cairo, *x, middle - side / 2, side, side);
  cairo_fill(page->cairo);
  page_colour(page, ink, 1);
  page_text(page, *x + side + 0.25 * page->size, middle, LEFT_ALIGNED, text);
  *x += side + page_text_width(page, text) + 0.8 * page->size;
}

/* Prints all numbers in one line, with a smaller font if they need it. */
static void draw_numbers(struct page *page, const struct strip *strip) {
  double x = page->left, width = page_text_width(page, strip->of);
  struct page line = *page;
  for (int outcome = 0; outcome < SEAM_OUTCOMES; outcome++)
    if (strip->shares[outcome] > 0)
      width += page_text_width(page, text_percent(strip->shares[outcome]).text) + (SWATCH + 0.8) * page->size;
  line.size *= fmin(1, page->width / width);
  page_font(&line, 1, false);
  for (int outcome = 0; outcome < SEAM_OUTCOMES; outcome++)
    if (strip->shares[outcome] > 0) draw_swatch(&line, &x, outcome, text_percent(strip->shares[outcome]).text);
  page_text(page, x, line.y + 0.5 * line.size, LEFT_ALIGNED, strip->of);
}

void shares_draw_strip(struct page *page, seam_result *result) {
  struct strip strip = strip_of(result);
  double left = page->left;
  for (int outcome = 0; outcome < SEAM_OUTCOMES; outcome++) {
    double width = strip.shares[outcome] * page->width;
    cairo_rectangle(page->cairo, left, page->y, width, 0.5 * page->size);
    page_colour(page, outcome_colours[outcome], 1);
    cairo_fill(page->cairo);
    left += width;
  }
  page->y += 0.75 * page->size;
  struct page numbers = *page;
  numbers.size *= 0.85;
  page_font(&numbers, 1, false);
  draw_numbers(&numbers, &strip);
  page_font(page, 1, false);
  page->y += 1.2 * page->size;
}

static bool has_share(const struct plot *plot, int outcome) {
  for (int r = 0; r < plot->count; r++)
    if (strip_of(plot->results[r]).shares[outcome] > 0) return true;
  return false;
}

void shares_draw_key(struct page *page, const struct plot *plot) {
  double x = page->left;
  for (int outcome = 0; outcome < SEAM_OUTCOMES; outcome++)
    if (has_share(plot, outcome)) draw_swatch(page, &x, outcome, outcome_words[outcome]);
  page->y += 1.6 * page->size;
}
