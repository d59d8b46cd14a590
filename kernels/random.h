/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers that depend on seed, chain id, purpose and draw alone: Philox4x32-10, and normals made from it. */
#ifndef SEAM_RANDOM_H
#define SEAM_RANDOM_H

#include "numeric.h"

struct words {
  lane_uint word[4];
};

/* One Philox4x32-10 block: the key is the seed, the counter is (draw, purpose, id low, id high). See Salmon, Moraes,
 * Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11. cuRAND gives the same bits after
 * curand_init(seed, id, 4·(purpose·2^32 + draw)). No number of a thread, block, rank or batch may enter (promise 2). */
HD struct words random_words(uint64_t seed, struct lane_id id, uint32_t purpose, uint32_t draw) {
  uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
  lane_uint c0 = lane_splat_uint(draw), c1 = lane_splat_uint(purpose), c2 = id.low, c3 = id.high;
  UNROLL
  for (int round = 0; round < 10; round++) {
    lane_uint high0 = lane_multiply_high(c0, 0xD2511F53u), low0 = c0 * 0xD2511F53u;
    lane_uint high1 = lane_multiply_high(c2, 0xCD9E8D57u), low1 = c2 * 0xCD9E8D57u;
    c0 = high1 ^ c1 ^ key0;
    c1 = low1;
    c2 = high0 ^ c3 ^ key1;
    c3 = low0;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  struct words w = {{c0, c1, c2, c3}};
  return w;
}

/* A uniform in (0, 1]: (word + 1/2)·2^-32, correctly rounded. */
HD lane random_uniform(lane_uint word) {
  lane high = lane_from_int((lane_int)(word >> 8)) * 0x1p-24f;
  lane low = (lane_from_int((lane_int)(word & 0xffu)) + 0.5f) * 0x1p-32f;
  return high + low;
}

/* Operations for one normal, which is half of a pair: uniform, logarithm, scaling and root, sine and cosine, products.
 */
enum { NORMAL_FLOPS = (4 + LOG_FLOPS + 2 + SINCOS_FLOPS + 2 + 1) / 2 };

/* Two independent standard normals from two words, by the formula of Box and Muller (1958): radius sqrt(-2 ln a), angle
 * b whole turns. Their size is less than 6.77, as the smallest uniform is 2^-33. */
HD void random_normal_pair(lane_uint a, lane_uint b, lane *first, lane *second) {
  lane radius = lane_root(lane_max(-2.0f * numeric_log(random_uniform(a)), lane_splat(0x1p-100f)));
  lane sine, cosine;
  numeric_sincos_turn(b, &sine, &cosine);
  *first = radius * cosine;
  *second = radius * sine;
}

/* The four standard normals of one block. */
HD void random_normals(uint64_t seed, struct lane_id id, uint32_t purpose, uint32_t draw, lane normal[4]) {
  struct words w = random_words(seed, id, purpose, draw);
  random_normal_pair(w.word[0], w.word[1], &normal[0], &normal[1]);
  random_normal_pair(w.word[2], w.word[3], &normal[2], &normal[3]);
}

#endif
