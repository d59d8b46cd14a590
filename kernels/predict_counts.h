/* SPDX-License-Identifier: Apache-2.0 */
/* Adds a first component and its partners to the counts of a prediction. */
#ifndef SEAM_PREDICT_COUNTS_H
#define SEAM_PREDICT_COUNTS_H

#include "candidate.h"
#include "lane.h"

HD void tally_add(int64_t *cell, uint64_t amount) {
#ifdef SEAM_DEVICE
  lane_atomic_add64(cell, amount);
#else
  *cell += (int64_t)amount;
#endif
}

/* Converts the sum over a block of theta2 from units of 2^-(2·pair_bits) of a pair to those that count, 2^-pair_bits.
 */
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

/* Adds the candidate's partners in a block of theta2. */
HD void tally_second_block(const struct job *job, const struct candidate *c, uint64_t block, uint64_t works,
                           int64_t *counts) {
  if (works && job->offset[HISTOGRAM_SECOND_BLOCKS] >= 0)
    tally_add(&counts[tally_block_cell(job, c, HISTOGRAM_SECOND_BLOCKS, block)], works);
}

/* Adds all partners of the candidate. */
HD void tally_works(const struct job *job, const struct candidate *c, uint64_t id, uint64_t works, int64_t *counts) {
  tally_add(&counts[c->mode], works);
  if (job->offset[HISTOGRAM_INTERFACE] >= 0)
    tally_add(&counts[job->offset[HISTOGRAM_INTERFACE] + tally_mode_cell(job, c)], works);
  if (job->offset[HISTOGRAM_FIRST_BLOCKS] >= 0)
    tally_add(&counts[tally_block_cell(job, c, HISTOGRAM_FIRST_BLOCKS, id % INTERFACE_BLOCKS)], works);
}

/* Adds all `whole` pairs of one first component, of which `works` work. */
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

/* ---- Swaps: are the parts of untrained pairs interchangeable? ---- */

/* The block of INTERFACE_BLOCKS whose seconds first components 2k and 2k + 1 swap. They swap no others, so that blocks
 * share no component and are independent. */
HD int tally_swap_block(uint64_t id) { return (int)(id / 2 % INTERFACE_BLOCKS); }

/* The bin of x >= 0, counted from 1 as with a flow bin below. */
HD int32_t tally_bin(const struct axis *axis, float x) {
  int32_t bin = 0;
  while (bin <= axis->bins && x >= axis->edges[bin]) bin++;
  return bin;
}

/* The row of HISTOGRAM_SWAPS for two candidates, that of 2k first. */
HD int64_t tally_swap_row(const struct job *job, const struct candidate *a, const struct candidate *b, uint64_t id) {
  const struct axis *axis = &job->axes[AXIS_DISTANCE];
  float d0 = a->u[0] - b->u[0], d1 = a->u[1] - b->u[1];
  if (d0 < 0) d0 = -d0;
  if (d1 < 0) d1 = -d1;
  int64_t block = (int64_t)tally_swap_block(id) * 2 + (a->mode == b->mode);
  return (block * (axis->bins + 2) + tally_bin(axis, d0 > d1 ? d0 : d1)) * INTERCHANGE_FITS;
}

/* Adds all ways for two first components to swap their seconds. a_works seconds work with a, b_works with b, and `both`
 * of these with either. After the swap a works where b's second is among `both`, and b where a's is. */
HD void tally_swaps(uint64_t a_works, uint64_t b_works, uint64_t both, int64_t *row) {
  const uint64_t ways[INTERCHANGE_FITS] = {(a_works - both) * (b_works - both), both * (a_works + b_works - 2 * both),
                                           both * (both - 1)};
  for (int fits = 0; fits < INTERCHANGE_FITS; fits++)
    if (ways[fits]) tally_add(&row[fits], ways[fits]);
}

#endif
