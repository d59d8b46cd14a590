/* SPDX-License-Identifier: Apache-2.0 */
/* The count of pairs: the rows of all cells that a candidate hits, ANDed, and the bits that are left; compiled once for
 * each instruction set, which SEAM_ISA names. */
#include "pairs.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

typedef uint64_t vector __attribute__((vector_size(64)));

/* The registers hold as many vectors of a row, and some more. */
#if defined(__AVX512F__)
enum { WIDEST = 8 };
#else
enum { WIDEST = 4 };
#endif

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
  uint64_t words[WIDEST * PAIRS_VECTOR_WORDS];
  uint32_t sum = 0;
  memcpy(words, both, (size_t)vectors * sizeof *both);
  for (int i = 0; i < vectors * PAIRS_VECTOR_WORDS; i++) sum += (uint32_t)__builtin_popcountll(words[i]);
  return sum;
#endif
}

/* Of vectors [begin, begin + width) of the rows; `width` is a constant wherever this is called, so that `both` stays in
 * registers. */
static inline __attribute__((always_inline)) uint32_t count_width(const struct pairs_tile *tile, const uint16_t *rows,
                                                                  int count, int begin, int width) {
  enum { FIRST_LOOK = 3, LOOKS = 4 }; /* after the outermost cells, and then every fourth row */
  const vector *bits = (const vector *)tile->words + begin, *row = bits + (size_t)rows[0] * (size_t)tile->vectors;
  vector both[WIDEST];
  for (int k = 0; k < width; k++) both[k] = row[k];
  for (int r = 1; r < count; r++) {
    row = bits + (size_t)rows[r] * (size_t)tile->vectors;
    for (int k = 0; k < width; k++) both[k] &= row[k];
    if (r % LOOKS == FIRST_LOOK && is_zero(both, width)) return 0;
  }
  return count_bits(both, width);
}

#define JOIN(prefix, x)     prefix##x
#define FUNCTION(prefix, x) JOIN(prefix, x)

uint64_t FUNCTION(pairs_count_, SEAM_ISA)(const struct pairs_tile *tile, const uint16_t *rows, int count) {
  uint64_t sum = 0;
  int begin = 0;
  for (; tile->vectors - begin >= WIDEST; begin += WIDEST) sum += count_width(tile, rows, count, begin, WIDEST);
  for (; tile->vectors - begin >= 2; begin += 2) sum += count_width(tile, rows, count, begin, 2);
  return begin < tile->vectors ? sum + count_width(tile, rows, count, begin, 1) : sum;
}
