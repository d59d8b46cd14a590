/* SPDX-License-Identifier: Apache-2.0 */
/* Our Philox gives the same bits as cuRAND's curand_init(seed, chain id, 4·(purpose·2^32 + draw)), on the host. */
#include <stdint.h>
#include <stdio.h>

#include "kernels/random.h"

/* In curand_words.cu if there is nvcc: the same four words from cuRAND. */
void curand_words(uint64_t seed, uint64_t id, uint32_t purpose, uint32_t draw, uint32_t words[4]);

static uint64_t next(uint64_t *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  uint64_t x = *state ^ (*state >> 29);
  return x * 0x9E3779B97F4A7C15u;
}

/* How many of the four words differ. */
static int differences(uint64_t seed, uint64_t id, uint32_t purpose, uint32_t draw) {
  uint32_t theirs[4];
  struct lane_id lanes = {lane_splat_uint((uint32_t)id), lane_splat_uint((uint32_t)(id >> 32))};
  struct words ours = random_words(seed, lanes, purpose, draw);
  curand_words(seed, id, purpose, draw, theirs);
  int different = 0;
  for (int i = 0; i < 4; i++) different += ours.word[i][0] != theirs[i];
  return different;
}

int main(void) {
  enum { CASES = 200000 };
  uint64_t state = 1;
  int different = differences(0, 0, 0, 0) + differences(UINT64_MAX, UINT64_MAX, 4, UINT32_MAX);
  for (int i = 0; i < CASES; i++) {
    uint64_t seed = next(&state), id = next(&state) >> (next(&state) % 64);
    different +=
        differences(seed, id, (uint32_t)(next(&state) % 5), (uint32_t)(next(&state) >> (32 + next(&state) % 32)));
  }
  printf("%d of %d words differ from cuRAND's\n", different, 4 * (CASES + 2));
  return different ? 1 : 0;
}
