/* SPDX-License-Identifier: Apache-2.0 */
/* seam_compare refuses what cannot be compared, and its distances, p-values and intervals are right. Statistical tests
 * use fixed seeds, share a family-wise error of 1e-6 (Bonferroni), and show that they reject a planted error. */
#include <unistd.h>

#include "files/result_file.h"
#include "files/npy_header.h"
#include "support/sample_comparison.h"
#include "support/science.h"
#include "files/zipfile.h"
#include "compare/compare.h"

static const double FAMILY_ERROR = 1e-6;

/* ---- Results to compare ---- */

/* Adds `count` chains of `outcome` whose interface is in bin `bin`. */
static void put(seam_result *result, int outcome, int64_t bin, int64_t count) {
  const struct histogram_set *set = result->histograms;
  int64_t block = set->view[HISTOGRAM_INTERFACE].cells / HISTOGRAM_OUTCOMES;
  result->counts[outcome] += count;
  if (outcome != OUTCOME_DIVERGED) result->counts[set->offset[HISTOGRAM_INTERFACE] + outcome * block + bin] += count;
}

/* Gives the result the coverage that its counts need: as many chains, from chain `first` on. */
static seam_result *covered(seam_result *result, uint64_t first) {
  uint64_t chains = 0;
  for (int o = 0; o < OUTCOMES; o++) chains += (uint64_t)result->counts[o];
  assert_int_equal(coverage_add(&result->coverage, first, first + chains, NULL), SEAM_OK);
  return result;
}

static const seam_compared *find(const seam_comparison *comparison, const char *name) {
  const seam_compared *compared;
  for (size_t i = 0; (compared = seam_comparison_histogram_at(comparison, i)); i++)
    if (!strcmp(compared->name, name)) return compared;
  return NULL;
}

static const char *const small[] = {"histograms", "interface", "bins", "2", NULL};

/* 4 x 4 bins. A: 30 buffers in bin 3, 10 in 2, 20 inverters in 12, 40 fail in 5. B: 16 buffers in bin 3, 4 in 2, 20
 * inverters in 12, 59 fail in 5, 1 diverged. */
static void small_pair(seam_result *results[2]) {
  static const int64_t counts[2][4] = {{30, 10, 20, 40}, {16, 4, 20, 59}};
  for (int r = 0; r < 2; r++) {
    results[r] = sample_empty(small);
    put(results[r], OUTCOME_BUFFER, 3, counts[r][0]);
    put(results[r], OUTCOME_BUFFER, 2, counts[r][1]);
    put(results[r], OUTCOME_INVERTER, 12, counts[r][2]);
    put(results[r], OUTCOME_FAIL, 5, counts[r][3]);
    put(results[r], OUTCOME_DIVERGED, 0, r);
    covered(results[r], r ? 60 : 0);
    results[r]->config.seed = (uint64_t)r + 1;
  }
}

/* ---- Outcome choices, fractions, maps ---- */

static void every_choice_counts_its_outcomes(void **unused) {
  (void)unused;
  static const struct {
    const char *outcome;
    int64_t entries[2];
    double variation;
  } cases[] = {{"pass", {60, 40}, 1. / 6},
               {"buffer", {40, 20}, 0.05},
               {"inverter", {20, 20}, 0},
               {"fail", {40, 59}, 0},
               {"all", {100, 99}, 59. / 99 - 0.4 + 20. / 99 - 0.2}};
  seam_result *results[2];
  small_pair(results);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    seam_comparison *comparison = sample_compare(results[0], results[1], cases[i].outcome, 0);
    const seam_compared *interface = seam_comparison_histogram_at(comparison, 0);
    assert_string_equal(interface->name, "interface");
    assert_int_equal(interface->entries[0], cases[i].entries[0]);
    assert_int_equal(interface->entries[1], cases[i].entries[1]);
    assert_true(fabs(interface->distance[SEAM_TOTAL_VARIATION].value - cases[i].variation) < 1e-14);
    assert_null(seam_comparison_histogram_at(comparison, 1));
    seam_comparison_free(comparison);
  }
  sample_free_pair(results);
}

static void fractions_are_as_computed_by_hand(void **unused) {
  (void)unused;
  seam_result *results[2];
  small_pair(results);
  seam_comparison *comparison = sample_compare(results[0], results[1], "inverter", 0);
  const seam_fraction *pass = seam_comparison_fraction_at(comparison, 0);
  const seam_fraction *buffer = seam_comparison_fraction_at(comparison, 1);
  const seam_fraction *inverter = seam_comparison_fraction_at(comparison, 2);
  assert_true(pass->value[0] == 0.6 && pass->value[1] == 0.4);
  assert_true(fabs(pass->error[0] - sqrt(0.24 / 100)) < 1e-15);
  assert_true(fabs(pass->difference - 0.2 / sqrt(0.25 * 0.02)) < 1e-13);
  assert_true(fabs(pass->difference_error - sqrt(0.25 * 0.02)) < 1e-15);
  assert_true(buffer->value[0] == 40. / 60 && buffer->value[1] == 0.5);
  assert_true(fabs(buffer->difference + inverter->difference) < 1e-13 && buffer->difference > 0);
  assert_string_equal(buffer->of, "pass");
  assert_null(seam_comparison_fraction_at(comparison, 3));
  seam_comparison_free(comparison);
  sample_free_pair(results);
}

/* Works is "pass" in files, and was so everywhere in 0.1. */
static void works_has_its_old_word_in_files(void **unused) {
  (void)unused;
  static const char *const words[] = {"works", "pass"};
  seam_result *results[2];
  small_pair(results);
  for (int i = 0; i < 2; i++) {
    seam_comparison *comparison = sample_compare(results[0], results[1], words[i], 0);
    char *record = seam_comparison_record(comparison);
    assert_string_equal(seam_comparison_outcome(comparison), "works");
    assert_non_null(strstr(record, "\"slice\":\"pass\""));
    free(record);
    seam_comparison_free(comparison);
  }
  sample_free_pair(results);
}

static void an_empty_sample_gives_no_distance(void **unused) {
  (void)unused;
  seam_result *results[2] = {sample_empty(small), sample_empty(small)};
  put(results[0], OUTCOME_BUFFER, 3, 10);
  put(results[1], OUTCOME_FAIL, 3, 10);
  for (int r = 0; r < 2; r++) covered(results[r], 0);
  seam_comparison *comparison = sample_compare(results[0], results[1], "pass", 0);
  const seam_distance *d = seam_comparison_histogram_at(comparison, 0)->distance;
  assert_true(isnan(d->value) && isnan(d->chance) && isnan(d->low) && isnan(d->p));
  const seam_fraction *buffer = seam_comparison_fraction_at(comparison, 1);
  assert_true(buffer->value[0] == 1 && isnan(buffer->value[1]) && isnan(buffer->difference));
  assert_null(seam_comparison_map_at(comparison, 0));
  seam_comparison_free(comparison);
  sample_free_pair(results);
}

static void equal_counts_are_at_no_distance(void **unused) {
  (void)unused;
  seam_result *results[2], *others[2];
  small_pair(results);
  small_pair(others);
  others[0]->config.seed = 3;
  seam_comparison *comparison = sample_compare(results[0], others[0], "all", 0);
  for (int d = 0; d < SEAM_DISTANCES; d++) {
    const seam_distance *distance = &seam_comparison_histogram_at(comparison, 0)->distance[d];
    assert_true(distance->value == 0 && distance->p == 1 && distance->low == 0 && distance->high == 0);
    assert_true(distance->chance > 0 && distance->chance_95 > distance->chance);
    assert_true(distance->excess == -distance->chance);
  }
  seam_comparison_free(comparison);
  sample_free_pair(results);
  sample_free_pair(others);
}

/* ---- Samples that share draws ---- */

/* Only what each sample says for itself is known. */
static void expect_forgotten(const seam_comparison *comparison) {
  const seam_compared *compared;
  for (size_t i = 0; (compared = seam_comparison_histogram_at(comparison, i)); i++)
    for (int d = 0; d < SEAM_DISTANCES; d++) {
      const seam_distance *distance = &compared->distance[d];
      assert_true(isfinite(distance->value) && isnan(distance->chance) && isnan(distance->chance_95));
      assert_true(isnan(distance->excess) && isnan(distance->low) && isnan(distance->high) && isnan(distance->p));
    }
  for (size_t f = 0; f < COMPARISON_FRACTIONS; f++) {
    const seam_fraction *fraction = seam_comparison_fraction_at(comparison, f);
    assert_true(isfinite(fraction->value[0]) && isfinite(fraction->error[1]));
    assert_true(isnan(fraction->difference) && isnan(fraction->difference_error));
  }
  const seam_histogram *ratio = seam_comparison_map_at(comparison, 0), *error = seam_comparison_map_at(comparison, 1);
  int64_t known = 0;
  for (int64_t i = 0; i < ratio->cells; i++) {
    known += isfinite(ratio->reals[i]);
    assert_true(isnan(error->reals[i]));
  }
  assert_true(known > 0);
}

static void nothing_is_said_about_chance_where_samples_share_draws(void **unused) {
  (void)unused;
  seam_result *results[2];
  small_pair(results);
  seam_comparison *comparison = sample_compare(results[0], results[1], "all", 0);
  assert_int_equal(seam_comparison_shared(comparison), 0);
  assert_true(isfinite(seam_comparison_histogram_at(comparison, 0)->distance->p));
  seam_comparison_free(comparison);
  results[1]->config.seed = results[0]->config.seed;
  comparison = sample_compare(results[0], results[1], "all", 0);
  assert_int_equal(seam_comparison_shared(comparison), 40); /* [0, 100) and [60, 160) */
  expect_forgotten(comparison);
  seam_comparison_free(comparison);
  comparison = sample_compare(results[0], results[0], "all", 0);
  assert_int_equal(seam_comparison_shared(comparison), 100);
  expect_forgotten(comparison);
  seam_comparison_free(comparison);
  sample_free_pair(results);
}

static void swapping_the_two_results_mirrors_the_comparison(void **unused) {
  (void)unused;
  seam_result *results[2];
  small_pair(results);
  seam_comparison *ab = sample_compare(results[0], results[1], "all", 0),
                  *ba = sample_compare(results[1], results[0], "all", 0);
  const seam_distance *x = seam_comparison_histogram_at(ab, 0)->distance;
  const seam_distance *y = seam_comparison_histogram_at(ba, 0)->distance;
  assert_true(fabs(x[SEAM_KULLBACK_LEIBLER].value - y[SEAM_KULLBACK_LEIBLER_REVERSE].value) < 1e-15);
  assert_true(fabs(x[SEAM_JENSEN_SHANNON].value - y[SEAM_JENSEN_SHANNON].value) < 1e-15);
  assert_true(x[SEAM_KULLBACK_LEIBLER].value != y[SEAM_KULLBACK_LEIBLER].value);
  seam_comparison_free(ab);
  seam_comparison_free(ba);
  sample_free_pair(results);
}

/* Only buffers count. Bins 2 and 3 are cells of their own, so bin 3 has ln((30.5/41)/(16.5/21)). */
static void the_map_is_as_computed_by_hand(void **unused) {
  (void)unused;
  seam_result *results[2];
  small_pair(results);
  seam_comparison *comparison = sample_compare(results[0], results[1], "buffer", 0);
  const seam_histogram *ratio = seam_comparison_map_at(comparison, 0), *error = seam_comparison_map_at(comparison, 1);
  assert_string_equal(ratio->name, "log_ratio");
  assert_int_equal(ratio->cells, 16);
  assert_null(ratio->values);
  assert_true(fabs(ratio->reals[3] - log(30.5 / 41 / (16.5 / 21))) < 1e-14);
  assert_true(fabs(ratio->reals[2] - log(10.5 / 41 / (4.5 / 21))) < 1e-14);
  assert_true(fabs(error->reals[3] - sqrt(1 / 30.5 - 1. / 41 + 1 / 16.5 - 1. / 21)) < 1e-14);
  assert_null(seam_comparison_map_at(comparison, 2));
  int without = 0;
  for (int64_t i = 0; i < ratio->cells; i++) {
    bool counted = results[0]->histograms->view[0].values[i] > 0 || results[1]->histograms->view[0].values[i] > 0;
    assert_int_equal(isnan(ratio->reals[i]), !counted); /* the first outcome is buffer */
    without += !counted;
  }
  assert_true(without > 0);
  seam_comparison_free(comparison);
  sample_free_pair(results);
}

static void a_comparison_is_written_with_its_record_and_maps(void **unused) {
  (void)unused;
  seam_result *results[2];
  small_pair(results);
  seam_comparison *comparison = sample_compare(results[0], results[1], "all", 0);
  unsigned char *bytes, *again;
  size_t size, size_again;
  seam_error error;
  assert_int_equal(comparison_file_pack(comparison, &bytes, &size, &error), SEAM_OK);
  assert_int_equal(comparison_file_pack(comparison, &again, &size_again, &error), SEAM_OK);
  assert_int_equal(size, size_again);
  assert_memory_equal(bytes, again, size);
  struct zip_reader *reader;
  assert_int_equal(zip_reader_open(bytes, size, "c", &reader, &error), SEAM_OK);
  assert_int_equal(reader->count, 5);
  char *record;
  const struct zip_member *member = zip_reader_find(reader, COMPARISON_MEMBER);
  assert_non_null(member);
  assert_int_equal(zip_reader_text(reader, member, 1 << 20, &record, &error), SEAM_OK);
  char *expected = seam_comparison_record(comparison);
  assert_string_equal(record, expected);
  assert_non_null(strstr(record, "\"slice\":\"all\""));
  char *npy;
  member = zip_reader_find(reader, "log_ratio_storage_values.npy");
  assert_int_equal(zip_reader_text(reader, member, 1 << 20, &npy, &error), SEAM_OK);
  assert_memory_equal(npy + 10, "{'descr': '<f8', 'fortran_order': False, 'shape': (4, 4), }", 59);
  assert_memory_equal(npy + member->size - 128, seam_comparison_map_at(comparison, 0)->reals, 128);
  free(npy);
  free(record);
  free(expected);
  zip_reader_close(reader);
  free(bytes);
  free(again);
  seam_comparison_free(comparison);
  sample_free_pair(results);
}

/* ---- What does not compare ---- */

static void refuse(const char *const *first, const char *const *second, const char *part, bool forced) {
  seam_result *results[2] = {covered(sample_empty(first), 0), covered(sample_empty(second), 0)};
  seam_comparison *comparison;
  seam_error error = {.message = ""};
  assert_int_equal(seam_compare(results[0], results[1], "pass", 0, &comparison, &error), SEAM_ERROR_MISMATCH);
  assert_null(comparison);
  if (!strstr(error.message, part)) fail_msg("%s: does not say %s", error.message, part);
  seam_status status = seam_compare(results[0], results[1], "pass", 1, &comparison, &error);
  assert_int_equal(status, forced ? SEAM_OK : SEAM_ERROR_MISMATCH);
  seam_comparison_free(comparison);
  sample_free_pair(results);
}

static void unlike_results_are_refused_with_the_option_and_both_values(void **unused) {
  (void)unused;
  const char *const plain[] = {"histograms", "interface", NULL};
#define OTHER(name, value) ((const char *const[]){"histograms", "interface", name, value, NULL})
  refuse(plain, OTHER("bins", "128"), "--bins 256 against 128", false);
  refuse(plain, OTHER("range", "-1:2"), "--range -2.5:3.5 against -1:2", false);
  refuse(plain, OTHER("histograms", "loss"), "the second result was run without histogram interface", false);
  refuse(OTHER("histograms", "loss"), plain, "the first result was run without histogram interface", false);
  refuse(plain, OTHER("first", "mlp4"), "--first mlp8 against mlp4", true);
  refuse(plain, OTHER("second", "table8"), "--second mlp8 against table8", true);
  refuse(plain, OTHER("input-margin", "0.25"), "--input-margin 0.3 against 0.25", true);
  refuse(plain, OTHER("output-margin", "0.2"), "--output-margin 0.1 against 0.2", true);
  refuse(plain, OTHER("init-scale", "2"), "--init-scale 1 against 2", true);
  const char *const many[] = {"histograms", "interface", "first", "linear", "init-scale", "3", NULL};
  refuse(plain, many, "--first mlp8 against linear, --init-scale 1 against 3: ", true);
  refuse(plain, many, "--anyway compares them", true);
}

static void too_many_chains_are_refused(void **unused) {
  (void)unused;
  seam_result *results[2];
  seam_comparison *comparison;
  seam_error error;
  for (int r = 0; r < 2; r++) {
    results[r] = sample_empty(small);
    put(results[r], OUTCOME_BUFFER, 3, INT64_MAX / PROBES / 2 + 1);
    covered(results[r], 0);
  }
  assert_int_equal(seam_compare(results[0], results[1], "pass", 1, &comparison, &error), SEAM_ERROR_MISMATCH);
  assert_int_equal(seam_compare(results[0], results[1], "some", 1, &comparison, &error), SEAM_ERROR_USAGE);
  sample_free_pair(results);
}

static void other_histograms_are_compared_where_both_have_them(void **unused) {
  (void)unused;
  static const char *const first[] = {"bins", "8", "steps", "5", NULL};
  static const char *const second[] = {"bins", "8", "steps", "9", NULL};
  static const char *const few[] = {"bins", "8", "histograms", "interface,slack", NULL};
  seam_result *a = sample_result(first, 0, 300), *b = sample_result(first, 500, 300);
  seam_comparison *comparison = sample_compare(a, b, "pass", 0);
  static const struct {
    const char *name;
    int64_t rows;
    int independent;
  } cases[] = {{"mapping", PROBES, 0}, {"response", PROBES, 0}, {"loss", 1, 1},     {"width", 2, 0},
               {"slack", 2, 0},        {"selection", 1, 1},     {"snapshots", 5, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const seam_compared *compared = find(comparison, cases[i].name);
    assert_non_null(compared);
    const seam_distance *d = compared->distance;
    assert_int_equal(compared->rows, cases[i].rows);
    assert_int_equal(compared->independent, cases[i].independent);
    assert_true(isfinite(d->value) && isfinite(d->chance) && isfinite(d->excess));
    assert_int_equal(isnan(d->p), !cases[i].independent);
    assert_int_equal(isnan(d->chance_95) && isnan(d->low) && isnan(d->high), !cases[i].independent);
  }
  seam_comparison_free(comparison);
  comparison = sample_compare(a, b, "buffer", 0);
  assert_null(find(comparison, "snapshots")); /* snapshots do not tell buffers from inverters */
  seam_comparison_free(comparison);
  seam_result_free(b);
  b = sample_result(second, 500, 300);
  comparison = sample_compare(a, b, "pass", 0);
  assert_null(find(comparison, "snapshots")); /* the two results have snapshots of different steps */
  assert_non_null(find(comparison, "selection"));
  seam_comparison_free(comparison);
  seam_result_free(b);
  b = sample_result(few, 500, 300);
  comparison = sample_compare(a, b, "pass", 0);
  assert_non_null(find(comparison, "slack"));
  assert_null(find(comparison, "width"));
  seam_comparison_free(comparison);
  seam_result_free(a);
  seam_result_free(b);
}

/* Both chains of each pair pass, so only choices that include passing chains have interchange to compare. */
static void interchange_counts_only_chains_that_pass(void **unused) {
  (void)unused;
  static const char *const options[] = {"bins", "8", "steps", "5", "histograms", "interface,interchange", NULL};
  seam_result *results[2] = {sample_result(options, 0, 600), sample_result(options, 1000, 400)};
  static const char *const outcomes[] = {"pass", "buffer", "inverter", "fail", "all"};
  for (int s = 0; s < 5; s++) {
    seam_comparison *comparison = sample_compare(results[0], results[1], outcomes[s], 0);
    const seam_compared *interchange = find(comparison, "interchange");
    assert_int_equal(interchange != NULL, s == 0);
    for (int r = 0; r < 2 && interchange; r++) {
      const seam_histogram *histogram = seam_result_histogram(results[r], "interchange");
      int64_t pairs = 0;
      for (int64_t i = 0; i < histogram->cells; i++) pairs += histogram->values[i];
      assert_true(pairs > 0);
      assert_int_equal(interchange->entries[r], pairs);
      assert_string_equal(interchange->unit[r], "pairs of chains");
    }
    seam_comparison_free(comparison);
  }
  sample_free_pair(results);
}

/* Adds `count` entries to bin `bin` of (u0, u1) in one snapshot. */
static void put_snapshot(seam_result *result, int step, int works, int64_t bin, int64_t count) {
  const struct histogram_set *set = result->histograms;
  int64_t bins = set->view[HISTOGRAM_SNAPSHOTS].cells / set->snapshot_count / 2;
  result->counts[set->offset[HISTOGRAM_SNAPSHOTS] + (2 * step + works) * bins + bin] += count;
}

/* Of the working chains, step 0 has {4, 4} against {8}, at distance one half, and step 1 has the same bin only. There
 * are 16 entries of 200 in all. */
static void rows_are_weighted_by_entries_and_snapshots_tell_working_chains(void **unused) {
  (void)unused;
  static const char *const options[] = {"histograms", "interface,snapshots", "bins", "2", "steps", "1", NULL};
  static const struct {
    const char *outcome;
    int64_t entries[2];
    double variation;
  } cases[] = {{"pass", {108, 92}, 0.5 * 16 / 200}, {"fail", {7, 50}, 0}};
  seam_result *results[2];
  for (int r = 0; r < 2; r++) {
    results[r] = sample_empty(options);
    put(results[r], OUTCOME_BUFFER, 3, 120);
    put_snapshot(results[r], 0, 1, 700, r ? 8 : 4);
    put_snapshot(results[r], 0, 1, 900, r ? 0 : 4);
    put_snapshot(results[r], 1, 1, 700, r ? 84 : 100);
    put_snapshot(results[r], 1, 0, 55, r ? 50 : 7);
    covered(results[r], 0);
  }
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    seam_comparison *comparison = sample_compare(results[0], results[1], cases[i].outcome, 0);
    const seam_compared *snapshots = find(comparison, "snapshots");
    assert_int_equal(snapshots->entries[0], cases[i].entries[0]);
    assert_int_equal(snapshots->entries[1], cases[i].entries[1]);
    assert_true(fabs(snapshots->distance[SEAM_TOTAL_VARIATION].value - cases[i].variation) < 1e-15);
    seam_comparison_free(comparison);
  }
  sample_free_pair(results);
}

/* ---- p-values are uniform when there is nothing to find ---- */

/* A sample of 8 x 8 bins with unequal weights. The weights also change along u0, by the share `tilt` between its
 * ends. */
static seam_result *sample_law(uint64_t *state, int entries, double tilt) {
  static const char *const options[] = {"histograms", "interface", "bins", "6", NULL};
  seam_result *result = sample_empty(options);
  for (int i = 0; i < entries;) {
    uint64_t u0 = sample_random(state, 8), u1 = sample_random(state, 8), dice = sample_random(state, 1 << 20);
    double weight = (0.2 + 0.1 * (double)((3 * u0 + u1 * u1) % 8)) * (1 + tilt * ((double)u0 / 7 - 0.5)) / 2;
    if ((double)dice >= weight * (1 << 20)) continue;
    put(result, OUTCOME_BUFFER, (int64_t)(8 * u0 + u1), 1);
    i++;
  }
  return covered(result, 0);
}

/* Compares many pairs of samples and returns, for each kind of distance, how far the p-values are from uniform. */
static void judge_samples(int pairs, int entries, double tilt, double worst[SEAM_DISTANCES]) {
  static double p[SEAM_DISTANCES][1000];
  uint64_t state = 2026;
  for (int i = 0; i < pairs; i++) {
    seam_result *results[2] = {sample_law(&state, entries, 0), sample_law(&state, entries, tilt)};
    results[1]->config.seed = 2;
    seam_comparison *comparison = sample_compare(results[0], results[1], "pass", 0);
    for (int d = 0; d < SEAM_DISTANCES; d++) p[d][i] = seam_comparison_histogram_at(comparison, 0)->distance[d].p;
    seam_comparison_free(comparison);
    sample_free_pair(results);
  }
  for (int d = 0; d < SEAM_DISTANCES; d++) worst[d] = science_ks_uniform(p[d], pairs);
}

static void p_is_uniform_for_two_samples_of_one_law(void **unused) {
  (void)unused;
  const double threshold = science_ks_threshold(FAMILY_ERROR / 3 / SEAM_DISTANCES);
  double worst[SEAM_DISTANCES];
  judge_samples(300, 2000, 0, worst);
  for (int d = 0; d < SEAM_DISTANCES; d++)
    if (worst[d] > threshold) fail_msg("distance %d: %g is beyond %g", d, worst[d], threshold);
  judge_samples(300, 2000, 0.2, worst);
  for (int d = 0; d < SEAM_DISTANCES; d++)
    if (worst[d] <= threshold) fail_msg("distance %d: a tilted law is not detected: %g", d, worst[d]);
}

/* ---- Real runs ---- */

/* Part `part` of one run with this seed. Training ends when about 1% of chains work, while the interface still moves
 * fast. */
static seam_result *train_part(const char *lr, const char *seed, int part) {
  char first[32];
  snprintf(first, sizeof first, "%d", part * 20000);
  const char *const options[] = {"first",       "mlp4", "second",     "mlp4",      "chains", "20000",
                                 "steps",       "20",   "lr",         lr,          "seed",   seed,
                                 "first-chain", first,  "histograms", "interface", NULL};
  return sample_train(options);
}

static void judge_runs(const char *lr, double worst[SEAM_DISTANCES]) {
  enum { PAIRS = 12 };
  double p[SEAM_DISTANCES][PAIRS];
  for (int i = 0; i < PAIRS; i++) {
    seam_result *results[2] = {train_part("0.5", "5", 2 * i), train_part(lr, "5", 2 * i + 1)};
    seam_comparison *comparison = sample_compare(results[0], results[1], "all", 0);
    assert_int_equal(seam_comparison_shared(comparison), 0);
    for (int d = 0; d < SEAM_DISTANCES; d++) p[d][i] = seam_comparison_histogram_at(comparison, 0)->distance[d].p;
    seam_comparison_free(comparison);
    sample_free_pair(results);
  }
  for (int d = 0; d < SEAM_DISTANCES; d++) worst[d] = science_ks_uniform(p[d], PAIRS);
}

static void p_is_uniform_for_parts_of_one_run_and_sees_a_learning_rate_5_per_cent_higher(void **unused) {
  (void)unused;
  const double threshold = science_ks_threshold(FAMILY_ERROR / 3 / SEAM_DISTANCES);
  double worst[SEAM_DISTANCES];
  judge_runs("0.5", worst);
  for (int d = 0; d < SEAM_DISTANCES; d++)
    if (worst[d] > threshold) fail_msg("distance %d: %g is beyond %g", d, worst[d], threshold);
  judge_runs("0.525", worst);
  for (int d = 0; d < SEAM_DISTANCES; d++)
    if (worst[d] <= threshold) fail_msg("distance %d: the higher learning rate is not detected: %g", d, worst[d]);
}

/* ---- Intervals contain the true distance ---- */

enum { KNOWN_BINS = 16 };

/* Two laws whose distances are known. The bins are the cells of the comparison. */
static const double known[2][KNOWN_BINS] = {
    {.05, .07, .06, .06, .07, .05, .08, .04, .06, .06, .07, .05, .09, .07, .06, .06},
    {.05, .05, .06, .08, .07, .05, .06, .06, .06, .06, .08, .04, .07, .09, .06, .06}};

static void known_distances(double value[SEAM_DISTANCES]) {
  memset(value, 0, SEAM_DISTANCES * sizeof *value);
  for (int i = 0; i < KNOWN_BINS; i++) {
    double a = known[0][i], b = known[1][i], m = (a + b) / 2;
    value[SEAM_TOTAL_VARIATION] += fabs(a - b) / 2;
    value[SEAM_JENSEN_SHANNON] += (a * log(a / m) + b * log(b / m)) / 2;
    value[SEAM_KULLBACK_LEIBLER] += a * log(a / b);
    value[SEAM_KULLBACK_LEIBLER_REVERSE] += b * log(b / a);
  }
}

static seam_result *sample_known(uint64_t *state, const double law[KNOWN_BINS], int entries) {
  static const char *const options[] = {"histograms", "interface", "bins", "2", NULL};
  seam_result *result = sample_empty(options);
  for (int i = 0; i < entries; i++) {
    double dice = (double)sample_random(state, UINT64_C(1) << 31) * 0x1p-31;
    int bin = 0;
    while (bin < KNOWN_BINS - 1 && dice >= law[bin]) dice -= law[bin++];
    put(result, OUTCOME_INVERTER, bin, 1);
  }
  return covered(result, 0);
}

/* Counts how often the interval misses the true distance, and how often it misses 1.5 times that distance. */
static void count_misses(const double law_b[KNOWN_BINS], const double value[SEAM_DISTANCES], int samples, int entries,
                         int misses[SEAM_DISTANCES], int far_misses[SEAM_DISTANCES]) {
  uint64_t state = 77;
  memset(misses, 0, SEAM_DISTANCES * sizeof *misses);
  memset(far_misses, 0, SEAM_DISTANCES * sizeof *far_misses);
  for (int s = 0; s < samples; s++) {
    seam_result *results[2] = {sample_known(&state, known[0], entries), sample_known(&state, law_b, entries)};
    results[1]->config.seed = 2;
    seam_comparison *comparison = sample_compare(results[0], results[1], "pass", 0);
    assert_int_equal(seam_comparison_histogram_at(comparison, 0)->cells, KNOWN_BINS);
    for (int d = 0; d < SEAM_DISTANCES; d++) {
      const seam_distance *distance = &seam_comparison_histogram_at(comparison, 0)->distance[d];
      misses[d] += value[d] < distance->low || value[d] > distance->high;
      far_misses[d] += 1.5 * value[d] < distance->low || 1.5 * value[d] > distance->high;
    }
    seam_comparison_free(comparison);
    sample_free_pair(results);
  }
}

/* More than 31 of 200 intervals at 95% miss with a probability below 1e-7. */
static void the_interval_contains_the_distance_of_known_laws(void **unused) {
  (void)unused;
  enum { SAMPLES = 200, MOST_MISSES = 31 };
  double value[SEAM_DISTANCES];
  int misses[SEAM_DISTANCES], far_misses[SEAM_DISTANCES];
  known_distances(value);
  assert_true(fabs(value[SEAM_TOTAL_VARIATION] - 0.07) < 1e-12);
  count_misses(known[1], value, SAMPLES, 20000, misses, far_misses);
  for (int d = 0; d < SEAM_DISTANCES; d++) {
    if (misses[d] > MOST_MISSES) fail_msg("the intervals of distance %d miss it %d times", d, misses[d]);
    if (far_misses[d] <= MOST_MISSES)
      fail_msg("the intervals of distance %d miss 1.5 times it only %d times", d, far_misses[d]);
  }
  static const double none[SEAM_DISTANCES] = {0};
  count_misses(known[0], none, SAMPLES, 5000, misses, far_misses);
  for (int d = 0; d < SEAM_DISTANCES; d++)
    if (misses[d] > MOST_MISSES) fail_msg("the intervals of distance %d miss 0 for equal laws %d times", d, misses[d]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_choice_counts_its_outcomes),
      cmocka_unit_test(fractions_are_as_computed_by_hand),
      cmocka_unit_test(works_has_its_old_word_in_files),
      cmocka_unit_test(an_empty_sample_gives_no_distance),
      cmocka_unit_test(equal_counts_are_at_no_distance),
      cmocka_unit_test(nothing_is_said_about_chance_where_samples_share_draws),
      cmocka_unit_test(swapping_the_two_results_mirrors_the_comparison),
      cmocka_unit_test(the_map_is_as_computed_by_hand),
      cmocka_unit_test(a_comparison_is_written_with_its_record_and_maps),
      cmocka_unit_test(unlike_results_are_refused_with_the_option_and_both_values),
      cmocka_unit_test(too_many_chains_are_refused),
      cmocka_unit_test(other_histograms_are_compared_where_both_have_them),
      cmocka_unit_test(interchange_counts_only_chains_that_pass),
      cmocka_unit_test(rows_are_weighted_by_entries_and_snapshots_tell_working_chains),
      cmocka_unit_test(p_is_uniform_for_two_samples_of_one_law),
      cmocka_unit_test(p_is_uniform_for_parts_of_one_run_and_sees_a_learning_rate_5_per_cent_higher),
      cmocka_unit_test(the_interval_contains_the_distance_of_known_laws),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
