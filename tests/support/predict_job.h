/* SPDX-License-Identifier: Apache-2.0 */
/* Components for tests of predictions, one at a time, and a job with cells over [-1, 2). */
#ifndef SEAM_PREDICT_JOB_H
#define SEAM_PREDICT_JOB_H

#include "kernels/cpu/pairs.h"
#include "science.h"

enum { CELLS = 102, STRIDE = (CELLS + CELL_BLOCK - 1) / CELL_BLOCK * CELL_BLOCK };

SCIENCE void draw_scaled(int kind, uint32_t purpose, uint64_t id, float scale, float *theta) {
  lane parameters[MAX_PARAMETERS];
  component_draw(kind, 5, science_id(id), purpose, scale, parameters);
  for (int j = 0; j < component_parameters(kind); j++) theta[j] = parameters[j][0];
}

SCIENCE void draw(int kind, uint32_t purpose, uint64_t id, float *theta) {
  draw_scaled(kind, purpose, id, 1.0f, theta);
}

SCIENCE float respond(int kind, const float *theta, float v) {
  lane parameters[MAX_PARAMETERS], in[2] = {lane_splat(v), lane_splat(v)}, out[2], saved[MAX_SAVED * SAMPLE_BLOCK];
  for (int j = 0; j < component_parameters(kind); j++) parameters[j] = lane_splat(theta[j]);
  component_forward(kind, parameters, 2, in, out, saved);
  return out[0][0];
}

SCIENCE struct job job_of(int second, float centre[STRIDE]) {
  struct job job = {.seed = 5, .second = second, .init_scale = 1.0f, .stride = STRIDE, .centre = centre};
  for (int cell = 0; cell < STRIDE; cell++)
    centre[cell] = (float)(-1.0 + ((cell < CELLS ? cell : CELLS - 1) + 0.5) * 3.0 / CELLS);
  for (int level = 0; level < 2; level++)
    job.accept[level][0] = (float)(level - 0.1), job.accept[level][1] = (float)(level + 0.1);
  return job;
}

/* Fills in the kernels that this processor can run, and returns how many. */
SCIENCE int kernels_here(const struct works_kernels *kernels[3]) {
  int count = 0;
  kernels[count++] = &works_kernels_baseline;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) kernels[count++] = &works_kernels_v3;
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) kernels[count++] = &works_kernels_v4;
#endif
  return count;
}

#endif
