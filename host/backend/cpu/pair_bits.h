/* SPDX-License-Identifier: Apache-2.0 */
/* The table of pairs that work: a bit for each draw and cell says whether the draw accepts the cell. It is built once,
 * by all workers together, and then only read. */
#ifndef SEAM_PAIR_BITS_H
#define SEAM_PAIR_BITS_H

#include <pthread.h>

#include "backend/cpu/draw_order.h"
#include "backend/cpu/pair_table.h"

/* The number of tiles that one word of `reach` has bits for. */
enum { PAIR_BITS_REACH = 64 };

struct pair_bits {
  const struct job *job;
  const struct works_kernels *kernels;
  struct pairs_tile *tiles;
  size_t count;
  bool unbroken;   /* all tiles are */
  uint64_t *reach; /* [tile / PAIR_BITS_REACH][row]: a bit for each tile with a draw that accepts the row's cell */
  struct summed_tables *quadrants; /* the draws that are in no tile; NULL: there are none */

  /* Used while the table is built. */
  uint64_t firsts; /* how many first components will be counted, at most */
  struct draw_order *order;
  uint64_t *words;          /* of all tiles */
  pthread_mutex_t mutex;    /* guards what follows */
  pthread_cond_t changed;   /* signalled when a task is done */
  size_t stage, next, done; /* the current stage, and how many of its tasks are taken and done */
  seam_status status;       /* the first failure at the end of a stage */
  seam_error error;
};

seam_status pair_bits_create(const struct job *job, uint64_t firsts, const struct works_kernels *kernels,
                             struct pair_bits **table, seam_error *error);
void pair_bits_free(struct pair_bits *table);

/* Every worker calls this before its first batch, and all build the table together. The table is complete when it
 * returns with *built true. *built is false when cancelled. */
seam_status pair_bits_build(struct pair_bits *table, struct run_control *control, bool *built, seam_error *error);

/* Words in a tile, and rows. */
static inline size_t pair_tile_rows(const struct pairs_tile *tile) { return 2 * (size_t)tile->stride; }

static inline size_t pair_tile_words(const struct pairs_tile *tile) {
  return pair_tile_rows(tile) * (size_t)tile->vectors * PAIRS_VECTOR_WORDS;
}

#endif
