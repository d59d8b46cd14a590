/* SPDX-License-Identifier: Apache-2.0 */
/* Estimates from a prediction: the chance that a random pair works, its error, and the entropies of the interface. */
#include <math.h>

#include "base/floating_point.h"
#include "result/result.h"

/* ---- The error of a mean over pairs ---- */

/* Pairs share components, so the pairs are not independent. Their mean is a two-sample U-statistic with the variance
 * zeta1/n1 + zeta2/n2: Lehmann, "Consistency and unbiasedness of certain nonparametric tests", Annals of Mathematical
 * Statistics 22, 1951. Both zetas are estimated from the mean squares of the table of blocks. The table is a two-way
 * random model without replication: Searle, Casella and McCulloch, "Variance Components", Wiley 1992, chapter 4. */
struct mean_squares {
  double rows, columns, rest;
};

typedef double block_table[PAIR_BLOCKS][PAIR_BLOCKS];

static struct mean_squares mean_squares_of(block_table x) {
  double row[PAIR_BLOCKS] = {0}, column[PAIR_BLOCKS] = {0}, mean = 0;
  for (int i = 0; i < PAIR_BLOCKS; i++)
    for (int j = 0; j < PAIR_BLOCKS; j++) {
      row[i] += x[i][j] / PAIR_BLOCKS;
      column[j] += x[i][j] / PAIR_BLOCKS;
      mean += x[i][j] / PAIR_BLOCKS / PAIR_BLOCKS;
    }
  struct mean_squares s = {0, 0, 0};
  for (int i = 0; i < PAIR_BLOCKS; i++) {
    s.rows += PAIR_BLOCKS * (row[i] - mean) * (row[i] - mean) / (PAIR_BLOCKS - 1);
    s.columns += PAIR_BLOCKS * (column[i] - mean) * (column[i] - mean) / (PAIR_BLOCKS - 1);
    for (int j = 0; j < PAIR_BLOCKS; j++) {
      double rest = x[i][j] - row[i] - column[j] + mean;
      s.rest += rest * rest / ((PAIR_BLOCKS - 1) * (PAIR_BLOCKS - 1));
    }
  }
  return s;
}

/* The variance of the mean of the table. A negative estimate of a zeta counts as 0. */
static double variance_of_mean(const struct mean_squares *s) {
  return fmax(s->rows + s->columns - s->rest, s->rest) / (PAIR_BLOCKS * PAIR_BLOCKS);
}

/* The number of chains below `id` that belong to `block`. */
static double chains_below(uint64_t id, uint64_t block) {
  return (double)(id / PAIR_BLOCKS + (id % PAIR_BLOCKS > block));
}

/* The count of one pair that works: 1, or under the Gibbs law the unit in which weights are counted. */
static double pair_unit(const struct seam_result *result) { return ldexp(1, config_pair_bits(&result->config)); }

/* The count that cell (i, j) of the table would have if all its pairs worked is first[i] · second[j]. */
struct pair_counts {
  double first[PAIR_BLOCKS], second[PAIR_BLOCKS];
};

/* Returns false if a cell has no pairs. */
static bool count_pairs(const struct seam_result *result, struct pair_counts *pairs) {
  const uint64_t draws = result->config.draws;
  const double unit = pair_unit(result);
  bool all = true;
  for (uint64_t i = 0; i < PAIR_BLOCKS; i++) {
    double firsts = 0;
    for (size_t k = 0; k < result->coverage.ranges; k++)
      firsts += chains_below(result->coverage.ids[2 * k + 1], i) - chains_below(result->coverage.ids[2 * k], i);
    pairs->first[i] = unit * firsts;
    pairs->second[i] = (double)(draws * (i + 1) / PAIR_BLOCKS - draws * i / PAIR_BLOCKS);
    all = all && pairs->first[i] > 0 && pairs->second[i] > 0;
  }
  return all;
}

/* The mean squares of (weight[0]·buffers + weight[1]·inverters) per pair. */
static struct mean_squares weighted_mean_squares(const struct seam_result *result, const struct pair_counts *pairs,
                                                 const double weight[2]) {
  const int64_t *values = result->counts + result->histograms->offset[HISTOGRAM_PAIRS];
  block_table x;
  for (int i = 0; i < PAIR_BLOCKS; i++)
    for (int j = 0; j < PAIR_BLOCKS; j++) {
      const int64_t *cell = values + i * PAIR_BLOCKS + j;
      double sum = weight[0] * (double)cell[0] + weight[1] * (double)cell[PAIR_BLOCKS * PAIR_BLOCKS];
      x[i][j] = sum / (pairs->first[i] * pairs->second[j]);
    }
  return mean_squares_of(x);
}

static void estimate_errors(const struct seam_result *result, seam_prediction *p) {
  struct pair_counts pairs;
  if (result->histograms->offset[HISTOGRAM_PAIRS] < 0 || !count_pairs(result, &pairs)) return;
  struct mean_squares s = weighted_mean_squares(result, &pairs, (const double[2]){1, 1});
  double variance = variance_of_mean(&s);
  p->acceptance_error = sqrt(variance);
  p->first_variance = fmax(0, s.rows - s.rest) / PAIR_BLOCKS * (double)p->first / PAIR_BLOCKS;
  p->second_variance = fmax(0, s.columns - s.rest) / PAIR_BLOCKS * (double)p->second / PAIR_BLOCKS;
  if (variance > 0 && !p->weighed) p->effective_pairs = p->acceptance * (1 - p->acceptance) / variance;
  if (p->acceptance == 0) return;
  /* The share of buffers is a ratio of two means. Its error is taken to first order (delta method). */
  s = weighted_mean_squares(result, &pairs, (const double[2]){1 - p->buffer, -p->buffer});
  p->buffer_error = sqrt(variance_of_mean(&s)) / p->acceptance;
}

/* ---- Entropies ---- */

/* The counts of first components and of pairs that work, in the bins of (u0, u1), flow included. */
struct maps {
  const int64_t *within, *beyond, *buffers, *inverters;
  int64_t extent;
  double first;  /* first components drawn */
  double second; /* the count of a first component that works with all second components */
};

static struct maps maps_of(const struct seam_result *result) {
  const struct histogram_set *set = result->histograms;
  const int64_t *components = result->counts + set->offset[HISTOGRAM_COMPONENTS];
  const int64_t *interface = result->counts + set->offset[HISTOGRAM_INTERFACE];
  int64_t extent = set->axes[AXIS_INTERFACE].bins + 2, square = extent * extent;
  return (struct maps){.beyond = components,
                       .within = components + square,
                       .buffers = interface,
                       .inverters = interface + square,
                       .extent = extent,
                       .first = (double)coverage_size(&result->coverage),
                       .second = pair_unit(result) * (double)result->config.draws};
}

/* The counts in 3 x 3 bins. The sum over 9 bins makes the position of the peak less random. */
struct neighbourhood {
  double firsts, works;
};

static struct neighbourhood neighbourhood_of(const struct maps *m, int64_t i, int64_t j) {
  struct neighbourhood sum = {0, 0};
  for (int64_t a = i - 1; a <= i + 1; a++)
    for (int64_t b = j - 1; b <= j + 1; b++) {
      if (a < 1 || b < 1 || a > m->extent - 2 || b > m->extent - 2) continue;
      int64_t bin = a * m->extent + b;
      sum.firsts += (double)m->within[bin] + (double)m->beyond[bin];
      sum.works += (double)m->buffers[bin] + (double)m->inverters[bin];
    }
  return sum;
}

/* The entropies S1 = ln N1 and S2 = ln N2 of a neighbourhood. N1 is the share of first components in it. N2 is the
 * share of second components that work with these. */
static void entropies(const struct maps *m, struct neighbourhood at, double entropy[2]) {
  entropy[0] = at.firsts > 0 ? log(at.firsts / m->first) : NAN;
  entropy[1] = at.works > 0 ? log(at.works / at.firsts / m->second) : NAN;
}

/* Computes dS/du at the peak from neighbourhoods on both sides that do not overlap. */
static void find_slopes(const struct maps *m, const int64_t peak[2], double width, seam_prediction *p) {
  enum { STEP = 3 };
  for (int axis = 0; axis < 2; axis++) {
    double below[2], above[2];
    int64_t d0 = axis == 0 ? STEP : 0, d1 = axis == 1 ? STEP : 0;
    entropies(m, neighbourhood_of(m, peak[0] - d0, peak[1] - d1), below);
    entropies(m, neighbourhood_of(m, peak[0] + d0, peak[1] + d1), above);
    for (int c = 0; c < 2; c++) p->slope[c][axis] = (above[c] - below[c]) / (2 * STEP * width);
  }
}

static void find_peak(const struct seam_result *result, const struct maps *m, seam_prediction *p) {
  int64_t peak[2] = {0, 0};
  double most = 0, width = (result->config.range[1] - result->config.range[0]) / (double)result->config.bins;
  for (int64_t i = 1; i < m->extent - 1; i++)
    for (int64_t j = 1; j < m->extent - 1; j++) {
      double works = neighbourhood_of(m, i, j).works;
      if (works <= most) continue;
      most = works;
      peak[0] = i, peak[1] = j;
    }
  if (most == 0) return;
  for (int axis = 0; axis < 2; axis++) p->peak[axis] = result->config.range[0] + ((double)peak[axis] - 0.5) * width;
  entropies(m, neighbourhood_of(m, peak[0], peak[1]), p->peak_entropy);
  find_slopes(m, peak, width, p);
}

static void average_entropies(const struct maps *m, seam_prediction *p) {
  double total = 0, sum[3] = {0, 0, 0};
  for (int64_t bin = 0; bin < m->extent * m->extent; bin++) {
    double works = (double)m->buffers[bin] + (double)m->inverters[bin];
    double firsts = (double)m->within[bin] + (double)m->beyond[bin];
    if (works == 0) continue;
    total += works;
    sum[0] += works * log(firsts / m->first);
    sum[1] += works * log(works / firsts / m->second);
    sum[2] += works * log(works);
  }
  if (total == 0) return;
  p->mean_entropy[0] = sum[0] / total;
  p->mean_entropy[1] = sum[1] / total;
  p->interface_entropy = log(total) - sum[2] / total;
}

/* ---- The prediction ---- */

static double outside(const struct maps *m) {
  double sum = 0;
  for (int64_t bin = 0; bin < m->extent * m->extent; bin++) sum += (double)m->beyond[bin];
  return sum / m->first;
}

/* The members that are not known yet are NAN. */
static seam_prediction unknown_prediction(const struct seam_result *result) {
  return (seam_prediction){.weighed = result->config.task == TASK_GIBBS,
                           .first = coverage_size(&result->coverage),
                           .second = result->config.draws,
                           .acceptance_error = NAN,
                           .buffer_error = NAN,
                           .first_variance = NAN,
                           .second_variance = NAN,
                           .effective_pairs = NAN,
                           .outside = NAN,
                           .peak = {NAN, NAN},
                           .peak_entropy = {NAN, NAN},
                           .slope = {{NAN, NAN}, {NAN, NAN}},
                           .mean_entropy = {NAN, NAN},
                           .interface_entropy = NAN};
}

int seam_result_prediction(const seam_result *result, seam_prediction *p) {
  OWN_FLOATING_POINT;
  if (result->config.task == TASK_TRAIN) return 0;
  const int64_t *counts = result->counts;
  double works = (double)counts[OUTCOME_BUFFER] + (double)counts[OUTCOME_INVERTER];
  *p = unknown_prediction(result);
  p->acceptance = works / ((double)p->first * (double)p->second * pair_unit(result));
  p->buffer = (double)counts[OUTCOME_BUFFER] / works;
  estimate_errors(result, p);
  const struct histogram_set *set = result->histograms;
  if (set->offset[HISTOGRAM_COMPONENTS] < 0) return 1;
  struct maps m = maps_of(result);
  p->outside = outside(&m);
  if (set->offset[HISTOGRAM_INTERFACE] < 0) return 1;
  find_peak(result, &m, p);
  average_entropies(&m, p);
  return 1;
}
