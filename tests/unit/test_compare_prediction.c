/* SPDX-License-Identifier: Apache-2.0 */
/* seam_compare is right about predictions: outcomes, p-values, effective counts and errors. Statistical tests use fixed
 * seeds, share a family-wise error of 1e-6 (Bonferroni), and show that they reject a planted error. */
#include <math.h>

#include "support/sample_comparison.h"
#include "support/science.h"

static const double FAMILY_ERROR = 1e-6;
enum { FAMILY = 40 };

/* ---- Results to compare ---- */

/* Pairs of logistic components: buffers and inverters in four small corners of the range. */
struct sort {
  const char *chains, *draws, *seed;
  const char *name, *value; /* one more option, or NULL */
};

static seam_result *logistic_pairs(struct sort sort) {
  return sample_predict((const char *const[]){"first", "logistic", "second", "logistic", "range", "-0.05:1.05", "bins",
                                              "24", "cells", "128", "chains", sort.chains, "draws", sort.draws, "seed",
                                              sort.seed, sort.name, sort.value, NULL});
}

static seam_result *logistic_chains(const char *chains, const char *seed) {
  return sample_train((const char *const[]){"first", "logistic", "second", "logistic", "range", "-0.05:1.05", "bins",
                                            "24", "chains", chains, "steps", "0", "seed", seed, "histograms",
                                            "interface", NULL});
}

static const seam_compared *interface_of(const seam_comparison *comparison) {
  return seam_comparison_histogram_at(comparison, 0);
}

static const char *seed_text(int seed) {
  static char texts[4][16];
  static int next;
  char *text = texts[next++ % 4];
  snprintf(text, sizeof texts[0], "%d", seed);
  return text;
}

/* ---- p-values are uniform when there is nothing to find ---- */

enum { MOST_PAIRS = 60 };

/* What many comparisons of freshly drawn results found. */
struct trials {
  int count;
  double p[SEAM_DISTANCES][MOST_PAIRS];
  double difference[3][MOST_PAIRS]; /* differences of the fractions, in standard errors */
};

/* Compares the results and frees `a`. */
static void add_half_trial(struct trials *trials, seam_result *a, const seam_result *b, const char *outcome) {
  seam_comparison *comparison = sample_compare(a, b, outcome, 1);
  for (int d = 0; d < SEAM_DISTANCES; d++) {
    double p = interface_of(comparison)->distance[d].p;
    assert_true(p >= 1. / 201 && p <= 1);
    trials->p[d][trials->count] = p;
  }
  for (int f = 0; f < 3; f++)
    trials->difference[f][trials->count] = seam_comparison_fraction_at(comparison, (size_t)f)->difference;
  trials->count++;
  seam_comparison_free(comparison);
  seam_result_free(a);
}

/* Compares the results and frees both. */
static void add_trial(struct trials *trials, seam_result *a, seam_result *b, const char *outcome) {
  add_half_trial(trials, a, b, outcome);
  seam_result_free(b);
}

static void assert_uniform(const struct trials *trials) {
  const double threshold = science_ks_threshold(FAMILY_ERROR / FAMILY);
  for (int d = 0; d < SEAM_DISTANCES; d++) {
    double worst = science_ks_uniform(trials->p[d], trials->count);
    if (worst > threshold) fail_msg("distance %d: %g is beyond %g", d, worst, threshold);
  }
}

static double mean_square(const double *x, int n) {
  double sum = 0;
  for (int i = 0; i < n; i++) sum += x[i] * x[i] / n;
  return sum;
}

/* Few second components make the noise come mainly from them; few first components, from those. */
static void p_is_uniform_for_two_predictions_of_one_law(void **unused) {
  (void)unused;
  static const struct {
    const char *outcome, *chains, *draws;
  } cases[] = {{"pass", "16384", "700"}, {"pass", "700", "16384"}, {"buffer", "2048", "2048"}, {"all", "1000", "64"}};
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    struct trials trials = {.count = 0};
    for (int i = 0; i < MOST_PAIRS; i++)
      add_trial(&trials, logistic_pairs((struct sort){cases[k].chains, cases[k].draws, seed_text(100 + i), NULL, NULL}),
                logistic_pairs((struct sort){cases[k].chains, cases[k].draws, seed_text(300 + i), NULL, NULL}),
                cases[k].outcome);
    assert_uniform(&trials);
  }
}

/* The mean of 60 squared standard normals is outside 0.3 to 2.3 with a probability below 1e-7 (chi^2). */
static void untrained_chains_and_a_prediction_are_samples_of_one_law(void **unused) {
  (void)unused;
  struct trials trials = {.count = 0}, all = {.count = 0};
  for (int i = 0; i < MOST_PAIRS; i++) {
    add_trial(&trials, logistic_chains("100000", seed_text(i)),
              logistic_pairs((struct sort){"2048", "2048", seed_text(i), NULL, NULL}), "pass");
    add_trial(&all, logistic_pairs((struct sort){"4096", "64", seed_text(i), NULL, NULL}),
              logistic_chains("10000", seed_text(i)), "all");
  }
  assert_uniform(&trials);
  assert_uniform(&all);
  for (int f = 0; f < 3; f++) {
    double square = mean_square(trials.difference[f], trials.count);
    if (square < 0.3 || square > 2.3) fail_msg("fraction %d: mean square %g", f, square);
  }
}

/* There are enough chains to fill 135 cells, but each prediction is worth only some hundred pairs. So the comparison
 * must use no more cells than the prediction can tell apart. All predictions are compared with the same chains, whose
 * noise is small beside theirs. */
static void p_is_uniform_for_small_predictions_against_many_chains(void **unused) {
  (void)unused;
  const char *chains[] = {"first",  "buffer",  "second", "logistic", "input-margin", "0",         "bins", "128",
                          "chains", "4000000", "steps",  "0",        "histograms",   "interface", NULL};
  const char *pairs[] = {"first", "buffer", "second", "logistic", "input-margin", "0",    "bins", "128", "chains",
                         "2048",  "draws",  "2048",   "cells",    "128",          "seed", NULL,   NULL};
  struct trials trials = {.count = 0};
  seam_result *many = sample_train(chains);
  for (int i = 0; i < MOST_PAIRS; i++) {
    pairs[15] = seed_text(2000 + i);
    add_half_trial(&trials, sample_predict(pairs), many, "pass");
  }
  assert_uniform(&trials);
  seam_result_free(many);
}

/* 0.017 of 2,000 untrained mlp4 pairs work on average. That no chain works is therefore no evidence against the
 * prediction. */
static void no_working_chain_is_no_evidence_by_itself(void **unused) {
  (void)unused;
  const char *chains[] = {"first", "mlp4", "second", "mlp4", "chains", "2000", "steps", "0", NULL};
  const char *pairs[] = {"first", "mlp4", "second", "mlp4", "chains", "65536", "draws", "65536", "cells", "256", NULL};
  seam_result *none = sample_train(chains), *many = sample_predict(pairs);
  seam_comparison *comparison;
  assert_int_equal(seam_compare(none, many, "all", 0, &comparison, NULL), SEAM_OK);
  const seam_fraction *pass = seam_comparison_fraction_at(comparison, 0);
  assert_true(pass->value[0] == 0 && pass->value[1] > 0);
  assert_true(fabs(pass->error[0] - sqrt(0.00025 * 0.99975 / 2000)) < 1e-12);
  assert_true(pass->difference < 0 && pass->difference > -1);
  seam_comparison_free(comparison);
  seam_result_free(many);
  seam_result_free(none);
}

/* A prior a third wider moves the interface. An accepted output 5% wider lets more pairs work. */
static void other_laws_are_detected(void **unused) {
  (void)unused;
  const double threshold = science_ks_threshold(FAMILY_ERROR / FAMILY);
  struct trials wider = {.count = 0}, accepting = {.count = 0};
  for (int i = 0; i < 20; i++) {
    add_trial(&wider, logistic_pairs((struct sort){"16384", "16384", seed_text(500 + i), NULL, NULL}),
              logistic_pairs((struct sort){"16384", "16384", seed_text(600 + i), "init-scale", "1.33"}), "pass");
    add_trial(&accepting, logistic_pairs((struct sort){"32768", "32768", seed_text(700 + i), NULL, NULL}),
              logistic_pairs((struct sort){"32768", "32768", seed_text(800 + i), "output-margin", "0.105"}), "pass");
  }
  for (int d = 0; d < SEAM_DISTANCES; d++) {
    double worst = science_ks_uniform(wider.p[d], wider.count);
    if (worst <= threshold) fail_msg("distance %d: wider priors are not detected: %g", d, worst);
  }
  double sum = 0;
  for (int i = 0; i < accepting.count; i++) sum += accepting.difference[0][i];
  if (sum / sqrt(accepting.count) > -science_z_threshold(FAMILY_ERROR / FAMILY))
    fail_msg("a wider margin is not detected: %g", sum);
}

/* The spread of the distance over 60 pairs of predictions of two laws equals its stated error. Limits as above. */
static void errors_equal_the_spread_over_predictions(void **unused) {
  (void)unused;
  enum { SEEDS = 60 };
  double first[SEAM_DISTANCES] = {0}, second[SEAM_DISTANCES] = {0}, expected[SEAM_DISTANCES] = {0};
  for (int s = 0; s < SEEDS; s++) {
    seam_result *a = logistic_pairs((struct sort){"8192", "8192", seed_text(1000 + s), NULL, NULL});
    seam_result *b = logistic_pairs((struct sort){"8192", "8192", seed_text(1100 + s), "init-scale", "3"});
    seam_comparison *comparison = sample_compare(a, b, "pass", 1);
    for (int d = 0; d < SEAM_DISTANCES; d++) {
      const seam_distance *distance = &interface_of(comparison)->distance[d];
      double error = (distance->high - distance->value) / 1.959963984540054;
      first[d] += distance->value / SEEDS;
      second[d] += distance->value * distance->value / SEEDS;
      expected[d] += error * error / SEEDS;
    }
    seam_comparison_free(comparison);
    seam_result_free(a);
    seam_result_free(b);
  }
  for (int d = 0; d < SEAM_DISTANCES; d++) {
    double ratio = (second[d] - first[d] * first[d]) / expected[d];
    if (ratio < 0.3 || ratio > 2.3) fail_msg("distance %d: its variance is %g times the stated one", d, ratio);
  }
}

/* ---- Results computed by hand ---- */

/* Working pairs are in bins 1 and 2 of 16. Each block of first components has `many` in one bin and `few` in the other,
 * in turn; so has each block of second components. */
static seam_result *by_hand(const char *task, int64_t many, int64_t few) {
  static const char *const small[] = {"bins", "2", "chains", "16", "draws", "640", "seed", "3", NULL};
  seam_config *config = sample_config(small);
  seam_result *result;
  seam_error error;
  assert_int_equal(seam_config_set(config, "task", task, &error), SEAM_OK);
  if (result_create(config, &result, &error) != SEAM_OK) fail_msg("%s", error.message);
  seam_config_free(config);
  const int64_t *offset = result->histograms->offset, each = (many + few) / 2 * INTERFACE_BLOCKS;
  for (int bin = 1; bin <= 2; bin++) {
    result->counts[offset[HISTOGRAM_INTERFACE] + bin] = each;
    for (int b = 0; b < INTERFACE_BLOCKS; b++) {
      result->counts[offset[HISTOGRAM_FIRST_BLOCKS] + bin * INTERFACE_BLOCKS + b] = (b + bin) % 2 ? many : few;
      result->counts[offset[HISTOGRAM_SECOND_BLOCKS] + bin * INTERFACE_BLOCKS + b] = each / INTERFACE_BLOCKS;
    }
  }
  result->counts[offset[HISTOGRAM_COMPONENTS] + 1] = 16;
  result->counts[OUTCOME_BUFFER] = 2 * each;
  assert_int_equal(coverage_add(&result->coverage, 0, 16, NULL), SEAM_OK);
  return result;
}

/* Leaving out a block of 8 and 2 pairs makes the shares 0.48 and 0.52. Each component then has the variance 15 *
 * 0.02^2, both together 0.012. The 160 pairs themselves add 0.5/160, seen from either component. */
static void the_effective_count_of_pairs_is_as_computed_by_hand(void **unused) {
  (void)unused;
  seam_result *a = by_hand("predict", 8, 2), *other = by_hand("predict", 8, 2), *b = by_hand("predict", 5, 5);
  other->config.seed++;
  seam_comparison *comparison = sample_compare(a, other, "buffer", 1);
  const seam_compared *interface = interface_of(comparison);
  const double variance = 0.012 - 0.5 / 160, worth = 0.5 / variance;
  assert_string_equal(interface->unit[0], "pairs");
  assert_int_equal(interface->entries[0], 160);
  assert_true(fabs(interface->effective[0] - worth) < 1e-9);
  assert_int_equal(interface->cells, 2);
  /* Two noises have variance/2 each. The mean of |z| is sqrt(2/pi); 200 draws agree within 5 standard errors. */
  assert_true(fabs(interface->distance[0].chance - sqrt(variance) * 0.7979) < 5 * sqrt(variance) * 0.6 / sqrt(200));
  const seam_histogram *map = seam_comparison_map_at(comparison, 1);
  double slope = worth / (0.5 * worth + 0.5); /* the slope of ln(count + 1/2) in the share */
  assert_true(fabs(map->reals[1] - sqrt(variance) * slope) < 1e-3);
  seam_comparison_free(comparison);
  comparison = sample_compare(b, b, "pass", 1); /* the blocks do not differ, so no effective count can be found */
  assert_true(isnan(interface_of(comparison)->effective[0]));
  seam_comparison_free(comparison);
  seam_result_free(other);
  seam_result_free(a);
  seam_result_free(b);
}

/* Gibbs weights are counted in units of 2^-20 pair. */
static void a_gibbs_law_is_compared_with_all_chains(void **unused) {
  (void)unused;
  seam_result *a = by_hand("gibbs", 8 << PAIR_BITS, 2 << PAIR_BITS), *b = by_hand("predict", 8, 2);
  seam_comparison *comparison = sample_compare(a, b, "all", 1);
  const seam_compared *interface = interface_of(comparison);
  assert_string_equal(interface->unit[0], "weighed pairs");
  assert_string_equal(interface->unit[1], "first components");
  assert_int_equal(interface->entries[0], 160);
  assert_int_equal(interface->entries[1], 16);
  assert_true(fabs(interface->effective[0] - 0.5 / 0.012) < 1e-9 && interface->effective[1] == 16);
  assert_true(fabs(interface->distance[0].value - 0.5) < 1e-12);
  assert_true(isnan(seam_comparison_fraction_at(comparison, 0)->value[0]));
  seam_comparison_free(comparison);
  seam_result_free(a);
  seam_result_free(b);
}

static void too_few_working_pairs_give_no_p_value(void **unused) {
  (void)unused;
  seam_result *a = logistic_pairs((struct sort){"10", "2000", "1", NULL, NULL}), *b = logistic_chains("100000", "2");
  seam_comparison *comparison = sample_compare(a, b, "pass", 1);
  const seam_compared *interface = interface_of(comparison);
  assert_true(interface->entries[0] > 0 && isnan(interface->effective[0]) && interface->effective[1] > 0);
  for (int d = 0; d < SEAM_DISTANCES; d++) {
    const seam_distance *distance = &interface->distance[d];
    assert_true(distance->value > 0);
    assert_true(isnan(distance->chance) && isnan(distance->excess) && isnan(distance->p) && isnan(distance->high));
  }
  const seam_histogram *ratio = seam_comparison_map_at(comparison, 0), *error = seam_comparison_map_at(comparison, 1);
  int64_t known = 0;
  for (int64_t i = 0; i < ratio->cells; i++) {
    known += isfinite(ratio->reals[i]);
    assert_true(isnan(error->reals[i]));
  }
  assert_true(known > 0);
  char *record = seam_comparison_record(comparison);
  assert_non_null(strstr(record, "\"unit\":[\"pairs\",\"chains\"]"));
  assert_non_null(strstr(record, "\"effective\":[null,"));
  assert_non_null(strstr(record, "\"draws\":[2000,0]"));
  free(record);
  seam_comparison_free(comparison);
  seam_result_free(a);
  seam_result_free(b);
}

/* ---- What does not compare ---- */

static void refuse(const seam_result *a, const seam_result *b, const char *outcome, const char *part) {
  seam_comparison *comparison;
  seam_error error = {.message = ""};
  assert_int_equal(seam_compare(a, b, outcome, 1, &comparison, &error), SEAM_ERROR_MISMATCH);
  assert_null(comparison);
  if (!strstr(error.message, part)) fail_msg("%s: does not say %s", error.message, part);
}

static void outcomes_that_a_prediction_does_not_know_are_refused(void **unused) {
  (void)unused;
  seam_result *prediction = by_hand("predict", 8, 2), *gibbs = by_hand("gibbs", 8, 2);
  refuse(prediction, prediction, "fail", "the first result is a prediction");
  refuse(prediction, prediction, "fail", "--outcome works, buffer, inverter or all");
  static const char *const outcomes[] = {"pass", "buffer", "inverter", "fail"};
  for (int s = 0; s < 4; s++) refuse(gibbs, gibbs, outcomes[s], "use --outcome all");
  refuse(prediction, gibbs, "pass", "the second result is a Gibbs law");
  seam_result_free(prediction);
  seam_result_free(gibbs);
}

/* ---- Components that two predictions share ---- */

static uint64_t shared(const seam_result *a, const seam_result *b) {
  seam_comparison *comparison = sample_compare(a, b, "all", 1);
  uint64_t count = seam_comparison_shared(comparison);
  seam_comparison_free(comparison);
  return count;
}

static void predictions_of_one_seed_share_components(void **unused) {
  (void)unused;
  seam_result *a = logistic_pairs((struct sort){"300", "64", "1", NULL, NULL});
  seam_result *b = logistic_pairs((struct sort){"300", "90", "1", "first-chain", "200"});
  seam_result *c = logistic_pairs((struct sort){"300", "90", "2", NULL, NULL}), *chains = logistic_chains("300", "1");
  assert_int_equal(shared(a, b), 100 + 64);
  assert_int_equal(shared(a, c), 0);
  assert_int_equal(shared(a, chains), 0);
  seam_result_free(a);
  seam_result_free(b);
  seam_result_free(c);
  seam_result_free(chains);
}

/* A prediction made by one thread and one made by three compare the same to the last digit. Only the interface is
 * compared. */
static void a_comparison_does_not_depend_on_threads(void **unused) {
  (void)unused;
  char *record[2];
  seam_result *chains =
      sample_train((const char *const[]){"first", "logistic", "second", "logistic", "range", "-0.05:1.05", "bins", "24",
                                         "chains", "50000", "steps", "0", NULL});
  for (int k = 0; k < 2; k++) {
    seam_result *a = logistic_pairs((struct sort){"3000", "3000", "1", "threads", k ? "3" : "1"});
    seam_comparison *comparison = sample_compare(a, chains, "pass", 1);
    assert_null(seam_comparison_histogram_at(comparison, 1));
    record[k] = seam_comparison_record(comparison);
    seam_comparison_free(comparison);
    seam_result_free(a);
  }
  assert_string_equal(record[0], record[1]);
  free(record[0]);
  free(record[1]);
  seam_result_free(chains);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(p_is_uniform_for_two_predictions_of_one_law),
      cmocka_unit_test(untrained_chains_and_a_prediction_are_samples_of_one_law),
      cmocka_unit_test(no_working_chain_is_no_evidence_by_itself),
      cmocka_unit_test(p_is_uniform_for_small_predictions_against_many_chains),
      cmocka_unit_test(other_laws_are_detected),
      cmocka_unit_test(errors_equal_the_spread_over_predictions),
      cmocka_unit_test(the_effective_count_of_pairs_is_as_computed_by_hand),
      cmocka_unit_test(a_gibbs_law_is_compared_with_all_chains),
      cmocka_unit_test(too_few_working_pairs_give_no_p_value),
      cmocka_unit_test(outcomes_that_a_prediction_does_not_know_are_refused),
      cmocka_unit_test(predictions_of_one_seed_share_components),
      cmocka_unit_test(a_comparison_does_not_depend_on_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
