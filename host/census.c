/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a prediction: cut into parts that each one worker builds, whichever comes first. */
#include "census.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { TILE_DRAWS = PAIRS_MOST_VECTORS * PAIRS_VECTOR_BITS };

struct census_table {
  const struct job *job;
  const struct census_kernels *kernels;
  struct census_part *parts;
  size_t count;
  uint64_t *bits;
  pthread_mutex_t mutex;  /* guards what follows */
  pthread_cond_t changed; /* a part is built, or a builder gave up */
  size_t next, built;
};

static uint64_t block_begin(uint64_t draws, int block) { return draws * (uint64_t)block / PAIR_BLOCKS; }

static size_t parts_of_block(uint64_t draws, int block) {
  return (size_t)((block_begin(draws, block + 1) - block_begin(draws, block) + TILE_DRAWS - 1) / TILE_DRAWS);
}

/* Cuts the draws into parts; the tiles get their places in bits of `words` words in all. */
static void cut(struct census_table *table, size_t *words) {
  int stride = pairs_stride(table->job->axes[AXIS_CELL].bins);
  size_t k = 0;
  *words = 0;
  for (int block = 0; block < PAIR_BLOCKS; block++) {
    uint64_t begin = block_begin(table->job->draws, block), end = block_begin(table->job->draws, block + 1);
    for (; begin < end; begin += TILE_DRAWS, k++) {
      struct census_part *part = &table->parts[k];
      part->begin = begin;
      part->end = end - begin < TILE_DRAWS ? end : begin + TILE_DRAWS;
      part->block = block;
      part->tile.vectors = (int)((part->end - begin + PAIRS_VECTOR_BITS - 1) / PAIRS_VECTOR_BITS);
      part->tile.stride = stride;
      *words += (size_t)(2 * stride * part->tile.vectors * PAIRS_VECTOR_WORDS);
    }
  }
}

static size_t tile_words(const struct pairs_tile *tile) {
  return (size_t)(2 * tile->stride * tile->vectors * PAIRS_VECTOR_WORDS);
}

static seam_status allocate(struct census_table *table, seam_error *error) {
  size_t words;
  for (int block = 0; block < PAIR_BLOCKS; block++) table->count += parts_of_block(table->job->draws, block);
  table->parts = calloc(table->count, sizeof *table->parts);
  if (!table->parts) return error_set(error, SEAM_ERROR_MEMORY, "memory is out: use fewer --draws");
  cut(table, &words);
  table->bits = aligned_alloc(PAIRS_VECTOR_BITS / 8, words * sizeof *table->bits);
  if (!table->bits)
    return error_set(error, SEAM_ERROR_MEMORY, "memory is out: a prediction needs %zu MB: use fewer --draws or --cells",
                     words * sizeof *table->bits / 1000000);
  uint64_t *next = table->bits;
  for (size_t k = 0; k < table->count; k++) {
    table->parts[k].tile.bits = next;
    next += tile_words(&table->parts[k].tile);
  }
  return SEAM_OK;
}

seam_status census_table_create(const struct job *job, const struct census_kernels *kernels, struct census_table **out,
                                seam_error *error) {
  struct census_table *table = calloc(1, sizeof *table);
  *out = NULL;
  if (!table) return error_set(error, SEAM_ERROR_MEMORY, "memory is out: close other programs");
  table->job = job;
  table->kernels = kernels;
  pthread_mutex_init(&table->mutex, NULL);
  pthread_cond_init(&table->changed, NULL);
  seam_status status = allocate(table, error);
  if (status != SEAM_OK)
    census_table_free(table);
  else
    *out = table;
  return status;
}

void census_table_free(struct census_table *table) {
  if (!table) return;
  pthread_cond_destroy(&table->changed);
  pthread_mutex_destroy(&table->mutex);
  free(table->parts);
  free(table->bits);
  free(table);
}

static void build_part(const struct census_table *table, struct census_part *part) {
  uint64_t lanes = (uint64_t)table->kernels->lanes;
  memset(part->tile.bits, 0, tile_words(&part->tile) * sizeof *part->tile.bits);
  for (uint64_t draw = part->begin; draw < part->end; draw += lanes) {
    uint64_t active = part->end - draw < lanes ? part->end - draw : lanes;
    table->kernels->accept(table->job, draw, (int)active, &part->tile, (int)(draw - part->begin));
  }
}

bool census_table_build(struct census_table *table, struct run_control *control) {
  pthread_mutex_lock(&table->mutex);
  while (table->next < table->count && !atomic_load(&control->cancel)) {
    struct census_part *part = &table->parts[table->next++];
    pthread_mutex_unlock(&table->mutex);
    build_part(table, part);
    pthread_mutex_lock(&table->mutex);
    table->built++;
    pthread_cond_broadcast(&table->changed);
  }
  /* Every part taken is built by its taker, whatever happens: the wait ends. */
  while (table->built < table->next) pthread_cond_wait(&table->changed, &table->mutex);
  bool whole = table->built == table->count;
  pthread_mutex_unlock(&table->mutex);
  return whole;
}

size_t census_table_parts(const struct census_table *table, const struct census_part **parts) {
  *parts = table->parts;
  return table->count;
}
