/* SPDX-License-Identifier: Apache-2.0 */
/* What a first component and its partners add to the counts of a prediction. */
#ifndef SEAM_TALLY_H
#define SEAM_TALLY_H

#include "candidate.h"
#include "lane.h"

HD void tally_add(int64_t *cell, uint64_t amount) {
#ifdef SEAM_DEVICE
  if (amount) lane_atomic_add64(cell, amount);
#else
  *cell += (int64_t)amount;
#endif
}

/* What a block of theta2 came to, from units of 2^-(2·pair_bits) of a pair to those that count, 2^-pair_bits. */
HD uint64_t tally_round(uint64_t in_block, int pair_bits) {
  return (in_block + ((uint64_t)1 << pair_bits >> 1)) >> pair_bits;
}

/* Bins of (u0, u1), flow bins included. */
HD int64_t tally_square(const struct axis *axis) { return (int64_t)(axis->bins + 2) * (axis->bins + 2); }

/* The cell of a histogram of the candidate's mode that has INTERFACE_BLOCKS of them for each (u0, u1). */
HD int64_t tally_block_cell(const struct job *job, const struct candidate *c, int histogram, uint64_t block) {
  int64_t bin = c->mode * tally_square(&job->axes[AXIS_INTERFACE]) + c->bin;
  return job->offset[histogram] + bin * INTERFACE_BLOCKS + (int64_t)block;
}

/* Partners by block of theta2. */
HD void tally_blocks(const struct job *job, const struct candidate *c, uint64_t id,
                     const uint64_t partners[INTERFACE_BLOCKS], uint64_t works, int64_t *counts) {
  if (job->offset[HISTOGRAM_FIRST_BLOCKS] >= 0)
    tally_add(&counts[tally_block_cell(job, c, HISTOGRAM_FIRST_BLOCKS, id % INTERFACE_BLOCKS)], works);
  if (job->offset[HISTOGRAM_SECOND_BLOCKS] < 0) return;
  UNROLL
  for (int b = 0; b < INTERFACE_BLOCKS; b++)
    tally_add(&counts[tally_block_cell(job, c, HISTOGRAM_SECOND_BLOCKS, (uint64_t)b)], partners[b]);
}

/* All pairs of one first component, `whole` of them. */
HD void tally_candidate(const struct job *job, const struct candidate *c, uint64_t id,
                        const uint64_t partners[INTERFACE_BLOCKS], uint64_t whole, int64_t *counts) {
  const int64_t square = tally_square(&job->axes[AXIS_INTERFACE]);
  uint64_t works = 0;
  UNROLL
  for (int b = 0; b < INTERFACE_BLOCKS; b++) works += partners[b];
  if (!c->finite) {
    tally_add(&counts[OUTCOME_DIVERGED], whole);
    return;
  }
  tally_add(&counts[c->mode], works);
  tally_add(&counts[OUTCOME_FAIL], whole - works);
  if (job->offset[HISTOGRAM_INTERFACE] >= 0) {
    int64_t *interface = counts + job->offset[HISTOGRAM_INTERFACE] + c->bin;
    tally_add(&interface[c->mode * square], works);
    tally_add(&interface[OUTCOME_FAIL * square], whole - works);
  }
  if (job->offset[HISTOGRAM_COMPONENTS] >= 0)
    tally_add(&counts[job->offset[HISTOGRAM_COMPONENTS] + c->within * square + c->bin], 1);
  if (works) tally_blocks(job, c, id, partners, works, counts);
}

/* The cell of HISTOGRAM_PAIRS, from its first on, for a block of theta2. */
HD int32_t tally_pair_cell(const struct candidate *c, uint64_t id, int block) {
  return (c->mode * PAIR_BLOCKS + (int32_t)(id % PAIR_BLOCKS)) * PAIR_BLOCKS + block;
}

#endif
