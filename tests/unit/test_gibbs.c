/* SPDX-License-Identifier: Apache-2.0 */
/* Three ways to find the Gibbs law p0·exp(-beta·L) of the interface agree: counting pairs, Langevin dynamics and
 * quadrature. The family-wise error of all tests together is 10^-6. */
#include "support/gibbs_law.h"

#include "support/sample_result.h"

/* With these bins, u of a logistic component is in bins 1 to LAW_BINS + 1; the last holds float(1). */
enum { BINS = LAW_BINS + 2, STRIDE = BINS + 2, LINEAR_BINS = 30 };

#define LOGISTIC "first", "logistic", "second", "logistic", "range", "-0.125:1.125", "bins", "10", "samples", "1"
#define LINEAR   "first", "linear", "second", "linear", "range", "-3:3", "bins", "30", "samples", "1"

/* The value that chi^2 with this many degrees exceeds with probability 10^-7 at most (Laurent and Massart, "Adaptive
 * estimation of a quadratic functional by model selection", Annals of Statistics 28, 2000, lemma 1). */
static double chi2_threshold(double degrees) {
  double x = log(1e7);
  return degrees + 2.0 * sqrt(degrees * x) + 2.0 * x;
}

/* The counts in the bins of the law, summed over `outcomes` outcomes. The top bin includes its upper edge. */
static void gather_logistic(const seam_result *result, int outcomes, double counts[LAW_BINS * LAW_BINS]) {
  const int64_t *values = seam_result_histogram(result, "interface")->values;
  memset(counts, 0, sizeof(double) * LAW_BINS * LAW_BINS);
  for (int i = 0; i < outcomes * STRIDE * STRIDE; i++) {
    int u0 = i / STRIDE % STRIDE - 2, u1 = i % STRIDE - 2;
    if (values[i] == 0) continue;
    assert_true(u0 >= 0 && u0 <= LAW_BINS && u1 >= 0 && u1 <= LAW_BINS);
    counts[(u0 < LAW_BINS ? u0 : LAW_BINS - 1) * LAW_BINS + (u1 < LAW_BINS ? u1 : LAW_BINS - 1)] += (double)values[i];
  }
}

/* The bins of u1, with underflow first and overflow last. */
static void gather_linear(const seam_result *result, int outcomes, double counts[LINEAR_BINS + 2]) {
  const int64_t *values = seam_result_histogram(result, "interface")->values;
  enum { SIDE = LINEAR_BINS + 2 };
  memset(counts, 0, sizeof(double) * SIDE);
  for (int i = 0; i < outcomes * SIDE * SIDE; i++) counts[i % SIDE] += (double)values[i];
}

static double linear_law(double beta, double law[LINEAR_BINS + 2]) {
  double total = 0.0;
  for (int i = 0; i < LINEAR_BINS + 2; i++) {
    double lower = i == 0 ? -9.0 : -3.0 + 0.2 * (i - 1), upper = i == LINEAR_BINS + 1 ? 9.0 : -3.0 + 0.2 * i;
    law[i] = law_linear(beta, 1.0, lower, upper);
    total += law[i];
  }
  for (int i = 0; i < LINEAR_BINS + 2; i++) law[i] /= total;
  return total;
}

/* ---- Predictions ---- */

enum { SEEDS = 64, CHAINS = 2048 };

/* The means over SEEDS predictions, and the squares of their standard errors. The last value is the mean weight. */
static void predict_often(const char *const *fixed, int values, void (*gather)(const seam_result *, int, double *),
                          double *mean, double *variance) {
  double one[LAW_BINS * LAW_BINS + 1];
  const char *options[32];
  int count = 0;
  char seed[16];
  while (fixed[count]) options[count] = fixed[count], count++;
  memcpy(options + count, (const char *const[]){"chains", "2048", "draws", "2048", "cells", "4096", "seed", seed, NULL},
         9 * sizeof *options);
  memset(mean, 0, (size_t)(values + 1) * sizeof *mean);
  memset(variance, 0, (size_t)(values + 1) * sizeof *variance);
  for (int s = 0; s < SEEDS; s++) {
    seam_prediction p;
    snprintf(seed, sizeof seed, "%d", 300 + s);
    seam_result *result = sample_predict(options);
    assert_true(seam_result_prediction(result, &p) && p.weighed);
    gather(result, HISTOGRAM_MODES, one);
    for (int i = 0; i < values; i++) one[i] = ldexp(one[i], -PAIR_BITS) / ((double)CHAINS * 2048);
    one[values] = p.acceptance;
    for (int i = 0; i <= values; i++) mean[i] += one[i] / SEEDS, variance[i] += one[i] * one[i] / SEEDS;
    seam_result_free(result);
  }
  for (int i = 0; i <= values; i++) variance[i] = (variance[i] - mean[i] * mean[i]) / (SEEDS - 1);
}

/* The worst deviation among `values` masses and the mean weight, in standard errors. A bin without a count in any run
 * gives 0. */
static double worst_z(const double *law, double total, int values, const double *mean, const double *variance) {
  double worst = fabs(mean[values] - total) / sqrt(variance[values]);
  for (int i = 0; i < values; i++)
    if (mean[i] > 0) worst = fmax(worst, fabs(mean[i] - total * law[i]) / sqrt(variance[i]));
  return worst;
}

/* Student's t with 63 degrees exceeds this with probability 10^-9. Two tests with two betas each have 64 bins. */
static const double t_threshold = 7.2;

/* The mean weight, and its share in every bin of (u0, u1), equal those of quadrature (DESIGN.md, section 7). */
static void predicted_logistic_pairs_follow_quadrature(void **state) {
  (void)state;
  double law[LAW_BINS][LAW_BINS], mean[LAW_BINS * LAW_BINS + 1], variance[LAW_BINS * LAW_BINS + 1];
  const char *options[] = {LOGISTIC, "task", "gibbs", "beta", "10", NULL};
  predict_often(options, LAW_BINS * LAW_BINS, gather_logistic, mean, variance);
  double total = law_logistic(10.0, 1.0, law);
  assert_true(worst_z(&law[0][0], total, LAW_BINS * LAW_BINS, mean, variance) < t_threshold);
  /* Planted error: the test rejects a beta one twentieth larger. */
  total = law_logistic(10.5, 1.0, law);
  assert_true(worst_z(&law[0][0], total, LAW_BINS * LAW_BINS, mean, variance) > t_threshold);
}

static void predicted_linear_pairs_follow_quadrature(void **state) {
  (void)state;
  double law[LINEAR_BINS + 2], mean[LINEAR_BINS + 3], variance[LINEAR_BINS + 3];
  const char *options[] = {LINEAR, "task", "gibbs", "beta", "10", NULL};
  predict_often(options, LINEAR_BINS + 2, gather_linear, mean, variance);
  /* Interfaces outside the range have no weight. */
  assert_true(mean[0] == 0 && mean[LINEAR_BINS + 1] == 0);
  double total = linear_law(10.0, law);
  mean[LINEAR_BINS + 2] += total * (law[0] + law[LINEAR_BINS + 1]);
  assert_true(worst_z(law, total, LINEAR_BINS + 2, mean, variance) < t_threshold);
  total = linear_law(10.5, law);
  assert_true(worst_z(law, total, LINEAR_BINS + 2, mean, variance) > t_threshold);
}

/* ---- Langevin ---- */

/* chi^2 of the trained chains against the law. All finite chains count, whatever their outcome. */
static double langevin_chi2(const char *const *fixed, const char *rate, const char *steps, int values,
                            void (*gather)(const seam_result *, int, double *), const double *law) {
  double counts[LAW_BINS * LAW_BINS], chains = 0, chi2 = 0;
  const char *options[32];
  int count = 0;
  while (fixed[count]) options[count] = fixed[count], count++;
  memcpy(options + count,
         (const char *const[]){"optimizer", "langevin", "chains", "32768", "histograms", "interface", "lr", rate,
                               "steps", steps, NULL},
         11 * sizeof *options);
  seam_result *result = sample_train(options);
  gather(result, HISTOGRAM_OUTCOMES, counts);
  seam_result_free(result);
  for (int i = 0; i < values; i++) chains += counts[i];
  for (int i = 0; i < values; i++)
    chi2 += (counts[i] - chains * law[i]) * (counts[i] - chains * law[i]) / (chains * law[i]);
  return chi2;
}

/* Langevin's law tends to the Gibbs law as lr -> 0 (DESIGN.md, section 2). Its bias is of first order in lr, so that of
 * chi^2 is of second order: at equal lr·steps it shrinks with lr. */
static void langevin_with_logistic_pairs_follows_quadrature(void **state) {
  (void)state;
  const double threshold = chi2_threshold(LAW_BINS * LAW_BINS - 1);
  double law[LAW_BINS][LAW_BINS];
  law_logistic(10.0, 0.25, law);
  const char *options[] = {LOGISTIC, "beta", "10", "init-scale", "0.25", "seed", "7", NULL};
  double whole = langevin_chi2(options, "4", "100", LAW_BINS * LAW_BINS, gather_logistic, &law[0][0]);
  double half = langevin_chi2(options, "2", "200", LAW_BINS * LAW_BINS, gather_logistic, &law[0][0]);
  double small = langevin_chi2(options, "0.2", "2000", LAW_BINS * LAW_BINS, gather_logistic, &law[0][0]);
  assert_true(half > threshold && whole > 2.0 * half && small < threshold);
  law_logistic(12.0, 0.25, law);
  assert_true(langevin_chi2(options, "0.2", "2000", LAW_BINS * LAW_BINS, gather_logistic, &law[0][0]) > threshold);
}

static void langevin_with_linear_pairs_follows_quadrature(void **state) {
  (void)state;
  const double threshold = chi2_threshold(LINEAR_BINS + 1);
  double law[LINEAR_BINS + 2];
  linear_law(10.0, law);
  const char *options[] = {LINEAR, "beta", "10", "seed", "8", NULL};
  double whole = langevin_chi2(options, "0.4", "400", LINEAR_BINS + 2, gather_linear, law);
  double half = langevin_chi2(options, "0.2", "800", LINEAR_BINS + 2, gather_linear, law);
  double small = langevin_chi2(options, "0.02", "8000", LINEAR_BINS + 2, gather_linear, law);
  assert_true(half > threshold && whole > 2.0 * half && small < threshold);
  linear_law(11.0, law);
  assert_true(langevin_chi2(options, "0.02", "8000", LINEAR_BINS + 2, gather_linear, law) > threshold);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(predicted_logistic_pairs_follow_quadrature),
                                     cmocka_unit_test(predicted_linear_pairs_follow_quadrature),
                                     cmocka_unit_test(langevin_with_logistic_pairs_follows_quadrature),
                                     cmocka_unit_test(langevin_with_linear_pairs_follows_quadrature)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
