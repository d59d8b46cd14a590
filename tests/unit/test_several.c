/* SPDX-License-Identifier: Apache-2.0 */
/* Several results in one figure have labels that tell them apart, the figures that all of them can have, and curves
 * over one another. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "command/arguments.h"
#include "command/command.h"
#include "command/common/selection.h"
#include "command/figure/curves.h"
#include "command/figure/figure.h"
#include "command/figure/page.h"
#include "command/figure_choice.h"
#include "support/sample_run.h"

#define B "\u00a0" /* a space at which no line is broken */

static void take(struct plot *plot, seam_result *result) { plot->results[plot->count++] = result; }

static void release(struct plot *plot) {
  for (int r = 0; r < plot->count; r++) seam_result_free(plot->results[r]);
}

#define SMALL        "chains", "40", "bins", "8", "steps"
#define MADE(...)    sample_train((const char *[]){__VA_ARGS__, NULL})
#define PREDICT(...) sample_predict((const char *[]){__VA_ARGS__, NULL})

static void expect_labels(const struct plot *plot, const char *const *expected) {
  for (int r = 0; r < plot->count; r++) assert_string_equal(label_of(plot, r).text, expected[r]);
}

/* ---- Labels ---- */

static void labels_tell_what_differs_and_nothing_else(void **state) {
  (void)state;
  struct plot plot = {.count = 0};
  take(&plot, MADE(SMALL, "3"));
  take(&plot, MADE(SMALL, "7", "histograms", "interface"));
  expect_labels(&plot, (const char *[]){"A: steps" B "3", "B: steps" B "7"});
  assert_true(label_differs(&plot, "steps") && label_differs(&plot, "histograms") && !label_differs(&plot, "lr"));
  take(&plot, MADE(SMALL, "7", "lr", "0.5", "second", "buffer"));
  expect_labels(&plot, (const char *[]){"A: mlp8" B "×" B "mlp8, steps" B "3, lr" B "0.01",
                                        "B: mlp8" B "×" B "mlp8, steps" B "7, lr" B "0.01",
                                        "C: mlp8" B "×" B "buffer, steps" B "7, lr" B "0.5"});
  release(&plot);
}

static void equal_results_have_only_their_letter(void **state) {
  (void)state;
  struct plot plot = {.count = 0};
  for (int r = 0; r < 3; r++) take(&plot, MADE(SMALL, "3"));
  expect_labels(&plot, (const char *[]){"A", "B", "C"});
  release(&plot);
}

#define LINEAR "first", "linear", "second", "linear", "chains", "64", "bins", "8", "draws", "64", "cells", "64"

/* A prediction has no steps, and only a Gibbs law shows its beta. */
static void labels_tell_the_task_and_only_its_own_options(void **state) {
  (void)state;
  struct plot plot = {.count = 0};
  take(&plot, MADE(SMALL, "3", LINEAR));
  take(&plot, PREDICT(LINEAR));
  take(&plot, PREDICT(LINEAR, "task", "gibbs"));
  expect_labels(&plot, (const char *[]){"A: training", "B: prediction",
                                        "C: Gibbs"
                                        " law, beta" B "10"});
  release(&plot);
}

/* ---- Their order and colours ---- */

static void expect_order(const struct plot *plot, const char *option, const char *const *values) {
  for (int r = 0; r < plot->count; r++)
    assert_string_equal(seam_config_get(seam_result_config(plot->results[r]), option), values[r]);
}

static void results_stand_in_the_order_of_the_only_option_that_differs(void **state) {
  (void)state;
  struct plot plot = {.count = 0};
  take(&plot, MADE(SMALL, "3", "lr", "10"));
  take(&plot, MADE(SMALL, "3", "lr", "0.1"));
  order_results(&plot);
  expect_order(&plot, "lr", (const char *[]){"10", "0.1"}); /* two stay as given */
  take(&plot, MADE(SMALL, "3", "lr", "0.05", "seed", "4", "histograms", "interface"));
  assert_string_equal(ordering_option(&plot), "lr");
  order_results(&plot);
  expect_order(&plot, "lr", (const char *[]){"0.05", "0.1", "10"});
  assert_true(order_place(&plot, 0, "lr") == 0 && order_place(&plot, 2, "lr") == 1);
  take(&plot, MADE(SMALL, "7", "lr", "0.01"));
  assert_null(ordering_option(&plot)); /* the steps differ, too */
  order_results(&plot);
  expect_order(&plot, "lr", (const char *[]){"0.05", "0.1", "10", "0.01"});
  release(&plot);
  plot.count = 0;
  for (int r = 0; r < 3; r++) take(&plot, MADE(SMALL, "3", "loss", r == 1 ? "hinge" : "mse"));
  assert_null(ordering_option(&plot)); /* words have no order */
  release(&plot);
}

static double lightness(struct rgb c) { return 0.21 * c.red + 0.72 * c.green + 0.07 * c.blue; }

/* Blue and orange are the colours of buffers and of inverters. */
static void curves_of_several_results_are_neither_blue_nor_orange(void **state) {
  (void)state;
  for (int ordered = 0; ordered < 2; ordered++) {
    struct plot plot = {.selection = find_selection("all")};
    for (int r = 0; r < MOST_OVERLAID; r++)
      take(&plot, MADE("bins", "8", "steps", "0", "chains", "9", ordered ? "chains" : "loss",
                       ordered ? (const char *[]){"7", "2", "5", "1", "4", "3", "6"}[r]
                       : r % 2 ? "hinge"
                               : "mse"));
    order_results(&plot);
    struct family family = family_of(&plot);
    for (int a = 0; a < MOST_OVERLAID; a++) {
      struct rgb c = family.members[a].colour;
      assert_false(c.blue > c.red + 0.3 && c.blue > c.green);
      assert_false(c.red > c.blue + 0.3 && c.red > c.green);
      for (int b = 0; b < a; b++)
        assert_true(family.members[a].dashed != family.members[b].dashed ||
                    fabs(lightness(family.members[b].colour) - lightness(c)) > 0.03);
      if (ordered && a) assert_true(lightness(family.members[a - 1].colour) > lightness(c));
    }
    release(&plot);
  }
}

/* ---- Which figures ---- */

static void expect_choice(const char *names, int files, const char *expected) {
  struct choice choice;
  seam_error error;
  char text[128] = "";
  if (choice_read(&choice, names, files, &error) != SEAM_OK) fail_msg("%s", error.message);
  for (int i = 0; i < choice.count; i++)
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "", choice.figures[i]->name);
  assert_string_equal(text, expected);
}

static void expect_refusal(const char *names, int files, const char *words) {
  struct choice choice;
  seam_error error;
  assert_int_equal(choice_read(&choice, names, files, &error), SEAM_ERROR_USAGE);
  if (!strstr(error.message, words)) fail_msg("no \"%s\" in: %s", words, error.message);
}

static void figures_are_taken_in_order_and_once(void **state) {
  (void)state;
  expect_choice(NULL, 1, "interface");
  expect_choice(NULL, 2, "compare");
  expect_choice(NULL, 3, "interface");
  expect_choice("snapshots,interface,snapshots", 1, "snapshots interface");
  expect_choice("margins,all", 7, "margins all");
  expect_refusal("margins,", 1, "--figure : unknown");
  expect_refusal("margins,marginsx", 1, "--figure marginsx: unknown");
  expect_refusal("interface,snapshots", 2, "--figure snapshots takes one file, not 2");
  expect_refusal("compare", 3, "--figure compare takes two files, not 3");
  expect_refusal("interchange", 3, "--figure interchange takes one or two files, not 3");
  expect_refusal("margins", 8, "--figure margins takes up to 7 files, not 8");
}

static void expect_settled(struct plot *plot, const char *names, const char *expected) {
  static const char *files[] = {"a.zip", "b.zip", "c.zip"};
  const struct arguments arguments = {.files = files};
  struct choice choice;
  seam_error error = {.message = ""};
  char text[sizeof error.message] = "";
  assert_int_equal(choice_read(&choice, names, plot->count, &error), SEAM_OK);
  seam_status status = choice_settle(&choice, plot, &arguments, &error);
  if (status) snprintf(text, sizeof text, "%s", error.message);
  for (int i = 0; i < choice.count && !status; i++)
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "", choice.figures[i]->name);
  if (strncmp(text, expected, strlen(expected)) != 0) fail_msg("\"%s\" instead of \"%s\"", text, expected);
  seam_comparison_free(plot->comparison);
  plot->comparison = NULL;
}

static void all_is_what_all_results_can_have(void **state) {
  (void)state;
  struct plot plot = {.count = 0};
  take(&plot, MADE(SMALL, "3", "histograms", "interface,loss,snapshots"));
  expect_settled(&plot, "all", "interface margins snapshots");
  expect_settled(&plot, "snapshots,all", "snapshots interface margins");
  take(&plot, MADE(SMALL, "3", "histograms", "interface,width"));
  expect_settled(&plot, "all", "interface margins compare");
  take(&plot, MADE(SMALL, "3", "histograms", "interface"));
  expect_settled(&plot, "all", "interface");
  expect_settled(&plot, "interface,margins", "c.zip: the run did not count width");
  seam_result_free(plot.results[--plot.count]);
  take(&plot, MADE(SMALL, "3", "histograms", "loss"));
  expect_settled(&plot, "all", "margins");
  seam_result_free(plot.results[--plot.count]);
  take(&plot, MADE(SMALL, "3", "histograms", "none"));
  expect_settled(&plot, "all", "these results have no histogram in common");
  release(&plot);
}

/* A comparison that is asked for by its name is refused. */
static void all_leaves_out_an_impossible_comparison(void **state) {
  (void)state;
  struct plot plot = {.count = 0};
  take(&plot, MADE(SMALL, "3", "histograms", "interface"));
  take(&plot, MADE(SMALL, "3", "histograms", "interface", "bins", "16"));
  expect_settled(&plot, "all", "interface");
  expect_settled(&plot, "interface,compare", "--bins 8 against 16");
  expect_settled(&plot, "compare,all", "--bins 8 against 16");
  seam_result_free(plot.results[--plot.count]);
  take(&plot, MADE(SMALL, "3", "histograms", "interface", "second", "buffer"));
  expect_settled(&plot, "all", "interface");
  seam_result_free(plot.results[--plot.count]);
  take(&plot, PREDICT(SMALL, "3", "draws", "64", "cells", "64", "task", "gibbs"));
  expect_settled(&plot, "all", "interface compare");
  expect_settled(&plot, "compare", "compare");
  seam_result_free(plot.results[--plot.count]);
  take(&plot, MADE(SMALL, "3", "histograms", "interface"));
  expect_settled(&plot, "compare,all", "compare interface");
  release(&plot);
}

/* ---- The effective counts ---- */

/* The effective count of the chosen outcomes, as a comparison with a training finds it, per count in the histogram. */
static double effective_beside(seam_result *result, seam_result *training, const char *outcome) {
  seam_comparison *comparison;
  seam_error error;
  if (seam_compare(result, training, outcome, 0, &comparison, &error)) fail_msg("%s", error.message);
  double effective = seam_comparison_histogram_at(comparison, 0)->effective[0];
  seam_comparison_free(comparison);
  return effective;
}

#define WORKING "first", "logistic", "second", "logistic", "chains", "4000", "bins", "16", "steps", "50"
#define PAIRED  WORKING, "draws", "4000", "cells", "64"

static void effective_counts_come_from_the_interface(void **state) {
  (void)state;
  const struct selection *pass = find_selection("pass"), *buffer = find_selection("buffer");
  seam_result *training = MADE(WORKING), *prediction = PREDICT(PAIRED), *law = PREDICT(PAIRED, "task", "gibbs");
  assert_true(effective_sample_of(training, pass) == 1);
  for (int i = 0; i < 2; i++) {
    const struct selection *selection = i ? buffer : pass;
    double effective = effective_beside(prediction, training, selection->name);
    assert_true(effective > 16);
    assert_true(effective_sample_of(prediction, selection) ==
                effective / (double)selected_chains(prediction, selection));
  }
  assert_true(effective_sample_of(prediction, find_selection("all")) == effective_sample_of(prediction, pass));
  assert_true(effective_sample_of(prediction, find_selection("fail")) == 0);
  double effective = effective_beside(law, training, "all");
  assert_true(effective > 16 && effective_sample_of(law, buffer) == effective / (double)selected_chains(law, pass));
  assert_ptr_equal(counted_outcomes(law, find_selection("all")),
                   pass); /* without the weight of pairs that do not work */
  assert_ptr_equal(counted_outcomes(prediction, find_selection("all")), find_selection("all"));
  seam_result_free(training);
  seam_result_free(prediction);
  seam_result_free(law);
}

enum { WIDE = 500, HIGH = 240 };

/* How many distinct colours the first panel has, without frame and text. */
static int colours_of_first_panel(cairo_surface_t *surface) {
  enum { LEFT = 60, RIGHT = 140, TOP = 50, BOTTOM = 130, MOST = 64 };
  uint32_t seen[MOST];
  int count = 0;
  cairo_surface_flush(surface);
  for (int y = TOP; y < BOTTOM; y++)
    for (int x = LEFT, i; x < RIGHT && count < MOST; x++) {
      uint32_t pixel;
      memcpy(&pixel, cairo_image_surface_get_data(surface) + y * cairo_image_surface_get_stride(surface) + 4 * x, 4);
      for (i = 0; i < count && seen[i] != pixel; i++) {
      }
      if (i == count) seen[count++] = pixel;
    }
  return count;
}

/* Whatever the units of a Gibbs law, law and training have one scale, on which the training's chains have many
 * shades. */
static void densities_of_a_training_and_a_law_have_one_scale(void **state) {
  (void)state;
  struct plot plot = {.selection = find_selection("all")};
  take(&plot, MADE(WORKING));
  take(&plot, PREDICT(PAIRED, "task", "gibbs"));
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, WIDE, HIGH);
  struct page page = {.cairo = cairo_create(surface), .size = 8, .width = WIDE, .wide = true};
  seam_error error;
  assert_int_equal(prepare_comparison(&plot, "all", false, &error), SEAM_OK);
  assert_int_equal(draw_comparison(&page, &plot, &error), SEAM_OK);
  assert_in_range(colours_of_first_panel(surface), 9, 64);
  cairo_destroy(page.cairo);
  cairo_surface_destroy(surface);
  seam_comparison_free(plot.comparison);
  release(&plot);
}

/* ---- What figures draw ---- */

enum { MOST_GRIDS = 24 };

/* The grids that figures drew since the last call of forget. */
static struct {
  int count;
  struct grid grids[MOST_GRIDS];
} drawn;

void __real_density_draw(struct page *page, const struct panel *panel, const struct grid *grid,
                         const struct shade *shade);

void __wrap_density_draw(struct page *page, const struct panel *panel, const struct grid *grid,
                         const struct shade *shade);

void __wrap_density_draw(struct page *page, const struct panel *panel, const struct grid *grid,
                         const struct shade *shade) {
  assert_true(drawn.count < MOST_GRIDS);
  struct grid *copy = &drawn.grids[drawn.count++];
  size_t size = (size_t)(grid->columns * grid->rows) * sizeof *grid->values;
  *copy = *grid;
  copy->values = malloc(size);
  assert_non_null(copy->values);
  memcpy(copy->values, grid->values, size);
  __real_density_draw(page, panel, grid, shade);
}

/* The texts that figures drew, joined. */
static char texts[4096];

void __real_page_text(struct page *page, double x, double y, double align, const char *text);
void __wrap_page_text(struct page *page, double x, double y, double align, const char *text);

void __wrap_page_text(struct page *page, double x, double y, double align, const char *text) {
  snprintf(texts + strlen(texts), sizeof texts - strlen(texts), "%s\n", text);
  __real_page_text(page, x, y, align, text);
}

static void forget(void) {
  texts[0] = '\0';
  for (int g = 0; g < drawn.count; g++) grid_free(&drawn.grids[g]);
  drawn.count = 0;
}

static void draw(seam_status (*figure)(struct page *, const struct plot *, seam_error *), const struct plot *plot) {
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, WIDE, HIGH);
  struct page page = {.cairo = cairo_create(surface), .size = 8, .width = WIDE, .wide = true};
  seam_error error;
  forget();
  assert_int_equal(figure(&page, plot, &error), SEAM_OK);
  cairo_destroy(page.cairo);
  cairo_surface_destroy(surface);
}

/* A sum over a square of bins of (u0, u1), for the outcomes whose bits are set. */
static double square_of(const seam_histogram *histogram, unsigned outcomes, int64_t u0, int64_t u1, int64_t merged) {
  int64_t extent = histogram->axes[2].bins + 2, sum = 0;
  for (int o = 0; o < OUTCOMES_COUNTED; o++)
    for (int64_t i = 0; i < merged * merged && outcomes >> o & 1; i++)
      sum += histogram->values[(o * extent + 1 + u0 * merged + i / merged) * extent + 1 + u1 * merged + i % merged];
  return (double)sum;
}

/* Each bin of the grid is the sum of the bins that it covers, divided by `divisor`. It is a density if that is 0. */
static void expect_sums(const struct grid *grid, const seam_histogram *histogram, unsigned outcomes, double divisor) {
  int64_t bins = histogram->axes[1].bins, merged = bins / grid->columns, layer = (bins + 2) * (bins + 2);
  double width = 6.0 / (double)grid->columns, all = 0;
  for (int64_t i = 0; i < 3 * layer; i++) all += outcomes >> i / layer & 1 ? (double)histogram->values[i] : 0;
  assert_true(all > 0 && grid->rows == grid->columns);
  if (grid->dotted) divisor = 1; /* counts, to be drawn as dots */
  if (divisor == 0) divisor = all * width * width;
  for (int64_t i = 0; i < grid->columns; i++)
    for (int64_t j = 0; j < grid->rows; j++) {
      double expected = square_of(histogram, outcomes, i, j, merged) / divisor;
      if (fabs(grid->values[i * grid->rows + j] - expected) > 1e-9 * (expected + 1))
        fail_msg("%g instead of %g", grid->values[i * grid->rows + j], expected);
    }
}

/* A choice of --outcome, and the outcomes that figures of a training and of a law add up for it. */
static const struct {
  const char *outcome;
  unsigned training, law;
} sums[] = {{NULL, 7, 3}, {"all", 7, 3}, {"pass", 3, 3}, {"buffer", 1, 1}, {"inverter", 2, 2}};

/* No choice is all, because a law is one of all pairs. Its row "fail" is never added. */
static void figures_of_a_law_draw_its_weights(void **state) {
  (void)state;
  const struct figure figure = {.outcome = "pass"};
  struct plot both = {.count = 0}, law = {.count = 0};
  take(&law, PREDICT(PAIRED, "task", "gibbs"));
  take(&both, MADE(WORKING));
  take(&both, law.results[0]);
  const seam_histogram *weights = seam_result_histogram(law.results[0], "interface");
  const seam_histogram *chains = seam_result_histogram(both.results[0], "interface");
  for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
    const struct arguments arguments = {.outcome = sums[i].outcome};
    law.selection = both.selection = find_selection(choice_outcome(&figure, &both, &arguments));
    draw(draw_interface, &law);
    assert_int_equal(drawn.count, 1);
    expect_sums(&drawn.grids[0], weights, sums[i].law, 1 << 20);
    draw(draw_interface, &both);
    assert_int_equal(drawn.count, 2);
    assert_true(strstr(texts, "buffer\n") && !strstr(texts, "diverged\n")); /* the key names what some result has */
    expect_sums(&drawn.grids[0], chains, sums[i].training, 0);
    expect_sums(&drawn.grids[1], weights, sums[i].law, 0);
  }
  seam_error error;
  both.selection = find_selection("all");
  assert_int_equal(
      prepare_comparison(&both, choice_outcome(&figure, &both, &(struct arguments){.outcome = NULL}), false, &error),
      SEAM_OK);
  draw(draw_comparison, &both);
  assert_int_equal(drawn.count, 3);
  expect_sums(&drawn.grids[0], chains, 7, 0);
  expect_sums(&drawn.grids[1], weights, 3, 0);
  forget();
  seam_comparison_free(both.comparison);
  release(&both);
}

/* Three chains are three dots, not peaks, and do not change the bins of the results beside them. */
static void few_chains_are_dots(void **state) {
  (void)state;
  struct plot plot = {.selection = find_selection("all")};
  int64_t columns[2];
  take(&plot, MADE(WORKING, "bins", "256"));
  take(&plot, MADE(WORKING, "bins", "256", "seed", "2"));
  for (int i = 0; i < 2; i++) {
    draw(draw_interface, &plot);
    columns[i] = drawn.grids[0].columns;
    assert_true(!drawn.grids[0].dotted && drawn.grids[1].columns == columns[i]);
    if (i == 0) take(&plot, MADE(WORKING, "bins", "256", "chains", "3"));
  }
  assert_true(columns[0] == columns[1] && drawn.grids[2].dotted && drawn.grids[2].largest == 1);
  const struct shade shade = shade_of(&drawn.grids[2], 1, false);
  assert_true(shade.largest == 0);
  assert_string_equal(number_of(plot.results[2], plot.selection).text, "3 chains");
  struct plot alone = {.count = 0, .selection = plot.selection};
  take(&alone, MADE("chains", "120", "steps", "40", "histograms", "snapshots,selection"));
  draw(draw_selection, &alone);
  assert_true(drawn.count > 1 && drawn.grids[0].dotted && !drawn.grids[drawn.count - 1].dotted);
  forget();
  release(&alone);
  release(&plot);
}

/* A panel's bins do not depend on its own chains alone. */
static void panels_of_a_series_have_the_same_bins(void **state) {
  (void)state;
  struct plot plot = {.count = 0, .selection = find_selection("all")};
  take(&plot, MADE(WORKING, "chains", "20000", "histograms", "selection"));
  draw(draw_selection, &plot);
  int64_t columns = drawn.grids[drawn.count - 1].columns;
  int panels = 0;
  for (int g = 0; g < drawn.count; g++) {
    if (drawn.grids[g].dotted) continue;
    assert_int_equal(drawn.grids[g].columns, columns);
    panels++;
  }
  assert_true(panels > 2);
  forget();
  release(&plot);
}

/* Whether the histogram has pairs of the same mode (1) or of other modes (0). */
static bool has_pairs(const seam_result *result, int64_t mode) {
  const seam_histogram *histogram = seam_result_histogram(result, "interchange");
  int64_t each = histogram->cells / 2, sum = 0;
  for (int64_t i = 0; i < each; i++) sum += histogram->values[mode * each + i];
  return sum > 0;
}

static void the_key_of_interchange_names_only_what_is_drawn(void **state) {
  (void)state;
  bool lacking = false, both = false;
  for (int chains = 6; chains <= 600; chains *= 10) {
    char number[8];
    snprintf(number, sizeof number, "%d", chains);
    struct plot plot = {.count = 0, .selection = find_selection("pass")};
    take(&plot, MADE("first", "buffer", "second", "buffer", "lr", "0.05", "steps", "60", "histograms", "interchange",
                     "chains", number));
    take(&plot,
         PREDICT("chains", "64", "draws", "64", "cells", "64", "bins", "8", "first", "linear", "second", "linear"));
    draw(draw_interchange, &plot);
    bool other = has_pairs(plot.results[0], 0), same = has_pairs(plot.results[0], 1);
    assert_int_equal(strstr(texts, "a buffer and an inverter") != NULL, other);
    assert_int_equal(strstr(texts, "two buffers or two inverters") != NULL, same);
    assert_int_equal(strstr(texts, "A, trained") != NULL, other || same);
    assert_null(strstr(texts, "B, untrained")); /* no pair works */
    lacking = lacking || !other || !same;
    both = both || (other && same);
    release(&plot);
  }
  assert_true(lacking && both);
}

/* Whether a result counted something of these outcomes in a square. */
static bool is_filled(const struct plot *plot, unsigned outcomes, int64_t i, int64_t j, int64_t merged) {
  for (int r = 0; r < 2; r++)
    if (square_of(seam_result_histogram(plot->results[r], "interface"), outcomes, i, j, merged) > 0) return true;
  return false;
}

/* Squares in which neither result has a chain stay white. In the others, z is the ratio over its error in one bin. */
static void maps_are_white_without_chains_and_show_z(void **state) {
  (void)state;
  struct plot plot = {.count = 0, .selection = find_selection("pass")};
  for (int r = 0; r < 2; r++)
    take(&plot, MADE("first", "buffer", "second", "buffer", "lr", "0.05", "steps", "60", "chains", "3000", "seed",
                     r ? "2" : "1", "histograms", "interface"));
  seam_error error;
  assert_int_equal(prepare_comparison(&plot, "pass", false, &error), SEAM_OK);
  const double *ratio = seam_comparison_map_at(plot.comparison, 0)->reals;
  const double *spread = seam_comparison_map_at(plot.comparison, 1)->reals;
  for (int own = 0; own < 2; own++) {
    draw(own ? draw_map : draw_comparison, &plot);
    const struct grid *map = &drawn.grids[own ? 0 : 2];
    int64_t merged = own ? map->columns / 32 : map->columns / drawn.grids[0].columns, white = 0;
    assert_int_equal(map->columns, 256);
    for (int64_t i = 0; i < 256; i++)
      for (int64_t j = 0; j < 256; j++) {
        bool filled = is_filled(&plot, 3, i / merged, j / merged, merged), found = false;
        assert_int_equal(!isnan(map->values[i * 256 + j]), filled);
        white += !filled;
        for (int64_t k = 0; own && filled && k < merged * merged; k++) {
          int64_t bin = (i / merged * merged + k / merged + 1) * 258 + j / merged * merged + k % merged + 1;
          found = found || (ratio[bin] == map->values[i * 256 + j] &&
                            ratio[bin] / spread[bin] == drawn.grids[1].values[i * 256 + j]);
        }
        assert_true(found || !own || !filled);
      }
    assert_true(white > 0 && white < 256 * 256);
  }
  forget();
  seam_comparison_free(plot.comparison);
  release(&plot);
}

static void a_law_has_no_outcome_fail(void **state) {
  (void)state;
  struct plot plot = {.count = 0};
  seam_error error;
  take(&plot, PREDICT(LINEAR, "task", "gibbs"));
  for (size_t i = 0; i < sizeof sums / sizeof *sums; i++)
    assert_int_equal(check_law(plot.results[0], "g.zip", find_selection(sums[i].outcome), &error), SEAM_OK);
  assert_int_equal(check_law(plot.results[0], "g.zip", find_selection("fail"), &error), SEAM_ERROR_MISMATCH);
  assert_non_null(strstr(error.message, "g.zip: a Gibbs law weighs all pairs"));
  release(&plot);
}

/* ---- Curves ---- */

/* The entries of one outcome at one level of a width, in bins [first, last), flow bins included. */
static double entries_of(seam_result *result, int outcome, int level, int64_t first, int64_t last) {
  const seam_histogram *width = seam_result_histogram(result, "width");
  int64_t extent = width->axes[2].bins + 2, sum = 0;
  for (int64_t i = first; i < last; i++) sum += width->values[(outcome * LEVELS + level) * extent + i];
  return (double)sum;
}

/* Checks every bin of every curve against a sum over the histogram. */
static void check_curves(const struct plot *plot, int level) {
  struct family family = family_of(plot);
  struct curves curves;
  seam_error error;
  assert_int_equal(curves_fill(&curves, &family, "width", level, &error), SEAM_OK);
  int64_t merged = curves.axis->bins / curves.bins;
  double span = (curves.axis->upper - curves.axis->lower) / (double)curves.bins, above = 0;
  assert_int_equal(curves.levels, level < 0 ? LEVELS : 1);
  for (int i = 0; i < curves.members * curves.levels; i++) {
    const struct member *member = &family.members[i / curves.levels];
    int at = level < 0 ? i % curves.levels : level;
    double beyond = 0;
    for (int64_t bin = 0; bin < curves.bins; bin++) {
      double entries = 0;
      for (int o = 0; o < OUTCOMES_COUNTED; o++)
        if (member->outcomes >> o & 1)
          entries += entries_of(member->result, o, at, 1 + bin * merged, 1 + (bin + 1) * merged);
      double density = member->few ? 0 : entries / (member->chains * span);
      assert_true(fabs(curves.values[i * curves.bins + bin] - density) < 1e-12);
      for (int64_t fine = bin * merged; fine < (bin + 1) * merged; fine++)
        entries -= (double)curves_entries(member, "width", at, fine);
      assert_true(entries == 0);
    }
    for (int o = 0; o < OUTCOMES_COUNTED; o++)
      if (member->outcomes >> o & 1)
        beyond += entries_of(member->result, o, at, curves.axis->bins + 1, curves.axis->bins + 2);
    above = fmax(above, beyond / member->chains);
  }
  if (level >= 0) assert_true(fabs(curves.above - above) < 1e-12);
  free(curves.values);
}

static void curves_are_densities_of_each_result(void **state) {
  (void)state;
  struct plot plot = {.selection = find_selection("all")};
  take(&plot, MADE(SMALL, "30", "chains", "3000"));
  check_curves(&plot, -1);
  for (int r = 0; r < 2; r++) take(&plot, MADE(SMALL, "30", "chains", "900", "second", r ? "buffer" : "mlp4"));
  check_curves(&plot, 0);
  check_curves(&plot, 1);
  release(&plot);
}

/* A result without chains does not widen the bins, and neither does one of few chains, which are drawn as dots. */
static void bins_are_as_wide_as_the_result_with_fewest_counts_needs(void **state) {
  (void)state;
  int64_t bins[4];
  struct plot plot = {.selection = find_selection("all")};
  for (int r = 0; r < 4; r++) {
    take(&plot, r == 0   ? MADE(SMALL, "0", "chains", "30000")
                : r == 1 ? MADE(SMALL, "50", LINEAR, "optimizer", "sgd", "lr", "1e9")
                : r == 2 ? MADE(SMALL, "0", "chains", "99")
                         : MADE(SMALL, "0", "chains", "100"));
    struct family family = family_of(&plot);
    struct curves curves;
    seam_error error;
    assert_int_equal(curves_fill(&curves, &family, "width", 0, &error), SEAM_OK);
    bins[r] = curves.bins;
    assert_int_equal(family.members[r].few, r == 2);
    free(curves.values);
  }
  assert_int_equal(selected_chains(plot.results[1], plot.selection), 0);
  assert_true(bins[0] == bins[1] && bins[1] == bins[2] && bins[3] < bins[2]);
  release(&plot);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(labels_tell_what_differs_and_nothing_else),
      cmocka_unit_test(equal_results_have_only_their_letter),
      cmocka_unit_test(labels_tell_the_task_and_only_its_own_options),
      cmocka_unit_test(results_stand_in_the_order_of_the_only_option_that_differs),
      cmocka_unit_test(curves_of_several_results_are_neither_blue_nor_orange),
      cmocka_unit_test(figures_are_taken_in_order_and_once),
      cmocka_unit_test(all_is_what_all_results_can_have),
      cmocka_unit_test(all_leaves_out_an_impossible_comparison),
      cmocka_unit_test(effective_counts_come_from_the_interface),
      cmocka_unit_test(densities_of_a_training_and_a_law_have_one_scale),
      cmocka_unit_test(figures_of_a_law_draw_its_weights),
      cmocka_unit_test(few_chains_are_dots),
      cmocka_unit_test(panels_of_a_series_have_the_same_bins),
      cmocka_unit_test(the_key_of_interchange_names_only_what_is_drawn),
      cmocka_unit_test(maps_are_white_without_chains_and_show_z),
      cmocka_unit_test(a_law_has_no_outcome_fail),
      cmocka_unit_test(curves_are_densities_of_each_result),
      cmocka_unit_test(bins_are_as_wide_as_the_result_with_fewest_counts_needs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
