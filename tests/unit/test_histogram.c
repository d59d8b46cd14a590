/* SPDX-License-Identifier: Apache-2.0 */
/* Histograms have the axes of DESIGN.md, section 4, exact edges and a layout without gaps, and wrong sums are
 * refused. */
#include "result/histogram.h"

#include "support/sample_result.h"

#define ALL "interface,mapping,response,loss,width,slack,selection,snapshots,interchange"

static struct histogram_set *create(const char *const *options) {
  seam_config *config = sample_config(options);
  struct histogram_set *set;
  seam_error error;
  if (histogram_set_create(config, &set, &error) != SEAM_OK) fail_msg("%s", error.message);
  seam_config_free(config);
  return set;
}

/* "outcome[3] u0[256+2] ..." */
static const char *shape(const seam_histogram *view, char *text, size_t size) {
  size_t length = 0;
  for (int a = 0; a < view->axis_count; a++)
    length += (size_t)snprintf(text + length, size - length, "%s%s[%lld%s]", a ? " " : "", view->axes[a].name,
                               (long long)view->axes[a].bins, view->axes[a].flow ? "+2" : "");
  return text;
}

/* The task that fills each histogram, its name and its axes. */
static const struct {
  const char *task, *name, *shape;
} design[HISTOGRAMS] = {{"train", "interface", "outcome[3] u0[256+2] u1[256+2]"},
                        {"train", "mapping", "outcome[3] v[64] u[256+2]"},
                        {"train", "response", "outcome[3] v[64] y[256+2]"},
                        {"train", "loss", "outcome[3] log10_loss[280+2]"},
                        {"train", "width", "outcome[3] level[2] width[256+2]"},
                        {"train", "slack", "outcome[3] level[2] slack[64+2]"},
                        {"train", "selection", "outcome[3] log10_loss[10+2] u0[64+2] u1[64+2]"},
                        {"train", "snapshots", "step[12] works[2] u0[64+2] u1[64+2]"},
                        {"train", "interchange", "same_mode[2] distance[64+2] fits[3]"},
                        {"predict", "components", "within[2] u0[256+2] u1[256+2]"},
                        {"predict", "first_blocks", "mode[2] u0[256+2] u1[256+2] block[16]"},
                        {"predict", "second_blocks", "mode[2] u0[256+2] u1[256+2] block[16]"},
                        {"predict", "pairs", "mode[2] first_block[64] second_block[64]"},
                        {"predict", "swaps", "block[16] same_mode[2] distance[64+2] fits[3]"}};

static void every_histogram_has_the_axes_of_the_design(void **unused) {
  (void)unused;
  for (int h = 0; h < HISTOGRAMS; h++) {
    struct histogram_set *set = create((const char *[]){"histograms", ALL, "task", design[h].task, NULL});
    char text[256];
    assert_string_equal(set->view[h].name, design[h].name);
    assert_string_equal(shape(&set->view[h], text, sizeof text), design[h].shape);
    histogram_set_free(set);
  }
}

static void axes_have_the_ranges_of_the_design(void **unused) {
  (void)unused;
  static const struct {
    int histogram, axis;
    double lower, upper;
  } ranges[] = {
      {HISTOGRAM_INTERFACE, 1, -2.5, 3.5}, {HISTOGRAM_INTERFACE, 2, -2.5, 3.5}, {HISTOGRAM_MAPPING, 1, -0.5, 1.5},
      {HISTOGRAM_MAPPING, 2, -2.5, 3.5},   {HISTOGRAM_RESPONSE, 1, -0.5, 1.5},  {HISTOGRAM_RESPONSE, 2, -0.5, 1.5},
      {HISTOGRAM_LOSS, 1, -12, 2},         {HISTOGRAM_WIDTH, 2, 0, 2},          {HISTOGRAM_SLACK, 2, 0, 1},
      {HISTOGRAM_SELECTION, 1, -8, 2},     {HISTOGRAM_SELECTION, 3, -2.5, 3.5}, {HISTOGRAM_SNAPSHOTS, 2, -2.5, 3.5},
      {HISTOGRAM_INTERCHANGE, 1, 0, 2}};
  struct histogram_set *set = create((const char *[]){"histograms", ALL, NULL});
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
    const seam_axis *axis = &set->view[ranges[i].histogram].axes[ranges[i].axis];
    assert_int_equal(axis->type, SEAM_AXIS_REGULAR);
    assert_true(axis->lower == ranges[i].lower && axis->upper == ranges[i].upper);
  }
  histogram_set_free(set);
}

static void the_outcome_comes_first_except_in_snapshots_and_interchange(void **unused) {
  (void)unused;
  struct histogram_set *set = create((const char *[]){"histograms", ALL, NULL});
  assert_int_equal(set->view[HISTOGRAM_SNAPSHOTS].axes[0].type, SEAM_AXIS_CATEGORY_INT);
  assert_int_equal(set->view[HISTOGRAM_INTERCHANGE].axes[0].type, SEAM_AXIS_BOOLEAN);
  for (int h = 0; h < HISTOGRAM_SNAPSHOTS; h++) {
    const seam_axis *axis = &set->view[h].axes[0];
    assert_int_equal(axis->type, SEAM_AXIS_CATEGORY_STRING);
    assert_int_equal(axis->flow, 0);
    assert_string_equal(axis->names[OUTCOME_BUFFER], "buffer");
    assert_string_equal(axis->names[OUTCOME_INVERTER], "inverter");
    assert_string_equal(axis->names[OUTCOME_FAIL], "fail");
  }
  histogram_set_free(set);
}

static void the_python_package_hist_accepts_the_names_of_all_axes(void **unused) {
  (void)unused;
  static const char *const forbidden[] = {"weight", "sample", "threads"};
  for (int h = 0; h < HISTOGRAMS; h++) {
    struct histogram_set *set = create((const char *[]){"histograms", ALL, "task", design[h].task, NULL});
    for (int a = 0; a < set->view[h].axis_count; a++) {
      const char *name = set->view[h].axes[a].name;
      for (size_t f = 0; f < 3; f++) assert_string_not_equal(name, forbidden[f]);
      for (int b = 0; b < a; b++) assert_string_not_equal(name, set->view[h].axes[b].name);
      assert_true(set->view[h].axes[a].label && *set->view[h].axes[a].label);
    }
    histogram_set_free(set);
  }
}

static void bins_and_range_shape_the_voltage_axes(void **unused) {
  (void)unused;
  struct histogram_set *set = create((const char *[]){"histograms", ALL, "bins", "10", "range", "-1:4", NULL});
  assert_int_equal(set->view[HISTOGRAM_INTERFACE].cells, 3 * 12 * 12);
  assert_int_equal(set->view[HISTOGRAM_MAPPING].axes[2].bins, 10);
  assert_int_equal(set->view[HISTOGRAM_SELECTION].axes[2].bins, 64);
  assert_true(set->view[HISTOGRAM_SELECTION].axes[2].lower == -1 && set->view[HISTOGRAM_SNAPSHOTS].axes[2].upper == 4);
  assert_int_equal(set->axes[AXIS_INTERFACE].bins, 10);
  assert_int_equal(set->axes[AXIS_COARSE].bins, 64);
  histogram_set_free(set);
}

/* The edges of slack are the distances that the kernels try, so they must be exactly k/64 by default. */
static void ranges_shape_the_axes_of_width_and_slack(void **unused) {
  (void)unused;
  struct histogram_set *set = create(NULL);
  for (int k = 0; k <= 64; k++) assert_true(set->axes[AXIS_SLACK].edges[k] == (float)k / 64.0f);
  assert_true(set->axes[AXIS_WIDTH].edges[0] == 0.0f && set->axes[AXIS_WIDTH].edges[256] == 2.0f);
  histogram_set_free(set);
  set = create((const char *[]){"width-range", "0.5:4.5", "slack-range", "0:2.5", NULL});
  assert_true(set->view[HISTOGRAM_WIDTH].axes[2].lower == 0.5 && set->view[HISTOGRAM_WIDTH].axes[2].upper == 4.5);
  assert_true(set->view[HISTOGRAM_SLACK].axes[2].lower == 0 && set->view[HISTOGRAM_SLACK].axes[2].upper == 2.5);
  assert_int_equal(set->view[HISTOGRAM_WIDTH].axes[2].bins, 256);
  assert_int_equal(set->view[HISTOGRAM_SLACK].axes[2].bins, 64);
  assert_true(set->axes[AXIS_SLACK].edges[64] == 2.5f && set->axes[AXIS_SLACK].edges[1] == 2.5f / 64.0f);
  histogram_set_free(set);
}

static void assert_no_gaps(const char *task) {
  struct histogram_set *set = create((const char *[]){"histograms", ALL, "task", task, NULL});
  int64_t next = OUTCOMES;
  for (int h = 0; h < HISTOGRAMS; h++) {
    int64_t cells = 1;
    if (set->offset[h] < 0) continue;
    for (int a = 0; a < set->view[h].axis_count; a++)
      cells *= set->view[h].axes[a].bins + 2 * set->view[h].axes[a].flow;
    assert_int_equal(set->view[h].cells, cells);
    assert_int_equal(set->offset[h], next);
    next += cells;
  }
  assert_int_equal(set->cells, next);
  histogram_set_free(set);
}

static void histograms_follow_the_outcomes_without_gaps(void **unused) {
  (void)unused;
  assert_no_gaps("train");
  assert_no_gaps("predict");
}

static void histograms_that_are_not_wanted_take_no_cells(void **unused) {
  (void)unused;
  struct histogram_set *set = create((const char *[]){"histograms", "loss,slack", NULL});
  assert_int_equal(set->cells, OUTCOMES + 3 * 282 + 3 * 2 * 66);
  assert_int_equal(set->offset[HISTOGRAM_INTERFACE], -1);
  assert_null(set->view[HISTOGRAM_INTERFACE].name);
  assert_int_equal(set->offset[HISTOGRAM_LOSS], OUTCOMES);
  assert_int_equal(set->offset[HISTOGRAM_SLACK], OUTCOMES + 3 * 282);
  assert_int_equal(set->snapshot_count, 0);
  histogram_set_free(set);
}

static void edges_are_computed_in_double_and_rounded_once(void **unused) {
  (void)unused;
  struct histogram_set *set = create((const char *[]){"bins", "100", "range", "-0.7:0.9", NULL});
  const struct axis *axis = &set->axes[AXIS_INTERFACE];
  for (int i = 0; i <= 100; i++) {
    double edge = -0.7 + (double)i * (0.9 - -0.7) / 100.0;
    assert_true(axis->edges[i] == (float)edge);
  }
  assert_true(axis->scale == (float)(100 / (0.9 - -0.7)));
  for (int a = 0; a < AXES; a++)
    for (int i = 0; i < set->axes[a].bins; i++) assert_true(set->axes[a].edges[i] < set->axes[a].edges[i + 1]);
  histogram_set_free(set);
}

static void bins_too_fine_for_single_precision_are_refused(void **unused) {
  (void)unused;
  seam_config *config = sample_config(NULL);
  struct histogram_set *set;
  seam_error error;
  config->range[0] = 1000000;
  config->range[1] = 1000001;
  assert_int_equal(histogram_set_create(config, &set, &error), SEAM_ERROR_USAGE);
  assert_null(set);
  assert_non_null(strstr(error.message, "range"));
  seam_config_free(config);
}

static void snapshots_are_taken_at_powers_of_two_and_at_the_end(void **unused) {
  (void)unused;
  static const struct {
    const char *steps;
    int count;
    int64_t last_but_one;
  } cases[] = {{"0", 1, -1},
               {"1", 2, 0},
               {"2", 3, 1},
               {"3", 4, 2},
               {"1000", 12, 512},
               {"1024", 12, 512},
               {"2147483647", 33, 1 << 30}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct histogram_set *set = create((const char *[]){"histograms", "snapshots", "steps", cases[i].steps, NULL});
    assert_int_equal(set->snapshot_count, cases[i].count);
    assert_int_equal(set->snapshot_steps[set->snapshot_count - 1], atoll(cases[i].steps));
    assert_int_equal(set->snapshot_steps[0], 0);
    if (set->snapshot_count > 1) assert_int_equal(set->snapshot_steps[set->snapshot_count - 2], cases[i].last_but_one);
    assert_int_equal(set->view[HISTOGRAM_SNAPSHOTS].axes[0].bins, cases[i].count);
    histogram_set_free(set);
  }
}

/* ---- histogram_set_check ---- */

static seam_status check(const seam_result *result, seam_error *error) {
  return histogram_set_check(result->histograms, result->counts, coverage_size(&result->coverage), SEAM_ERROR_INTERNAL,
                             error);
}

static seam_result *small(void) {
  return sample_result((const char *[]){"histograms", ALL, "bins", "8", "steps", "3", NULL}, 0, 300);
}

static void sound_counts_pass(void **unused) {
  (void)unused;
  seam_result *result = small();
  seam_error error;
  if (check(result, &error) != SEAM_OK) fail_msg("%s", error.message);
  seam_result_free(result);
}

/* Adds `change` to a cell of histogram h and outcome o that is not 0, and expects a refusal. */
static void expect_change_seen(seam_result *result, int h, int o, int64_t change) {
  const seam_histogram *view = &result->histograms->view[h];
  int64_t *cell = result->counts + result->histograms->offset[h] + o * (view->cells / HISTOGRAM_OUTCOMES);
  seam_error error;
  while (*cell == 0) cell++;
  *cell += change;
  assert_int_equal(check(result, &error), SEAM_ERROR_INTERNAL);
  assert_non_null(strstr(error.message, view->name));
  assert_non_null(strstr(error.message, outcome_names[o]));
  *cell -= change;
  assert_int_equal(check(result, NULL), SEAM_OK);
}

static void one_entry_more_or_less_is_refused_in_every_histogram(void **unused) {
  (void)unused;
  seam_result *result = small();
  for (int h = 0; h < HISTOGRAM_SNAPSHOTS; h++)
    for (int o = 0; o < HISTOGRAM_OUTCOMES; o++) {
      expect_change_seen(result, h, o, 1);
      expect_change_seen(result, h, o, -1);
    }
  seam_result_free(result);
}

static void an_entry_under_the_wrong_outcome_is_refused(void **unused) {
  (void)unused;
  seam_result *result = small();
  int64_t *values = result->counts + result->histograms->offset[HISTOGRAM_SLACK];
  int64_t block = result->histograms->view[HISTOGRAM_SLACK].cells / 3, from = 0;
  while (values[from] == 0) from++;
  values[from]--;
  values[from + block]++;
  assert_int_equal(check(result, NULL), SEAM_ERROR_INTERNAL);
  seam_result_free(result);
}

static void outcomes_must_add_up_to_the_chains(void **unused) {
  (void)unused;
  seam_result *result = small();
  seam_error error;
  result->counts[OUTCOME_DIVERGED]++;
  assert_int_equal(check(result, &error), SEAM_ERROR_INTERNAL);
  assert_non_null(strstr(error.message, "301"));
  result->counts[OUTCOME_DIVERGED] -= 2;
  assert_int_equal(check(result, NULL), SEAM_ERROR_INTERNAL);
  seam_result_free(result);
}

static void negative_counts_are_refused_even_where_sums_hold(void **unused) {
  (void)unused;
  seam_result *result = small();
  for (int h = 0; h < HISTOGRAMS; h++) {
    if (result->histograms->offset[h] < 0) continue;
    int64_t *values = result->counts + result->histograms->offset[h], kept[2] = {values[0], values[1]};
    values[0] = -1;
    values[1] += kept[0] + 1;
    assert_int_equal(check(result, NULL), SEAM_ERROR_INTERNAL);
    values[0] = kept[0];
    values[1] = kept[1];
  }
  result->counts[OUTCOME_DIVERGED] += result->counts[OUTCOME_FAIL] + 1;
  result->counts[OUTCOME_FAIL] = -1;
  assert_int_equal(check(result, NULL), SEAM_ERROR_INTERNAL);
  seam_result_free(result);
}

/* Four times 2^62 is 0 in 64 bits, so a sum that overflows could look right. */
static void sums_that_overflow_are_refused(void **unused) {
  (void)unused;
  seam_result *result = small();
  for (int h = 0; h < HISTOGRAMS; h++) {
    if (result->histograms->offset[h] < 0) continue;
    int64_t *values = result->counts + result->histograms->offset[h], kept[4];
    memcpy(kept, values, sizeof kept);
    for (int i = 0; i < 4; i++) values[i] += INT64_C(1) << 62;
    assert_int_equal(check(result, NULL), SEAM_ERROR_INTERNAL);
    memcpy(values, kept, sizeof kept);
  }
  assert_int_equal(check(result, NULL), SEAM_OK);
  seam_result_free(result);
}

/* 2^58 chains have 2^64 entries in mapping, which is 0 in 64 bits. */
static void expected_entries_that_overflow_are_refused(void **unused) {
  (void)unused;
  seam_result *result = sample_result((const char *[]){"histograms", "mapping", NULL}, 0, 0);
  result->counts[OUTCOME_BUFFER] = INT64_C(1) << 58;
  assert_int_equal(coverage_add(&result->coverage, 0, UINT64_C(1) << 58, NULL), SEAM_OK);
  assert_int_equal(check(result, NULL), SEAM_ERROR_INTERNAL);
  seam_result_free(result);
}

static void snapshots_hold_no_more_than_the_chains(void **unused) {
  (void)unused;
  seam_result *result = small();
  int64_t *values = result->counts + result->histograms->offset[HISTOGRAM_SNAPSHOTS];
  values[5] += result->counts[OUTCOME_DIVERGED];
  assert_int_equal(check(result, NULL), SEAM_OK);
  values[5]++;
  assert_int_equal(check(result, NULL), SEAM_ERROR_INTERNAL);
  seam_result_free(result);
}

static void the_last_snapshot_holds_all_finite_chains(void **unused) {
  (void)unused;
  seam_result *result = small();
  const struct histogram_set *set = result->histograms;
  int64_t *values = result->counts + set->offset[HISTOGRAM_SNAPSHOTS];
  int64_t block = set->view[HISTOGRAM_SNAPSHOTS].cells / set->snapshot_count, first = 0;
  int64_t last = (set->snapshot_count - 1) * block;
  while (values[first] == 0) first++;
  while (values[last] == 0) last++;
  values[first]--; /* a chain that was not finite at an earlier step is allowed */
  assert_int_equal(check(result, NULL), SEAM_OK);
  values[last]--;
  assert_int_equal(check(result, NULL), SEAM_ERROR_INTERNAL);
  seam_result_free(result);
}

/* Of 10 chains, 5 are buffers and 4 inverters. Tries which counts of pairs these chains can form. */
static void interchange_holds_no_pairs_that_the_modes_cannot_form(void **unused) {
  (void)unused;
  static const struct {
    int64_t same, other;
    seam_status status;
  } cases[] = {{4, 0, SEAM_OK},
               {0, 4, SEAM_OK},
               {3, 1, SEAM_OK},
               {2, 2, SEAM_OK},
               {5, 0, SEAM_ERROR_INTERNAL},
               {4, 1, SEAM_ERROR_INTERNAL},
               {0, 5, SEAM_ERROR_INTERNAL},
               {1, 4, SEAM_ERROR_INTERNAL},
               {0, 3, SEAM_ERROR_INTERNAL},  /* 9 of 10 pass, so only one passing chain can have a partner that fails */
               {-1, 4, SEAM_ERROR_INTERNAL}, /* a negative count */
               {INT64_MAX, 2, SEAM_ERROR_INTERNAL}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    seam_result *result = sample_result((const char *[]){"histograms", "interchange", NULL}, 0, 0);
    int64_t *values = result->counts + result->histograms->offset[HISTOGRAM_INTERCHANGE];
    seam_error error;
    assert_int_equal(coverage_add(&result->coverage, 0, 10, NULL), SEAM_OK);
    result->counts[OUTCOME_BUFFER] = 5;
    result->counts[OUTCOME_INVERTER] = 4;
    result->counts[OUTCOME_FAIL] = 1;
    values[7] = cases[i].other;
    values[66 * 3 + 8] = cases[i].same;
    if (check(result, &error) != cases[i].status) fail_msg("case %zu", i);
    if (cases[i].status) assert_non_null(strstr(error.message, "interchange"));
    seam_result_free(result);
  }
}

static void interchange_covers_whole_pairs(void **unused) {
  (void)unused;
  static const uint64_t ranges[][2] = {{4, 10}, {5, 10}, {4, 9}, {5, 9}};
  for (size_t i = 0; i < 4; i++) {
    for (int counted = 0; counted < 2; counted++) {
      const char *name = counted ? "interchange" : "loss";
      seam_result *result = sample_result((const char *[]){"histograms", name, NULL}, 0, 0);
      seam_error error;
      assert_int_equal(coverage_add(&result->coverage, ranges[i][0], ranges[i][1], NULL), SEAM_OK);
      result->counts[OUTCOME_DIVERGED] = (int64_t)(ranges[i][1] - ranges[i][0]);
      seam_status status = result_check(result, SEAM_ERROR_FORMAT, &error);
      assert_int_equal(status, counted && i > 0 ? SEAM_ERROR_FORMAT : SEAM_OK);
      if (status) assert_non_null(strstr(error.message, "pairs"));
      seam_result_free(result);
    }
  }
}

static void a_result_lists_the_histograms_it_filled(void **unused) {
  (void)unused;
  seam_result *result = sample_result((const char *[]){"histograms", "loss,slack", NULL}, 0, 10);
  assert_string_equal(seam_result_histogram_at(result, 0)->name, "loss");
  assert_string_equal(seam_result_histogram_at(result, 1)->name, "slack");
  assert_null(seam_result_histogram_at(result, 2));
  assert_null(seam_result_histogram(result, "interface"));
  assert_null(seam_result_histogram(result, "nonsense"));
  assert_ptr_equal(seam_result_histogram(result, "slack"), seam_result_histogram_at(result, 1));
  assert_ptr_equal(seam_result_histogram(result, "loss")->values, result->counts + OUTCOMES);
  seam_result_free(result);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_histogram_has_the_axes_of_the_design),
      cmocka_unit_test(axes_have_the_ranges_of_the_design),
      cmocka_unit_test(the_outcome_comes_first_except_in_snapshots_and_interchange),
      cmocka_unit_test(the_python_package_hist_accepts_the_names_of_all_axes),
      cmocka_unit_test(bins_and_range_shape_the_voltage_axes),
      cmocka_unit_test(ranges_shape_the_axes_of_width_and_slack),
      cmocka_unit_test(histograms_follow_the_outcomes_without_gaps),
      cmocka_unit_test(histograms_that_are_not_wanted_take_no_cells),
      cmocka_unit_test(edges_are_computed_in_double_and_rounded_once),
      cmocka_unit_test(bins_too_fine_for_single_precision_are_refused),
      cmocka_unit_test(snapshots_are_taken_at_powers_of_two_and_at_the_end),
      cmocka_unit_test(sound_counts_pass),
      cmocka_unit_test(one_entry_more_or_less_is_refused_in_every_histogram),
      cmocka_unit_test(an_entry_under_the_wrong_outcome_is_refused),
      cmocka_unit_test(outcomes_must_add_up_to_the_chains),
      cmocka_unit_test(negative_counts_are_refused_even_where_sums_hold),
      cmocka_unit_test(sums_that_overflow_are_refused),
      cmocka_unit_test(expected_entries_that_overflow_are_refused),
      cmocka_unit_test(snapshots_hold_no_more_than_the_chains),
      cmocka_unit_test(the_last_snapshot_holds_all_finite_chains),
      cmocka_unit_test(interchange_holds_no_pairs_that_the_modes_cannot_form),
      cmocka_unit_test(interchange_covers_whole_pairs),
      cmocka_unit_test(a_result_lists_the_histograms_it_filled),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
