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

/* A candidate that may have partners: bit k of `alive` is set where part k, or rank k of a tile, may hold some. */
struct pairs_visit {
  uint64_t alive;
  uint32_t candidate;
};

/* Writes the candidates that may have partners in this tile and returns how many. The tile is part `part` of those in
 * `seeking`. Tests only the first CANDIDATE_ENDS rows. */
typedef size_t pairs_visit_function(const struct pairs_tile *tile, int part, const struct candidate *candidates,
                                    const struct pairs_visit *seeking, size_t count, struct pairs_visit *visits);

/* Adds to in_block[b] the number of draws of block b that accept all of a candidate's `count` rows. `alive` is the
 * visit's. Returns whether there was any. */
typedef int pairs_count_function(const struct pairs_tile *tile, const uint16_t *rows, int count, uint64_t alive,
                                 uint64_t *in_block);

/* Adds to in_both[k] the number of draws that accept all of `count` rows, in the k-th fine block of block `block`. */
typedef void pairs_count_both_function(const struct pairs_tile *tile, const uint16_t *rows, int count, int block,
                                       uint64_t in_both[FINE_BLOCKS]);

/* Adds to in_block[b] the draws of each block b. */
typedef void pairs_add_function(const uint16_t draws[PAIR_BLOCKS], uint64_t *in_block);

/* Adds a candidate's partners by block to its row of HISTOGRAM_PAIRS and to its partners by INTERFACE_BLOCKS, and sets
 * in_block to 0. */
typedef void pairs_end_function(uint64_t *in_block, int64_t pairs[PAIR_BLOCKS], uint64_t partners[INTERFACE_BLOCKS]);

/* The lowest and the highest cell that a draw accepts at each level; both are PAIRS_NOWHERE where it accepts none. */
struct pairs_rank {
  int16_t low[2], high[2];
  int16_t broken; /* at some level the draw does not accept all cells between them */
};
enum { PAIRS_NOWHERE = -1 };
#define PAIRS_NO_DRAW UINT64_MAX

struct works_kernels {
  int lanes; /* PAIRS_MOST_LANES at most */
  pairs_look_function *look;
  pairs_look_function *look_at_ends; /* finds the first CANDIDATE_ENDS rows only: enough where no draw has gaps */
  /* Bit i is set where the i-th of `active` draws, at most `lanes`, accepts the job's common cell at level 0. */
  uint64_t (*sift)(const struct job *job, const uint64_t *draws, int active);
  /* Finds what `active` draws of theta2, at most `lanes`, accept. */
  void (*rank)(const struct job *job, const uint64_t *draws, int active, struct pairs_rank *out);
  /* Enters `lanes` draws of theta2, of which some may be PAIRS_NO_DRAW. `place` is the first one's place in the rows, a
   * multiple of `lanes`. */
  void (*enter)(const struct job *job, const uint64_t *draws, struct pairs_tile *tile, int place);
  pairs_visit_function *visit;
  pairs_count_function *count;
  pairs_count_both_function *count_both;
  pairs_add_function *add;
  pairs_end_function *end;
};

extern const struct works_kernels works_kernels_baseline;
extern pairs_visit_function pairs_visit_baseline;
extern pairs_count_function pairs_count_baseline;
extern pairs_count_both_function pairs_count_both_baseline;
extern pairs_add_function pairs_add_baseline;
extern pairs_end_function pairs_end_baseline;
#if defined(__x86_64__)
extern const struct works_kernels works_kernels_v3, works_kernels_v4;
extern pairs_visit_function pairs_visit_v3, pairs_visit_v4;
extern pairs_count_function pairs_count_v3, pairs_count_v4, pairs_count_v4_bitalg;
extern pairs_count_both_function pairs_count_both_v3, pairs_count_both_v4;
extern pairs_add_function pairs_add_v3, pairs_add_v4;
extern pairs_end_function pairs_end_v3, pairs_end_v4;
#endif

/* ---- Pairs that are weighed ---- */

/* The places in a row of weights are a multiple of this. */
enum { WEIGHTS_VECTOR = 16 };

/* The weights of draws that are of one block. Row level·stride + cell has one weight for each draw: that of the cell at
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
  /* The sum of what the draws of a tile weigh with a candidate, in units of 2^-(2·PAIR_BITS). */
  uint64_t (*weigh)(const struct weights_tile *tile, const uint16_t rows[2]);
};

extern const struct weights_kernels weights_kernels_baseline;
#if defined(__x86_64__)
extern const struct weights_kernels weights_kernels_v3, weights_kernels_v4;
#endif

#endif
