/* SPDX-License-Identifier: Apache-2.0 */
/* What became of the chains, or of the pairs that work: bars with their 95% intervals. */
#include <math.h>

#include "figure.h"

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
    snprintf(text + length, sizeof text - (size_t)length, " ± %s", text_percent(1.96 * p->acceptance_error).text);
  page_paragraph(page, text);
  if (!(p->acceptance > 0)) return;
  page_paragraph(page, p->weighed ? "Of the weight:" : "Of pairs that work:");
  double error = isnan(p->buffer_error) ? 0 : 1.96 * p->buffer_error;
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
