/* SPDX-License-Identifier: Apache-2.0 */
/* The count of pairs: the rows of all cells that a candidate hits, ANDed, and the bits that are left; compiled once for
 * each instruction set, which SEAM_ISA names.
 *
 * Most candidates find nobody, and those that do find draws that are alike, which stand together: vectors where some
 * row is zero are seldom read. */
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

/* Makes of each byte how many of its bits are set (Warren, "Hacker's Delight", section 5-1); x is a vector or a word.
 */
#define COUNT_BITS(x)                                                                                                  \
  do {                                                                                                                 \
    x -= x >> 1 & 0x5555555555555555u;                                                                                 \
    x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);                                                    \
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;                                                                          \
  } while (0)

static inline __attribute__((always_inline)) void count_bits(vector *x) {
#if defined(__AVX512BITALG__)
  *x = (vector)_mm512_popcnt_epi8((__m512i)*x);
#else
  COUNT_BITS(*x);
#endif
}

/* A byte is of a block. */
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

/* Vector v of the rows after the ends, looked at in fours: false where nothing is left of `both`. */
static inline __attribute__((always_inline)) int meet_others(const struct meeting *m, size_t v, vector *both) {
  if (is_zero(both)) return 0;
  for (int r = CANDIDATE_ENDS; r < m->count; r++) {
    *both &= m->bits[m->rows[r] * m->vectors + v];
    if (r % CANDIDATE_ENDS == CANDIDATE_ENDS - 1 && is_zero(both)) return 0;
  }
  return !is_zero(both);
}

/* The lowest bit of each rank byte that is not 0: of each vector with ranks alive. */
static uint64_t vectors_of(uint64_t alive) {
  for (int half = PAIRS_RANKS / 2; half; half /= 2) alive |= alive >> half;
  return alive & 0x0101010101010101u;
}

/* A branch on what is left of the ends would cost more than counting nothing. */
static int count_alive(const struct meeting *m, uint64_t alive, uint64_t *in_block) {
  const vector *ends[CANDIDATE_ENDS];
  vector counts = {0};
  for (int r = 0; r < CANDIDATE_ENDS; r++) ends[r] = m->bits + m->rows[r] * m->vectors;
  for (uint64_t vectors = vectors_of(alive); vectors; vectors &= vectors - 1) {
    const size_t v = (size_t)__builtin_ctzll(vectors) / PAIRS_RANKS;
    vector both = ends[0][v] & ends[1][v] & ends[2][v] & ends[3][v];
    if (m->count > CANDIDATE_ENDS && !meet_others(m, v, &both)) continue;
    count_bits(&both);
    counts += both;
  }
  if (is_zero(&counts)) return 0;
  add_counts(&counts, in_block);
  return 1;
}

#define JOIN(prefix, x)     prefix##x
#define FUNCTION(prefix, x) JOIN(prefix, x)

/* Without branches on what is there, which nothing foretells. */
size_t FUNCTION(pairs_visit_, SEAM_ISA)(const struct pairs_tile *tile, int part, const struct candidate *candidates,
                                        const struct pairs_visit *seeking, size_t count, struct pairs_visit *visits) {
  size_t visitors = 0;
  for (size_t s = 0; s < count; s++) {
    const struct candidate *own = &candidates[seeking[s].candidate];
    uint64_t alive = -(seeking[s].alive >> part & 1);
    for (int r = 0; r < CANDIDATE_ENDS; r++) alive &= tile->alive[own->row[r]];
    visits[visitors] = (struct pairs_visit){alive, seeking[s].candidate};
    visitors += alive != 0;
  }
  return visitors;
}

int FUNCTION(pairs_count_, SEAM_ISA)(const struct pairs_tile *tile, const uint16_t *rows, int count, uint64_t alive,
                                     uint64_t *in_block) {
  const struct meeting m = {(const vector *)tile->words, (size_t)tile->vectors, rows, count};
  return count_alive(&m, alive, in_block);
}

void FUNCTION(pairs_count_both_, SEAM_ISA)(const struct pairs_tile *tile, const uint16_t *rows, int count, int block,
                                           uint64_t in_both[FINE_BLOCKS]) {
  enum { BYTES = sizeof(uint64_t) };
  size_t width = (size_t)tile->vectors * PAIRS_VECTOR_WORDS;
  const uint64_t *column = tile->words + block * FINE_BLOCKS / BYTES;
  uint64_t counts = 0;
  for (size_t v = 0; v < width; v += PAIRS_VECTOR_WORDS) {
    uint64_t both = ~(uint64_t)0;
    for (int r = 0; r < count; r++) both &= column[rows[r] * width + v];
    COUNT_BITS(both);
    counts += both;
  }
  for (int k = 0; k < FINE_BLOCKS; k++) in_both[k] += counts >> (block * FINE_BLOCKS + k) % BYTES * 8 & 255;
}

void FUNCTION(pairs_add_, SEAM_ISA)(const uint16_t draws[PAIR_BLOCKS], uint64_t *in_block) {
  for (int block = 0; block < PAIR_BLOCKS; block++) in_block[block] += draws[block];
}

/* Half a vector is what one of INTERFACE_BLOCKS has. */
void FUNCTION(pairs_end_, SEAM_ISA)(uint64_t *in_block, int64_t pairs[PAIR_BLOCKS],
                                    uint64_t partners[INTERFACE_BLOCKS]) {
  typedef uint64_t loose __attribute__((vector_size(64), aligned(8)));
  for (int k = 0; k < PAIR_BLOCKS / PAIRS_VECTOR_WORDS; k++) {
    vector works = ((loose *)in_block)[k];
    ((loose *)pairs)[k] += works;
    ((loose *)in_block)[k] = (loose){0};
    partners[2 * k] += works[0] + works[1] + works[2] + works[3];
    partners[2 * k + 1] += works[4] + works[5] + works[6] + works[7];
  }
}
_Static_assert(2 * FINE_BLOCKS == PAIRS_VECTOR_WORDS, "half a vector for each block");
