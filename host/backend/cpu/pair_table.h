/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a prediction: what each draw of theta2 makes of each cell, in tiles that are counted one after another.
 * Each of the two laws of pairs has its own. */
#ifndef SEAM_PAIR_TABLE_H
#define SEAM_PAIR_TABLE_H

#include "backend/backend.h"
#include "backend/cpu/summed_table.h"

/* A tile of the table, and what has been counted once it has. */
struct census_part {
  struct pairs_tile tile; /* without words of its own where they are made anew each time */
  uint64_t begin, end;    /* places of draws: in their own order, or in that of struct census_order */
  int block;              /* of PAIR_BLOCKS, whose draws these are; 0 where they are of all */
  bool last;              /* with it all of the block's, or all blocks', have been counted */
};

/* Parts are told of in words, a bit each. */
enum { CENSUS_REACH = 64 };

/* What both tables begin with. */
struct census_table {
  const struct job *job;
  const struct census_kernels *kernels;
  struct census_part *parts;
  size_t count;
  bool unbroken;   /* all tiles are */
  uint64_t *reach; /* [part / CENSUS_REACH][row]: the parts whose draws accept there at all; NULL: any may */
  struct census_quadrants *quadrants; /* draws that stand in no part; NULL: there are none */
};

/* A law of pairs: its table, and how that is worked through. */
struct census_law {
  const struct census_kernels *const *kernels; /* by enum isa_choice */
  size_t most;     /* first components in a batch, for which a tile stays in cache, or is worth being made */
  uint64_t fewest; /* but for the last batches */
  int blocks;      /* of PAIR_BLOCKS that are counted at once */

  /* For so many first components or fewer. */
  seam_status (*create)(const struct job *job, uint64_t firsts, const struct census_kernels *kernels,
                        struct census_table **table, seam_error *error);
  void (*destroy)(struct census_table *table);

  /* Called by every worker before the first batch. What is built once, all workers build together: the parts are there
   * when it returns with *built true. False when cancelled. */
  seam_status (*build)(struct census_table *table, struct run_control *control, bool *built, seam_error *error);

  /* `tile` needs room for so many words, aligned to a vector, where the part has none. */
  size_t (*room)(const struct census_table *table);
  struct pairs_tile (*tile)(const struct census_table *table, const struct census_part *part, uint64_t *room);
};

extern const struct census_law census_works, census_gibbs;

/* Of a tile: rows, and words. */
static inline size_t census_tile_rows(const struct pairs_tile *tile) { return 2 * (size_t)tile->stride; }

static inline size_t census_tile_words(const struct pairs_tile *tile) {
  return census_tile_rows(tile) * (size_t)tile->vectors * PAIRS_VECTOR_WORDS;
}

/* The first draw of a block, or, of PAIR_BLOCKS, their end. */
static inline uint64_t census_block_begin(uint64_t draws, int block) {
  return draws / PAIR_BLOCKS * (uint64_t)block + draws % PAIR_BLOCKS * (uint64_t)block / PAIR_BLOCKS;
}

#endif
