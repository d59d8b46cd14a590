/* SPDX-License-Identifier: Apache-2.0 */
/* What means the same in every figure: the colours of outcomes, the unit of counts, headings and columns. */
#include <math.h>
#include <stdarg.h>

#include "figure.h"

/* Blue and vermilion of Okabe and Ito's palette, told apart by any eye; by lightness, too. */
const struct rgb outcome_colours[SEAM_OUTCOMES] = {
    {0, 0.447, 0.698}, {0.835, 0.369, 0}, {0.6, 0.6, 0.6}, {0.25, 0.25, 0.25}};
const char *const outcome_words[SEAM_OUTCOMES] = {"buffer", "inverter", "fail", "diverged"};

const char *const outcome_plurals[SEAM_OUTCOMES] = {"Buffers", "Inverters", "Failures", "Diverged"};

const seam_histogram *compared_histogram(const seam_result *result, const struct selection *slice) {
  seam_prediction prediction;
  bool components = slice->outcomes == 7 && seam_result_prediction(result, &prediction) && !prediction.weighed;
  return seam_result_histogram(result, components ? "components" : "interface");
}

/* What scatters with a relative error e is worth 1/e^2 independent counts. */
struct unit unit_of(seam_result *result) {
  seam_prediction p;
  if (!seam_result_prediction(result, &p)) return (struct unit){"chains", "chains", 1, 1};
  double counts = (double)selected_chains(result, find_selection("pass")), worth = 0;
  if (counts > 0 && p.acceptance_error > 0) worth = pow(p.acceptance / p.acceptance_error, 2) / counts;
  if (!p.weighed) return (struct unit){"pairs", "pairs", 1, worth};
  return (struct unit){"pairs by weight", "weight", 1.0 / (1 << 20), worth};
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
  if (share > 1e-12) snprintf(text.text, sizeof text.text, ", %.20s outside", text_percent(share).text);
  return text;
}

double key_place(struct page *page, double x, double width) {
  if (x == page->left || x + width <= page->left + page->width) return x;
  page->y += 1.5 * page->size;
  return page->left;
}

struct page column_of(const struct page *page, double left, double width) {
  struct page column = *page;
  column.left = left;
  column.width = width;
  return column;
}
