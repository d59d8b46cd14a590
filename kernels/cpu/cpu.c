/* SPDX-License-Identifier: Apache-2.0 */
/* The chain on a vector of lanes; compiled once for each instruction set, which SEAM_ISA names. */
#include "cpu.h"
#include "observe.h"

struct cpu_state {
  struct chain chain;
  struct lane_id id;
  lane_int snapshots[MAX_SNAPSHOTS];
};

static struct recipe recipe_of(const struct job *job) {
  struct recipe r = {job->first, job->second, job->optimizer};
  return r;
}

static void draw(void *memory, const struct job *job, uint64_t first_id) {
  struct cpu_state *state = memory;
  for (int i = 0; i < LANES; i++) {
    state->id.low[i] = (uint32_t)(first_id + (uint64_t)i);
    state->id.high[i] = (uint32_t)((first_id + (uint64_t)i) >> 32);
  }
  chain_draw(&state->chain, recipe_of(job), job, state->id);
}

static void train(void *memory, const struct job *job, uint32_t begin, uint32_t end) {
  struct cpu_state *state = memory;
  chain_train(&state->chain, recipe_of(job), job, state->id, begin, end);
}

static void snapshot(void *memory, const struct job *job, int index) {
  struct cpu_state *state = memory;
  state->snapshots[index] = observe_snapshot(&state->chain, recipe_of(job), job);
}

static void observe(void *memory, const struct job *job, int active, int64_t *counts) {
  struct cpu_state *state = memory;
  struct counter counter = {counts, active};
  observe_chain(&state->chain, recipe_of(job), job, &counter);
  for (int k = 0; k < job->snapshot_count; k++) observe_count_snapshot(&counter, job, k, state->snapshots[k]);
}

/* Independent accumulators: enough to hide the latency of two multiply-add pipes, few enough to stay in registers. */
enum { ACCUMULATORS = 12 };

static float multiply_add_burst(uint64_t rounds) {
  lane a[ACCUMULATORS], factor = lane_splat(0.999999f), addend = lane_splat(1e-6f);
  for (int i = 0; i < ACCUMULATORS; i++) a[i] = lane_splat((float)i);
  for (uint64_t round = 0; round < rounds; round++)
    for (int i = 0; i < ACCUMULATORS; i++) a[i] = lane_fma(a[i], factor, addend);
  lane sum = a[0];
  for (int i = 1; i < ACCUMULATORS; i++) sum = sum + a[i];
  return sum[0];
}

#if defined(__FMA__) || defined(__aarch64__)
#define FLOPS_PER_ROUND (2.0 * ACCUMULATORS * LANES)
#else
#define FLOPS_PER_ROUND 0.0
#endif

#define STRINGIFY(x)     #x
#define NAME(x)          STRINGIFY(x)
#define JOIN(prefix, x)  prefix##x
#define TABLE(prefix, x) JOIN(prefix, x)

const struct cpu_kernels TABLE(cpu_kernels_, SEAM_ISA) = {
    NAME(SEAM_ISA),     LANES,           sizeof(struct cpu_state), draw, train, snapshot, observe,
    multiply_add_burst, FLOPS_PER_ROUND,
};
