/* SPDX-License-Identifier: Apache-2.0 */
/* Figures have ticks that tell their values, colours that are even to every eye, and bins where they belong; equal
 * counts make equal files. */
#define _GNU_SOURCE /* memmem */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "command/common/colour.h"
#include "command/common/ticks.h"
#include "command/figure/density.h"
#include "command/figure/page.h"
#include "command/figure/panel.h"

#include <cmocka.h>

/* ---- Ticks ---- */

/* The value of a label such as "−1.5k". */
static double value_of_label(const char *label) {
  static const char minus[] = "−";
  bool negative = !strncmp(label, minus, strlen(minus));
  char *end;
  double value = strtod(label + (negative ? strlen(minus) : 0), &end);
  const char *prefixes = "kMGTP", *prefix = *end ? strchr(prefixes, *end) : NULL;
  if (prefix) value *= pow(1000, (double)(prefix - prefixes + 1));
  assert_true(!*end || (prefix && !end[1]));
  return negative ? -value : value;
}

static void check_linear(double lower, double upper, int wanted) {
  struct ticks ticks = ticks_linear(lower, upper, wanted);
  double span = upper - lower, step = tick_step(span, wanted);
  double leading = step / pow(10, floor(log10(step) + 1e-9));
  assert_true(fabs(leading - 1) < 1e-9 || fabs(leading - 2) < 1e-9 || fabs(leading - 5) < 1e-9);
  assert_in_range(ticks.count, (int)floor(span / step), wanted + 1);
  for (int i = 0; i < ticks.count; i++) {
    double value = ticks.tick[i].value;
    assert_true(value >= lower - 1e-9 * span && value <= upper + 1e-9 * span);
    assert_true(fabs(value_of_label(ticks.tick[i].label) - value) < 1e-6 * span);
    if (i) assert_true(fabs(value - ticks.tick[i - 1].value - step) < 1e-9 * span);
  }
}

static void ticks_are_round_and_tell_their_values(void **state) {
  (void)state;
  static const double ranges[][2] = {{-2.5, 3.5}, {0, 1},      {-0.05, 1.05}, {0, 999},   {0, 1000},
                                     {0, 4.4e3},  {0, 1.7e10}, {0, 0.0031},   {-7, -0.3}, {0, 0.57}};
  for (size_t r = 0; r < sizeof ranges / sizeof *ranges; r++)
    for (int wanted = 1; wanted < 9; wanted++) check_linear(ranges[r][0], ranges[r][1], wanted);
  assert_int_equal(ticks_linear(1, 1, 5).count, 0);
}

static void decades_have_ticks_and_short_ones_more(void **state) {
  (void)state;
  struct ticks ticks = ticks_decades(-12, 2, 7);
  assert_int_equal(ticks.count, 5);
  assert_string_equal(ticks.tick[0].label, "10⁻¹²");
  assert_string_equal(ticks.tick[4].label, "10⁰");
  assert_true(ticks.tick[4].value == 0 && ticks.tick[1].value == -9);
  ticks = ticks_decades(log10(3), log10(60), 7);
  static const char *const within[] = {"5", "10", "20", "50"};
  assert_int_equal(ticks.count, 4);
  for (int i = 0; i < 4; i++) {
    assert_string_equal(ticks.tick[i].label, within[i]);
    assert_true(fabs(ticks.tick[i].value - log10(atof(within[i]))) < 1e-12);
  }
  assert_string_equal(ticks_decades(5, 5.8, 7).tick[2].label, "5×10⁵");
}

/* ---- Colours ---- */

/* The colour as people without red cones (protanopes) or without green cones (deuteranopes) see it (Viénot, Brettel and
 * Mollon 1999, in linear RGB). */
static struct rgb dichromat(struct rgb c, bool deutan) {
  static const double red[2][2] = {{0.11238, 0.88762}, {0.29275, 0.70725}};
  static const double blue[2][2] = {{0.00401, -0.00401}, {-0.02234, 0.02234}};
  double r = pow(c.red, 2.2), g = pow(c.green, 2.2), b = pow(c.blue, 2.2);
  double yellow = red[deutan][0] * r + red[deutan][1] * g;
  double rest = blue[deutan][0] * r + blue[deutan][1] * g + b;
  return (struct rgb){pow(yellow, 1 / 2.2), pow(yellow, 1 / 2.2), pow(fmax(0, fmin(1, rest)), 1 / 2.2)};
}

static double gamma_decoded(double encoded) {
  return encoded <= 0.04045 ? encoded / 12.92 : pow((encoded + 0.055) / 1.055, 2.4);
}

/* The perceptual lightness of a colour, 0 to 100: L* of CIE 1976. */
static double lightness_of(struct rgb colour) {
  double y =
      0.2126 * gamma_decoded(colour.red) + 0.7152 * gamma_decoded(colour.green) + 0.0722 * gamma_decoded(colour.blue);
  return y <= 216.0 / 24389 ? y * 24389 / 27 : 116 * cbrt(y) - 16;
}

/* Lightness has the same step everywhere, within a quarter, and the steps have one direction for every eye. */
static void the_sequential_scale_is_even(void **state) {
  (void)state;
  enum { STEPS = 64 };
  double mean = (lightness_of(colour_sequential(1)) - lightness_of(colour_sequential(0))) / STEPS;
  assert_true(mean * STEPS > 60);
  for (int i = 0; i < STEPS; i++) {
    struct rgb from = colour_sequential((double)i / STEPS), to = colour_sequential((double)(i + 1) / STEPS);
    double step = lightness_of(to) - lightness_of(from);
    assert_true(step > 0.75 * mean && step < 1.25 * mean);
    for (int deutan = 0; deutan < 2; deutan++)
      assert_true(lightness_of(dichromat(to, deutan)) > lightness_of(dichromat(from, deutan)));
  }
}

static void the_scale_of_ordered_curves_is_even(void **state) {
  (void)state;
  enum { STEPS = 6 }; /* between seven curves */
  for (int i = 0; i < STEPS; i++) {
    struct rgb from = colour_ordered((double)i / STEPS), to = colour_ordered((double)(i + 1) / STEPS);
    double step = lightness_of(from) - lightness_of(to);
    assert_true(step > 8 && step < 16 && lightness_of(from) < 80);
    for (int deutan = 0; deutan < 2; deutan++)
      assert_true(lightness_of(dichromat(from, deutan)) > 5 + lightness_of(dichromat(to, deutan)));
  }
}

static void the_diverging_scale_is_even_on_both_sides(void **state) {
  (void)state;
  for (int i = 0; i < 64; i++) {
    double t = i / 64.0, next = (i + 1) / 64.0;
    for (int side = -1; side <= 1; side += 2)
      assert_true(lightness_of(colour_diverging(side * next)) < lightness_of(colour_diverging(side * t)));
    assert_true(fabs(lightness_of(colour_diverging(t)) - lightness_of(colour_diverging(-t))) < 4);
  }
  for (int deutan = 0; deutan < 2; deutan++) { /* purple looks blue, and green does not */
    struct rgb low = dichromat(colour_diverging(-1), deutan), high = dichromat(colour_diverging(1), deutan);
    assert_true(low.blue - low.red > 0.15 && high.blue - high.red < -0.15);
  }
}

static void lightness_is_cie_lightness(void **state) {
  (void)state;
  assert_true(fabs(lightness_of((struct rgb){1, 1, 1}) - 100) < 1e-9);
  assert_true(lightness_of((struct rgb){0, 0, 0}) == 0);
  assert_true(fabs(lightness_of((struct rgb){1, 0, 0}) - 53.24) < 0.01);
}

/* ---- Bins ---- */

enum { BINS = 64, EXTENT = BINS + 2 };

static const seam_axis axis = {.bins = BINS, .lower = -2, .upper = 2, .flow = 1};

/* Few counts spread over all bins, and many in the flow bins. */
static int64_t *few_counts(void) {
  int64_t *counts = calloc(EXTENT * EXTENT, sizeof *counts);
  for (int i = 0; i < EXTENT; i++) counts[i] = counts[i * EXTENT] = counts[(EXTENT - 1) * EXTENT + i] = 1000;
  for (int i = 1; i <= BINS; i++)
    for (int j = 1; j <= BINS; j++) counts[i * EXTENT + j] = (i * 7 + j * 3) % 5;
  return counts;
}

static void bins_are_merged_if_counts_are_few(void **state) {
  (void)state;
  int64_t *counts = few_counts();
  assert_int_equal(merging_of(&axis, &axis, counts, 1, false).x, 2); /* bins are never merged to fewer than 32 a side */
  assert_int_equal(merging_of(&axis, &axis, counts, 0, false).y, 2);
  assert_int_equal(merging_of(&axis, &axis, counts, 25, false).x, 1); /* 4 counts with an effective count of 100 */
  assert_int_equal(merging_of(&axis, &axis, counts, 24, false).x, 2);
  assert_int_equal(merging_of(&axis, &axis, counts, 1, true).x, 1);
  assert_int_equal(merging_of(&axis, &axis, counts, 1, true).y, 2);
  counts[5 * EXTENT + 9] = 100;
  assert_int_equal(merging_of(&axis, &axis, counts, 1, false).x, 1);
  free(counts);
}

static void a_grid_holds_every_count(void **state) {
  (void)state;
  int64_t *counts = few_counts();
  static const struct merging mergings[] = {{1, 1}, {2, 2}, {1, 2}};
  for (int m = 0; m < 3; m++) {
    int64_t x = mergings[m].x, y = mergings[m].y;
    struct grid grid = grid_of(&axis, &axis, counts, mergings[m]);
    assert_true(grid.columns == BINS / x && grid.rows == BINS / y);
    assert_true(fabs(grid.bin_x - 4.0 * (double)x / BINS) < 1e-15 && fabs(grid.bin_y - 4.0 * (double)y / BINS) < 1e-15);
    double largest = 0;
    for (int64_t i = 0; i < grid.columns; i++)
      for (int64_t j = 0; j < grid.rows; j++) {
        double sum = 0, value = grid.values[i * grid.rows + j];
        for (int64_t k = 0; k < x * y; k++) sum += (double)counts[(1 + i * x + k % x) * EXTENT + 1 + j * y + k / x];
        assert_true(value == sum);
        largest = fmax(largest, value);
      }
    assert_true(grid.largest == largest);
    grid_scale(&grid, 0.5);
    assert_true(grid.largest == largest / 2);
    grid_free(&grid);
  }
  free(counts);
}

static void shades_place_values(void **state) {
  (void)state;
  struct grid grid = {.largest = 1000, .least = 10}, alike = {.largest = 7, .least = 7};
  struct shade linear = shade_of(&grid, 1, false), logarithmic = shade_of(&grid, 1, true);
  assert_true(shade_place(&linear, 250) == 0.25 && shade_place(&linear, 2000) == 1);
  assert_true(shade_place(&logarithmic, 10) == 0 && fabs(shade_place(&logarithmic, 100) - 0.5) < 1e-12);
  assert_true(shade_place(&logarithmic, 1) == 0);
  struct shade same = shade_of(&alike, 1, true);
  assert_true(shade_place(&same, 7) == 1);
  struct shade ratio = {.largest = 2, .diverging = true};
  assert_true(shade_place(&ratio, -1) == -0.5 && shade_place(&ratio, 0) == 0 && shade_place(&ratio, -9) == -1);
}

static bool is_colour(uint32_t pixel, struct rgb c) {
  return (int)(pixel >> 16 & 255) == (int)(c.red * 255 + 0.5) &&
         (int)(pixel >> 8 & 255) == (int)(c.green * 255 + 0.5) && (int)(pixel & 255) == (int)(c.blue * 255 + 0.5);
}

/* Draws a grid of 3 columns and 2 rows on 30 by 20 points, and checks the pixel in the middle of every bin. */
static void check_pixels(const struct grid *grid, const struct shade *shade, const struct rgb expected[3][2]) {
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 40, 30);
  struct page page = {.cairo = cairo_create(surface), .size = 8};
  struct panel panel = {.box = {5, 5, 30, 20}};
  density_draw(&page, &panel, grid, shade);
  cairo_surface_flush(surface);
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 2; j++) {
      int x = 5 + 10 * i + 5, y = 25 - 10 * j - 5;
      const unsigned char *row = cairo_image_surface_get_data(surface) + y * cairo_image_surface_get_stride(surface);
      uint32_t pixel;
      memcpy(&pixel, row + 4 * x, sizeof pixel);
      assert_true(is_colour(pixel, expected[i][j]));
    }
  cairo_destroy(page.cairo);
  cairo_surface_destroy(surface);
}

/* u0 grows to the right and u1 upwards. Higher counts are darker, and no count leaves the paper blank. */
static void bins_lie_where_they_belong(void **state) {
  (void)state;
  const struct rgb paper = {1, 1, 1};
  double counts[] = {0, 1, 2, 3, 4, 8}, ratios[] = {NAN, 1, 2, 0, -2, -1};
  struct grid grid = {.columns = 3, .rows = 2, .values = counts, .largest = 8, .least = 1};
  struct shade shade = shade_of(&grid, 1, false);
  struct rgb darkness[3][2], warmth[3][2];
  for (int i = 0; i < 6; i++) darkness[i / 2][i % 2] = counts[i] > 0 ? colour_sequential(1 - counts[i] / 8) : paper;
  check_pixels(&grid, &shade, (const struct rgb(*)[2])darkness);
  for (int i = 0; i < 6; i++) warmth[i / 2][i % 2] = isnan(ratios[i]) ? paper : colour_diverging(ratios[i] / 2);
  grid.values = ratios;
  shade = (struct shade){.largest = 2, .diverging = true};
  check_pixels(&grid, &shade, (const struct rgb(*)[2])warmth);
}

static void panels_place_values(void **state) {
  (void)state;
  struct panel panel = {.box = {10, 20, 100, 50}, .x = {-1, 1, NULL, false}, .y = {0, 5, NULL, false}};
  assert_true(panel_x(&panel, -1) == 10 && panel_x(&panel, 0) == 60 && panel_x(&panel, 1) == 110);
  assert_true(panel_y(&panel, 0) == 70 && panel_y(&panel, 5) == 20 && panel_y(&panel, 1) == 60);
}

/* ---- Files ---- */

static seam_status draw_something(struct page *page, const void *user, int part, seam_error *error) {
  (void)error, (void)part;
  page_paragraph(page, user);
  page->y += 50;
  return SEAM_OK;
}

static void end_nothing(struct page *page, const void *user) { (void)page, (void)user; }

/* Not for SVG, whose parts Cairo numbers on within a process: system/plot.sh has the program draw it twice. */
static void files_are_the_same_bytes(void **state) {
  (void)state;
  static const char *const names[] = {"a.png", "a.svg", "a.pdf"}, *const begins[] = {"\211PNG\r\n", "<?xml", "%PDF-"};
  static const char *const kept[] = {"train --lr 1 & <more>", "<desc>train --lr 1 &amp; &lt;more&gt;</desc>",
                                     "/Subject (train --lr 1 & <more>)"};
  for (int f = 0; f < 3; f++) {
    struct drawing drawings[2];
    seam_error error;
    const struct document document = {1, draw_something, end_nothing, "u₀ is 0 V", "train --lr 1 & <more>"};
    for (int i = 0; i < 2; i++)
      assert_int_equal(page_render(format_of(names[f]), 200, &document, &drawings[i], &error), SEAM_OK);
    const unsigned char *bytes = drawings[0].bytes;
    size_t size = drawings[0].size;
    assert_int_equal(size, drawings[1].size);
    if (strcmp(names[f], "a.svg")) assert_memory_equal(bytes, drawings[1].bytes, size);
    assert_memory_equal(bytes, begins[f], strlen(begins[f]));
    assert_null(memmem(bytes, size, "CreationDate", strlen("CreationDate")));
    assert_non_null(memmem(bytes, size, kept[f], strlen(kept[f])));
    free(drawings[0].bytes);
    free(drawings[1].bytes);
  }
  assert_null(format_of("a.gif"));
  assert_null(format_of(".png"));
}

static seam_status draw_too_high(struct page *page, const void *user, int part, seam_error *error) {
  (void)user, (void)part, (void)error;
  page->y += 1e6;
  return SEAM_OK;
}

static void too_high_a_figure_is_refused(void **state) {
  (void)state;
  struct drawing drawing;
  seam_error error;
  const struct document document = {1, draw_too_high, end_nothing, NULL, ""};
  assert_int_equal(page_render(format_of("a.png"), 200, &document, &drawing, &error), SEAM_ERROR_USAGE);
  assert_non_null(strstr(error.message, "--width"));
}

/* ---- Pages ---- */

/* The parts and ends that were drawn last, as text. */
struct trace {
  char text[64];
};

static void append(const void *user, const char *text) {
  struct trace *trace = (struct trace *)user;
  strncat(trace->text, text, sizeof trace->text - strlen(trace->text) - 1);
}

static seam_status trace_part(struct page *page, const void *user, int part, seam_error *error) {
  (void)error;
  append(user, (const char *[]){"0", "1", "2"}[part]);
  page->y += 30 * (part + 1);
  return SEAM_OK;
}

static void trace_end(struct page *page, const void *user) {
  (void)page;
  append(user, ";");
}

/* How often the text is in the file. */
static int count_of(const unsigned char *bytes, size_t size, const char *text) {
  int count = 0;
  const unsigned char *end = bytes + size;
  for (const unsigned char *at = bytes; (at = memmem(at, (size_t)(end - at), text, strlen(text))); at++) count++;
  return count;
}

/* Each page is drawn twice: the first time it is measured. */
static void a_pdf_has_a_page_for_each_part_and_others_have_one(void **state) {
  (void)state;
  static const char *const traces[][2] = {{"a.pdf", "0;0;1;1;2;2;"}, {"a.png", "012;012;"}, {"a.svg", "012;012;"}};
  for (int f = 0; f < 3; f++) {
    struct trace trace = {""};
    const struct document document = {3, trace_part, trace_end, &trace, ""};
    struct drawing drawing;
    seam_error error;
    assert_int_equal(page_render(format_of(traces[f][0]), 200, &document, &drawing, &error), SEAM_OK);
    assert_string_equal(trace.text, traces[f][1]);
    assert_int_equal(format_has_pages(format_of(traces[f][0])), f == 0);
    if (f == 0) assert_int_equal(count_of(drawing.bytes, drawing.size, "/Type /Page "), 3);
    assert_true(f == 0 || (drawing.height > 180 && drawing.height < 230));
    free(drawing.bytes);
  }
}

static void a_paragraph_has_the_height_that_it_reports(void **state) {
  (void)state;
  static const char *const texts[] = {"", "a", "some words that take more lines than one", "one, two,three,four,five"};
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
  struct page page = {.cairo = cairo_create(surface), .size = 8, .width = 60};
  page_font(&page, 1, false);
  double line = page_paragraph_height(&page, "a");
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    page.y = 0;
    page_paragraph(&page, texts[i]);
    assert_true(page.y == page_paragraph_height(&page, texts[i]));
    assert_true(i < 2 ? page.y == (double)i * line : page.y >= 2 * line);
  }
  cairo_destroy(page.cairo);
  cairo_surface_destroy(surface);
}

static void a_text_is_cut_only_between_characters(void **state) {
  (void)state;
  static const char *const whole = "a\u00e4\u2080\U0001d11e";
  static const size_t within[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (size_t most = 0; most < sizeof within / sizeof *within; most++)
    assert_int_equal(text_within(whole, most), within[most]);
  assert_int_equal(text_within("\x80\x80\x80\x80\x80\x80\x80\x80", 6), 6);
}

/* The characters have two bytes and begin at odd places. The pieces have 499 bytes, three times 500, and 403, each in a
 * line; one more word follows. */
static void a_long_word_is_drawn_to_its_end(void **state) {
  (void)state;
  enum { CHARACTERS = 1200 };
  char word[2 * CHARACTERS + 8] = "x";
  for (int i = 0; i < CHARACTERS; i++) strcat(word, "\u00e4");
  strcat(word, "x a");
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
  struct page page = {.cairo = cairo_create(surface), .size = 8, .width = 60};
  page_font(&page, 1, false);
  page_paragraph(&page, word);
  assert_int_equal(cairo_status(page.cairo), CAIRO_STATUS_SUCCESS);
  double line = page_paragraph_height(&page, "a");
  assert_true(fabs(page.y - 6 * line) < 1e-9);
  cairo_destroy(page.cairo);
  cairo_surface_destroy(surface);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ticks_are_round_and_tell_their_values),
      cmocka_unit_test(decades_have_ticks_and_short_ones_more),
      cmocka_unit_test(the_sequential_scale_is_even),
      cmocka_unit_test(the_scale_of_ordered_curves_is_even),
      cmocka_unit_test(the_diverging_scale_is_even_on_both_sides),
      cmocka_unit_test(lightness_is_cie_lightness),
      cmocka_unit_test(bins_are_merged_if_counts_are_few),
      cmocka_unit_test(a_grid_holds_every_count),
      cmocka_unit_test(shades_place_values),
      cmocka_unit_test(bins_lie_where_they_belong),
      cmocka_unit_test(panels_place_values),
      cmocka_unit_test(files_are_the_same_bytes),
      cmocka_unit_test(too_high_a_figure_is_refused),
      cmocka_unit_test(a_pdf_has_a_page_for_each_part_and_others_have_one),
      cmocka_unit_test(a_paragraph_has_the_height_that_it_reports),
      cmocka_unit_test(a_text_is_cut_only_between_characters),
      cmocka_unit_test(a_long_word_is_drawn_to_its_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
