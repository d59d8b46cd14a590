/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of a prediction on the CPU that are compiled for each instruction set: they look at components, fill
 * tiles with what second components accept or weigh, and count pairs. */
#ifndef SEAM_PAIRS_H
#define SEAM_PAIRS_H

#include <stddef.h>

#include "candidate.h"

enum { PAIRS_MOST_LANES = 16 };

/* Looks at theta1 of `active` chains, at most as many as there are lanes, from first_id on. */
typedef void pairs_look_function(const struct job *job, uint64_t first_id, int active, struct candidate *out);

/* ---- Pairs that work ---- */

/* Rows are read in vectors of 512 bits. A tile is at most PAIRS_MOST_VECTORS wide, so that it stays in the cache and
 * one word has a bit for each of its ranks. */
enum { PAIRS_WORD_BITS = 64, PAIRS_VECTOR_WORDS = 8, PAIRS_MOST_VECTORS = 8 };
enum { PAIRS_RANKS = 8, PAIRS_VECTOR_DRAWS = PAIRS_RANKS * PAIR_BLOCKS };
_Static_assert((int)PAIRS_VECTOR_DRAWS == PAIRS_VECTOR_WORDS * PAIRS_WORD_BITS, "a byte of a vector for each block");
_Static_assert(PAIRS_MOST_VECTORS *PAIRS_RANKS == PAIRS_WORD_BITS, "a bit of `alive` for each rank of a tile");

/* Accepted cells as bits. Row level·stride + cell has one bit for each draw, which is set where the draw accepts the
 * cell at the level. Each vector holds PAIRS_RANKS draws of every block: byte b holds those of block b. */
struct pairs_tile {
  uint64_t *words; /* aligned to 64 bytes, zero before the draws are entered */
  uint64_t *alive; /* for each row, a word: bit PAIRS_RANKS·v + r is set where bit r of any byte of vector v is */
  int vectors;     /* in each row */
  int stride;      /* rows of a level: the job's */
  int unbroken;    /* at each level every draw accepts a run of cells without a gap */
};

/* Adds to in_block[b] the number of draws of block b that accept all of a candidate's `count` rows. Bit k of
 * `alive` is set where rank k of the tile may hold some. Returns whether there was any. */
typedef int pairs_count_function(const struct pairs_tile *tile, const uint16_t *rows, int count, uint64_t alive,
                                 uint64_t *in_block);

/* The lowest and the highest cell that a draw accepts at each level. Both are PAIRS_NOWHERE if it accepts none. */
struct pairs_rank {
  int16_t low[2], high[2];
  int16_t broken; /* at some level the draw does not accept all cells between them */
};
enum { PAIRS_NOWHERE = -1 };
#define PAIRS_NO_DRAW UINT64_MAX

struct works_kernels {
  int lanes; /* PAIRS_MOST_LANES at most */
  pairs_look_function *look;
  pairs_look_function *look_at_ends; /* finds the first CANDIDATE_ENDS rows only, which suffice if no draw has gaps */
  /* Sets bit i if the i-th of `active` draws, at most `lanes`, accepts the job's common cell at level 0. */
  uint64_t (*sift)(const struct job *job, const uint64_t *draws, int active);
  /* Finds the cells that `active` draws of theta2, at most `lanes`, accept. */
  void (*rank)(const struct job *job, const uint64_t *draws, int active, struct pairs_rank *out);
  /* Enters `lanes` draws of theta2; some may be PAIRS_NO_DRAW. `place` is the first one's place in the rows, a
   * multiple of `lanes`. */
  void (*enter)(const struct job *job, const uint64_t *draws, struct pairs_tile *tile, int place);
  pairs_count_function *count;
};

extern const struct works_kernels works_kernels_baseline;
extern pairs_count_function pairs_count_baseline;
#if defined(__x86_64__)
extern const struct works_kernels works_kernels_v3, works_kernels_v4;
extern pairs_count_function pairs_count_v3, pairs_count_v4;
#endif

/* ---- Pairs that are weighed ---- */

/* The places in a row of weights are a multiple of this. */
enum { WEIGHTS_VECTOR = 16 };

/* The weights of draws of one block. Row level·stride + cell has one weight for each draw: its weight for the cell at
 * the level. */
struct weights_tile {
  uint32_t *weights;
  int width;  /* places in a row; those without a draw weigh 0 */
  int stride; /* rows of a level: the job's */
};

struct weights_kernels {
  int lanes;                 /* PAIRS_MOST_LANES at most */
  pairs_look_function *look; /* finds the rows of the interface's two cells only */
  /* Enters `active` draws of theta2, at most `lanes`, from `first` on; `place` is the first one's place in the rows. */
  void (*enter)(const struct job *job, uint64_t first, int active, const struct weights_tile *tile, int place);
  /* Returns the sum of the weights of the draws of a tile with a candidate, in units of 2^-(2·PAIR_BITS). */
  uint64_t (*weigh)(const struct weights_tile *tile, const uint16_t rows[2]);
};

extern const struct weights_kernels weights_kernels_baseline;
#if defined(__x86_64__)
extern const struct weights_kernels weights_kernels_v3, weights_kernels_v4;
#endif

#endif
