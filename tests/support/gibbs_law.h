/* SPDX-License-Identifier: Apache-2.0 */
/* The law of the interface under selection exp(-beta·L), by quadrature: the prior's density of (u0, u1) times the mean
 * weight of a second component (DESIGN.md, section 7). L is the loss at one voltage a level without noise. */
#ifndef SEAM_GIBBS_LAW_H
#define SEAM_GIBBS_LAW_H

#include "science.h"

enum { GAUSS = 6, LAW_BINS = 8, LAW_TAIL = 16, LAW_NODES = GAUSS * (LAW_BINS - 2 + 2 * LAW_TAIL) };

/* Gauss and Legendre's rule on [-1, 1] (Abramowitz and Stegun, table 25.4). */
static const double gauss_node[GAUSS] = {-0.932469514203152, -0.661209386466265, -0.238619186083197,
                                         0.238619186083197,  0.661209386466265,  0.932469514203152};
static const double gauss_weight[GAUSS] = {0.171324492379170, 0.360761573048139, 0.467913934572691,
                                           0.467913934572691, 0.360761573048139, 0.171324492379170};

SCIENCE double law_normal(double x, double deviation) {
  return exp(-0.5 * x * x / (deviation * deviation)) / (deviation * 2.50662827463100050242);
}

/* ---- linear x linear ---- */

/* exp(-beta·L) averaged over y1 = a2·u1, where a2 is normal; u0 and y0 are 0. */
SCIENCE double law_linear_weight(double beta, double scale, double u1) {
  double spread = 1.0 + beta * scale * scale * u1 * u1;
  return exp(-0.5 * beta / spread) / sqrt(spread);
}

/* The integral over u1 in [lower, upper), not normalized. */
SCIENCE double law_linear(double beta, double scale, double lower, double upper) {
  enum { PANELS = 64 };
  double sum = 0.0, half = 0.5 * (upper - lower) / PANELS;
  for (int p = 0; p < PANELS; p++)
    for (int g = 0; g < GAUSS; g++) {
      double u1 = lower + half * (2 * p + 1 + gauss_node[g]);
      sum += half * gauss_weight[g] * law_normal(u1, scale) * law_linear_weight(beta, scale, u1);
    }
  return sum;
}

/* ---- logistic x logistic ---- */

/* The nodes of one level's logit of u: LAW_BINS bins of u over [0, 1], of which the outermost have LAW_TAIL panels. */
struct law_nodes {
  int bin[LAW_NODES];
  double logit[LAW_NODES], weight[LAW_NODES];
};

SCIENCE void law_panel(struct law_nodes *nodes, int *count, int bin, double lower, double upper) {
  for (int g = 0; g < GAUSS; g++, ++*count) {
    nodes->bin[*count] = bin;
    nodes->logit[*count] = 0.5 * (lower + upper) + 0.5 * (upper - lower) * gauss_node[g];
    nodes->weight[*count] = 0.5 * (upper - lower) * gauss_weight[g];
  }
}

SCIENCE double law_logit(double u) { return log(u / (1.0 - u)); }

/* The tails reach six deviations of logit(u1), which are 8.95·scale each. */
SCIENCE void law_place(struct law_nodes *nodes, double scale) {
  double inner = law_logit(1.0 - 1.0 / LAW_BINS), panel = (6.0 * 8.95 * scale - inner) / LAW_TAIL;
  int count = 0;
  for (int b = 1; b < LAW_BINS - 1; b++)
    law_panel(nodes, &count, b, law_logit((double)b / LAW_BINS), law_logit((b + 1.0) / LAW_BINS));
  for (int p = 0; p < LAW_TAIL; p++) {
    law_panel(nodes, &count, 0, -inner - (p + 1) * panel, -inner - p * panel);
    law_panel(nodes, &count, LAW_BINS - 1, inner + p * panel, inner + (p + 1) * panel);
  }
}

/* Adds one second component's weight to the mean weight at every pair of nodes. */
SCIENCE void law_add_second(const struct law_nodes *nodes, double beta, double w, double c, double prior,
                            double mean[LAW_NODES][LAW_NODES]) {
  double low[LAW_NODES], high[LAW_NODES];
  for (int k = 0; k < LAW_NODES; k++) {
    double y = science_logistic(w * science_logistic(nodes->logit[k]) + c);
    low[k] = prior * exp(-0.5 * beta * y * y);
    high[k] = exp(-0.5 * beta * (1.0 - y) * (1.0 - y));
  }
  for (int i = 0; i < LAW_NODES; i++)
    for (int j = 0; j < LAW_NODES; j++) mean[i][j] += low[i] * high[j];
}

/* Returns the mean weight of all chains, and fills law[bin of u0][bin of u1] with shares that add up to 1. */
SCIENCE double law_logistic(double beta, double scale, double law[LAW_BINS][LAW_BINS]) {
  static double mean[LAW_NODES][LAW_NODES];
  static struct law_nodes nodes;
  const double step = 0.15; /* in deviations; the trapezoidal rule converges exponentially */
  memset(mean, 0, sizeof mean);
  law_place(&nodes, scale);
  for (int a = -40; a <= 40; a++)
    for (int b = -40; b <= 40; b++)
      law_add_second(&nodes, beta, 8.0 * scale * step * a, 4.0 * scale * step * b,
                     step * law_normal(step * a, 1.0) * step * law_normal(step * b, 1.0), mean);
  double total = 0.0;
  memset(law, 0, LAW_BINS * sizeof *law);
  for (int i = 0; i < LAW_NODES; i++)
    for (int j = 0; j < LAW_NODES; j++) {
      double prior = law_normal(nodes.logit[i], 4.0 * scale) * law_normal(nodes.logit[j] - nodes.logit[i], 8.0 * scale);
      double mass = nodes.weight[i] * nodes.weight[j] * prior * mean[i][j];
      law[nodes.bin[i]][nodes.bin[j]] += mass;
      total += mass;
    }
  for (int i = 0; i < LAW_BINS; i++)
    for (int j = 0; j < LAW_BINS; j++) law[i][j] /= total;
  return total;
}

#endif
