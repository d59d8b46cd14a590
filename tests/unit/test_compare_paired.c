/* SPDX-License-Identifier: Apache-2.0 */
/* A paired comparison is right about matched chains: its p-values are uniform if there is nothing to find, its
 * intervals contain the true distance, and it sees what independent samples hide. Statistical tests use fixed seeds,
 * share a family-wise error of 1e-6 (Bonferroni), and show that they reject a planted error. */
#include <math.h>

#include "compare/compare.h"
#include "support/sample_comparison.h"
#include "support/sample_run.h"
#include "support/science.h"

static const double FAMILY_ERROR = 1e-6;

enum { BLOCKS = 64, BINS = 16 };

/* ---- Blocks ---- */

static const char *const small[] = {"histograms", "interface", "bins", "2", NULL}; /* 4 x 4 bins */

static void put(seam_result *result, int outcome, int64_t bin, int64_t count) {
  const struct histogram_set *set = result->histograms;
  result->counts[outcome] += count;
  result->counts[set->offset[HISTOGRAM_INTERFACE] + outcome * BINS + bin] += count;
}

/* Makes two results cover block `block`, of `chains` chains each. Results of an earlier block are used again. */
static void empty_block(int block, int chains, seam_result *results[2]) {
  uint64_t first = (uint64_t)(block * chains);
  for (int r = 0; r < 2; r++) {
    if (!results[r]) results[r] = sample_empty(small);
    memset(results[r]->counts, 0, (size_t)results[r]->histograms->cells * sizeof *results[r]->counts);
    results[r]->config.first_chain = first;
    results[r]->config.chains = (uint64_t)chains;
    results[r]->coverage.ranges = 0;
    assert_int_equal(coverage_add(&results[r]->coverage, first, first + (uint64_t)chains, NULL), SEAM_OK);
  }
}

static void add_block(seam_paired **paired, seam_result *const results[2]) {
  seam_error error;
  if (seam_paired_add(paired, results[0], results[1], &error)) fail_msg("%s", error.message);
}

static seam_comparison *compare_blocks(seam_paired *paired, const char *outcome) {
  seam_comparison *comparison;
  seam_error error;
  if (seam_paired_compare(paired, outcome, 0, &comparison, &error)) fail_msg("%s", error.message);
  seam_paired_free(paired);
  return comparison;
}

static const seam_compared *interface_of(const seam_comparison *comparison) {
  return seam_comparison_histogram_at(comparison, 0);
}

/* ---- By hand ---- */

/* In every block 10 chains pass under A. Under B 9 do in even blocks, and 10 in odd ones. */
static void fractions_are_as_computed_by_hand(void **unused) {
  (void)unused;
  seam_paired *paired = NULL;
  seam_result *results[2] = {NULL, NULL};
  for (int k = 0; k < BLOCKS; k++) {
    empty_block(k, 20, results);
    for (int r = 0; r < 2; r++) {
      int pass = 10 - (r == 1 && k % 2 == 0);
      put(results[r], OUTCOME_BUFFER, 3, pass - 4);
      put(results[r], OUTCOME_INVERTER, 12, 4);
      put(results[r], OUTCOME_FAIL, 5, 20 - pass);
    }
    add_block(&paired, results);
  }
  sample_free_pair(results);
  seam_comparison *comparison = compare_blocks(paired, "all");
  const seam_fraction *pass = seam_comparison_fraction_at(comparison, 0);
  double error = 0.5 / 20 / sqrt(BLOCKS - 1.0); /* each block is half a chain of 20 away from the mean */
  assert_true(pass->value[0] == 0.5 && fabs(pass->value[1] - 0.475) < 1e-15);
  assert_true(fabs(pass->difference_error - error) < 1e-15);
  assert_true(fabs(pass->difference - 0.025 / error) < 1e-9);
  assert_int_equal(seam_comparison_blocks(comparison), BLOCKS);
  assert_int_equal(seam_comparison_shared(comparison), 20 * BLOCKS);
  seam_comparison_free(comparison);
}

/* Nothing differs, so the error is that of half a chain. */
static void equal_blocks_are_at_no_distance(void **unused) {
  (void)unused;
  seam_paired *paired = NULL;
  seam_result *results[2] = {NULL, NULL};
  for (int k = 0; k < BLOCKS; k++) {
    empty_block(k, 10, results);
    for (int r = 0; r < 2; r++) put(results[r], OUTCOME_BUFFER, k % BINS, 10);
    add_block(&paired, results);
  }
  sample_free_pair(results);
  seam_comparison *comparison = compare_blocks(paired, "pass");
  const seam_distance *d = interface_of(comparison)->distance;
  for (int i = 0; i < SEAM_DISTANCES; i++)
    assert_true(d[i].value == 0 && d[i].chance == 0 && d[i].p == 1 && d[i].low == 0 && d[i].high == 0);
  const seam_fraction *pass = seam_comparison_fraction_at(comparison, 0);
  assert_true(pass->difference == 0 && fabs(pass->difference_error - sqrt(0.5) / (10 * BLOCKS)) < 1e-15);
  assert_true(seam_comparison_map_at(comparison, 1)->reals[0] < 1e-12);
  seam_comparison_free(comparison);
}

/* ---- What is no block ---- */

static void refuse_block(seam_paired **paired, seam_result *results[2], const char *words) {
  seam_error error;
  assert_int_equal(seam_paired_add(paired, results[0], results[1], &error), SEAM_ERROR_MISMATCH);
  if (!strstr(error.message, words)) fail_msg("%s: does not say %s", error.message, words);
}

static void what_is_not_matched_is_refused(void **unused) {
  (void)unused;
  seam_paired *paired = NULL;
  seam_comparison *comparison;
  seam_error error;
  seam_result *block[2] = {NULL, NULL}, *other[2] = {NULL, NULL};
  empty_block(0, 10, block);
  empty_block(1, 10, other);
  for (int r = 0; r < 2; r++) put(block[r], OUTCOME_FAIL, 5, 10), put(other[r], OUTCOME_FAIL, 5, 10);
  refuse_block(&paired, (seam_result *[2]){block[0], other[1]}, "the same seed and the same chains");
  block[1]->config.seed++;
  refuse_block(&paired, block, "the same seed and the same chains");
  block[1]->config.seed--;
  block[0]->config.task = TASK_PREDICT;
  refuse_block(&paired, block, "predictions share their second components");
  block[0]->config.task = TASK_TRAIN;
  assert_null(paired);
  assert_int_equal(seam_paired_add(&paired, block[0], block[1], &error), SEAM_OK);
  refuse_block(&paired, block, "two blocks hold chain 0");
  other[1]->config.lr *= 2;
  refuse_block(&paired, other, "blocks differ in --lr");
  assert_int_equal(seam_paired_compare(paired, "all", 0, &comparison, &error), SEAM_ERROR_USAGE);
  assert_non_null(strstr(error.message, "1 blocks of matched chains: at least 64 are needed"));
  assert_null(comparison);
  seam_paired_free(paired);
  seam_paired_free(NULL);
  sample_free_pair(block);
  sample_free_pair(other);
}

/* ---- p-values are uniform if there is nothing to find ---- */

static const double known[2][BINS] = {{.05, .07, .06, .06, .07, .05, .08, .04, .06, .06, .07, .05, .09, .07, .06, .06},
                                      {.05, .05, .06, .08, .07, .05, .06, .06, .06, .06, .08, .04, .07, .09, .06, .06}};

static double uniform(uint64_t *state) { return (double)sample_random(state, UINT64_C(1) << 31) * 0x1p-31; }

static int bin_at(const double weights[BINS], double dice) {
  int bin = 0;
  while (bin < BINS - 1 && dice >= weights[bin]) dice -= weights[bin++];
  return bin;
}

/* Matched samples of two laws. Three of four chains get both bins from one random number, the others from two. */
static void draw_pairs(uint64_t *state, const double *const laws[2], int chains, seam_result *results[2]) {
  for (int i = 0; i < chains; i++) {
    double dice = uniform(state);
    put(results[0], OUTCOME_BUFFER, bin_at(laws[0], dice), 1);
    if (sample_random(state, 4) == 0) dice = uniform(state);
    put(results[1], OUTCOME_BUFFER, bin_at(laws[1], dice), 1);
  }
}

static seam_paired *draw_blocks(uint64_t *state, const double *const laws[2], int chains) {
  seam_paired *paired = NULL;
  seam_result *results[2] = {NULL, NULL};
  for (int k = 0; k < BLOCKS; k++) {
    empty_block(k, chains, results);
    draw_pairs(state, laws, chains, results);
    add_block(&paired, results);
  }
  sample_free_pair(results);
  return paired;
}

/* Compares many pairs of samples and returns how far the p-values are from uniform. */
static void judge(const double *const laws[2], int chains, double worst[SEAM_DISTANCES]) {
  enum { SAMPLES = 300 };
  double p[SEAM_DISTANCES][SAMPLES];
  uint64_t state = 2026;
  for (int i = 0; i < SAMPLES; i++) {
    seam_comparison *comparison = compare_blocks(draw_blocks(&state, laws, chains), "pass");
    for (int d = 0; d < SEAM_DISTANCES; d++) p[d][i] = interface_of(comparison)->distance[d].p;
    seam_comparison_free(comparison);
  }
  for (int d = 0; d < SEAM_DISTANCES; d++) worst[d] = science_ks_uniform(p[d], SAMPLES);
}

static void p_is_uniform_for_matched_samples_of_one_law(void **unused) {
  (void)unused;
  const double threshold = science_ks_threshold(FAMILY_ERROR / 4 / SEAM_DISTANCES);
  double worst[SEAM_DISTANCES];
  judge((const double *const[2]){known[0], known[0]}, 20, worst);
  for (int d = 0; d < SEAM_DISTANCES; d++)
    if (worst[d] > threshold) fail_msg("distance %d: %g is beyond %g", d, worst[d], threshold);
  judge((const double *const[2]){known[0], known[1]}, 20, worst);
  for (int d = 0; d < SEAM_DISTANCES; d++)
    if (worst[d] <= threshold) fail_msg("distance %d: another law is not detected: %g", d, worst[d]);
}

/* ---- Intervals contain the true distance ---- */

static void known_distances(double value[SEAM_DISTANCES]) {
  memset(value, 0, SEAM_DISTANCES * sizeof *value);
  for (int i = 0; i < BINS; i++) {
    double a = known[0][i], b = known[1][i], m = (a + b) / 2;
    value[SEAM_TOTAL_VARIATION] += fabs(a - b) / 2;
    value[SEAM_JENSEN_SHANNON] += (a * log(a / m) + b * log(b / m)) / 2;
    value[SEAM_KULLBACK_LEIBLER] += a * log(a / b);
    value[SEAM_KULLBACK_LEIBLER_REVERSE] += b * log(b / a);
  }
}

/* Counts how often the interval misses `factor` times the true distance. */
static void count_misses(const double *const laws[2], const double value[SEAM_DISTANCES], int misses[SEAM_DISTANCES],
                         int far_misses[SEAM_DISTANCES]) {
  enum { SAMPLES = 200 };
  uint64_t state = 77;
  for (int s = 0; s < SAMPLES; s++) {
    seam_comparison *comparison = compare_blocks(draw_blocks(&state, laws, 150), "pass");
    assert_int_equal(interface_of(comparison)->cells, BINS);
    for (int d = 0; d < SEAM_DISTANCES; d++) {
      const seam_distance *distance = &interface_of(comparison)->distance[d];
      misses[d] += value[d] < distance->low || value[d] > distance->high;
      far_misses[d] += 1.5 * value[d] < distance->low || 1.5 * value[d] > distance->high;
    }
    seam_comparison_free(comparison);
  }
}

/* More than 31 of 200 intervals at 95% miss with a probability below 1e-7. */
static void the_interval_contains_the_distance_of_known_laws(void **unused) {
  (void)unused;
  enum { MOST_MISSES = 31 };
  double value[SEAM_DISTANCES];
  int misses[SEAM_DISTANCES] = {0}, far_misses[SEAM_DISTANCES] = {0}, none[SEAM_DISTANCES] = {0};
  known_distances(value);
  count_misses((const double *const[2]){known[0], known[1]}, value, misses, far_misses);
  for (int d = 0; d < SEAM_DISTANCES; d++) {
    if (misses[d] > MOST_MISSES) fail_msg("the intervals of distance %d miss it %d times", d, misses[d]);
    if (far_misses[d] <= MOST_MISSES)
      fail_msg("the intervals of distance %d miss 1.5 times it only %d times", d, far_misses[d]);
  }
  memset(value, 0, sizeof value);
  memset(misses, 0, sizeof misses);
  count_misses((const double *const[2]){known[0], known[0]}, value, misses, none);
  for (int d = 0; d < SEAM_DISTANCES; d++)
    if (misses[d] > MOST_MISSES) fail_msg("the intervals of distance %d miss 0 for equal laws %d times", d, misses[d]);
}

/* The difference of two fractions, in its own standard errors, is normal with variance 1. */
static void judge_fractions(double least, double most) {
  enum { SAMPLES = 300 };
  uint64_t state = 5;
  double square = 0;
  for (int s = 0; s < SAMPLES; s++) {
    seam_paired *paired = NULL;
    seam_result *results[2] = {NULL, NULL};
    for (int k = 0; k < BLOCKS; k++) {
      empty_block(k, 10, results);
      for (int i = 0; i < 10; i++) {
        double dice = uniform(&state);
        put(results[0], dice < 0.3 ? OUTCOME_BUFFER : OUTCOME_FAIL, 3, 1);
        if (sample_random(&state, 4) == 0) dice = uniform(&state);
        put(results[1], dice < 0.3 ? OUTCOME_BUFFER : OUTCOME_FAIL, 3, 1);
      }
      add_block(&paired, results);
    }
    sample_free_pair(results);
    seam_comparison *comparison = compare_blocks(paired, "all");
    double difference = seam_comparison_fraction_at(comparison, 0)->difference;
    square += difference * difference / SAMPLES;
    seam_comparison_free(comparison);
  }
  if (square < least || square > most) fail_msg("the variance of %d differences is %g", SAMPLES, square);
}

/* A variance of 300 normal numbers has a standard deviation of 0.082; 5 of them are beyond 1e-6. */
static void the_error_of_a_difference_is_that_of_matched_chains(void **unused) {
  (void)unused;
  judge_fractions(0.59, 1.41);
}

/* ---- Real runs ---- */

static const char *lrs[2];

/* Results of chains [first, first + chains). Training ends while the interface still moves fast. */
static void train_both(int first, int chains, seam_result *results[2]) {
  char begin[16], count[16];
  snprintf(begin, sizeof begin, "%d", first);
  snprintf(count, sizeof count, "%d", chains);
  for (int r = 0; r < 2; r++)
    results[r] =
        sample_train((const char *[]){"first", "mlp4", "second", "mlp4", "steps", "20", "lr", lrs[r], "first-chain",
                                      begin, "chains", count, "histograms", "interface,width", NULL});
}

static seam_comparison *train_and_compare(int chains) {
  seam_paired *paired = NULL;
  for (int k = 0; k < BLOCKS; k++) {
    seam_result *results[2];
    train_both(k * chains / BLOCKS, chains / BLOCKS, results);
    add_block(&paired, results);
    sample_free_pair(results);
  }
  return compare_blocks(paired, "all");
}

/* The blocks add up to the whole run. */
static void blocks_have_the_distance_of_whole_runs_and_see_a_learning_rate_5_per_cent_higher(void **unused) {
  (void)unused;
  enum { CHAINS = 64 * 250 };
  seam_result *whole[2];
  lrs[0] = "0.5", lrs[1] = "0.525";
  train_both(0, CHAINS, whole);
  seam_comparison *plain = sample_compare(whole[0], whole[1], "all", 0), *paired = train_and_compare(CHAINS);
  for (size_t h = 0; h < 2; h++) {
    const seam_compared *x = seam_comparison_histogram_at(plain, h), *y = seam_comparison_histogram_at(paired, h);
    assert_int_equal(x->cells, y->cells);
    for (int d = 0; d < SEAM_DISTANCES; d++) {
      assert_true(x->distance[d].value == y->distance[d].value);
      assert_true(isnan(x->distance[d].p) && y->distance[d].p >= 1.0 / (1 + SEAM_PERMUTATIONS));
      if (h == 0) assert_true(y->distance[d].p < 2.0 / (1 + SEAM_PERMUTATIONS));
    }
  }
  seam_comparison_free(plain);
  seam_comparison_free(paired);
  sample_free_pair(whole);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fractions_are_as_computed_by_hand),
      cmocka_unit_test(equal_blocks_are_at_no_distance),
      cmocka_unit_test(what_is_not_matched_is_refused),
      cmocka_unit_test(p_is_uniform_for_matched_samples_of_one_law),
      cmocka_unit_test(the_interval_contains_the_distance_of_known_laws),
      cmocka_unit_test(the_error_of_a_difference_is_that_of_matched_chains),
      cmocka_unit_test(blocks_have_the_distance_of_whole_runs_and_see_a_learning_rate_5_per_cent_higher),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
