/* SPDX-License-Identifier: Apache-2.0 */
/* The count of pairs: the rows of all cells that a candidate hits, ANDed, and the bits that are left; compiled once for
 * each instruction set, which SEAM_ISA names.
 *
 * Most candidates find nobody, and those that do find draws that are alike, which stand together: words where some row
 * is zero are never read. */
#include "pairs.h"

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

/* Counts the bits of at most 255 words, each bit by itself: bit 8·j + k in byte j of element k. */
static inline __attribute__((always_inline)) void add_word(vector *counts, uint64_t word) {
  const vector shift = {0, 1, 2, 3, 4, 5, 6, 7};
  *counts += ((word - (vector){0}) >> shift) & 0x0101010101010101u;
}

static void add_counts(const vector *counts, uint64_t *in_block) {
  for (int k = 0; k < 8; k++)
    for (int j = 0; j < 8; j++) in_block[8 * j + k] += (*counts)[k] >> 8 * j & 255;
}

/* One vector of all rows; false where nothing is left of it. */
static inline __attribute__((always_inline)) int meet(const vector *bits, size_t vectors, const uint16_t *rows,
                                                      int count, vector *both) {
  enum { LAST_LOOK = 3, LOOKS = 4 }; /* after the outermost cells, and then every fourth row */
  *both = bits[rows[0] * vectors];
  for (int r = 1; r < count; r++) {
    *both &= bits[rows[r] * vectors];
    if (r % LOOKS == LAST_LOOK && is_zero(both)) return 0;
  }
  return !is_zero(both);
}

static int count_alive(const struct pairs_tile *tile, const uint16_t *rows, int count, uint64_t alive,
                       uint64_t *in_block) {
  vector counts = {0};
  int any = 0;
  for (const vector *bits = (const vector *)tile->words; alive; bits++, alive >>= PAIRS_VECTOR_WORDS) {
    if (!(alive & ((1u << PAIRS_VECTOR_WORDS) - 1))) continue;
    vector both;
    if (!meet(bits, (size_t)tile->vectors, rows, count, &both)) continue;
    any = 1;
    for (int w = 0; w < PAIRS_VECTOR_WORDS; w++) add_word(&counts, both[w]);
  }
  if (any) add_counts(&counts, in_block);
  return any;
}

#define JOIN(prefix, x)     prefix##x
#define FUNCTION(prefix, x) JOIN(prefix, x)

int FUNCTION(pairs_count_, SEAM_ISA)(const struct pairs_tile *tile, const uint16_t *rows, int count,
                                     uint64_t *in_block) {
  uint64_t alive = tile->alive[rows[0]];
  for (int r = 1; r < count && alive; r++) alive &= tile->alive[rows[r]];
  return alive ? count_alive(tile, rows, count, alive, in_block) : 0;
}
