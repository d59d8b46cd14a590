/* SPDX-License-Identifier: Apache-2.0 */
/* How far apart two tables of counts are, and how far apart sampling alone would put them. */
#ifndef SEAM_DISTANCE_H
#define SEAM_DISTANCE_H

#include "compare/hypergeometric.h"
#include "seam.h"

enum { PERMUTATIONS = SEAM_PERMUTATIONS, MOST_CELLS = 1024 };

/* Two samples in the same cells; neither is empty. Each cell holds counts, or effective counts. */
struct count_pair {
  const double *a, *b;
  int cells;
};

/* Computes the distances by enum seam_distance_kind: total variation, and in nats the Jensen-Shannon and both
 * Kullback-Leibler divergences. The latter two add half a count to every cell. */
void distance_values(const struct count_pair *pair, double value[SEAM_DISTANCES]);

/* Computes how much the sampling of A, and of B, adds to the variances of the distances. The counts must be independent
 * (delta method). */
void distance_variances(const struct count_pair *pair, double variance[2][SEAM_DISTANCES]);

/* The stream of random numbers of a permutation. Each `purpose` has other streams. */
struct random_stream distance_stream(int permutation, uint32_t purpose);

/* Memory for one permutation. */
struct dealt {
  int64_t pooled[MOST_CELLS], taken[MOST_CELLS];
  double a[MOST_CELLS], b[MOST_CELLS];
};

/* Adds the distances of permutation p, times `weight`, to chance[p]. A permutation deals the pooled counts again to two
 * samples of the same sizes (multivariate hypergeometric). */
void distance_permuted(const struct count_pair *pair, uint32_t purpose, double weight, struct dealt *room,
                       double chance[PERMUTATIONS][SEAM_DISTANCES]);

#endif
