/* SPDX-License-Identifier: Apache-2.0 */
/* The parts that all figures share: the colours of outcomes, headings and columns. */
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "command/common/colour.h"
#include "command/common/selection.h"
#include "command/common/text.h"
#include "command/figure/figure.h"

/* Blue and vermilion of the palette of Okabe and Ito, which people with any colour vision can tell apart. */
const struct rgb outcome_colours[SEAM_OUTCOMES] = {
    {0, 0.447, 0.698}, {0.835, 0.369, 0}, {0.6, 0.6, 0.6}, {0.25, 0.25, 0.25}};
const char *const law_note = "A Gibbs law is drawn by the weights of all its pairs, whether they work or not.";

const struct rgb series_colours[SERIES_COLOURS] = {{0, 0, 0}, {0, 0.55, 0.4}, {0.42, 0.1, 0.45}, {0.82, 0.52, 0.7}};
const char *const outcome_words[SEAM_OUTCOMES] = {"buffer", "inverter", "fail", "diverged"};

const char *const outcome_plurals[SEAM_OUTCOMES] = {"Buffers", "Inverters", "Failures", "Diverged"};

const seam_histogram *compared_histogram(const seam_result *result, const struct selection *selection) {
  seam_prediction prediction;
  bool components =
      selection->outcomes == ALL_OUTCOMES && seam_result_prediction(result, &prediction) && !prediction.weighed;
  return seam_result_histogram(result, components ? "components" : "interface");
}

/* The comparison of a result with itself finds the effective sample size. It takes weights of all pairs only. The
 * interface of all pairs holds the pairs that work. */
double effective_sample_of(seam_result *result, const struct selection *selection) {
  seam_prediction p;
  if (!seam_result_prediction(result, &p)) return 1;
  const struct selection *counted =
      p.weighed || selection->outcomes == ALL_OUTCOMES ? find_selection("works") : selection;
  seam_comparison *comparison;
  seam_error ignored;
  if (seam_compare(result, result, p.weighed ? "all" : counted->name, 0, &comparison, &ignored)) return 0;
  double effective = seam_comparison_histogram_at(comparison, 0)->effective[0];
  seam_comparison_free(comparison);
  return effective > 0 ? effective / (double)selected_chains(result, counted) : 0;
}

void heading_draw(struct page *page, const char *format, ...) {
  char text[512];
  va_list values;
  va_start(values, format);
  if (vsnprintf(text, sizeof text, format, values) < 0) text[0] = '\0';
  va_end(values);
  page_colour(page, ink, 1);
  page_font(page, 1, true);
  page_paragraph(page, text);
  page_font(page, 1, false);
  page->y += 0.4 * page->size;
}

struct text outside_text(double inside, double all) {
  struct text text = {""};
  double share = all > 0 ? 1 - inside / all : 0;
  if (share > 1e-12) snprintf(text.text, sizeof text.text, ", %.12s outside the axes", text_percent(share).text);
  return text;
}

double key_place(struct page *page, double x, double width) {
  if (x == page->left || x + width <= page->left + page->width) return x;
  page->y += 1.5 * page->size;
  return page->left;
}

void dot_draw(struct page *page, double x, double y, struct rgb colour, bool hollow) {
  cairo_new_path(page->cairo);
  cairo_arc(page->cairo, x, y, 0.2 * page->size, 0, 2 * acos(-1));
  page_colour(page, hollow ? (struct rgb){1, 1, 1} : colour, 1);
  cairo_fill_preserve(page->cairo);
  page_colour(page, colour, 1);
  cairo_set_line_width(page->cairo, 0.7);
  cairo_stroke(page->cairo);
}

struct page column_of(const struct page *page, double left, double width) {
  struct page column = *page;
  column.left = left;
  column.width = width;
  return column;
}

void landmarks_draw(struct page *page, const struct panel *panel) {
  panel_clip(page, panel);
  page_colour(page, ink, 0.6);
  cairo_set_line_width(page->cairo, 0.5);
  double lower = fmax(panel->x.lower, panel->y.lower), upper = fmin(panel->x.upper, panel->y.upper);
  double dashes[] = {2, 2}, arm = 0.5 * page->size;
  cairo_set_dash(page->cairo, dashes, 2, 0);
  cairo_move_to(page->cairo, panel_x(panel, lower), panel_y(panel, lower));
  cairo_line_to(page->cairo, panel_x(panel, upper), panel_y(panel, upper));
  cairo_stroke(page->cairo);
  cairo_set_dash(page->cairo, NULL, 0, 0);
  page_colour(page, ink, 1);
  for (int mode = 0; mode < 2; mode++) {
    double x = panel_x(panel, mode), y = panel_y(panel, 1 - mode);
    cairo_move_to(page->cairo, x - arm, y);
    cairo_line_to(page->cairo, x + arm, y);
    cairo_move_to(page->cairo, x, y - arm);
    cairo_line_to(page->cairo, x, y + arm);
  }
  cairo_stroke(page->cairo);
  cairo_restore(page->cairo);
}
