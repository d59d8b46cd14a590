/* SPDX-License-Identifier: Apache-2.0 */
/* Our Philox gives cuRAND's bits on the device, too: both run in the same thread. Skipped without a device. */
#include <curand_kernel.h>
#include "support/device_count.h"
#include "kernels/random.h"

enum { THREADS = 256, BLOCKS = 1024 };

/* Makes seeds, ids of all lengths, purposes and draws from the thread's number. */
KERNEL(THREADS) compare(unsigned *different) {
  uint64_t mix = (lane_block() * (uint64_t)THREADS + lane_thread() + 1) * 0x9E3779B97F4A7C15ull;
  uint64_t seed = mix ^ (mix >> 31), id = (seed * 0xBF58476D1CE4E5B9ull) >> (mix % 64);
  uint32_t purpose = (uint32_t)(mix >> 20) % 5, draw = (uint32_t)(mix >> 32) >> (mix % 29);
  struct lane_id lanes = {(uint32_t)id, (uint32_t)(id >> 32)};
  struct words ours = random_words(seed, lanes, purpose, draw);
  curandStatePhilox4_32_10_t state;
  curand_init(seed, id, 4 * (((unsigned long long)purpose << 32) + draw), &state);
  uint4 theirs = curand4(&state);
  if (ours.word[0] != theirs.x || ours.word[1] != theirs.y || ours.word[2] != theirs.z || ours.word[3] != theirs.w)
    lane_atomic_add32(different);
}

int main() { return count_on_device(compare, BLOCKS, THREADS, "of our draws and cuRAND's"); }
