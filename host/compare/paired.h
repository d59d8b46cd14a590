/* SPDX-License-Identifier: Apache-2.0 */
/* The same chains under two configurations, block by block.
 *
 * A result holds no chain of its own, only counts. So the noise of a difference between matched chains is found from
 * blocks of chains: the blocks are independent, and within a block the counts of A and of B belong to the same ids. */
#ifndef SEAM_PAIRED_H
#define SEAM_PAIRED_H

#include "compare/compare.h"
#include "compare/distance.h"

/* A count that is not 0, and its place in the counts of a result. */
struct paired_entry {
  int64_t place, count;
};

/* The counts of one block under one configuration, by ascending place. Few chains fill few bins. */
struct paired_counts {
  struct paired_entry *entries;
  size_t size;
};

struct seam_paired {
  struct seam_result *sum[2]; /* the counts of all blocks */
  struct paired_counts (*block)[2];
  int blocks;
};

/* The blocks of one histogram, and the distances that they make by chance. */
struct paired_noise {
  const struct seam_paired *paired;
  double (*count)[2][MOST_CELLS];               /* of one row: each block's counts in the cells */
  double (*without)[SEAM_DISTANCES];            /* sums over rows: the distances without a block */
  bool swapped[PERMUTATIONS][SEAM_MOST_BLOCKS]; /* the blocks in which a permutation swaps A and B */
  double total[SEAM_MOST_BLOCKS][2];            /* of `count`, over all cells */
  double a[MOST_CELLS], b[MOST_CELLS];          /* memory for one permutation */
};

/* NULL if no memory is left. Each `purpose` has other permutations. */
struct paired_noise *paired_noise_create(const struct seam_paired *paired, uint32_t purpose);
void paired_noise_free(struct paired_noise *noise);

/* Sums every block of a row into cells. The tables are those of paired->sum. */
void paired_fill(struct paired_noise *noise, const struct outcome_table tables[2], int64_t row, const int32_t *cell,
                 int cells);

/* Adds to `chance` and noise->without the distances of this row, times `weight`. A permutation swaps A and B in about
 * half of the blocks, so each chain keeps its partner. Where a side would be empty, `value` stands. */
void paired_add(struct paired_noise *noise, const struct count_pair *pair, double weight,
                const double value[SEAM_DISTANCES], double chance[PERMUTATIONS][SEAM_DISTANCES]);

/* The jackknife over the blocks: standard errors of the sums over rows, and of ln(A/B) in a cell of the last row. */
void paired_errors(const struct paired_noise *noise, double error[SEAM_DISTANCES]);
double paired_log_ratio_error(const struct paired_noise *noise, const struct count_pair *pair, int cell);

/* Replaces the errors of differences by those of matched chains. */
void paired_fractions(struct seam_comparison *comparison, const struct seam_paired *paired);

#endif
