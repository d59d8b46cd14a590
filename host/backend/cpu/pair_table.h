/* SPDX-License-Identifier: Apache-2.0 */
/* What every law of pairs shares on the CPU: a batch of first components and the counts of their pairs.
 *
 * Each law has a file with its own path from a batch to its counts: pairs that work in working_pairs.c, the weights of
 * the Gibbs law in pair_weights.c. The session hands out the batches and adds their counts to the histograms. */
#ifndef SEAM_PAIR_TABLE_H
#define SEAM_PAIR_TABLE_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "backend/backend.h"
#include "kernels/cpu/pairs.h"
#include "kernels/predict_counts.h"

/* A worker's batch. A law reads the candidates and fills in the members after them. */
struct pair_batch {
  uint64_t first_id;
  size_t size;
  struct candidate *candidates;
  bool *found;                            /* whether a first component has any partners, */
  uint64_t (*partners)[INTERFACE_BLOCKS]; /* and how many by block of theta2; undefined if it has none */
  int64_t *swaps;                         /* HISTOGRAM_SWAPS */
  int64_t pairs[HISTOGRAM_MODES * PAIR_BLOCKS * PAIR_BLOCKS]; /* HISTOGRAM_PAIRS */
};

/* Marks that first component i has partners. Its counts of them are 0 after the first call. */
static inline void pair_batch_find(struct pair_batch *batch, size_t i) {
  if (!batch->found[i]) memset(batch->partners[i], 0, sizeof batch->partners[i]);
  batch->found[i] = true;
}

/* The row of HISTOGRAM_PAIRS for first component i: one count for each block of theta2. */
static inline int64_t *pair_batch_row(struct pair_batch *batch, size_t i) {
  return &batch->pairs[tally_pair_cell(&batch->candidates[i], batch->first_id + i, 0)];
}

/* The first draw of a block. For block PAIR_BLOCKS, the number of draws. */
static inline uint64_t pair_block_begin(uint64_t draws, int block) {
  return draws / PAIR_BLOCKS * (uint64_t)block + draws % PAIR_BLOCKS * (uint64_t)block / PAIR_BLOCKS;
}

/* Returns memory for whole vectors, or NULL if none is left. The caller frees it with free(). */
static inline void *pair_vectors(size_t count, size_t size) {
  const size_t align = sizeof(uint64_t) * PAIRS_VECTOR_WORDS;
  return aligned_alloc(align, (count * size + align - 1) / align * align);
}

static inline bool pair_cancelled(struct run_control *control) {
  return atomic_load_explicit(&control->cancel, memory_order_relaxed);
}

static inline void pair_progress(struct run_control *control, uint64_t pairs) {
  atomic_fetch_add_explicit(&control->work_done, pairs, memory_order_relaxed);
}

#endif
