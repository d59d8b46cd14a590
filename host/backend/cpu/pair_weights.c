/* SPDX-License-Identifier: Apache-2.0 */
/* Weighs the pairs of a batch, tile by tile. The table of all weights would be too large to keep, so each tile is
 * computed again for each batch. */
#include "backend/cpu/pair_weights.h"

/* Draws in a tile: so few that its rows stay in the cache. */
enum { WIDTH = 8 * WEIGHTS_VECTOR };

struct pair_weights {
  const struct job *job;
  const struct weights_kernels *kernels;
  uint32_t *tile;     /* [level][cell][draw] */
  uint64_t *in_block; /* [first component]: the sum over the current block; 0 between batches */
  bool begun;         /* in_block has been set to 0 */
};

const struct weights_kernels *const pair_weights_kernels[ISAS] = {
    [ISA_BASELINE] = &weights_kernels_baseline,
#if defined(__x86_64__)
    [ISA_V3] = &weights_kernels_v3,
    [ISA_V4] = &weights_kernels_v4,
#endif
};

struct pair_weights *pair_weights_create(const struct job *job, const struct weights_kernels *kernels) {
  struct pair_weights *own = calloc(1, sizeof *own);
  if (!own) return NULL;
  own->job = job;
  own->kernels = kernels;
  own->tile = pair_vectors((size_t)(2 * job->stride), WIDTH * sizeof *own->tile);
  own->in_block = malloc(WEIGHTS_BATCH * sizeof *own->in_block);
  if (own->tile && own->in_block) return own;
  pair_weights_free(own);
  return NULL;
}

void pair_weights_free(struct pair_weights *own) {
  if (!own) return;
  free(own->tile);
  free(own->in_block);
  free(own);
}

/* The weights of `count` draws from `begin` on. Places after the last draw weigh 0. */
static struct weights_tile fill_tile(struct pair_weights *own, uint64_t begin, uint64_t count) {
  const uint64_t lanes = (uint64_t)own->kernels->lanes;
  const int width = (int)((count + WEIGHTS_VECTOR - 1) / WEIGHTS_VECTOR) * WEIGHTS_VECTOR;
  const struct weights_tile tile = {own->tile, width, own->job->stride};
  memset(tile.weights, 0, (size_t)(2 * tile.stride * width) * sizeof *tile.weights);
  for (uint64_t place = 0; place < count; place += lanes) {
    uint64_t active = count - place < lanes ? count - place : lanes;
    own->kernels->enter(own->job, begin + place, (int)active, &tile, (int)place);
  }
  return tile;
}

static void add_tile(struct pair_weights *own, const struct weights_tile *tile, const struct pair_batch *batch) {
  for (size_t i = 0; i < batch->size; i++)
    if (batch->candidates[i].within) own->in_block[i] += own->kernels->weigh(tile, batch->candidates[i].row);
}

/* Rounds the sums of a complete block to the units of the histograms. */
static void end_block(struct pair_weights *own, int block, struct pair_batch *batch) {
  for (size_t i = 0; i < batch->size; i++) {
    if (!own->in_block[i]) continue;
    uint64_t sum = tally_round(own->in_block[i], PAIR_BITS);
    own->in_block[i] = 0;
    pair_batch_find(batch, i);
    pair_batch_row(batch, i)[block] += (int64_t)sum;
    batch->partners[i][block / FINE_BLOCKS] += sum;
  }
}

/* The worker that uses the memory is the first to write to it, so that it lies on the worker's NUMA node. */
static void begin(struct pair_weights *own) {
  if (!own->begun) memset(own->in_block, 0, WEIGHTS_BATCH * sizeof *own->in_block);
  own->begun = true;
}

bool pair_weights_count(struct pair_weights *own, struct pair_batch *batch, struct run_control *control) {
  begin(own);
  for (int block = 0; block < PAIR_BLOCKS; block++) {
    const uint64_t end = pair_block_begin(own->job->draws, block + 1);
    for (uint64_t draw = pair_block_begin(own->job->draws, block); draw < end; draw += WIDTH) {
      if (pair_cancelled(control)) return false;
      const uint64_t count = end - draw < WIDTH ? end - draw : WIDTH;
      const struct weights_tile tile = fill_tile(own, draw, count);
      add_tile(own, &tile, batch);
      pair_progress(control, batch->size * count);
    }
    end_block(own, block, batch);
  }
  return true;
}
