/* SPDX-License-Identifier: Apache-2.0 */
/* Tools for tests of arithmetic and science: jobs made without host/, chains in and out of lanes, the components of
 * DESIGN.md, section 2, in double, and a few statistics. */
#ifndef SEAM_SCIENCE_H
#define SEAM_SCIENCE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernels/chain.h"

#define SCIENCE static inline __attribute__((unused))

/* ---- Lanes and jobs ---- */

SCIENCE uint32_t science_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

SCIENCE float science_from_bits(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* The lanes hold the chains first, first + 1, ... */
SCIENCE struct lane_id science_id(uint64_t first) {
  uint32_t low[LANES], high[LANES];
  struct lane_id id;
  for (int i = 0; i < LANES; i++) {
    low[i] = (uint32_t)(first + (uint64_t)i);
    high[i] = (uint32_t)((first + (uint64_t)i) >> 32);
  }
  memcpy(&id.low, low, sizeof low);
  memcpy(&id.high, high, sizeof high);
  return id;
}

SCIENCE void science_spread(float *voltages, int count, double level, double margin) {
  for (int k = 0; k < count; k++)
    voltages[k] = (float)(count == 1 ? level : level - margin + 2.0 * margin * k / (count - 1));
}

/* A job with the options' defaults and without histograms. */
SCIENCE struct job science_job(int first, int second, int samples, int hinge, double input_margin) {
  struct job job;
  memset(&job, 0, sizeof job);
  job.seed = 1;
  job.first = first, job.second = second;
  job.init_scale = 1.0f;
  job.voltages = 2 * samples;
  job.loss_scale = 1.0f / (float)job.voltages;
  for (int level = 0; level < 2; level++) {
    science_spread(job.training + level * samples, samples, level, input_margin);
    science_spread(job.test + level * TEST_VOLTAGES, TEST_VOLTAGES, level, input_margin);
    for (int side = 0; side < 2; side++) {
      job.accept[level][side] = (float)(level + (side ? 0.1 : -0.1));
      job.target[level][side] = hinge ? job.accept[level][side] : (float)level;
    }
  }
  for (int p = 0; p < PROBES; p++) job.probe[p] = (float)(-0.5 + (2.0 * p + 1.0) / PROBES);
  for (int h = 0; h < HISTOGRAMS; h++) job.offset[h] = -1;
  return job;
}

SCIENCE struct recipe science_recipe(const struct job *job) {
  struct recipe r = {job->first, job->second, job->optimizer};
  return r;
}

/* ---- DESIGN.md, section 2, in double ---- */

static const char *const science_names[KINDS] = {"linear", "logistic", "buffer", "mlp4",
                                                 "mlp8",   "mlp16",    "table8", "table16"};
static const int science_parameters[KINDS] = {1, 2, 4, 13, 25, 49, 8, 16};
static const int science_sizes[KINDS] = {0, 0, 0, 4, 8, 16, 8, 16};

SCIENCE int science_is_table(int kind) { return kind == KIND_TABLE8 || kind == KIND_TABLE16; }

SCIENCE double science_logistic(double x) { return 1.0 / (1.0 + exp(-x)); }

SCIENCE double science_mlp(int size, const double *p, double v) {
  double sum = p[3 * size];
  for (int i = 0; i < size; i++) sum += p[2 * size + i] * tanh(p[i] * v + p[size + i]);
  return sum;
}

/* Finds the segment of v between the knots: its index in *segment, -1 below and K - 1 above. */
SCIENCE double science_table(int knots, const double *p, double v, int *segment) {
  double spacing = 2.0 / (knots - 1), x = (v + 0.5) / spacing;
  *segment = x < 0.0 ? -1 : x >= knots - 1 ? knots - 1 : (int)floor(x);
  if (*segment < 0) return p[0];
  if (*segment == knots - 1) return p[knots - 1];
  double rest = x - *segment;
  return p[*segment] * (1.0 - rest) + p[*segment + 1] * rest;
}

SCIENCE double science_component(int kind, const double *p, double v) {
  int segment;
  switch (kind) {
  case KIND_LINEAR:
    return p[0] * v;
  case KIND_LOGISTIC:
    return science_logistic(p[0] * v + p[1]);
  case KIND_BUFFER:
    return p[2] + (p[3] - p[2]) * science_logistic(p[0] * (v - p[1]));
  case KIND_TABLE8:
  case KIND_TABLE16:
    return science_table(science_sizes[kind], p, v, &segment);
  default:
    return science_mlp(science_sizes[kind], p, v);
  }
}

/* The mean and deviation of parameter j under the prior at init_scale 1. */
SCIENCE void science_prior(int kind, int j, double *mean, double *deviation) {
  int size = science_sizes[kind];
  *mean = 0.0;
  *deviation = 1.0;
  if (kind == KIND_LOGISTIC) *deviation = j == 0 ? 8.0 : 4.0;
  if (kind == KIND_BUFFER) {
    *mean = j == 0 ? 0.0 : 0.5;
    *deviation = j == 0 ? 8.0 : j == 1 ? 0.25 : 0.5;
  }
  if (science_is_table(kind)) *mean = *deviation = 0.5;
  if (kind == KIND_MLP4 || kind == KIND_MLP8 || kind == KIND_MLP16) {
    if (j < size) *deviation = 2.0;
    if (j >= 2 * size) *deviation = 1.0 / sqrt(size);
    if (j == 3 * size) *mean = *deviation = 0.5;
  }
}

/* One chain of the lanes, in double. */
struct science_chain {
  int first, second;
  double theta1[MAX_PARAMETERS], theta2[MAX_PARAMETERS];
};

SCIENCE struct science_chain science_take(const struct chain *chain, const struct job *job, int lane_index) {
  struct science_chain c = {.first = job->first, .second = job->second};
  for (int j = 0; j < science_parameters[c.first]; j++) c.theta1[j] = (double)chain->first.theta[j][lane_index];
  for (int j = 0; j < science_parameters[c.second]; j++) c.theta2[j] = (double)chain->second.theta[j][lane_index];
  return c;
}

SCIENCE double science_u(const struct science_chain *c, double v) { return science_component(c->first, c->theta1, v); }
SCIENCE double science_y(const struct science_chain *c, double v) {
  return science_component(c->second, c->theta2, science_u(c, v));
}

/* ---- Statistics ---- */

SCIENCE double science_normal_cdf(double x) { return 0.5 * erfc(-x * 0.70710678118654752440); }

SCIENCE int science_compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* sqrt(n)·D of Kolmogorov and Smirnov for `values` against the normal law. Sorts `values`. */
SCIENCE double science_ks_normal(double *values, int n, double mean, double deviation) {
  qsort(values, (size_t)n, sizeof *values, science_compare);
  double worst = 0.0;
  for (int i = 0; i < n; i++) {
    double cdf = science_normal_cdf((values[i] - mean) / deviation);
    worst = fmax(worst, fmax(cdf - (double)i / n, (double)(i + 1) / n - cdf));
  }
  return sqrt(n) * worst;
}

/* sqrt(n) times the greatest distance of `n` p-values from the uniform law, in one direction or the other. p-values are
 * multiples of 1/201, so they cannot follow the law between two of these. */
SCIENCE double science_ks_uniform(const double *values, int n) {
  double *p = malloc((size_t)n * sizeof *p), worst = 0;
  memcpy(p, values, (size_t)n * sizeof *p);
  qsort(p, (size_t)n, sizeof *p, science_compare);
  for (int i = 0; i < n; i++) worst = fmax(worst, fmax(p[i] - 1. / 201 - (double)i / n, (double)(i + 1) / n - p[i]));
  free(p);
  return sqrt(n) * worst;
}

/* sqrt(n)·D exceeds this value with probability p at most, for any n: Massart's inequality P < 2·exp(-2x^2). */
SCIENCE double science_ks_threshold(double p) { return sqrt(0.5 * log(2.0 / p)); }

/* |z| of a standard normal exceeds this value with probability p: bisection on erfc. */
SCIENCE double science_z_threshold(double p) {
  double low = 0.0, high = 40.0;
  for (int i = 0; i < 200; i++) {
    double middle = 0.5 * (low + high);
    if (erfc(middle * 0.70710678118654752440) > p)
      low = middle;
    else
      high = middle;
  }
  return high;
}

#endif
