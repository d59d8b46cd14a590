/* SPDX-License-Identifier: Apache-2.0 */
/* Sorts the draws of theta2 by what they accept. */
#include "backend/cpu/draw_order.h"

#include <stdlib.h>

#include "backend/cpu/pair_table.h"
#include "base/huge_pages.h"

/* An entry's upper bits are the key that draws are sorted by. Its lower bits are the draw, counted from the first one
 * of its block. */
enum { DRAW_BITS = 39, CELL_BITS = 12 };
_Static_assert(MAX_CELLS <= 1 << CELL_BITS, "a cell fits its bits");
_Static_assert(DRAW_BITS + 2 * CELL_BITS + 1 <= 64, "all bits of the key fit");
#define DRAW_MASK (((uint64_t)1 << DRAW_BITS) - 1)

/* How many draws of a block stand in the order, and how many of these are quadrants, by their sides. */
struct predict_block {
  uint64_t ranked, quadrants[QUADRANT_SIDES];
};

struct draw_order {
  const struct job *job;
  const struct works_kernels *kernels;
  uint64_t *entries;        /* those of a block begin at pair_block_begin; they get their keys when they are sorted */
  struct pairs_rank *ranks; /* of the draws that have entries */
  struct predict_block block[PAIR_BLOCKS];
};

seam_status draw_order_create(const struct job *job, const struct works_kernels *kernels, struct draw_order **out,
                              seam_error *error) {
  struct draw_order *order = calloc(1, sizeof *order);
  *out = NULL;
  if (order) order->entries = huge_pages_allocate(job->draws * sizeof *order->entries);
  if (order) order->ranks = huge_pages_allocate(job->draws * sizeof *order->ranks);
  if (!order || !order->entries || !order->ranks) {
    draw_order_free(order);
    return error_set(error, SEAM_ERROR_MEMORY, "out of memory: a prediction needs %llu MB: use fewer --draws",
                     (unsigned long long)(job->draws * (sizeof(uint64_t) + sizeof(struct pairs_rank)) / 1000000));
  }
  order->job = job;
  order->kernels = kernels;
  *out = order;
  return SEAM_OK;
}

void draw_order_free(struct draw_order *order) {
  if (!order) return;
  free(order->entries);
  free(order->ranks);
  free(order);
}

/* Moves bit i of x to bit 2i. */
static uint64_t spread(uint32_t x) {
  uint64_t bits = 0;
  for (int i = 0; i < CELL_BITS; i++) bits |= (uint64_t)(x >> i & 1) << 2 * i;
  return bits;
}

/* Along a Z-order curve, draws that accept similar cells at both levels are neighbours (G. M. Morton, "A computer
 * oriented geodetic data base", IBM, 1966). Draws that accept with gaps cost more to count, so they come last. */
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

/* Draws of a block that wait to be ranked. */
struct queue {
  int size;
  uint64_t draws[PAIRS_MOST_LANES];
};

/* Ranks the draws and keeps those that accept a cell at both levels. */
static void rank_queue(struct draw_order *order, uint64_t begin, struct queue *queue, struct predict_block *block) {
  struct pairs_rank ranks[PAIRS_MOST_LANES];
  order->kernels->rank(order->job, queue->draws, queue->size, ranks);
  for (int i = 0; i < queue->size; i++) {
    if (ranks[i].high[0] == PAIRS_NOWHERE || ranks[i].high[1] == PAIRS_NOWHERE) continue;
    int sides = quadrant_sides(&ranks[i], order->job->stride);
    if (sides != QUADRANT_NONE) block->quadrants[sides]++;
    order->ranks[queue->draws[i]] = ranks[i];
    order->entries[begin + block->ranked++] = queue->draws[i] - begin;
  }
  queue->size = 0;
}

/* Sets bit i if the i-th of `active` draws may work with a first component. */
static uint64_t sift(const struct draw_order *order, const uint64_t *draws, int active) {
  if (!order->job->common_cell) return ((uint64_t)1 << active) - 1;
  return order->kernels->sift(order->job, draws, active);
}

void draw_order_look(struct draw_order *order, int block) {
  const uint64_t lanes = (uint64_t)order->kernels->lanes, begin = pair_block_begin(order->job->draws, block);
  const uint64_t end = pair_block_begin(order->job->draws, block + 1);
  struct predict_block own = {
      0}; /* counted here and copied at the end: its neighbours in memory belong to other workers */
  struct queue queue = {0};
  for (uint64_t draw = begin; draw < end; draw += lanes) {
    uint64_t draws[PAIRS_MOST_LANES], active = end - draw < lanes ? end - draw : lanes;
    for (uint64_t i = 0; i < active; i++) draws[i] = draw + i;
    for (uint64_t left = sift(order, draws, (int)active); left; left &= left - 1) {
      queue.draws[queue.size++] = draws[__builtin_ctzll(left)];
      if (queue.size == order->kernels->lanes) rank_queue(order, begin, &queue, &own);
    }
  }
  if (queue.size) rank_queue(order, begin, &queue, &own);
  order->block[block] = own;
}

uint64_t draw_order_quadrants(const struct draw_order *order, int block, int sides) {
  return order->block[block].quadrants[sides];
}

void draw_order_sort(struct draw_order *order, int block, struct summed_tables *quadrants) {
  const uint64_t begin = pair_block_begin(order->job->draws, block);
  uint64_t *entries = order->entries + begin, left = 0, entered[QUADRANT_SIDES] = {0};
  for (uint64_t k = 0; k < order->block[block].ranked; k++) {
    const struct pairs_rank *what = &order->ranks[begin + entries[k]];
    int sides = quadrants ? quadrant_sides(what, order->job->stride) : QUADRANT_NONE;
    if (sides != QUADRANT_NONE && quadrants->first[sides] != QUADRANT_NONE)
      summed_tables_enter(quadrants, sides, block, entered[sides]++, what);
    else
      entries[left++] = key_of(what) << DRAW_BITS | entries[k];
  }
  order->block[block].ranked = left;
  qsort(entries, (size_t)left, sizeof *entries, by_key);
}

uint64_t draw_order_ranks(const struct draw_order *order) {
  uint64_t most = 0;
  for (int block = 0; block < PAIR_BLOCKS; block++)
    if (order->block[block].ranked > most) most = order->block[block].ranked;
  return most;
}

uint64_t draw_order_draw(const struct draw_order *order, int block, uint64_t rank) {
  uint64_t begin = pair_block_begin(order->job->draws, block);
  return rank < order->block[block].ranked ? begin + (order->entries[begin + rank] & DRAW_MASK) : PAIRS_NO_DRAW;
}

const struct pairs_rank *draw_order_what(const struct draw_order *order, uint64_t draw) { return &order->ranks[draw]; }
