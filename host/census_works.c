/* SPDX-License-Identifier: Apache-2.0 */
/* The table of pairs that work: bits, few enough to be kept, and built once by all workers together. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "census_fill.h"
#include "census_table.h"

struct works_table {
  struct census_table table; /* its parts are set when the last block is ranked */
  struct census_order *order;
  uint64_t *words;        /* of all tiles */
  pthread_mutex_t mutex;  /* guards what follows */
  pthread_cond_t changed; /* a block or a part is done, or a worker gave up */
  size_t next, done;      /* first the blocks that are ranked, then the parts */
  seam_status status;     /* of laying the parts out */
  seam_error error;
};

static void destroy(struct census_table *base) {
  struct works_table *table = (struct works_table *)base;
  if (!table) return;
  pthread_cond_destroy(&table->changed);
  pthread_mutex_destroy(&table->mutex);
  census_order_free(table->order);
  free(base->parts);
  free(base->reach);
  free(table->words);
  free(table);
}

static seam_status create(const struct job *job, const struct census_kernels *kernels, struct census_table **out,
                          seam_error *error) {
  struct works_table *table = calloc(1, sizeof *table);
  *out = NULL;
  if (!table) return error_set(error, SEAM_ERROR_MEMORY, "memory is out: close other programs");
  table->table = (struct census_table){.job = job, .kernels = kernels, .unbroken = true};
  pthread_mutex_init(&table->mutex, NULL);
  pthread_cond_init(&table->changed, NULL);
  seam_status status = census_order_create(job, kernels, &table->order, error);
  if (status == SEAM_OK)
    *out = &table->table;
  else
    destroy(&table->table);
  return status;
}

/* ---- Laying out ---- */

/* Cuts the ranks of the order into tiles of WIDTH, the last one narrower. With the last all blocks are whole. */
enum { WIDTH = PAIRS_MOST_VECTORS * PAIRS_RANKS };

static void cut(struct census_table *table, uint64_t ranks) {
  for (size_t k = 0; k < table->count; k++) {
    struct census_part *part = &table->parts[k];
    part->begin = k * WIDTH;
    part->end = part->begin + WIDTH < ranks ? part->begin + WIDTH : ranks;
    part->tile.vectors = (int)((part->end - part->begin + PAIRS_RANKS - 1) / PAIRS_RANKS);
    part->tile.stride = table->job->stride;
  }
  table->parts[table->count - 1].last = true;
}

/* In huge pages where the system lends them, which are sooner made and found. NULL where memory is out. */
static uint64_t *allocate_words(size_t words) {
  const size_t huge = (size_t)1 << 21, bytes = (words * sizeof(uint64_t) + huge - 1) / huge * huge;
  uint64_t *memory = aligned_alloc(huge, bytes);
#ifdef MADV_HUGEPAGE
  if (memory && words * sizeof(uint64_t) >= huge)
    (void)madvise(memory, bytes, MADV_HUGEPAGE); /* a hint: no harm in a refusal */
#endif
  return memory;
}

/* A tile's words, and then what tells which of its ranks are alive. */
static seam_status allocate(struct works_table *table, seam_error *error) {
  struct census_table *base = &table->table;
  size_t size = 0;
  for (size_t k = 0; k < base->count; k++)
    size += census_tile_words(&base->parts[k].tile) + census_tile_rows(&base->parts[k].tile);
  table->words = allocate_words(size);
  if (!table->words)
    return error_set(error, SEAM_ERROR_MEMORY, "memory is out: a prediction needs %zu MB: use fewer --draws or --cells",
                     size * sizeof(uint64_t) / 1000000);
  uint64_t *next = table->words;
  for (size_t k = 0; k < base->count; k++) {
    struct pairs_tile *tile = &base->parts[k].tile;
    tile->words = next;
    tile->alive = next + census_tile_words(tile);
    next = tile->alive + census_tile_rows(tile);
  }
  return SEAM_OK;
}

/* At least one tile, though it be of no draws: with it the blocks are whole. */
static seam_status lay_out(struct works_table *table, seam_error *error) {
  uint64_t ranks = census_order_ranks(table->order);
  struct census_table *base = &table->table;
  base->count = ranks ? (size_t)((ranks + WIDTH - 1) / WIDTH) : 1;
  base->parts = calloc(base->count, sizeof *base->parts);
  base->reach = calloc((base->count / CENSUS_REACH + 1) * 2 * (size_t)base->job->stride, sizeof *base->reach);
  if (!base->parts || !base->reach) return error_set(error, SEAM_ERROR_MEMORY, "memory is out: use fewer --draws");
  cut(base, ranks);
  return allocate(table, error);
}

/* ---- Building ---- */

static void fill(const struct works_table *table, struct census_part *part) {
  census_fill(table->table.job, table->table.kernels, table->order, part->begin, &part->tile);
}

/* Task k of all: the blocks of the order, then the parts. */
static void carry_out(struct works_table *table, size_t k) {
  if (k < PAIR_BLOCKS)
    census_order_rank(table->order, (int)k);
  else
    fill(table, &table->table.parts[k - PAIR_BLOCKS]);
}

static void take_in(struct census_table *table, size_t k) {
  const struct pairs_tile *tile = &table->parts[k].tile;
  uint64_t *reach = table->reach + k / CENSUS_REACH * census_tile_rows(tile);
  for (size_t row = 0; row < census_tile_rows(tile); row++)
    reach[row] |= (uint64_t)(tile->alive[row] != 0) << k % CENSUS_REACH;
  table->unbroken = table->unbroken && tile->unbroken;
}

static bool is_built(const struct works_table *table) {
  return table->done >= PAIR_BLOCKS && table->done == PAIR_BLOCKS + table->table.count;
}

/* With the mutex held, as all that follows. The last block to be ranked tells how many parts there are. */
static void finish(struct works_table *table, size_t k) {
  table->done++;
  if (k >= PAIR_BLOCKS) take_in(&table->table, k - PAIR_BLOCKS);
  if (table->done == PAIR_BLOCKS) table->status = lay_out(table, &table->error);
  if (is_built(table)) {
    census_order_free(table->order);
    table->order = NULL;
  }
  pthread_cond_broadcast(&table->changed);
}

static bool may_take(const struct works_table *table) {
  if (table->next < PAIR_BLOCKS) return true;
  return table->done >= PAIR_BLOCKS && table->next < PAIR_BLOCKS + table->table.count;
}

/* Every task taken is carried out by its taker, whatever happens: the waits end. */
static void work(struct works_table *table, struct run_control *control) {
  while (table->status == SEAM_OK && !is_built(table) && !atomic_load(&control->cancel)) {
    if (!may_take(table)) {
      pthread_cond_wait(&table->changed, &table->mutex);
      continue;
    }
    size_t task = table->next++;
    pthread_mutex_unlock(&table->mutex);
    carry_out(table, task);
    pthread_mutex_lock(&table->mutex);
    finish(table, task);
  }
}

static seam_status build(struct census_table *base, struct run_control *control, bool *built, seam_error *error) {
  struct works_table *table = (struct works_table *)base;
  pthread_mutex_lock(&table->mutex);
  work(table, control);
  *built = table->status == SEAM_OK && is_built(table);
  seam_status status = table->status;
  if (status != SEAM_OK) *error = table->error;
  pthread_mutex_unlock(&table->mutex);
  return status;
}

/* ---- As a law ---- */

static const struct census_kernels *const kernels[ISAS] = {
    [ISA_BASELINE] = &census_works_baseline,
#if defined(__x86_64__)
    [ISA_V3] = &census_works_v3,
    [ISA_V4] = &census_works_v4,
#endif
};

static size_t room(const struct census_table *table) {
  (void)table;
  return 0;
}

static struct pairs_tile tile(const struct census_table *table, const struct census_part *part, uint64_t *room) {
  (void)table;
  (void)room;
  return part->tile;
}

const struct census_law census_works = {kernels, 2048, 1024, PAIR_BLOCKS, create, destroy, build, room, tile};
