/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels of one pair of kinds, SEAM_FIRST and SEAM_SECOND: the chain of chain.h, one a thread.
 *
 * State is loaded once, worked on in registers and stored once. Plain C but for the qualifiers, which lane.h names. */
#include "cuda.h"
#include "observe.h"

#define KIND_OF(enumerator, name, family, size, parameters) kind_##name = KIND_##enumerator,
enum { COMPONENT_KINDS(KIND_OF) };
#undef KIND_OF

#define JOIN(a, b)               a##b
#define KIND(name)               JOIN(kind_, name)
#define JOIN_PAIR(a, b)          cuda_kernels_##a##_##b
#define PAIR_NAME(first, second) JOIN_PAIR(first, second)

enum { FIRST = KIND(SEAM_FIRST), SECOND = KIND(SEAM_SECOND) };

/* Old architectures take no more than 4 KB of arguments. */
typedef char argument_fits[sizeof(struct cuda_argument) <= 4096 ? 1 : -1];

/* ---- State ---- */

/* Moves the parameters, and with `moments` the moments, between the state and the chain. */
enum direction { LOAD, STORE };

HD void state_move(enum direction direction, lane *values, int count, float **state, uint32_t stride) {
  UNROLL
  for (int j = 0; j < count; j++) {
    if (direction == LOAD)
      values[j] = (*state)[(size_t)j * stride];
    else
      (*state)[(size_t)j * stride] = values[j];
  }
  *state += (size_t)count * stride;
}

HD void state_chain(enum direction direction, struct chain *chain, int moments, const struct cuda_batch *batch,
                    uint32_t thread) {
  const int first = component_parameters(FIRST), second = component_parameters(SECOND);
  float *state = batch->state + thread;
  state_move(direction, chain->first.theta, first, &state, batch->stride);
  state_move(direction, chain->second.theta, second, &state, batch->stride);
  if (!moments) return;
  state_move(direction, chain->first.mean, first, &state, batch->stride);
  state_move(direction, chain->first.square, first, &state, batch->stride);
  state_move(direction, chain->second.mean, second, &state, batch->stride);
  state_move(direction, chain->second.square, second, &state, batch->stride);
}

HD struct recipe recipe_of(int optimizer) {
  struct recipe r = {FIRST, SECOND, optimizer};
  return r;
}

HD struct lane_id id_of(const struct cuda_batch *batch, uint32_t thread) {
  uint64_t id = batch->first_id + thread;
  struct lane_id words = {(uint32_t)id, (uint32_t)(id >> 32)};
  return words;
}

/* ---- Draw, train, snapshot: a thread a chain ---- */

HD uint32_t own_thread(void) { return lane_block() * lane_threads() + lane_thread(); }

KERNEL(CUDA_TRAIN_THREADS) draw(KERNEL_ARGUMENT struct cuda_argument a) {
  uint32_t thread = own_thread();
  if (thread >= a.batch.chains) return;
  struct chain chain;
  chain_draw(&chain, recipe_of(OPTIMIZER_SGD), &a.job, id_of(&a.batch, thread));
  state_chain(STORE, &chain, a.job.optimizer == OPTIMIZER_ADAM, &a.batch, thread);
}

HD void train(const struct cuda_argument *a, int optimizer) {
  uint32_t thread = own_thread();
  if (thread >= a->batch.chains) return;
  struct chain chain;
  state_chain(LOAD, &chain, optimizer == OPTIMIZER_ADAM, &a->batch, thread);
  chain_train(&chain, recipe_of(optimizer), &a->job, id_of(&a->batch, thread), a->batch.begin, a->batch.end);
  state_chain(STORE, &chain, optimizer == OPTIMIZER_ADAM, &a->batch, thread);
}

KERNEL(CUDA_TRAIN_THREADS) train_sgd(KERNEL_ARGUMENT struct cuda_argument a) { train(&a, OPTIMIZER_SGD); }

KERNEL(CUDA_TRAIN_THREADS) train_adam(KERNEL_ARGUMENT struct cuda_argument a) { train(&a, OPTIMIZER_ADAM); }

KERNEL(CUDA_TRAIN_THREADS) train_langevin(KERNEL_ARGUMENT struct cuda_argument a) { train(&a, OPTIMIZER_LANGEVIN); }

KERNEL(CUDA_TRAIN_THREADS) snapshot(KERNEL_ARGUMENT struct cuda_argument a) {
  uint32_t thread = own_thread();
  if (thread >= a.batch.chains) return;
  struct chain chain;
  state_chain(LOAD, &chain, 0, &a.batch, thread);
  a.batch.snapshots[(size_t)a.batch.snapshot * a.batch.stride + thread] =
      observe_snapshot(&chain, recipe_of(OPTIMIZER_SGD), &a.job);
}

/* ---- Observe: each block loops over chains, counts in its shared memory, and adds that up at the end ---- */

/* Adds a stretch of the block's counts to the totals; all its threads take part. */
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
  const struct recipe r = recipe_of(OPTIMIZER_SGD);
  struct chain chain;
  state_chain(LOAD, &chain, 0, &a->batch, thread);
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

  for (uint64_t thread = own_thread(); thread < batch->chains; thread += (uint64_t)lane_blocks() * lane_threads())
    observe_thread(&a, &counter, (uint32_t)thread);

  lane_barrier();
  observe_flush(counter.shared, OUTCOMES, batch->counts);
  for (int h = 0; h < HISTOGRAMS; h++)
    if (batch->shared_offset[h] >= 0)
      observe_flush(counter.shared + batch->shared_offset[h], batch->shared_cells[h], batch->counts + a.job.offset[h]);
}

/* ---- The table ---- */

#ifdef __cplusplus
extern "C" {
#endif
extern const struct cuda_kernels PAIR_NAME(SEAM_FIRST, SEAM_SECOND);
#ifdef __cplusplus
}
#endif

const struct cuda_kernels PAIR_NAME(SEAM_FIRST, SEAM_SECOND) = {
    FIRST,
    SECOND,
    (const void *)draw,
    {(const void *)train_sgd, (const void *)train_adam, (const void *)train_langevin},
    (const void *)snapshot,
    (const void *)observe,
};
