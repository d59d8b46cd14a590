/* SPDX-License-Identifier: Apache-2.0 */
/* Predictions on the CPU as the host calls them: tables of what components hit and accept, and the sums over pairs. */
#ifndef SEAM_PAIRS_H
#define SEAM_PAIRS_H

#include <stddef.h>

#include "candidate.h"

/* Rows are read in vectors of 512 bits; a tile is at most so many of them wide, so that it stays in cache, and a word
 * can tell which of its draws' ranks are alive. */
enum { PAIRS_WORD_BITS = 64, PAIRS_VECTOR_WORDS = 8, PAIRS_VECTOR_WEIGHTS = 16, PAIRS_MOST_VECTORS = 8 };
enum { PAIRS_RANKS = 8, PAIRS_VECTOR_DRAWS = PAIRS_RANKS * PAIR_BLOCKS };
_Static_assert((int)PAIRS_VECTOR_DRAWS == PAIRS_VECTOR_WORDS * PAIRS_WORD_BITS, "a byte of a vector for each block");
_Static_assert(PAIRS_MOST_VECTORS *PAIRS_RANKS == PAIRS_WORD_BITS, "a bit of `alive` for each rank of a tile");

/* Row level·stride + cell tells what draws make of the cell at the level. Under the law of pairs that work: one bit a
 * draw, whether it accepts; each vector has PAIRS_RANKS draws of every block, those of block b in byte b. Under the
 * Gibbs law: one uint32_t a draw, its weight, all draws of one block. */
struct pairs_tile {
  uint64_t *words; /* aligned to 64 bytes, zero before the draws are entered */
  uint64_t *alive; /* of bits: for each row, bit PAIRS_RANKS·v + r where bit r of some byte of vector v is set */
  int vectors;     /* of each row */
  int stride;      /* rows a level: the job's */
  int unbroken;    /* of bits: at each level every draw accepts a run of cells without a gap */
};

/* Looks at theta1 of `active` chains, at most as many as there are lanes, from first_id on. */
typedef void pairs_look_function(const struct job *job, uint64_t first_id, int active, struct candidate *out);

/* A candidate on its way through the table: the parts where it may find partners, or in a tile the ranks. */
struct pairs_visit {
  uint64_t alive; /* of bits */
  uint32_t candidate;
};

/* Of `count` candidates those that may find partners in the tile, which is part `part` of those at hand; their number.
 * They are told from their first CANDIDATE_ENDS rows. */
typedef size_t pairs_visit_function(const struct pairs_tile *tile, int part, const struct candidate *candidates,
                                    const struct pairs_visit *seeking, size_t count, struct pairs_visit *visits);

/* Adds to in_block[b] how many draws of block b accept all of `count` rows, which are a candidate's; or, to
 * in_block[0], what they weigh with the first two, in units of 2^-(2·PAIR_BITS). `alive` is the visit's. Returns
 * whether it was anything. */
typedef int pairs_count_function(const struct pairs_tile *tile, const uint16_t *rows, int count, uint64_t alive,
                                 uint64_t *in_block);

/* Of `count` rows: adds to in_both[k] how many draws of the k-th fine block of block `block` accept them all. */
typedef void pairs_count_both_function(const struct pairs_tile *tile, const uint16_t *rows, int count, int block,
                                       uint64_t in_both[FINE_BLOCKS]);

/* Adds to in_block[b] the draws of each block b. */
typedef void pairs_add_function(const uint16_t draws[PAIR_BLOCKS], uint64_t *in_block);

/* Blocks of theta2 that are whole, from PAIR_BLOCKS' `block` on: adds what a candidate found there, which is 0 after,
 * to its row of the table of pairs and to its partners by INTERFACE_BLOCKS, in units of what counts. */
typedef void pairs_end_function(uint64_t *in_block, int block, int64_t pairs[PAIR_BLOCKS],
                                uint64_t partners[INTERFACE_BLOCKS]);

/* What a draw accepts of the cells, at each level: the lowest and the highest, which is NOWHERE where it accepts none.
 */
struct pairs_rank {
  int16_t low[2], high[2];
  int16_t broken; /* it does not accept all between them, at some level */
};
enum { PAIRS_NOWHERE = -1, PAIRS_MOST_LANES = 16, PAIRS_MOST_RANKED = 32 };
#define PAIRS_NO_DRAW UINT64_MAX

/* What a law of pairs comes to on an instruction set. */
struct census_kernels {
  int lanes;  /* PAIRS_MOST_LANES at most */
  int ranked; /* draws that are ranked at once, PAIRS_MOST_RANKED at most */
  pairs_look_function *look;
  pairs_look_function *look_at_ends; /* of rows the ends alone, which do where no draw accepts with gaps; or NULL */
  /* Of `active` draws of theta2, at most `lanes`, those that accept the job's common cell at level 0: bit i is set for
   * the i-th. NULL under the Gibbs law. */
  uint64_t (*sift)(const struct job *job, const uint64_t *draws, int active);
  /* Of `active` draws of theta2, at most `ranked`. NULL under the Gibbs law. */
  void (*rank)(const struct job *job, const uint64_t *draws, int active, struct pairs_rank *out);
  /* Enters `active` draws of theta2, at most `lanes`; `place` is the first's in the rows, a multiple of `lanes`. Under
   * the law of pairs that work some may be PAIRS_NO_DRAW. */
  void (*enter)(const struct job *job, const uint64_t *draws, int active, struct pairs_tile *tile, int place);
  pairs_visit_function *visit; /* NULL under the Gibbs law, where nobody is known to weigh nothing */
  pairs_count_function *count;
  pairs_count_both_function *count_both; /* NULL under the Gibbs law */
  pairs_add_function *add;               /* NULL under the Gibbs law */
  pairs_end_function *end;               /* all blocks at once, or under the Gibbs law one */
};

extern const struct census_kernels census_works_baseline, census_gibbs_baseline;
extern pairs_visit_function pairs_visit_baseline;
extern pairs_count_function pairs_count_baseline;
extern pairs_count_both_function pairs_count_both_baseline;
extern pairs_add_function pairs_add_baseline;
extern pairs_end_function pairs_end_baseline;
#if defined(__x86_64__)
extern const struct census_kernels census_works_v3, census_works_v4, census_gibbs_v3, census_gibbs_v4;
extern pairs_visit_function pairs_visit_v3, pairs_visit_v4;
extern pairs_count_function pairs_count_v3, pairs_count_v4, pairs_count_v4_bitalg;
extern pairs_count_both_function pairs_count_both_v3, pairs_count_both_v4;
extern pairs_add_function pairs_add_v3, pairs_add_v4;
extern pairs_end_function pairs_end_v3, pairs_end_v4;
#endif

#endif
