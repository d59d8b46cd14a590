/* SPDX-License-Identifier: Apache-2.0 */
/* The table of weights, which is too large to be kept: each tile is made anew for each batch of first components. */
#include <stdlib.h>
#include <string.h>

#include "backend/cpu/pair_table.h"

enum { WIDTH = PAIRS_MOST_VECTORS * PAIRS_VECTOR_WEIGHTS };

static size_t parts_of_block(const struct job *job, int block) {
  uint64_t draws = census_block_begin(job->draws, block + 1) - census_block_begin(job->draws, block);
  return (size_t)((draws + WIDTH - 1) / WIDTH);
}

/* Cuts the draws into parts, each of one block, which is whole with its last. */
static void cut(struct census_table *table) {
  struct census_part *part = table->parts;
  for (int block = 0; block < PAIR_BLOCKS; block++) {
    uint64_t begin = census_block_begin(table->job->draws, block);
    uint64_t end = census_block_begin(table->job->draws, block + 1);
    for (; begin < end; begin += WIDTH, part++) {
      part->begin = begin;
      part->end = end - begin < WIDTH ? end : begin + WIDTH;
      part->block = block;
      part->last = part->end == end;
      part->tile.vectors = (int)((part->end - begin + PAIRS_VECTOR_WEIGHTS - 1) / PAIRS_VECTOR_WEIGHTS);
      part->tile.stride = table->job->stride;
    }
  }
}

static void destroy(struct census_table *table) {
  if (!table) return;
  free(table->parts);
  free(table);
}

static seam_status create(const struct job *job, uint64_t firsts, const struct census_kernels *kernels,
                          struct census_table **out, seam_error *error) {
  (void)firsts;
  struct census_table *table = calloc(1, sizeof *table);
  *out = NULL;
  if (!table) return error_set(error, SEAM_ERROR_MEMORY, "out of memory: close other programs");
  *table = (struct census_table){.job = job, .kernels = kernels};
  for (int block = 0; block < PAIR_BLOCKS; block++) table->count += parts_of_block(job, block);
  table->parts = calloc(table->count, sizeof *table->parts);
  if (!table->parts) {
    destroy(table);
    return error_set(error, SEAM_ERROR_MEMORY, "out of memory: use fewer --draws");
  }
  cut(table);
  *out = table;
  return SEAM_OK;
}

static seam_status build(struct census_table *table, struct run_control *control, bool *built, seam_error *error) {
  (void)table;
  (void)control;
  (void)error; /* nothing here can fail */
  *built = true;
  return SEAM_OK;
}

static size_t room(const struct census_table *table) {
  size_t most = 0;
  for (size_t k = 0; k < table->count; k++) {
    size_t words = census_tile_words(&table->parts[k].tile);
    if (words > most) most = words;
  }
  return most;
}

static struct pairs_tile tile(const struct census_table *table, const struct census_part *part, uint64_t *room) {
  struct pairs_tile tile = part->tile;
  uint64_t draws[PAIRS_MOST_LANES], lanes = (uint64_t)table->kernels->lanes;
  tile.words = room;
  memset(room, 0, census_tile_words(&tile) * sizeof *room);
  for (uint64_t draw = part->begin; draw < part->end; draw += lanes) {
    uint64_t active = part->end - draw < lanes ? part->end - draw : lanes;
    for (uint64_t i = 0; i < active; i++) draws[i] = draw + i;
    table->kernels->enter(table->job, draws, (int)active, &tile, (int)(draw - part->begin));
  }
  return tile;
}

static const struct census_kernels *const kernels[ISAS] = {
    [ISA_BASELINE] = &census_gibbs_baseline,
#if defined(__x86_64__)
    [ISA_V3] = &census_gibbs_v3,
    [ISA_V4] = &census_gibbs_v4,
#endif
};

const struct census_law census_gibbs = {kernels, 131072, 16384, 1, create, destroy, build, room, tile};
