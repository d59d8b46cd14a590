/* SPDX-License-Identifier: Apache-2.0 */
/* How far apart two tables of counts are, and how far sampling alone would put them. */
#ifndef SEAM_DISTANCE_H
#define SEAM_DISTANCE_H

#include "seam.h"

enum { PERMUTATIONS = 200 };

/* Two samples counted in the same cells, neither of them empty. */
struct count_pair {
  const int64_t *a, *b;
  int cells;
};

/* Total variation, and in nats Jensen-Shannon and both Kullback-Leibler divergences, these with half a count more in
 * every cell. By enum seam_distance_kind. */
void distance_values(const struct count_pair *pair, double value[SEAM_DISTANCES]);

/* Their standard errors by the delta method, for independent counts. */
void distance_errors(const struct count_pair *pair, double error[SEAM_DISTANCES]);

/* Adds to chance[p], `weight` times, the distances that permutation p finds: the pooled counts dealt anew to two
 * samples of these sizes (multivariate hypergeometric), each permutation with random numbers of its own and of this
 * `purpose`. `room` has twice the cells. */
void distance_permuted(const struct count_pair *pair, uint32_t purpose, double weight, int64_t *room,
                       double chance[PERMUTATIONS][SEAM_DISTANCES]);

#endif
