/* SPDX-License-Identifier: Apache-2.0 */
/* Predictions on the CPU as the host calls them: tables of what components hit and accept, and the sums over pairs. */
#ifndef SEAM_PAIRS_H
#define SEAM_PAIRS_H

#include <stddef.h>

#include "candidate.h"

/* Rows are read in vectors of 512 bits; a tile is at most so many of them wide, so that it stays in cache. */
enum { PAIRS_VECTOR_BITS = 512, PAIRS_VECTOR_WORDS = 8, PAIRS_VECTOR_WEIGHTS = 16, PAIRS_MOST_VECTORS = 8 };

/* Row level·stride + cell tells what draws make of the cell at the level: one bit a draw, whether it accepts, or one
 * uint32_t a draw, its weight. */
struct pairs_tile {
  uint64_t *words; /* aligned to 64 bytes, zero before the draws are entered */
  int vectors;     /* of each row */
  int stride;      /* rows a level: the job's */
};

/* How many draws of the tile accept all of `count` rows; or what they weigh with the first two, in units of
 * 2^-(2·PAIR_BITS). */
typedef uint64_t pairs_count_function(const struct pairs_tile *tile, const uint16_t *rows, int count);

/* What a law of pairs comes to on an instruction set. */
struct census_kernels {
  int lanes;
  /* Looks at theta1 of `active` chains, at most `lanes`, from first_id on. */
  void (*look)(const struct job *job, uint64_t first_id, int active, struct candidate *out);
  /* Enters `active` draws of theta2, at most `lanes`, from first_draw on; `place` is the first's in the rows, a
   * multiple of `lanes`. */
  void (*enter)(const struct job *job, uint64_t first_draw, int active, struct pairs_tile *tile, int place);
  pairs_count_function *count;
};

extern const struct census_kernels census_works_baseline, census_gibbs_baseline;
extern pairs_count_function pairs_count_baseline;
#if defined(__x86_64__)
extern const struct census_kernels census_works_v3, census_works_v4, census_gibbs_v3, census_gibbs_v4;
extern pairs_count_function pairs_count_v3, pairs_count_v4, pairs_count_v4_popcount;
#endif

#endif
