/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluates the components of a prediction: finds the cells of u that a first component hits, and the cells that a
 * second one accepts, or the weights that it gives them.
 *
 * A pair works when the second accepts the centre of every cell that the first hits at a test voltage. Under the Gibbs
 * law a pair weighs exp(-beta·L) instead. There is one voltage for each level then, so L depends on the two cells of
 * the interface alone. Nothing is trained, and each component is evaluated once, however many partners it has. */
#ifndef SEAM_PREDICT_H
#define SEAM_PREDICT_H

#include "candidate.h"
#include "observe.h"

/* A first component at the test voltages. */
struct predict_first {
  lane u[2 * TEST_VOLTAGES];
  lane least[2], most[2]; /* of u, at each level */
  lane_mask finite;
};

/* f1 at n of the test voltages, SAMPLE_BLOCK at most. */
HD void predict_emit(const struct job *job, int kind, const lane *theta, int begin, int n,
                     struct predict_first *first) {
  lane v[SAMPLE_BLOCK], saved[MAX_SAVED * SAMPLE_BLOCK];
  UNROLL
  for (int k = 0; k < n; k++) v[k] = lane_splat(job->test[begin + k]);
  component_forward(kind, theta, n, v, first->u + begin, saved);
}

HD void predict_find_range(struct predict_first *first) {
  for (int level = 0; level < 2; level++) {
    const lane *u = first->u + level * TEST_VOLTAGES;
    lane least = u[0], most = u[0];
    for (int t = 0; t < TEST_VOLTAGES; t++) {
      first->finite = first->finite & lane_finite(u[t]);
      least = lane_min(u[t], least);
      most = lane_max(u[t], most);
    }
    first->least[level] = least;
    first->most[level] = most;
  }
}

/* Whether all parameters are finite. */
HD lane_mask predict_finite(int kind, const lane *theta) {
  lane_mask finite = lane_splat_mask(1);
  UNROLL
  for (int j = 0; j < component_parameters(kind); j++) finite = finite & lane_finite(theta[j]);
  return finite;
}

/* `kind` is the job's first; a constant on the GPU. Of `first` only `finite` is set. */
HD void predict_draw_theta(const struct job *job, int kind, struct lane_id id, lane *theta,
                           struct predict_first *first) {
  component_draw(kind, job->seed, id, PURPOSE_PREDICT_FIRST, job->init_scale, theta);
  first->finite = predict_finite(kind, theta);
}

HD void predict_emit_all(const struct job *job, int kind, const lane *theta, struct predict_first *first) {
  int t = 0;
  for (; t + SAMPLE_BLOCK <= 2 * TEST_VOLTAGES; t += SAMPLE_BLOCK)
    predict_emit(job, kind, theta, t, SAMPLE_BLOCK, first);
  if (t < 2 * TEST_VOLTAGES) predict_emit(job, kind, theta, t, 2 * TEST_VOLTAGES % SAMPLE_BLOCK, first);
  predict_find_range(first);
}

/* The voltage that stands for a level, V. */
HD lane predict_interface(const struct predict_first *first, int level) {
  return first->u[TEST_VOLTAGES / 2 + level * TEST_VOLTAGES];
}

/* The cells that a first component hits, 1 to `cells`. 0 and cells + 1 are below and above the range and never
 * accepted. */
struct predict_cells {
  lane_int low[2], high[2]; /* of each level */
  lane_int cell[2 * TEST_VOLTAGES];
};

/* Which cells to compute: the interface only (low == high), the lowest and the highest, or all. */
enum predict_hits { PREDICT_LEVELS, PREDICT_ENDS, PREDICT_ALL };

HD void predict_find_cells(const struct job *job, const struct predict_first *first, enum predict_hits hits,
                           struct predict_cells *cells) {
  const struct axis *axis = &job->axes[AXIS_CELL];
  for (int level = 0; level < 2; level++) {
    lane u = predict_interface(first, level);
    cells->low[level] = axis_bin(axis, hits == PREDICT_LEVELS ? u : first->least[level]);
    cells->high[level] = hits == PREDICT_LEVELS ? cells->low[level] : axis_bin(axis, first->most[level]);
  }
  for (int t = 0; hits == PREDICT_ALL && t < 2 * TEST_VOLTAGES; t++) cells->cell[t] = axis_bin(axis, first->u[t]);
}

/* A negative size is an error: cells come in whole blocks of voltages. */
typedef char cells_fit[CELL_BLOCK % SAMPLE_BLOCK == 0 ? 1 : -1] __attribute__((unused));

/* f2, of the job's second kind, at SAMPLE_BLOCK voltages. */
HD void predict_respond(int kind, const lane *theta, const float *voltages, lane *y) {
  lane u[SAMPLE_BLOCK], saved[MAX_SAVED * SAMPLE_BLOCK];
  UNROLL
  for (int k = 0; k < SAMPLE_BLOCK; k++) u[k] = lane_splat(voltages[k]);
  component_forward(kind, theta, SAMPLE_BLOCK, u, y, saved);
}

/* Whether y lies in API3 of the level. */
HD lane_mask predict_lands(const struct job *job, int level, lane y) {
  return (y >= job->accept[level][0]) & (y <= job->accept[level][1]);
}

/* Whether f2 sends each of SAMPLE_BLOCK voltages into API3 of each level: accepted[level][voltage]. */
HD void predict_accept(const struct job *job, int kind, const lane *theta, const float *voltages,
                       lane_mask accepted[2][SAMPLE_BLOCK]) {
  lane y[SAMPLE_BLOCK];
  predict_respond(kind, theta, voltages, y);
  UNROLL
  for (int level = 0; level < 2; level++) UNROLL
  for (int k = 0; k < SAMPLE_BLOCK; k++) accepted[level][k] = predict_lands(job, level, y[k]);
}

/* The factor of each level in exp(-beta·L), in units of 2^-WEIGHT_BITS: weight[level][voltage]. It is 0 if f2 is not
 * finite. */
HD void predict_weigh(const struct job *job, int kind, const lane *theta, const float *voltages,
                      lane_int weight[2][SAMPLE_BLOCK]) {
  const float one = (float)(1 << WEIGHT_BITS);
  lane y[SAMPLE_BLOCK];
  predict_respond(kind, theta, voltages, y);
  UNROLL
  for (int level = 0; level < 2; level++) UNROLL
  for (int k = 0; k < SAMPLE_BLOCK; k++) {
    lane residual = chain_residual(y[k], job->target[level]);
    weight[level][k] = lane_to_int(numeric_exp2(job->weight_exponent * (residual * residual)) * one + 0.5f);
  }
}

/* The products of both levels' weights, summed over a tile of draws, in units of 2^-(2·PAIR_BITS). */
HD uint64_t predict_round(uint64_t sum) {
  enum { SHIFT = 2 * WEIGHT_BITS - 2 * PAIR_BITS };
  return (sum + (1u << SHIFT >> 1)) >> SHIFT;
}

/* ---- One lane's first component as a candidate ---- */

HD int predict_within(const struct job *job, int32_t cell) { return cell >= 1 && cell <= job->axes[AXIS_CELL].bins; }

HD uint16_t predict_row(const struct job *job, int level, int32_t cell) {
  return (uint16_t)(level * job->stride + cell - 1);
}

/* The outermost cells come first. They are accepted least often, and where a draw accepts a run of cells without a gap
 * no other cell matters. */
HD void predict_add_ends(struct candidate *candidate, const struct job *job, const struct predict_cells *cells, int i) {
  for (int level = 0; level < 2; level++) {
    int32_t low = lane_pick_int(&cells->low[level], i), high = lane_pick_int(&cells->high[level], i);
    candidate->within &= predict_within(job, low) & predict_within(job, high);
    candidate->row[CANDIDATE_LOW + level] = predict_row(job, level, low);
    candidate->row[CANDIDATE_HIGH + level] = predict_row(job, level, high);
  }
}

/* A cell that equals the previous one, or an end, is left out: the next row overwrites it. */
HD int predict_add_others(struct candidate *candidate, const struct job *job, const struct predict_cells *cells,
                          int i) {
  int count = CANDIDATE_ENDS;
  for (int level = 0; level < 2; level++) {
    int32_t low = lane_pick_int(&cells->low[level], i), high = lane_pick_int(&cells->high[level], i), before = low;
    for (int t = level * TEST_VOLTAGES; t < (level + 1) * TEST_VOLTAGES; t++) {
      int32_t cell = lane_pick_int(&cells->cell[t], i);
      candidate->row[count] = predict_row(job, level, cell);
      count += (cell != before) & (cell != low) & (cell != high);
      before = cell;
    }
  }
  return count;
}

/* Fills in the rows of lane i. `within` must be set if the candidate is finite. */
HD void predict_hit(struct candidate *candidate, const struct job *job, const struct predict_cells *cells,
                    enum predict_hits hits, int i) {
  int count = CANDIDATE_ENDS;
  predict_add_ends(candidate, job, cells, i);
  if (hits == PREDICT_ALL && candidate->within) count = predict_add_others(candidate, job, cells, i);
  candidate->count = (uint8_t)count;
}

#endif
