/* SPDX-License-Identifier: Apache-2.0 */
/* Computes the fractions of two results, and how far apart they are. */
#include <math.h>

#include "compare/compare.h"

const char *const comparison_fraction_names[COMPARISON_FRACTIONS][2] = {
    {"pass", "all"}, {"buffer", "pass"}, {"inverter", "pass"}};

/* A fraction of one result. */
struct estimate {
  double value, error;
  double part, whole; /* independent chains, or the number of them that would give this error; NAN if not known */
};

struct estimates {
  struct estimate of[COMPARISON_FRACTIONS];
};

/* The error is at least that of half a chain: if none or all of a few chains pass, the fraction is still uncertain. */
static struct estimate of_chains(double part, double whole) {
  double likely = fmin(fmax(part, 0.5), whole - 0.5) / whole;
  return (struct estimate){whole > 0 ? part / whole : NAN, sqrt(likely * (1 - likely) / whole), part, whole};
}

static struct estimate of_pairs(double value, double error) {
  double whole = value * (1 - value) / (error * error);
  return (struct estimate){value, error, value * whole, whole};
}

static struct estimates trained(const seam_result *result) {
  double buffers = (double)result->counts[OUTCOME_BUFFER], inverters = (double)result->counts[OUTCOME_INVERTER];
  double pass = buffers + inverters, chains = (double)coverage_size(&result->coverage);
  return (struct estimates){{of_chains(pass, chains), of_chains(buffers, pass), of_chains(inverters, pass)}};
}

static struct estimates predicted(const seam_result *result) {
  seam_prediction p;
  seam_result_prediction(result, &p);
  return (struct estimates){{of_pairs(p.acceptance, p.acceptance_error), of_pairs(p.buffer, p.buffer_error),
                             of_pairs(1 - p.buffer, p.buffer_error)}};
}

/* Weights do not say which pairs work. */
static struct estimates weighed(const seam_result *result) {
  (void)result;
  const struct estimate unknown = {NAN, NAN, NAN, NAN};
  return (struct estimates){{unknown, unknown, unknown}};
}

/* The error under one common fraction, if the sizes are known; else from both errors. */
static double error_of_difference(const struct estimate *a, const struct estimate *b) {
  double pooled = (a->part + b->part) / (a->whole + b->whole);
  if (isnan(pooled)) return sqrt(a->error * a->error + b->error * b->error);
  return sqrt(pooled * (1 - pooled) * (1 / a->whole + 1 / b->whole));
}

static seam_fraction fraction_of(int f, const struct estimate *a, const struct estimate *b, double error) {
  double difference = a->value - b->value;
  return (seam_fraction){.name = comparison_fraction_names[f][0],
                         .of = comparison_fraction_names[f][1],
                         .value = {a->value, b->value},
                         .error = {a->error, b->error},
                         .difference = difference == 0 && !isnan(error) ? 0 : difference / error,
                         .difference_error = error};
}

void compare_fractions(struct seam_comparison *comparison, const seam_result *a, const seam_result *b) {
  static struct estimates (*const estimate[])(const seam_result *result) = {
      [TASK_TRAIN] = trained, [TASK_PREDICT] = predicted, [TASK_GIBBS] = weighed};
  struct estimates x = estimate[a->config.task](a), y = estimate[b->config.task](b);
  for (int f = 0; f < COMPARISON_FRACTIONS; f++) {
    const struct estimate *s = &x.of[f], *t = &y.of[f];
    comparison->fractions[f] = fraction_of(f, s, t, comparison->shared ? NAN : error_of_difference(s, t));
  }
}
