/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels of one pair of kinds that draw and observe chains, always in exact arithmetic.
 *
 * The code is plain C. CUDA's qualifiers have names in lane.h, so that tests can compile it without nvcc. */
#include "cuda_pair.h"
#include "observe.h"

/* CUDA before 12.1 accepts at most 4 KB of arguments. An array of negative size does not compile. */
typedef char argument_fits[sizeof(struct cuda_argument) <= 4096 ? 1 : -1];

/* ---- Draw, snapshot: one thread for each chain ---- */

KERNEL(CUDA_TRAIN_THREADS) draw(KERNEL_ARGUMENT struct cuda_argument a) {
  uint32_t thread = thread_number();
  if (thread >= a.batch.chains) return;
  struct chain chain;
  chain_draw(&chain, pair_recipe(OPTIMIZER_SGD), &a.job, thread_chain_id(&a.batch, thread));
  pair_move_chain(STORE, &chain, a.job.optimizer == OPTIMIZER_ADAM, &a.batch, thread);
}

KERNEL(CUDA_TRAIN_THREADS) snapshot(KERNEL_ARGUMENT struct cuda_argument a) {
  uint32_t thread = thread_number();
  if (thread >= a.batch.chains) return;
  struct chain chain;
  pair_move_chain(LOAD, &chain, 0, &a.batch, thread);
  a.batch.snapshots[(size_t)a.batch.snapshot * a.batch.stride + thread] =
      observe_snapshot(&chain, pair_recipe(OPTIMIZER_SGD), &a.job);
}

/* ---- Observe: each block loops over chains, counts in its shared memory, and adds its counts to the totals ---- */

/* Adds `count` of the block's counts to the totals. All threads of the block must make the call. */
HD void observe_flush(const uint32_t *shared, int32_t count, int64_t *totals) {
  for (int32_t i = (int32_t)lane_thread(); i < count; i += (int32_t)lane_threads())
    if (shared[i]) lane_atomic_add64(&totals[i], shared[i]);
}

HD int32_t observe_shared_cells(const struct cuda_batch *batch) {
  int32_t cells = OUTCOMES;
  for (int h = 0; h < HISTOGRAMS; h++)
    if (batch->shared_offset[h] >= 0) cells += batch->shared_cells[h];
  return cells;
}

HD void observe_thread(const struct cuda_argument *a, const struct counter *counter, uint32_t thread) {
  const struct recipe r = pair_recipe(OPTIMIZER_SGD);
  struct chain chain;
  pair_move_chain(LOAD, &chain, 0, &a->batch, thread);
  observe_chain(&chain, r, &a->job, counter);
  for (int k = 0; k < a->job.snapshot_count; k++)
    observe_count_snapshot(counter, &a->job, k, a->batch.snapshots[(size_t)k * a->batch.stride + thread]);
}

KERNEL(CUDA_OBSERVE_THREADS) observe(KERNEL_ARGUMENT struct cuda_argument a) {
  const struct cuda_batch *batch = &a.batch;
  struct counter counter = {batch->counts, lane_shared(), batch->shared_offset};
  int32_t shared_cells = observe_shared_cells(batch);
  for (int32_t i = (int32_t)lane_thread(); i < shared_cells; i += (int32_t)lane_threads()) counter.shared[i] = 0;
  lane_barrier();

  for (uint64_t thread = thread_number(); thread < batch->chains; thread += (uint64_t)lane_blocks() * lane_threads())
    observe_thread(&a, &counter, (uint32_t)thread);

  lane_barrier();
  observe_flush(counter.shared, OUTCOMES, batch->counts);
  for (int h = 0; h < HISTOGRAMS; h++)
    if (batch->shared_offset[h] >= 0)
      observe_flush(counter.shared + batch->shared_offset[h], batch->shared_cells[h], batch->counts + a.job.offset[h]);
}

/* ---- The table ---- */

DECLARE_TABLE(cuda_training, PAIR_NAME(cuda_exact));
DECLARE_TABLE(cuda_training, PAIR_NAME(cuda_fast));
DECLARE_TABLE(cuda_kernels, PAIR_NAME(cuda_kernels));
const struct cuda_kernels PAIR_NAME(cuda_kernels) = {
    FIRST,
    SECOND,
    (const void *)draw,
    {&PAIR_NAME(cuda_exact), &PAIR_NAME(cuda_fast)},
    (const void *)snapshot,
    (const void *)observe,
};
