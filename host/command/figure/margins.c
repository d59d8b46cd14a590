/* SPDX-License-Identifier: Apache-2.0 */
/* Draws width, slack and loss: how precise the interface is, how much deviation is accepted, and how well chains
 * learned.
 *
 * For one result, both levels share a panel and each outcome has a colour. For several results, each level has its own
 * panel and each result has a colour. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "command/common/colour.h"
#include "command/common/selection.h"
#include "command/common/text.h"
#include "command/common/ticks.h"
#include "command/figure/curves.h"

enum { LOSS = 2, KINDS, BOTH = -1, MOST_PANELS = KINDS * LEVELS };

#define HEIGHT_OF_ONE 0.55 /* of the width of a panel that is alone in its row */
#define LEAST_HEIGHT  11.0 /* sizes of text */

/* The axes have the units of the histograms, but the loss is named without its logarithm. */
static const struct {
  const char *name, *x, *y;
} kinds[KINDS] = {{"width", "width of u at %s (V)", "density (V⁻¹)"},
                  {"slack", "slack of u at %s (V)", "density (V⁻¹)"},
                  {"loss", "final loss L (V²)", "density per decade"}};
static const char *const level_names[LEVELS] = {"level 0", "level 1"};

/* One panel: a kind at one level or at both. */
struct place {
  int kind, level;
};

/* ---- Axes ---- */

static struct axis height_axis(const struct curves *curves, const char *label, bool logarithmic) {
  if (curves->largest == 0) return (struct axis){0, 1, label, false}; /* none, or dots only */
  if (!logarithmic) return (struct axis){0, 1.08 * curves->largest, label, false};
  return (struct axis){log10(curves->least) - 0.2, log10(curves->largest) + 0.1, label, true};
}

/* The axis of losses is much longer than the values of a run, so it is cut to whole decades around them. */
static struct axis value_axis(const struct family *family, const struct curves *curves, bool loss, const char *label) {
  const seam_axis *axis = curves->axis;
  double span = (axis->upper - axis->lower) / (double)curves->bins, first = axis->upper, last = axis->lower;
  for (int64_t i = 0; i < curves->members * curves->levels * curves->bins; i++) {
    if (curves->values[i] == 0) continue;
    first = fmin(first, axis->lower + (double)(i % curves->bins) * span);
    last = fmax(last, axis->lower + (double)(i % curves->bins + 1) * span);
  }
  double fine = (axis->upper - axis->lower) / (double)axis->bins;
  for (int m = 0; m < family->count && loss; m++)
    for (int64_t bin = 0; bin < axis->bins && family->members[m].few; bin++) {
      if (curves_entries(&family->members[m], kinds[LOSS].name, 0, bin) == 0) continue;
      first = fmin(first, axis->lower + (double)bin * fine);
      last = fmax(last, axis->lower + (double)(bin + 1) * fine);
    }
  if (!loss || first > last) return (struct axis){axis->lower, axis->upper, label, loss};
  return (struct axis){floor(first + 1e-9), ceil(last - 1e-9), label, true};
}

/* The end of an axis as text: "2 V", or "10⁻¹² V²" if it has exponents. */
static void describe_end(char text[TICK_LABEL + 8], double end, bool power) {
  if (power)
    snprintf(text, TICK_LABEL + 8, "%s V²", tick_power(1, (int)end).label);
  else
    snprintf(text, TICK_LABEL + 8, "%g V", end);
}

/* "0.3% below 0 V, 2.1% above 1 V": the shares beyond the axis. For several results, "up to" and the largest share. */
static void describe_beyond(char *text, size_t size, const struct curves *curves, bool power, bool several) {
  char end[TICK_LABEL + 8];
  const char *most = several ? "up to " : "";
  size_t length = 0;
  text[0] = '\0';
  if (curves->below > 0) {
    describe_end(end, curves->axis->lower, power);
    length = (size_t)snprintf(text, size, "%s%s below %s", most, text_percent(curves->below).text, end);
  }
  if (curves->above <= 0) return;
  describe_end(end, curves->axis->upper, power);
  snprintf(text + length, size - length, "%s%s%s above %s", length ? ", " : "", most, text_percent(curves->above).text,
           end);
}

/* ---- Panels ---- */

static bool has_few(const struct family *family) {
  for (int m = 0; m < family->count; m++)
    if (family->members[m].few) return true;
  return false;
}

static void draw_curves(struct page *page, const struct panel *panel, const struct family *family,
                        const struct curves *curves, bool bare) {
  for (int i = 0; i < curves->members * curves->levels; i++) {
    const double *values = curves->values + i * curves->bins;
    const struct member *member = &family->members[i / curves->levels];
    if (member->few) continue;
    curve_draw(page, panel,
               &(struct curve){curves->axis->lower, curves->axis->upper, curves->bins, values, member->colour,
                               member->dashed || i % curves->levels == 1, bare, false});
  }
}

/* Draws a dot for each value of the members of few chains, in one row a member and level. Level 1 has hollow dots. */
static void draw_dots(struct page *page, const struct panel *panel, const struct family *family, struct place place,
                      const struct curves *curves) {
  double span = (curves->axis->upper - curves->axis->lower) / (double)curves->axis->bins, height = 0;
  for (int i = 0; i < curves->members * curves->levels; i++) {
    const struct member *member = &family->members[i / curves->levels];
    if (!member->few) continue;
    int level = place.level == BOTH ? i % curves->levels : place.level;
    height += 0.6 * page->size;
    for (int64_t bin = 0; bin < curves->axis->bins; bin++)
      if (curves_entries(member, kinds[place.kind].name, level, bin) > 0)
        dot_draw(page, panel_x(panel, curves->axis->lower + ((double)bin + 0.5) * span),
                 panel->box.y + panel->box.height - height, member->colour, place.level == BOTH && level == 1);
  }
}

static void draw_panel(struct page *page, const struct plot *plot, const struct family *family, struct place place,
                       const struct box *box, const struct curves *curves) {
  char title[160], label[80];
  bool loss = place.kind == LOSS, several = plot->count > 1;
  describe_beyond(title, sizeof title, curves, loss, several);
  snprintf(label, sizeof label, kinds[place.kind].x, place.level == BOTH ? "a level" : level_names[place.level]);
  struct panel panel = {.box = *box,
                        .x = value_axis(family, curves, loss, label),
                        .y = height_axis(curves, kinds[place.kind].y, plot->logarithmic),
                        .title = title};
  draw_curves(page, &panel, family, curves, several);
  draw_dots(page, &panel, family, place, curves);
  if (curves->largest == 0 && !has_few(family)) panel_note(page, &panel, "none");
  panel_frame(page, &panel);
}

/* ---- The key ---- */

/* Draws a piece of line from x on, and returns its end. */
static double draw_line(struct page *page, double x, struct rgb colour, bool dashed) {
  double end = x + 2.2 * page->size, y = page->y + 0.6 * page->size, dashes[] = {2, 1.2};
  page_colour(page, colour, 1);
  cairo_set_line_width(page->cairo, 1);
  cairo_set_dash(page->cairo, dashes, dashed ? 2 : 0, 0);
  cairo_move_to(page->cairo, x, y);
  cairo_line_to(page->cairo, end, y);
  cairo_stroke(page->cairo);
  cairo_set_dash(page->cairo, NULL, 0, 0);
  return end;
}

/* A piece of the member's line, or a dot if it is drawn as dots. */
static double draw_mark(struct page *page, double x, const struct member *member, bool dashed) {
  if (!member->few) return draw_line(page, x, member->colour, member->dashed || dashed);
  dot_draw(page, x + 1.1 * page->size, page->y + 0.6 * page->size, member->colour, false);
  return x + 2.2 * page->size;
}

static void draw_sample(struct page *page, double *x, const struct member *member, bool dashed, const char *name) {
  double width = 2.6 * page->size + page_text_width(page, name), left = key_place(page, *x, width);
  draw_mark(page, left, member, dashed);
  page_colour(page, ink, 1);
  page_text(page, left + width, page->y + 0.6 * page->size, RIGHT_ALIGNED, name);
  *x = left + width + 1.6 * page->size;
}

static void draw_outcome_key(struct page *page, const struct family *family) {
  double x = page->left;
  const struct member level = {.colour = ink};
  for (int m = 0; m < family->count; m++) {
    int outcome = 0;
    while (family->members[m].outcomes != 1u << outcome) outcome++;
    draw_sample(page, &x, &family->members[m], false, outcome_words[outcome]);
  }
  draw_sample(page, &x, &level, false, "at level 0");
  draw_sample(page, &x, &level, true, "at level 1");
  page->y += 1.6 * page->size;
}

/* Uses as many columns as the longest label allows. If there is one column, long labels are wrapped. */
static void draw_result_key(struct page *page, const struct plot *plot, const struct family *family) {
  double widest = 0, line = 2.7 * page->size;
  struct label labels[MOST_OVERLAID];
  for (int r = 0; r < plot->count; r++) {
    struct label own = label_of(plot, r), number = number_of(plot->results[r], plot->selection);
    snprintf(labels[r].text, sizeof labels[r].text, "%.400s%s %.90s", own.text, own.text[1] ? "," : ":", number.text);
    widest = fmax(widest, page_text_width(page, labels[r].text));
  }
  int columns = (int)fmax(1, fmin(plot->count, floor(page->width / (widest + line + 1.5 * page->size))));
  int rows = (plot->count + columns - 1) / columns;
  double top = page->y, end = top;
  for (int r = 0; r < plot->count; r++) {
    double each = page->width / columns;
    struct page column = column_of(page, page->left + r / rows * each + line, each - line);
    column.y = r % rows == 0 ? top : page->y;
    draw_mark(&column, column.left - line, &family->members[r], false);
    page_colour(page, ink, 1);
    page_paragraph(&column, labels[r].text);
    page->y = column.y + 0.2 * page->size;
    end = fmax(end, page->y);
  }
  page->y = end + 0.4 * page->size;
}

static void draw_key(struct page *page, const struct plot *plot, const struct family *family) {
  if (plot->count > 1) {
    heading_draw(page, "Width, slack and loss of %s", chosen_words(plot));
    draw_result_key(page, plot, family);
    return;
  }
  heading_draw(page, "Width, slack and loss of %s: %s", chosen_words(plot),
               number_of(plot->results[0], plot->selection).text);
  draw_outcome_key(page, family);
}

/* ---- The figure ---- */

static bool is_counted(const struct plot *plot, int kind) {
  for (int r = 0; r < plot->count; r++)
    if (seam_result_histogram(plot->results[r], kinds[kind].name)) return true;
  return false;
}

static int find_places(const struct plot *plot, struct place places[MOST_PANELS]) {
  int count = 0;
  for (int kind = 0; kind < KINDS; kind++) {
    if (!is_counted(plot, kind)) continue;
    bool apart = plot->count > 1 && kind != LOSS;
    for (int level = 0; level < (apart ? LEVELS : 1); level++)
      places[count++] = (struct place){kind, apart ? level : BOTH};
  }
  return count;
}

static seam_status draw_place(struct page *page, const struct plot *plot, const struct family *family,
                              struct place place, struct box box, seam_error *error) {
  struct curves curves;
  seam_status status = curves_fill(&curves, family, kinds[place.kind].name, place.level, error);
  if (status == SEAM_OK) draw_panel(page, plot, family, place, &box, &curves);
  free(curves.values);
  return status;
}

/* If the last row has one panel, that panel has the whole width. */
seam_status draw_margins(struct page *page, const struct plot *plot, seam_error *error) {
  struct family family = family_of(plot);
  struct place places[MOST_PANELS];
  seam_status status = SEAM_OK;
  int count = find_places(plot, places), columns = !page->wide ? 1 : plot->count > 1 ? LEVELS : count;
  draw_key(page, plot, &family);
  double each = page->width / columns, around = (ROOM_LEFT + ROOM_AROUND) * page->size;
  double height = fmax(fmin(HEIGHT_OF_ONE * (each - around), 20 * page->size), LEAST_HEIGHT * page->size);
  for (int i = 0; i < count && status == SEAM_OK; i++) {
    int column = i % columns;
    bool last = column == columns - 1 || i == count - 1;
    double left = column * each, width = last && column == 0 ? page->width : each;
    struct box box = {page->left + left + ROOM_LEFT * page->size, page->y + ROOM_TITLE * page->size, width - around,
                      height};
    status = draw_place(page, plot, &family, places[i], box, error);
    if (last) page->y = box.y + height + (ROOM_BELOW + 0.6) * page->size;
  }
  page_font(page, 0.85, false);
  page_colour(page, ink, 1);
  if (has_few(&family)) page_paragraph(page, dots_note);
  return status;
}
