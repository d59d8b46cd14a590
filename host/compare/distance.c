/* SPDX-License-Identifier: Apache-2.0 */
/* Computes the distances of two tables of counts, their errors, and the distances that sampling alone makes. */
#include "compare/distance.h"

#include <math.h>
#include <string.h>

#include "base/exact_log.h"

/* A fixed seed, so that a comparison of the same files always gives the same result. It is "seam" in ASCII. */
static const uint64_t permutation_seed = 0x7365616d;

/* The shares of one cell in both samples, and the same with half a count added to every cell. */
struct shares {
  double a, b, a_half, b_half;
};

static double sum(const double *counts, int cells) {
  double total = 0;
  for (int i = 0; i < cells; i++) total += counts[i];
  return total;
}

/* ---- Values and slopes ---- */

static struct shares shares_of(const struct count_pair *pair, int i, double total_a, double total_b) {
  double a = pair->a[i], b = pair->b[i], more = 0.5 * pair->cells;
  return (struct shares){a / total_a, b / total_b, (a + 0.5) / (total_a + more), (b + 0.5) / (total_b + more)};
}

/* p ln(p/m), which is 0 at p = 0. */
static double plogp(double p, double m) { return p > 0 ? p * exact_log(p / m) : 0; }

static void add_values(struct shares s, double value[SEAM_DISTANCES]) {
  double middle = 0.5 * (s.a + s.b), ratio = exact_log(s.a_half / s.b_half);
  value[SEAM_TOTAL_VARIATION] += 0.5 * fabs(s.a - s.b);
  value[SEAM_JENSEN_SHANNON] += 0.5 * (plogp(s.a, middle) + plogp(s.b, middle));
  value[SEAM_KULLBACK_LEIBLER] += s.a_half * ratio;
  value[SEAM_KULLBACK_LEIBLER_REVERSE] -= s.b_half * ratio;
}

/* The derivative of each distance by the shares of this cell. Constants do not matter, and are chosen so that equal
 * shares give 0. A share of 0 gets 0, since it has no weight. */
static void slopes(struct shares s, double a[SEAM_DISTANCES], double b[SEAM_DISTANCES]) {
  double middle = 0.5 * (s.a + s.b), ratio = exact_log(s.a_half / s.b_half), sign = (s.a > s.b) - (s.a < s.b);
  a[SEAM_TOTAL_VARIATION] = 0.5 * sign;
  b[SEAM_TOTAL_VARIATION] = -0.5 * sign;
  a[SEAM_JENSEN_SHANNON] = s.a > 0 ? 0.5 * exact_log(s.a / middle) : 0;
  b[SEAM_JENSEN_SHANNON] = s.b > 0 ? 0.5 * exact_log(s.b / middle) : 0;
  a[SEAM_KULLBACK_LEIBLER] = ratio;
  b[SEAM_KULLBACK_LEIBLER] = 1 - s.a_half / s.b_half;
  a[SEAM_KULLBACK_LEIBLER_REVERSE] = 1 - s.b_half / s.a_half;
  b[SEAM_KULLBACK_LEIBLER_REVERSE] = -ratio;
}

void distance_values(const struct count_pair *pair, double value[SEAM_DISTANCES]) {
  double total_a = sum(pair->a, pair->cells), total_b = sum(pair->b, pair->cells);
  memset(value, 0, SEAM_DISTANCES * sizeof *value);
  for (int i = 0; i < pair->cells; i++) add_values(shares_of(pair, i, total_a, total_b), value);
}

/* ---- The delta method ---- */

/* The mean and the mean square of the slopes, weighted by the shares of one sample. */
struct moments {
  double first, second;
};

static void add_moment(struct moments *m, double share, double slope) {
  m->first += share * slope;
  m->second += share * slope * slope;
}

static double variance_of(const struct moments *m, double total) {
  double spread = m->second - m->first * m->first;
  return spread > 0 ? spread / total : 0;
}

void distance_variances(const struct count_pair *pair, double variance[2][SEAM_DISTANCES]) {
  double total_a = sum(pair->a, pair->cells), total_b = sum(pair->b, pair->cells);
  struct moments a[SEAM_DISTANCES] = {{0, 0}}, b[SEAM_DISTANCES] = {{0, 0}};
  for (int i = 0; i < pair->cells; i++) {
    struct shares s = shares_of(pair, i, total_a, total_b);
    double slope_a[SEAM_DISTANCES], slope_b[SEAM_DISTANCES];
    slopes(s, slope_a, slope_b);
    for (int d = 0; d < SEAM_DISTANCES; d++) {
      add_moment(&a[d], s.a, slope_a[d]);
      add_moment(&b[d], s.b, slope_b[d]);
    }
  }
  for (int d = 0; d < SEAM_DISTANCES; d++) {
    variance[0][d] = variance_of(&a[d], total_a);
    variance[1][d] = variance_of(&b[d], total_b);
  }
}

/* ---- Sampling alone ---- */

struct random_stream distance_stream(int permutation, uint32_t purpose) {
  return random_stream_create(permutation_seed, (uint64_t)permutation, purpose);
}

void distance_permuted(const struct count_pair *pair, uint32_t purpose, double weight, struct dealt *room,
                       double chance[PERMUTATIONS][SEAM_DISTANCES]) {
  int64_t total = 0, drawn = 0;
  for (int i = 0; i < pair->cells; i++) {
    room->pooled[i] = (int64_t)pair->a[i] + (int64_t)pair->b[i];
    total += room->pooled[i], drawn += (int64_t)pair->a[i];
  }
  for (int p = 0; p < PERMUTATIONS; p++) {
    struct random_stream stream = distance_stream(p, purpose);
    hypergeometric_cells(&stream, room->pooled, pair->cells, total, drawn, room->taken);
    for (int i = 0; i < pair->cells; i++) {
      room->a[i] = (double)room->taken[i];
      room->b[i] = (double)(room->pooled[i] - room->taken[i]);
    }
    double value[SEAM_DISTANCES];
    distance_values(&(struct count_pair){room->a, room->b, pair->cells}, value);
    for (int d = 0; d < SEAM_DISTANCES; d++) chance[p][d] += weight * value[d];
  }
}
