/* SPDX-License-Identifier: Apache-2.0 */
/* The CPU kernels as the host calls them: one table for each instruction set that cpu.c was compiled for. */
#ifndef SEAM_CPU_H
#define SEAM_CPU_H

#include <stddef.h>

#include "job.h"

enum { CPU_STATE_ALIGNMENT = 64, CPU_MAX_LANES = 16 };

/* A vector of `lanes` chains with consecutive ids from `first_id`; its state is `state_bytes` of the caller's memory,
 * aligned to CPU_STATE_ALIGNMENT. Call draw, then train over [0, steps) in any slices with snapshot between them, then
 * observe. */
struct cpu_kernels {
  const char *isa;
  int lanes;
  size_t state_bytes;
  void (*draw)(void *state, const struct job *job, uint64_t first_id);
  /* Updates begin + 1 ... end. */
  void (*train)(void *state, const struct job *job, uint32_t begin, uint32_t end);
  /* Takes snapshot `index` of the job. */
  void (*snapshot)(void *state, const struct job *job, int index);
  /* Adds the first `active` chains to counts[job->cells]. */
  void (*observe)(void *state, const struct job *job, int active, int64_t *counts);
  /* Runs `rounds` rounds of independent fused multiply-adds and returns a value that depends on all; flops_per_round is
   * 0 where the hardware has none. */
  float (*multiply_add_burst)(uint64_t rounds);
  double flops_per_round;
};

extern const struct cpu_kernels cpu_kernels_baseline;
#if defined(__x86_64__)
extern const struct cpu_kernels cpu_kernels_v3, cpu_kernels_v4;
#endif

#endif
