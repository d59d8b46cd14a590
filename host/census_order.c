/* SPDX-License-Identifier: Apache-2.0 */
/* Sorts the draws of theta2 by what they accept. */
#include "census_order.h"

#include <stdlib.h>

#include "census_table.h"

/* What a draw is sorted by, and below it the draw, counted from its block's first on. */
enum { DRAW_BITS = 39, CELL_BITS = 12 };
_Static_assert(MAX_CELLS <= 1 << CELL_BITS, "a cell fits its bits");
_Static_assert(DRAW_BITS + 2 * CELL_BITS + 1 <= 64, "all bits of the key fit");
#define DRAW_MASK (((uint64_t)1 << DRAW_BITS) - 1)

struct census_order {
  const struct job *job;
  const struct census_kernels *kernels;
  uint64_t *entries;        /* those of a block from census_block_begin on */
  struct pairs_rank *ranks; /* of all draws */
  uint64_t ranked[PAIR_BLOCKS];
};

seam_status census_order_create(const struct job *job, const struct census_kernels *kernels, struct census_order **out,
                                seam_error *error) {
  struct census_order *order = calloc(1, sizeof *order);
  *out = NULL;
  if (order) order->entries = malloc(job->draws * sizeof *order->entries);
  if (order) order->ranks = malloc(job->draws * sizeof *order->ranks);
  if (!order || !order->entries || !order->ranks) {
    census_order_free(order);
    return error_set(error, SEAM_ERROR_MEMORY, "memory is out: a prediction needs %llu MB: use fewer --draws",
                     (unsigned long long)(job->draws * (sizeof(uint64_t) + sizeof(struct pairs_rank)) / 1000000));
  }
  order->job = job;
  order->kernels = kernels;
  *out = order;
  return SEAM_OK;
}

void census_order_free(struct census_order *order) {
  if (!order) return;
  free(order->entries);
  free(order->ranks);
  free(order);
}

/* Bit i of x to bit 2i. */
static uint64_t spread(uint32_t x) {
  uint64_t bits = 0;
  for (int i = 0; i < CELL_BITS; i++) bits |= (uint64_t)(x >> i & 1) << 2 * i;
  return bits;
}

/* Along a Z-order curve draws that accept alike at both levels are neighbours (G. M. Morton, "A computer oriented
 * geodetic data base", IBM, 1966). Those with gaps in what they accept, which cost more to count, stand apart. */
static uint64_t key_of(const struct pairs_rank *rank) {
  uint64_t place = 0;
  for (int level = 0; level < 2; level++)
    place |= spread((uint32_t)((rank->low[level] + rank->high[level]) / 2)) << (1 - level);
  return place | (uint64_t)(rank->broken != 0) << 2 * CELL_BITS;
}

static int by_key(const void *a, const void *b) {
  const uint64_t *left = a, *right = b;
  return *left < *right ? -1 : *left > *right;
}

void census_order_rank(struct census_order *order, int block) {
  uint64_t draws[PAIRS_MOST_LANES], lanes = (uint64_t)order->kernels->lanes, ranked = 0;
  const uint64_t begin = census_block_begin(order->job->draws, block);
  const uint64_t end = census_block_begin(order->job->draws, block + 1);
  uint64_t *entries = order->entries + begin;
  for (uint64_t draw = begin; draw < end; draw += lanes) {
    uint64_t active = end - draw < lanes ? end - draw : lanes;
    struct pairs_rank *ranks = order->ranks + draw;
    for (uint64_t i = 0; i < active; i++) draws[i] = draw + i;
    order->kernels->rank(order->job, draws, (int)active, ranks);
    for (uint64_t i = 0; i < active; i++)
      if (ranks[i].high[0] != PAIRS_NOWHERE && ranks[i].high[1] != PAIRS_NOWHERE)
        entries[ranked++] = key_of(&ranks[i]) << DRAW_BITS | (draw + i - begin);
  }
  qsort(entries, (size_t)ranked, sizeof *entries, by_key);
  order->ranked[block] = ranked;
}

uint64_t census_order_ranks(const struct census_order *order) {
  uint64_t most = 0;
  for (int block = 0; block < PAIR_BLOCKS; block++)
    if (order->ranked[block] > most) most = order->ranked[block];
  return most;
}

uint64_t census_order_draw(const struct census_order *order, int block, uint64_t rank) {
  uint64_t begin = census_block_begin(order->job->draws, block);
  return rank < order->ranked[block] ? begin + (order->entries[begin + rank] & DRAW_MASK) : PAIRS_NO_DRAW;
}

const struct pairs_rank *census_order_what(const struct census_order *order, uint64_t draw) {
  return &order->ranks[draw];
}
