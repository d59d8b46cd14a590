/* SPDX-License-Identifier: Apache-2.0 */
/* One side of a comparison, cell by cell, and what is known of how it scatters.
 *
 * Chains are independent. Pairs share components: the scatter of a prediction is that between blocks of first
 * components and between blocks of second ones (two-way jackknife), less what pairs scatter on their own, which is in
 * both. */
#ifndef SEAM_SAMPLE_NOISE_H
#define SEAM_SAMPLE_NOISE_H

#include "compare/distance.h"
#include "compare/outcome_choice.h"

/* A jackknife leaves out one block of first, then one of second components at a time. */
enum { REPLICATES = 2 * INTERFACE_BLOCKS };

struct scatter;

struct sample {
  const struct scatter *scatter;
  bool known;        /* whether there is enough to tell the scatter */
  double noise;      /* of pairs: so much of the blocks' deviations, where some of it is counted twice */
  double effective;  /* so many independent entries would scatter as much: of chains their number */
  double most_cells; /* so many are told apart */
  int cells;
  double count[MOST_CELLS];                                       /* the share of each cell, times `effective` */
  double without[REPLICATES][MOST_CELLS];                         /* of pairs: the same without a block */
  int64_t sums[MOST_CELLS], blocks[MOST_CELLS][INTERFACE_BLOCKS]; /* room for adding up */
};

/* Finds out what the chosen `counts`, `entries` of them, are worth; `cell` has room for each bin. */
seam_status sample_weigh(struct sample *sample, const struct outcome_table *table, const int64_t *counts,
                         int64_t entries, int32_t *cell, seam_error *error);

/* Sums the counts up into cells. */
void sample_fill(struct sample *sample, const struct outcome_table *table, const int64_t *counts, const int32_t *cell,
                 int cells);

/* Standard errors of the distances between two samples. */
void sample_distance_errors(const struct sample samples[2], double error[SEAM_DISTANCES]);

/* The variance of the logarithm of the share of a cell, half a count added to each. */
double sample_log_variance(const struct sample *sample, int cell);

/* Adds to chance[p], `weight` times, the distances of two samples that scatter as these do about the shares of both
 * together. Of chains alone these are permutations. */
void sample_chance(const struct sample samples[2], uint32_t purpose, double weight, struct dealt *room,
                   double chance[PERMUTATIONS][SEAM_DISTANCES]);

#endif
