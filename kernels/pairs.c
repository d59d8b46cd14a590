/* SPDX-License-Identifier: Apache-2.0 */
/* The count of pairs: the rows of all cells that a candidate hits, ANDed, and the bits that are left; compiled once for
 * each instruction set, which SEAM_ISA names. */
#include "pairs.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

typedef uint64_t vector __attribute__((vector_size(64)));

static inline __attribute__((always_inline)) int is_zero(const vector *both, int vectors) {
  vector any = both[0];
  for (int k = 1; k < vectors; k++) any |= both[k];
#if defined(__AVX512F__)
  return _mm512_test_epi64_mask((__m512i)any, (__m512i)any) == 0;
#else
  uint64_t bits = 0;
  for (int i = 0; i < PAIRS_VECTOR_WORDS; i++) bits |= any[i];
  return bits == 0;
#endif
}

static inline __attribute__((always_inline)) uint32_t count_bits(const vector *both, int vectors) {
#if defined(__AVX512VPOPCNTDQ__)
  __m512i sum = _mm512_popcnt_epi64((__m512i)both[0]);
  for (int k = 1; k < vectors; k++) sum = _mm512_add_epi64(sum, _mm512_popcnt_epi64((__m512i)both[k]));
  return (uint32_t)_mm512_reduce_add_epi64(sum);
#else
  uint64_t words[PAIRS_MOST_VECTORS * PAIRS_VECTOR_WORDS];
  uint32_t sum = 0;
  memcpy(words, both, (size_t)vectors * sizeof *both);
  for (int i = 0; i < vectors * PAIRS_VECTOR_WORDS; i++) sum += (uint32_t)__builtin_popcountll(words[i]);
  return sum;
#endif
}

/* `vectors` is a constant wherever this is called, so that `both` stays in registers. */
static inline __attribute__((always_inline)) uint32_t count_rows(const struct pairs_tile *tile,
                                                                 const struct candidate *candidate, int vectors) {
  enum { FIRST_LOOK = 3, LOOKS = 4 }; /* after the outermost cells, and then every fourth row */
  const vector *bits = (const vector *)tile->bits, *row = bits + (size_t)candidate->row[0] * (size_t)vectors;
  vector both[PAIRS_MOST_VECTORS];
  for (int k = 0; k < vectors; k++) both[k] = row[k];
  for (int r = 1; r < candidate->count; r++) {
    row = bits + (size_t)candidate->row[r] * (size_t)vectors;
    for (int k = 0; k < vectors; k++) both[k] &= row[k];
    if (r % LOOKS == FIRST_LOOK && is_zero(both, vectors)) return 0;
  }
  return count_bits(both, vectors);
}

#define JOIN(prefix, x)     prefix##x
#define FUNCTION(prefix, x) JOIN(prefix, x)

uint32_t FUNCTION(pairs_count_, SEAM_ISA)(const struct pairs_tile *tile, const struct candidate *candidate) {
  switch (tile->vectors) {
  case 1:
    return count_rows(tile, candidate, 1);
  case 2:
    return count_rows(tile, candidate, 2);
  case 3:
    return count_rows(tile, candidate, 3);
  case 4:
    return count_rows(tile, candidate, 4);
  case 5:
    return count_rows(tile, candidate, 5);
  case 6:
    return count_rows(tile, candidate, 6);
  case 7:
    return count_rows(tile, candidate, 7);
  default:
    return count_rows(tile, candidate, PAIRS_MOST_VECTORS);
  }
}
