/* SPDX-License-Identifier: Apache-2.0 */
/* The pair of kinds, SEAM_FIRST and SEAM_SECOND, that a file is compiled for, and the chain's state between launches.
 */
#ifndef SEAM_CUDA_PAIR_H
#define SEAM_CUDA_PAIR_H

#include "cuda_thread.h"

/* prefix_FIRST_SECOND */
#define JOIN_PAIR(prefix, a, b)  prefix##_##a##_##b
#define JOIN_NAMES(prefix, a, b) JOIN_PAIR(prefix, a, b)
#define PAIR_NAME(prefix)        JOIN_NAMES(prefix, SEAM_FIRST, SEAM_SECOND)

enum { FIRST = KIND(SEAM_FIRST), SECOND = KIND(SEAM_SECOND) };

enum direction { LOAD, STORE };

/* Moves `count` values of one chain between the state and `values`. Neighbouring threads move neighbouring words. */
HD void pair_move_values(enum direction direction, lane *values, int count, float **state, uint32_t stride) {
  UNROLL
  for (int j = 0; j < count; j++) {
    if (direction == LOAD)
      values[j] = (*state)[(size_t)j * stride];
    else
      (*state)[(size_t)j * stride] = values[j];
  }
  *state += (size_t)count * stride;
}

/* Moves the parameters, and if `moments` the moments too, between the state and the chain. */
HD void pair_move_chain(enum direction direction, struct chain *chain, int moments, const struct cuda_batch *batch,
                        uint32_t thread) {
  const int first = component_parameters(FIRST), second = component_parameters(SECOND);
  float *state = batch->state + thread;
  pair_move_values(direction, chain->first.theta, first, &state, batch->stride);
  pair_move_values(direction, chain->second.theta, second, &state, batch->stride);
  if (!moments) return;
  pair_move_values(direction, chain->first.mean, first, &state, batch->stride);
  pair_move_values(direction, chain->first.square, first, &state, batch->stride);
  pair_move_values(direction, chain->second.mean, second, &state, batch->stride);
  pair_move_values(direction, chain->second.square, second, &state, batch->stride);
}

HD struct recipe pair_recipe(int optimizer) {
  struct recipe r = {FIRST, SECOND, optimizer};
  return r;
}

#endif
