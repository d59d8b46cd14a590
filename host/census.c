/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a prediction: cut into parts; where it is kept each is built by the worker that comes first. */
#include "census.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct census_table {
  const struct job *job;
  const struct census_kernels *kernels;
  struct census_form form;
  struct census_part *parts;
  size_t count;
  uint64_t *words;        /* NULL where it is not kept */
  pthread_mutex_t mutex;  /* guards what follows */
  pthread_cond_t changed; /* a part is built, or a builder gave up */
  size_t next, built;
};

static uint64_t block_begin(uint64_t draws, int block) { return draws * (uint64_t)block / PAIR_BLOCKS; }

static uint64_t tile_draws(const struct census_table *table) {
  return PAIRS_MOST_VECTORS * (uint64_t)table->form.vector_draws;
}

static size_t parts_of_block(const struct census_table *table, int block) {
  uint64_t draws = block_begin(table->job->draws, block + 1) - block_begin(table->job->draws, block);
  return (size_t)((draws + tile_draws(table) - 1) / tile_draws(table));
}

/* Cuts the draws into parts. */
static void cut(struct census_table *table) {
  uint64_t most = tile_draws(table), vector = (uint64_t)table->form.vector_draws;
  struct census_part *part = table->parts;
  for (int block = 0; block < PAIR_BLOCKS; block++) {
    uint64_t begin = block_begin(table->job->draws, block), end = block_begin(table->job->draws, block + 1);
    for (; begin < end; begin += most, part++) {
      part->begin = begin;
      part->end = end - begin < most ? end : begin + most;
      part->block = block;
      part->tile.vectors = (int)((part->end - begin + vector - 1) / vector);
      part->tile.stride = table->job->stride;
    }
  }
}

static size_t tile_words(const struct pairs_tile *tile) {
  return (size_t)(2 * tile->stride * tile->vectors * PAIRS_VECTOR_WORDS);
}

static seam_status keep(struct census_table *table, seam_error *error) {
  size_t words = 0;
  for (size_t k = 0; k < table->count; k++) words += tile_words(&table->parts[k].tile);
  table->words = aligned_alloc(PAIRS_VECTOR_BITS / 8, words * sizeof *table->words);
  if (!table->words)
    return error_set(error, SEAM_ERROR_MEMORY, "memory is out: a prediction needs %zu MB: use fewer --draws or --cells",
                     words * sizeof *table->words / 1000000);
  uint64_t *next = table->words;
  for (size_t k = 0; k < table->count; k++) {
    table->parts[k].tile.words = next;
    next += tile_words(&table->parts[k].tile);
  }
  return SEAM_OK;
}

static seam_status allocate(struct census_table *table, seam_error *error) {
  for (int block = 0; block < PAIR_BLOCKS; block++) table->count += parts_of_block(table, block);
  table->parts = calloc(table->count, sizeof *table->parts);
  if (!table->parts) return error_set(error, SEAM_ERROR_MEMORY, "memory is out: use fewer --draws");
  cut(table);
  return table->form.kept ? keep(table, error) : SEAM_OK;
}

seam_status census_table_create(const struct job *job, const struct census_kernels *kernels,
                                const struct census_form *form, struct census_table **out, seam_error *error) {
  struct census_table *table = calloc(1, sizeof *table);
  *out = NULL;
  if (!table) return error_set(error, SEAM_ERROR_MEMORY, "memory is out: close other programs");
  table->job = job;
  table->kernels = kernels;
  table->form = *form;
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
  free(table->words);
  free(table);
}

static void fill(const struct census_table *table, const struct census_part *part, struct pairs_tile *tile) {
  uint64_t lanes = (uint64_t)table->kernels->lanes;
  memset(tile->words, 0, tile_words(tile) * sizeof *tile->words);
  for (uint64_t draw = part->begin; draw < part->end; draw += lanes) {
    uint64_t active = part->end - draw < lanes ? part->end - draw : lanes;
    table->kernels->enter(table->job, draw, (int)active, tile, (int)(draw - part->begin));
  }
}

bool census_table_build(struct census_table *table, struct run_control *control) {
  if (!table->form.kept) return true;
  pthread_mutex_lock(&table->mutex);
  while (table->next < table->count && !atomic_load(&control->cancel)) {
    struct census_part *part = &table->parts[table->next++];
    pthread_mutex_unlock(&table->mutex);
    fill(table, part, &part->tile);
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

size_t census_table_room(const struct census_table *table) {
  size_t most = 0;
  for (size_t k = 0; k < table->count && !table->form.kept; k++) {
    size_t words = tile_words(&table->parts[k].tile);
    if (words > most) most = words;
  }
  return most;
}

struct pairs_tile census_table_tile(const struct census_table *table, const struct census_part *part, uint64_t *room) {
  struct pairs_tile tile = part->tile;
  if (table->form.kept) return tile;
  tile.words = room;
  fill(table, part, &tile);
  return tile;
}
