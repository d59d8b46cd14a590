/* SPDX-License-Identifier: Apache-2.0 */
/* Counts pairs: ANDs the rows of all cells that a candidate hits, and counts the bits that are left. Compiled once for
 * each instruction set, which SEAM_ISA names.
 *
 * Most candidates have no partner. The partners of the others accept similar cells and stand together, so most vectors
 * have a row that is zero, and the code skips these. */
#include "pairs.h"

#include <string.h>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

typedef uint64_t vector __attribute__((vector_size(64)));

static inline __attribute__((always_inline)) int is_zero(const vector *a) {
#if defined(__AVX512F__)
  return _mm512_test_epi64_mask((__m512i)*a, (__m512i)*a) == 0;
#else
  uint64_t bits = 0;
  for (int i = 0; i < PAIRS_VECTOR_WORDS; i++) bits |= (*a)[i];
  return bits == 0;
#endif
}

/* Replaces each byte by the number of its bits that are set (Warren, "Hacker's Delight", section 5-1); x is a vector or
 * a word.
 */
#define COUNT_BITS(x)                                                                                                  \
  do {                                                                                                                 \
    x -= x >> 1 & 0x5555555555555555u;                                                                                 \
    x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);                                                    \
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;                                                                          \
  } while (0)

/* Each byte holds draws of one block. */
static void add_counts(const vector *counts, uint64_t *in_block) {
  uint8_t count[PAIR_BLOCKS];
  memcpy(count, counts, sizeof count);
  for (int block = 0; block < PAIR_BLOCKS; block++) in_block[block] += count[block];
}

/* The rows of a tile that a candidate must be accepted in. */
struct meeting {
  const vector *bits;
  size_t vectors;
  const uint16_t *rows;
  int count;
};

/* ANDs vector v of the rows after the ends into `both`, four rows at a time. Returns false if no bit is left. */
static inline __attribute__((always_inline)) int meet_others(const struct meeting *m, size_t v, vector *both) {
  if (is_zero(both)) return 0;
  for (int r = CANDIDATE_ENDS; r < m->count; r++) {
    *both &= m->bits[m->rows[r] * m->vectors + v];
    if (r % CANDIDATE_ENDS == CANDIDATE_ENDS - 1 && is_zero(both)) return 0;
  }
  return !is_zero(both);
}

/* Sets only the lowest bit of each byte that is not 0: one bit for each vector with ranks alive. */
static uint64_t vectors_of(uint64_t alive) {
  for (int half = PAIRS_RANKS / 2; half; half /= 2) alive |= alive >> half;
  return alive & 0x0101010101010101u;
}

/* There is no branch on whether the ends left any bit: it would cost more than counting nothing. */
static int count_alive(const struct meeting *m, uint64_t alive, uint64_t *in_block) {
  const vector *ends[CANDIDATE_ENDS];
  vector counts = {0};
  for (int r = 0; r < CANDIDATE_ENDS; r++) ends[r] = m->bits + m->rows[r] * m->vectors;
  for (uint64_t vectors = vectors_of(alive); vectors; vectors &= vectors - 1) {
    const size_t v = (size_t)__builtin_ctzll(vectors) / PAIRS_RANKS;
    vector both = ends[0][v] & ends[1][v] & ends[2][v] & ends[3][v];
    if (m->count > CANDIDATE_ENDS && !meet_others(m, v, &both)) continue;
    COUNT_BITS(both);
    counts += both;
  }
  if (is_zero(&counts)) return 0;
  add_counts(&counts, in_block);
  return 1;
}

#define JOIN(prefix, x)     prefix##x
#define FUNCTION(prefix, x) JOIN(prefix, x)

int FUNCTION(pairs_count_, SEAM_ISA)(const struct pairs_tile *tile, const uint16_t *rows, int count, uint64_t alive,
                                     uint64_t *in_block) {
  const struct meeting m = {(const vector *)tile->words, (size_t)tile->vectors, rows, count};
  return count_alive(&m, alive, in_block);
}
