/* SPDX-License-Identifier: Apache-2.0 */
/* Builds the table of pairs that work.
 *
 * The workers carry out the tasks of one stage after another: they evaluate all draws, choose those that are counted by
 * summed tables, sort the others, and fill tiles with them. A tile is filled from the runs of cells that its draws
 * accept, or, if a draw accepts with gaps, by evaluating all its cells again. */
#include "backend/cpu/pair_bits.h"

#include "base/huge_pages.h"

seam_status pair_bits_create(const struct job *job, uint64_t firsts, const struct works_kernels *kernels,
                             struct pair_bits **out, seam_error *error) {
  struct pair_bits *table = calloc(1, sizeof *table);
  *out = NULL;
  if (!table) return error_set(error, SEAM_ERROR_MEMORY, "out of memory: close other programs");
  table->job = job;
  table->kernels = kernels;
  table->firsts = firsts;
  pthread_mutex_init(&table->mutex, NULL);
  pthread_cond_init(&table->changed, NULL);
  seam_status status = draw_order_create(job, kernels, &table->order, error);
  if (status == SEAM_OK)
    *out = table;
  else
    pair_bits_free(table);
  return status;
}

void pair_bits_free(struct pair_bits *table) {
  if (!table) return;
  pthread_cond_destroy(&table->changed);
  pthread_mutex_destroy(&table->mutex);
  draw_order_free(table->order);
  summed_tables_free(table->quadrants);
  free(table->tiles);
  free(table->reach);
  free(table->words);
  free(table);
}

/* ---- Sheets for quadrants ---- */

/* Making a byte of a sheet takes as long as counting PAIRS_OF_A_BYTE pairs in tiles. Sheets may take up to
 * MEMORY_OF_A_TILE times the memory of the tiles that they replace, in which a draw takes stride/4 bytes. */
enum { PAIRS_OF_A_BYTE = 256, MEMORY_OF_A_TILE = 8 };

/* How many sheets to make for the draws open to these sides: 0 if sheets would not pay. */
static uint64_t sheets_for(const struct pair_bits *table, int sides) {
  const uint64_t stride = (uint64_t)table->job->stride;
  uint64_t draws = 0, most = 0;
  for (int block = 0; block < PAIR_BLOCKS; block++) {
    uint64_t own = draw_order_quadrants(table->order, block, sides);
    draws += own;
    if (own > most) most = own;
  }
  uint64_t sheets = quadrant_sheets(most), bytes = sheets * quadrant_sheet_bytes((int)stride);
  bool quick = (double)table->firsts * (double)draws >= (double)bytes * PAIRS_OF_A_BYTE;
  return quick && bytes <= draws * (stride / 4) * MEMORY_OF_A_TILE ? sheets : 0;
}

/* If there is no memory for sheets, all draws go to tiles. */
static seam_status choose_sheets(struct pair_bits *table, seam_error *error) {
  uint64_t sheets[QUADRANT_SIDES], any = 0;
  (void)error; /* nothing here can fail */
  for (int sides = 0; sides < QUADRANT_SIDES; sides++) any |= sheets[sides] = sheets_for(table, sides);
  if (any) table->quadrants = summed_tables_create(table->job->stride, sheets);
  return SEAM_OK;
}

/* ---- Tiles for the other draws ---- */

/* Ranks of the order in a tile. */
enum { WIDTH = PAIRS_MOST_VECTORS * PAIRS_RANKS };

/* Cuts the ranks into tiles. The last one may be narrower. */
static void cut(struct pair_bits *table, uint64_t ranks) {
  for (size_t k = 0; k < table->count; k++) {
    const uint64_t left = ranks - k * WIDTH, own = left < WIDTH ? left : WIDTH;
    table->tiles[k].vectors = (int)((own + PAIRS_RANKS - 1) / PAIRS_RANKS);
    table->tiles[k].stride = table->job->stride;
  }
}

/* Each tile has its words and then, for each row, the word that tells which ranks are alive. */
static seam_status allocate(struct pair_bits *table, seam_error *error) {
  size_t size = 0;
  for (size_t k = 0; k < table->count; k++)
    size += pair_tile_words(&table->tiles[k]) + pair_tile_rows(&table->tiles[k]);
  table->words = huge_pages_allocate(size * sizeof(uint64_t));
  if (!table->words)
    return error_set(error, SEAM_ERROR_MEMORY, "out of memory: a prediction needs %zu MB: use fewer --draws or --cells",
                     size * sizeof(uint64_t) / 1000000);
  uint64_t *next = table->words;
  for (size_t k = 0; k < table->count; k++) {
    struct pairs_tile *tile = &table->tiles[k];
    tile->words = next;
    tile->alive = next + pair_tile_words(tile);
    next = tile->alive + pair_tile_rows(tile);
  }
  return SEAM_OK;
}

/* There is no tile if no draw is left for tiles. */
static seam_status lay_out(struct pair_bits *table, seam_error *error) {
  const uint64_t ranks = draw_order_ranks(table->order);
  table->count = (size_t)((ranks + WIDTH - 1) / WIDTH);
  if (table->count == 0) return SEAM_OK;
  table->tiles = calloc(table->count, sizeof *table->tiles);
  table->reach = calloc((table->count / PAIR_BITS_REACH + 1) * 2 * (size_t)table->job->stride, sizeof *table->reach);
  if (!table->tiles || !table->reach) return error_set(error, SEAM_ERROR_MEMORY, "out of memory: use fewer --draws");
  cut(table, ranks);
  return allocate(table, error);
}

/* Finds which tiles a row reaches, and whether any tile has draws with gaps. */
static seam_status find_reach(struct pair_bits *table, seam_error *error) {
  (void)error; /* nothing here can fail */
  table->unbroken = true;
  for (size_t k = 0; k < table->count; k++) {
    const struct pairs_tile *tile = &table->tiles[k];
    uint64_t *reach = table->reach + k / PAIR_BITS_REACH * pair_tile_rows(tile);
    for (size_t row = 0; row < pair_tile_rows(tile); row++)
      reach[row] |= (uint64_t)(tile->alive[row] != 0) << k % PAIR_BITS_REACH;
    table->unbroken = table->unbroken && tile->unbroken;
  }
  return SEAM_OK;
}

/* The draw at a place of a tile's rows, from rank `begin` of the order on. */
static uint64_t draw_at(const struct draw_order *order, uint64_t begin, int place) {
  int vector = place / PAIRS_VECTOR_DRAWS, block = place / PAIRS_RANKS % PAIR_BLOCKS;
  return draw_order_draw(order, block, begin + (uint64_t)(vector * PAIRS_RANKS + place % PAIRS_RANKS));
}

static void clear(const struct pairs_tile *tile) {
  memset(tile->words, 0, pair_tile_words(tile) * sizeof *tile->words);
}

/* ---- Filling a tile from runs of cells ---- */

static void flip(const struct pairs_tile *tile, int level, int cell, int place) {
  const size_t row = (size_t)(level * tile->stride + cell);
  if (cell == tile->stride) return;
  tile->words[(row * (size_t)tile->vectors * PAIRS_VECTOR_DRAWS + (size_t)place) / PAIRS_WORD_BITS] ^=
      (uint64_t)1 << place % PAIRS_WORD_BITS;
}

/* Flips the bit of each draw in the row where its run begins and in the row after its end. Returns false if a draw
 * has more than one run. */
static bool mark_runs(const struct draw_order *order, uint64_t begin, const struct pairs_tile *tile) {
  for (int place = 0; place < tile->vectors * PAIRS_VECTOR_DRAWS; place++) {
    uint64_t draw = draw_at(order, begin, place);
    if (draw == PAIRS_NO_DRAW) continue;
    const struct pairs_rank *what = draw_order_what(order, draw);
    if (what->broken) return false;
    for (int level = 0; level < 2; level++) {
      flip(tile, level, what->low[level], place);
      flip(tile, level, what->high[level] + 1, place);
    }
  }
  return true;
}

/* Each row has the bits of the row before it, except for those that were flipped. */
static void extend_runs(const struct pairs_tile *tile) {
  const size_t width = (size_t)tile->vectors * PAIRS_VECTOR_WORDS, words = (size_t)tile->stride * width;
  for (int level = 0; level < 2; level++) {
    uint64_t *first = tile->words + (size_t)level * words;
    for (size_t w = width; w < words; w++) first[w] ^= first[w - width];
  }
}

/* ---- Filling a tile by evaluating every cell ---- */

/* Enters as many draws as the kernels have lanes, from a place on. */
static void enter(const struct pair_bits *table, uint64_t begin, struct pairs_tile *tile, int place) {
  const int lanes = table->kernels->lanes;
  uint64_t draws[PAIRS_MOST_LANES];
  bool any = false;
  for (int i = 0; i < lanes; i++) {
    draws[i] = draw_at(table->order, begin, place + i);
    any = any || draws[i] != PAIRS_NO_DRAW;
  }
  if (any) table->kernels->enter(table->job, draws, tile, place);
}

/* ---- Filling a tile ---- */

/* Sets bit r if bit r of any byte is set. */
static uint64_t alive_in(const uint64_t *vector) {
  uint64_t bits = 0;
  for (int w = 0; w < PAIRS_VECTOR_WORDS; w++) bits |= vector[w];
  for (int half = PAIRS_WORD_BITS / 2; half >= PAIRS_RANKS; half /= 2) bits |= bits >> half;
  return bits & ((1u << PAIRS_RANKS) - 1);
}

static void find_alive(struct pairs_tile *tile) {
  for (size_t row = 0; row < pair_tile_rows(tile); row++) {
    const uint64_t *vector = tile->words + row * (size_t)tile->vectors * PAIRS_VECTOR_WORDS;
    tile->alive[row] = 0;
    for (int v = 0; v < tile->vectors; v++, vector += PAIRS_VECTOR_WORDS)
      tile->alive[row] |= alive_in(vector) << v * PAIRS_RANKS;
  }
}

static void fill_tile(struct pair_bits *table, size_t k) {
  struct pairs_tile *tile = &table->tiles[k];
  const uint64_t begin = k * WIDTH;
  clear(tile);
  tile->unbroken = mark_runs(table->order, begin, tile);
  if (tile->unbroken) {
    extend_runs(tile);
  } else {
    clear(tile);
    for (int place = 0; place < tile->vectors * PAIRS_VECTOR_DRAWS; place += table->kernels->lanes)
      enter(table, begin, tile, place);
  }
  find_alive(tile);
}

/* ---- Building, in stages of tasks ---- */

static size_t blocks(const struct pair_bits *table) { return (void)table, PAIR_BLOCKS; }

static void look_at_block(struct pair_bits *table, size_t block) { draw_order_look(table->order, (int)block); }

static void sort_block(struct pair_bits *table, size_t block) {
  draw_order_sort(table->order, (int)block, table->quadrants);
}

static size_t tiles(const struct pair_bits *table) { return table->count; }

static size_t sums(const struct pair_bits *table) {
  return table->quadrants ? summed_tables_tasks(table->quadrants) : 0;
}

static void clear_sheets(struct pair_bits *table, size_t k) { summed_tables_clear(table->quadrants, k); }

static void sum_rows(struct pair_bits *table, size_t k) { summed_tables_sum_rows(table->quadrants, k); }

static void sum_columns(struct pair_bits *table, size_t k) { summed_tables_sum_columns(table->quadrants, k); }

static seam_status end(struct pair_bits *table, seam_error *error) {
  (void)error; /* nothing here can fail */
  if (table->quadrants) summed_tables_end(table->quadrants);
  draw_order_free(table->order);
  table->order = NULL;
  return SEAM_OK;
}

/* A stage's tasks are carried out in any order and several at once; its end, if any, follows when all are done. */
static const struct stage {
  size_t (*tasks)(const struct pair_bits *table);
  void (*carry_out)(struct pair_bits *table, size_t task);
  seam_status (*end)(struct pair_bits *table, seam_error *error);
} stages[] = {
    {blocks, look_at_block, choose_sheets}, {sums, clear_sheets, NULL}, {blocks, sort_block, lay_out},
    {tiles, fill_tile, find_reach},         {sums, sum_rows, NULL},     {sums, sum_columns, end},
};
enum { STAGES = sizeof stages / sizeof *stages };

static bool is_built(const struct pair_bits *table) { return table->stage == STAGES; }

/* Call this, and all functions below, with the mutex held. A stage may have no tasks. */
static void end_stages(struct pair_bits *table) {
  while (table->status == SEAM_OK && !is_built(table) && table->done == stages[table->stage].tasks(table)) {
    const struct stage *stage = &stages[table->stage++];
    if (stage->end) table->status = stage->end(table, &table->error);
    table->next = table->done = 0;
  }
  pthread_cond_broadcast(&table->changed);
}

/* A worker that took a task always carries it out, so the others do not wait for ever. */
static void work(struct pair_bits *table, struct run_control *control) {
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

seam_status pair_bits_build(struct pair_bits *table, struct run_control *control, bool *built, seam_error *error) {
  pthread_mutex_lock(&table->mutex);
  work(table, control);
  *built = table->status == SEAM_OK && is_built(table);
  seam_status status = table->status;
  if (status != SEAM_OK) *error = table->error;
  pthread_mutex_unlock(&table->mutex);
  return status;
}
