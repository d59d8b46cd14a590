/* SPDX-License-Identifier: Apache-2.0 */
/* What a drawn component adds to a count of pairs: the cells of u that a first component hits, and what a second one
 * makes of them.
 *
 * A pair works when the second accepts the centre of every cell that the first hits at a test voltage. Under the Gibbs
 * law a pair weighs exp(-beta·L) instead, and with one voltage a level L is that of the two cells of the interface.
 * Nothing is trained, and each component is looked at once, however many partners it is tried with. */
#ifndef SEAM_CENSUS_H
#define SEAM_CENSUS_H

#include "candidate.h"
#include "observe.h"

/* A first component at the test voltages. */
struct census_first {
  lane_int cell[2 * TEST_VOLTAGES]; /* 1 to cells; 0 and cells + 1 are below and above the range, never accepted */
  lane u[2];                        /* the interface */
  lane_mask finite;
};

/* `kind` is the job's first; a constant on the GPU. */
HD void census_draw_first(const struct job *job, int kind, struct lane_id id, struct census_first *first) {
  lane theta[MAX_PARAMETERS];
  component_draw(kind, job->seed, id, PURPOSE_CENSUS_FIRST, job->init_scale, theta);
  first->finite = lane_splat_mask(1);
  UNROLL
  for (int j = 0; j < component_parameters(kind); j++) first->finite = first->finite & lane_finite(theta[j]);
  for (int t = 0; t < 2 * TEST_VOLTAGES; t += 2) {
    lane v[2] = {lane_splat(job->test[t]), lane_splat(job->test[t + 1])}, u[2], saved[MAX_SAVED * SAMPLE_BLOCK];
    component_forward(kind, theta, 2, v, u, saved);
    UNROLL
    for (int k = 0; k < 2; k++) {
      first->finite = first->finite & lane_finite(u[k]);
      first->cell[t + k] = axis_bin(&job->axes[AXIS_CELL], u[k]);
      for (int level = 0; level < 2; level++)
        if (t + k == TEST_VOLTAGES / 2 + level * TEST_VOLTAGES) first->u[level] = u[k];
    }
  }
}

/* A negative size is an error: cells come in whole blocks of voltages. */
typedef char cells_fit[CELL_BLOCK % SAMPLE_BLOCK == 0 ? 1 : -1] __attribute__((unused));

/* f2, of the job's second kind, at SAMPLE_BLOCK voltages. */
HD void census_respond(int kind, const lane *theta, const float *voltages, lane *y) {
  lane u[SAMPLE_BLOCK], saved[MAX_SAVED * SAMPLE_BLOCK];
  UNROLL
  for (int k = 0; k < SAMPLE_BLOCK; k++) u[k] = lane_splat(voltages[k]);
  component_forward(kind, theta, SAMPLE_BLOCK, u, y, saved);
}

/* Whether f2 sends each of SAMPLE_BLOCK voltages into API3 of each level: accepted[level][voltage]. */
HD void census_accept(const struct job *job, int kind, const lane *theta, const float *voltages,
                      lane_mask accepted[2][SAMPLE_BLOCK]) {
  lane y[SAMPLE_BLOCK];
  census_respond(kind, theta, voltages, y);
  UNROLL
  for (int level = 0; level < 2; level++) UNROLL
  for (int k = 0; k < SAMPLE_BLOCK; k++)
    accepted[level][k] = (y[k] >= job->accept[level][0]) & (y[k] <= job->accept[level][1]);
}

/* The share of each level in exp(-beta·L), in units of 2^-WEIGHT_BITS: weight[level][voltage]; 0 where f2 is not
 * finite. */
HD void census_weigh(const struct job *job, int kind, const lane *theta, const float *voltages,
                     lane_int weight[2][SAMPLE_BLOCK]) {
  const float one = (float)(1 << WEIGHT_BITS);
  lane y[SAMPLE_BLOCK];
  census_respond(kind, theta, voltages, y);
  UNROLL
  for (int level = 0; level < 2; level++) UNROLL
  for (int k = 0; k < SAMPLE_BLOCK; k++) {
    lane residual = chain_residual(y[k], job->target[level]);
    weight[level][k] = lane_to_int(numeric_exp2(job->weight_exponent * (residual * residual)) * one + 0.5f);
  }
}

/* The products of both levels' weights, summed over a tile of draws, in units of 2^-(2·PAIR_BITS). */
HD uint64_t census_round(uint64_t sum) {
  enum { SHIFT = 2 * WEIGHT_BITS - 2 * PAIR_BITS };
  return (sum + (1u << SHIFT >> 1)) >> SHIFT;
}

/* ---- One lane's first component as a candidate ---- */

HD int census_within(const struct job *job, int32_t cell) { return cell >= 1 && cell <= job->axes[AXIS_CELL].bins; }

HD uint16_t census_row(const struct job *job, int level, int32_t cell) {
  return (uint16_t)(level * job->stride + cell - 1);
}

HD void census_add_row(struct candidate *candidate, uint16_t row) { candidate->row[candidate->count++] = row; }

/* The outermost cells are the least often accepted: they stand first, so that hopeless candidates are soon known. A
 * cell that is hit again is left out where that is cheap to tell, as along any monotone mapping. */
HD void census_add_rows(struct candidate *candidate, const struct job *job, const int32_t cell[2 * TEST_VOLTAGES]) {
  int32_t low[2], high[2];
  for (int level = 0; level < 2; level++) {
    const int32_t *own = cell + level * TEST_VOLTAGES;
    low[level] = high[level] = own[0];
    for (int t = 1; t < TEST_VOLTAGES; t++) {
      if (own[t] < low[level]) low[level] = own[t];
      if (own[t] > high[level]) high[level] = own[t];
    }
    census_add_row(candidate, census_row(job, level, low[level]));
    if (high[level] != low[level]) census_add_row(candidate, census_row(job, level, high[level]));
  }
  for (int level = 0; level < 2; level++) {
    int32_t before = low[level];
    for (int t = level * TEST_VOLTAGES; t < (level + 1) * TEST_VOLTAGES; t++) {
      int known = (cell[t] == before) | (cell[t] == low[level]) | (cell[t] == high[level]);
      if (!known) census_add_row(candidate, census_row(job, level, cell[t]));
      before = cell[t];
    }
  }
}

/* All cells it hits. Before, it has no rows and is within where it is finite. */
HD void census_hit_all(struct candidate *candidate, const struct job *job, const int32_t cell[2 * TEST_VOLTAGES]) {
  for (int t = 0; t < 2 * TEST_VOLTAGES; t++) candidate->within &= census_within(job, cell[t]);
  if (candidate->within) census_add_rows(candidate, job, cell);
}

/* The interface alone: a cell at each level, the first two of the candidate's rows. */
HD void census_hit_levels(struct candidate *candidate, const struct job *job, const int32_t cell[2 * TEST_VOLTAGES]) {
  UNROLL
  for (int level = 0; level < 2; level++) {
    int32_t own = cell[TEST_VOLTAGES / 2 + level * TEST_VOLTAGES];
    candidate->within &= census_within(job, own);
    if (candidate->within) candidate->row[candidate->count++] = census_row(job, level, own);
  }
}

#endif
