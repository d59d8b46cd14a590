/* SPDX-License-Identifier: Apache-2.0 */
/* Fills a tile of the table of pairs that work: from the runs of cells that its draws were found to accept, or, where
 * one accepts with gaps, by looking at all of them again. */
#include "backend/cpu/pair_fill.h"

#include <stdbool.h>
#include <string.h>

#include "backend/cpu/pair_table.h"

/* What stands at a bit of the tile's rows. */
static uint64_t draw_at(const struct census_order *order, uint64_t begin, int place) {
  int vector = place / PAIRS_VECTOR_DRAWS, block = place / PAIRS_RANKS % PAIR_BLOCKS;
  return census_order_draw(order, block, begin + (uint64_t)(vector * PAIRS_RANKS + place % PAIRS_RANKS));
}

static void clear(const struct pairs_tile *tile) {
  memset(tile->words, 0, census_tile_words(tile) * sizeof *tile->words);
}

/* ---- From runs ---- */

static void flip(const struct pairs_tile *tile, int level, int cell, int place) {
  const size_t row = (size_t)(level * tile->stride + cell);
  if (cell == tile->stride) return;
  tile->words[(row * (size_t)tile->vectors * PAIRS_VECTOR_DRAWS + (size_t)place) / PAIRS_WORD_BITS] ^=
      (uint64_t)1 << place % PAIRS_WORD_BITS;
}

/* Flips the bit of each draw where a run begins and after it ends; false where a draw has more runs than one. */
static bool mark_runs(const struct census_order *order, uint64_t begin, const struct pairs_tile *tile) {
  for (int place = 0; place < tile->vectors * PAIRS_VECTOR_DRAWS; place++) {
    uint64_t draw = draw_at(order, begin, place);
    if (draw == PAIRS_NO_DRAW) continue;
    const struct pairs_rank *what = census_order_what(order, draw);
    if (what->broken) return false;
    for (int level = 0; level < 2; level++) {
      flip(tile, level, what->low[level], place);
      flip(tile, level, what->high[level] + 1, place);
    }
  }
  return true;
}

/* Each row takes over from the one below what was not flipped. */
static void extend_runs(const struct pairs_tile *tile) {
  const size_t width = (size_t)tile->vectors * PAIRS_VECTOR_WORDS, words = (size_t)tile->stride * width;
  for (int level = 0; level < 2; level++) {
    uint64_t *first = tile->words + (size_t)level * words;
    for (size_t w = width; w < words; w++) first[w] ^= first[w - width];
  }
}

/* ---- By looking ---- */

/* So many draws as the kernels have lanes, from a place on. */
static void enter(const struct job *job, const struct census_kernels *kernels, const struct census_order *order,
                  uint64_t begin, struct pairs_tile *tile, int place) {
  uint64_t draws[PAIRS_MOST_LANES];
  bool any = false;
  for (int i = 0; i < kernels->lanes; i++) {
    draws[i] = draw_at(order, begin, place + i);
    any = any || draws[i] != PAIRS_NO_DRAW;
  }
  if (any) kernels->enter(job, draws, kernels->lanes, tile, place);
}

/* ---- What is alive ---- */

static uint64_t alive_in(const uint64_t *vector) {
  uint64_t bits = 0;
  for (int w = 0; w < PAIRS_VECTOR_WORDS; w++) bits |= vector[w];
  for (int half = PAIRS_WORD_BITS / 2; half >= PAIRS_RANKS; half /= 2) bits |= bits >> half;
  return bits & ((1u << PAIRS_RANKS) - 1);
}

static void find_alive(struct pairs_tile *tile) {
  for (size_t row = 0; row < census_tile_rows(tile); row++) {
    const uint64_t *vector = tile->words + row * (size_t)tile->vectors * PAIRS_VECTOR_WORDS;
    tile->alive[row] = 0;
    for (int v = 0; v < tile->vectors; v++, vector += PAIRS_VECTOR_WORDS)
      tile->alive[row] |= alive_in(vector) << v * PAIRS_RANKS;
  }
}

void census_fill(const struct job *job, const struct census_kernels *kernels, const struct census_order *order,
                 uint64_t begin, struct pairs_tile *tile) {
  clear(tile);
  tile->unbroken = mark_runs(order, begin, tile);
  if (tile->unbroken) {
    extend_runs(tile);
  } else {
    clear(tile);
    for (int place = 0; place < tile->vectors * PAIRS_VECTOR_DRAWS; place += kernels->lanes)
      enter(job, kernels, order, begin, tile, place);
  }
  find_alive(tile);
}
