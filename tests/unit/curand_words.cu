/* SPDX-License-Identifier: Apache-2.0 */
/* Four words of cuRAND's Philox, with its device functions compiled for the host. */
#define QUALIFIERS static __forceinline__ __host__ __device__
#include <curand_kernel.h>
#include <stdint.h>

extern "C" void curand_words(uint64_t seed, uint64_t id, uint32_t purpose, uint32_t draw, uint32_t words[4]);

extern "C" void curand_words(uint64_t seed, uint64_t id, uint32_t purpose, uint32_t draw, uint32_t words[4]) {
  curandStatePhilox4_32_10_t state;
  /* The offset of 4·(purpose·2^32 + draw) words; curand_init counts it in words of 32 bits. */
  curand_init(seed, id, 4 * (((unsigned long long)purpose << 32) + draw), &state);
  uint4 w = curand4(&state);
  words[0] = w.x, words[1] = w.y, words[2] = w.z, words[3] = w.w;
}
