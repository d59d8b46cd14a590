/* SPDX-License-Identifier: Apache-2.0 */
/* What a first component and its partners add to the counts of a prediction. */
#ifndef SEAM_TALLY_H
#define SEAM_TALLY_H

#include "candidate.h"
#include "lane.h"

HD void tally_add(int64_t *cell, uint64_t amount) {
#ifdef SEAM_DEVICE
  lane_atomic_add64(cell, amount);
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

/* The candidate's cell of a histogram [mode][u0][u1], and of one with INTERFACE_BLOCKS more for each of these. */
HD int64_t tally_mode_cell(const struct job *job, const struct candidate *c) {
  return c->mode * tally_square(&job->axes[AXIS_INTERFACE]) + c->bin;
}

HD int64_t tally_block_cell(const struct job *job, const struct candidate *c, int histogram, uint64_t block) {
  return job->offset[histogram] + tally_mode_cell(job, c) * INTERFACE_BLOCKS + (int64_t)block;
}

/* Its partners in a block of theta2. */
HD void tally_second_block(const struct job *job, const struct candidate *c, uint64_t block, uint64_t works,
                           int64_t *counts) {
  if (works && job->offset[HISTOGRAM_SECOND_BLOCKS] >= 0)
    tally_add(&counts[tally_block_cell(job, c, HISTOGRAM_SECOND_BLOCKS, block)], works);
}

/* All its partners. */
HD void tally_works(const struct job *job, const struct candidate *c, uint64_t id, uint64_t works, int64_t *counts) {
  tally_add(&counts[c->mode], works);
  if (job->offset[HISTOGRAM_INTERFACE] >= 0)
    tally_add(&counts[job->offset[HISTOGRAM_INTERFACE] + tally_mode_cell(job, c)], works);
  if (job->offset[HISTOGRAM_FIRST_BLOCKS] >= 0)
    tally_add(&counts[tally_block_cell(job, c, HISTOGRAM_FIRST_BLOCKS, id % INTERFACE_BLOCKS)], works);
}

/* All pairs of one first component, `whole` of them, of which so many work. */
HD void tally_candidate(const struct job *job, const struct candidate *c, uint64_t id, uint64_t works, uint64_t whole,
                        int64_t *counts) {
  const int64_t square = tally_square(&job->axes[AXIS_INTERFACE]);
  if (!c->finite) {
    tally_add(&counts[OUTCOME_DIVERGED], whole);
    return;
  }
  tally_add(&counts[OUTCOME_FAIL], whole - works);
  if (job->offset[HISTOGRAM_INTERFACE] >= 0)
    tally_add(&counts[job->offset[HISTOGRAM_INTERFACE] + OUTCOME_FAIL * square + c->bin], whole - works);
  if (job->offset[HISTOGRAM_COMPONENTS] >= 0)
    tally_add(&counts[job->offset[HISTOGRAM_COMPONENTS] + c->within * square + c->bin], 1);
  if (works) tally_works(job, c, id, works, counts);
}

/* The cell of HISTOGRAM_PAIRS, from its first on, for a block of theta2. */
HD int32_t tally_pair_cell(const struct candidate *c, uint64_t id, int block) {
  return (c->mode * PAIR_BLOCKS + (int32_t)(id % PAIR_BLOCKS)) * PAIR_BLOCKS + block;
}

#endif
