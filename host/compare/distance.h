/* SPDX-License-Identifier: Apache-2.0 */
/* How far apart two tables of counts are, and how far sampling alone would put them. */
#ifndef SEAM_DISTANCE_H
#define SEAM_DISTANCE_H

#include "compare/hypergeometric.h"
#include "seam.h"

enum { PERMUTATIONS = 200, MOST_CELLS = 1024 };

/* Two samples in the same cells, neither of them empty: counts, or so many independent ones as they are worth. */
struct count_pair {
  const double *a, *b;
  int cells;
};

/* Total variation, and in nats Jensen-Shannon and both Kullback-Leibler divergences, these with half a count more in
 * every cell. By enum seam_distance_kind. */
void distance_values(const struct count_pair *pair, double value[SEAM_DISTANCES]);

/* What sampling A, and B, adds to their variances, by the delta method for independent counts. */
void distance_variances(const struct count_pair *pair, double variance[2][SEAM_DISTANCES]);

/* The random numbers of a permutation, and of this `purpose`: a stream of its own. */
struct random_stream distance_stream(int permutation, uint32_t purpose);

/* Room for one permutation. */
struct dealt {
  int64_t pooled[MOST_CELLS], taken[MOST_CELLS];
  double a[MOST_CELLS], b[MOST_CELLS];
};

/* Adds to chance[p], `weight` times, the distances that permutation p finds: the pooled counts dealt anew to two
 * samples of these sizes (multivariate hypergeometric). */
void distance_permuted(const struct count_pair *pair, uint32_t purpose, double weight, struct dealt *room,
                       double chance[PERMUTATIONS][SEAM_DISTANCES]);

#endif
