/* SPDX-License-Identifier: Apache-2.0 */
/* The table of pairs that work: bits, few enough to be kept, and built once by all workers together. */
#include <pthread.h>
#include <stdlib.h>

#include "backend/cpu/pair_fill.h"
#include "backend/cpu/pair_table.h"
#include "base/huge_pages.h"

struct works_table {
  struct census_table table; /* its parts are set when the order is sorted */
  uint64_t firsts;
  struct census_order *order;
  uint64_t *words;          /* of all tiles */
  pthread_mutex_t mutex;    /* guards what follows */
  pthread_cond_t changed;   /* a task is done: others may be waiting to be taken, or all be over */
  size_t stage, next, done; /* the stage at hand, and its tasks that are taken and that are done */
  seam_status status;       /* of what ends a stage */
  seam_error error;
};

static void destroy(struct census_table *base) {
  struct works_table *table = (struct works_table *)base;
  if (!table) return;
  pthread_cond_destroy(&table->changed);
  pthread_mutex_destroy(&table->mutex);
  census_order_free(table->order);
  census_quadrants_free(base->quadrants);
  free(base->parts);
  free(base->reach);
  free(table->words);
  free(table);
}

static seam_status create(const struct job *job, uint64_t firsts, const struct census_kernels *kernels,
                          struct census_table **out, seam_error *error) {
  struct works_table *table = calloc(1, sizeof *table);
  *out = NULL;
  if (!table) return error_set(error, SEAM_ERROR_MEMORY, "out of memory: close other programs");
  table->table = (struct census_table){.job = job, .kernels = kernels, .unbroken = true};
  table->firsts = firsts;
  pthread_mutex_init(&table->mutex, NULL);
  pthread_cond_init(&table->changed, NULL);
  seam_status status = census_order_create(job, kernels, &table->order, error);
  if (status == SEAM_OK)
    *out = &table->table;
  else
    destroy(&table->table);
  return status;
}

/* ---- Sheets for quadrants ---- */

/* A byte of a sheet takes as long to be made as so many pairs to be counted in tiles; and sheets may take up to so many
 * times the memory of the tiles in whose place they stand, where a draw takes stride/4 bytes. */
enum { PAIRS_OF_A_BYTE = 256, MEMORY_OF_A_TILE = 8 };

/* How many sheets are worth while for the draws open to these sides. */
static uint64_t sheets_for(const struct works_table *table, int sides) {
  const uint64_t stride = (uint64_t)table->table.job->stride;
  uint64_t draws = 0, most = 0;
  for (int block = 0; block < PAIR_BLOCKS; block++) {
    uint64_t own = census_order_quadrants(table->order, block, sides);
    draws += own;
    if (own > most) most = own;
  }
  uint64_t sheets = census_quadrant_sheets(most), bytes = sheets * census_quadrant_sheet_bytes((int)stride);
  bool quick = (double)table->firsts * (double)draws >= (double)bytes * PAIRS_OF_A_BYTE;
  return quick && bytes <= draws * (stride / 4) * MEMORY_OF_A_TILE ? sheets : 0;
}

/* Without memory for them all draws stand in tiles. */
static seam_status choose_sheets(struct works_table *table, seam_error *error) {
  uint64_t sheets[QUADRANT_SIDES], any = 0;
  (void)error; /* nothing here can fail */
  for (int sides = 0; sides < QUADRANT_SIDES; sides++) any |= sheets[sides] = sheets_for(table, sides);
  if (any) table->table.quadrants = census_quadrants_create(table->table.job->stride, sheets);
  return SEAM_OK;
}

/* ---- Tiles for the others ---- */

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

/* A tile's words, and then what tells which of its ranks are alive. */
static seam_status allocate(struct works_table *table, seam_error *error) {
  struct census_table *base = &table->table;
  size_t size = 0;
  for (size_t k = 0; k < base->count; k++)
    size += census_tile_words(&base->parts[k].tile) + census_tile_rows(&base->parts[k].tile);
  table->words = pages_allocate(size * sizeof(uint64_t));
  if (!table->words)
    return error_set(error, SEAM_ERROR_MEMORY, "out of memory: a prediction needs %zu MB: use fewer --draws or --cells",
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
  const uint64_t ranks = census_order_ranks(table->order);
  struct census_table *base = &table->table;
  base->count = ranks ? (size_t)((ranks + WIDTH - 1) / WIDTH) : 1;
  base->parts = calloc(base->count, sizeof *base->parts);
  base->reach = calloc((base->count / CENSUS_REACH + 1) * 2 * (size_t)base->job->stride, sizeof *base->reach);
  if (!base->parts || !base->reach) return error_set(error, SEAM_ERROR_MEMORY, "out of memory: use fewer --draws");
  cut(base, ranks);
  return allocate(table, error);
}

/* Which parts may be met at a row, and whether any has gaps. */
static seam_status take_in(struct works_table *own, seam_error *error) {
  struct census_table *table = &own->table;
  (void)error; /* nothing here can fail */
  for (size_t k = 0; k < table->count; k++) {
    const struct pairs_tile *tile = &table->parts[k].tile;
    uint64_t *reach = table->reach + k / CENSUS_REACH * census_tile_rows(tile);
    for (size_t row = 0; row < census_tile_rows(tile); row++)
      reach[row] |= (uint64_t)(tile->alive[row] != 0) << k % CENSUS_REACH;
    table->unbroken = table->unbroken && tile->unbroken;
  }
  return SEAM_OK;
}

/* ---- Building, in stages of tasks ---- */

static size_t blocks(const struct works_table *table) { return (void)table, PAIR_BLOCKS; }

static void look_at_block(struct works_table *table, size_t block) { census_order_look(table->order, (int)block); }

static void sort_block(struct works_table *table, size_t block) {
  census_order_sort(table->order, (int)block, table->table.quadrants);
}

static size_t parts(const struct works_table *table) { return table->table.count; }

static void fill_part(struct works_table *table, size_t k) {
  struct census_part *part = &table->table.parts[k];
  census_fill(table->table.job, table->table.kernels, table->order, part->begin, &part->tile);
}

static size_t sums(const struct works_table *table) {
  return table->table.quadrants ? census_quadrants_tasks(table->table.quadrants) : 0;
}

static void clear_sheets(struct works_table *table, size_t k) { census_quadrants_clear(table->table.quadrants, k); }

static void sum_rows(struct works_table *table, size_t k) { census_quadrants_sum_rows(table->table.quadrants, k); }

static void sum_columns(struct works_table *table, size_t k) {
  census_quadrants_sum_columns(table->table.quadrants, k);
}

static seam_status end(struct works_table *table, seam_error *error) {
  (void)error; /* nothing here can fail */
  if (table->table.quadrants) census_quadrants_end(table->table.quadrants);
  census_order_free(table->order);
  table->order = NULL;
  return SEAM_OK;
}

/* A stage's tasks are carried out in any order and several at once; its end, if any, follows when all are done. */
static const struct stage {
  size_t (*tasks)(const struct works_table *table);
  void (*carry_out)(struct works_table *table, size_t task);
  seam_status (*end)(struct works_table *table, seam_error *error);
} stages[] = {
    {blocks, look_at_block, choose_sheets},
    {sums, clear_sheets, NULL},
    {blocks, sort_block, lay_out},
    {parts, fill_part, take_in},
    {sums, sum_rows, NULL},
    {sums, sum_columns, end},
};
enum { STAGES = sizeof stages / sizeof *stages };

static bool is_built(const struct works_table *table) { return table->stage == STAGES; }

/* With the mutex held, as all that follows. A stage may have no tasks. */
static void end_stages(struct works_table *table) {
  while (table->status == SEAM_OK && !is_built(table) && table->done == stages[table->stage].tasks(table)) {
    const struct stage *stage = &stages[table->stage++];
    if (stage->end) table->status = stage->end(table, &table->error);
    table->next = table->done = 0;
  }
  pthread_cond_broadcast(&table->changed);
}

/* Every task taken is carried out by its taker, whatever happens: the waits end. */
static void work(struct works_table *table, struct run_control *control) {
  while (table->status == SEAM_OK && !is_built(table) && !atomic_load(&control->cancel)) {
    const struct stage *stage = &stages[table->stage];
    if (table->next == stage->tasks(table)) {
      pthread_cond_wait(&table->changed, &table->mutex);
      continue;
    }
    size_t task = table->next++;
    pthread_mutex_unlock(&table->mutex);
    stage->carry_out(table, task);
    pthread_mutex_lock(&table->mutex);
    table->done++;
    end_stages(table);
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
