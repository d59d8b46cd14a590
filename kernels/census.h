/* SPDX-License-Identifier: Apache-2.0 */
/* What a drawn component adds to a count of pairs: the cells of u that a first component hits, and what a second one
 * makes of them.
 *
 * A pair works when the second accepts the centre of every cell that the first hits at a test voltage. Under the Gibbs
 * law a pair weighs exp(-beta·L) instead, and with one voltage a level L is that of the two cells of the interface.
 * Nothing is trained, and each component is looked at once, however many partners it is tried with. */
#ifndef SEAM_CENSUS_H
#define SEAM_CENSUS_H

#include "observe.h"

/* A first component at the test voltages. */
struct census_first {
  lane_int cell[2 * TEST_VOLTAGES]; /* 1 to cells; 0 and cells + 1 are below and above the range, never accepted */
  lane u[2];                        /* the interface */
  lane_mask finite;
};

HD void census_draw_first(const struct job *job, struct lane_id id, struct census_first *first) {
  lane theta[MAX_PARAMETERS];
  component_draw(job->first, job->seed, id, PURPOSE_CENSUS_FIRST, job->init_scale, theta);
  first->finite = lane_splat_mask(1);
  for (int j = 0; j < component_parameters(job->first); j++) first->finite = first->finite & lane_finite(theta[j]);
  for (int t = 0; t < 2 * TEST_VOLTAGES; t += 2) {
    lane v[2] = {lane_splat(job->test[t]), lane_splat(job->test[t + 1])}, u[2], saved[MAX_SAVED * SAMPLE_BLOCK];
    component_forward(job->first, theta, 2, v, u, saved);
    for (int k = 0; k < 2; k++) {
      first->finite = first->finite & lane_finite(u[k]);
      first->cell[t + k] = axis_bin(&job->axes[AXIS_CELL], u[k]);
      for (int level = 0; level < 2; level++)
        if (t + k == TEST_VOLTAGES / 2 + level * TEST_VOLTAGES) first->u[level] = u[k];
    }
  }
}

/* f2 at SAMPLE_BLOCK voltages. */
HD void census_respond(const struct job *job, const lane *theta, const float *voltages, lane *y) {
  lane u[SAMPLE_BLOCK], saved[MAX_SAVED * SAMPLE_BLOCK];
  UNROLL
  for (int k = 0; k < SAMPLE_BLOCK; k++) u[k] = lane_splat(voltages[k]);
  component_forward(job->second, theta, SAMPLE_BLOCK, u, y, saved);
}

/* Whether f2 sends each of SAMPLE_BLOCK voltages into API3 of each level: accepted[level][voltage]. */
HD void census_accept(const struct job *job, const lane *theta, const float *voltages,
                      lane_mask accepted[2][SAMPLE_BLOCK]) {
  lane y[SAMPLE_BLOCK];
  census_respond(job, theta, voltages, y);
  UNROLL
  for (int level = 0; level < 2; level++) UNROLL
  for (int k = 0; k < SAMPLE_BLOCK; k++)
    accepted[level][k] = (y[k] >= job->accept[level][0]) & (y[k] <= job->accept[level][1]);
}

/* The share of each level in exp(-beta·L), in units of 2^-WEIGHT_BITS: weight[level][voltage]; 0 where f2 is not
 * finite. */
HD void census_weigh(const struct job *job, const lane *theta, const float *voltages,
                     lane_int weight[2][SAMPLE_BLOCK]) {
  const float one = (float)(1 << WEIGHT_BITS);
  lane y[SAMPLE_BLOCK];
  census_respond(job, theta, voltages, y);
  UNROLL
  for (int level = 0; level < 2; level++) UNROLL
  for (int k = 0; k < SAMPLE_BLOCK; k++) {
    lane residual = chain_residual(y[k], job->target[level]);
    weight[level][k] = lane_to_int(numeric_exp2(job->weight_exponent * (residual * residual)) * one + 0.5f);
  }
}

#endif
