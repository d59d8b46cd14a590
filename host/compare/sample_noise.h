/* SPDX-License-Identifier: Apache-2.0 */
/* One side of a comparison in cells, and its noise.
 *
 * Chains are independent. Pairs of a prediction share components, so they are not. Their noise is estimated from the
 * differences between blocks of first components, plus the differences between blocks of second components (two-way
 * jackknife). Both contain the noise that pairs have on their own, so that part is subtracted once. */
#ifndef SEAM_SAMPLE_NOISE_H
#define SEAM_SAMPLE_NOISE_H

#include "compare/distance.h"
#include "compare/outcome_choice.h"

/* The jackknife leaves out one block at a time: first those of first components, then those of second components. */
enum { REPLICATES = 2 * INTERFACE_BLOCKS };

struct scatter;

struct sample {
  const struct scatter *scatter;
  bool known;        /* whether there are enough entries to estimate the noise */
  double noise;      /* for pairs: the factor on the blocks' deviations that removes what is counted twice */
  double effective;  /* the number of independent entries with the same noise; for chains, the number of entries */
  double most_cells; /* the largest number of cells with enough entries in each */
  int cells;
  double count[MOST_CELLS];                                       /* the share of each cell, times `effective` */
  double without[REPLICATES][MOST_CELLS];                         /* for pairs: the same without a block */
  int64_t sums[MOST_CELLS], blocks[MOST_CELLS][INTERFACE_BLOCKS]; /* memory for sums */
};

/* Estimates the effective entries of a row with these `counts` and `entries`. `cell` has room for each bin. */
seam_status sample_weigh(struct sample *sample, const struct outcome_table *table, const int64_t *counts,
                         int64_t entries, int32_t *cell, seam_error *error);

/* Sums the counts into cells. */
void sample_fill(struct sample *sample, const struct outcome_table *table, const int64_t *counts, const int32_t *cell,
                 int cells);

/* Computes the standard errors of the distances between two samples. */
void sample_distance_errors(const struct sample samples[2], double error[SEAM_DISTANCES]);

/* The variance of the logarithm of a cell's share, with half a count added to every cell. */
double sample_log_variance(const struct sample *sample, int cell);

/* Adds distances that sampling alone makes, times `weight`, to chance[p]: of two samples that have the pooled shares,
 * and the noise of these samples. If both are chains, these are permutations. */
void sample_chance(const struct sample samples[2], uint32_t purpose, double weight, struct dealt *room,
                   double chance[PERMUTATIONS][SEAM_DISTANCES]);

#endif
