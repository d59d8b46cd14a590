/* SPDX-License-Identifier: Apache-2.0 */
/* What means the same in every figure: the colours of outcomes, the unit of counts, headings and columns. */
#include <stdarg.h>

#include "figure.h"

/* Blue and vermilion of Okabe and Ito's palette, told apart by any eye; by lightness, too. */
const struct rgb outcome_colours[SEAM_OUTCOMES] = {
    {0, 0.447, 0.698}, {0.835, 0.369, 0}, {0.6, 0.6, 0.6}, {0.25, 0.25, 0.25}};
const char *const outcome_names[SEAM_OUTCOMES] = {"buffer", "inverter", "fail", "diverged"};

struct unit unit_of(seam_result *result) {
  seam_prediction prediction;
  if (!seam_result_prediction(result, &prediction)) return (struct unit){"chains", 1};
  if (!prediction.weighed) return (struct unit){"pairs", 1};
  return (struct unit){"weight of pairs", 1.0 / (1 << 20)};
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

struct page column_of(const struct page *page, double left, double width) {
  struct page column = *page;
  column.left = left;
  column.width = width;
  return column;
}
