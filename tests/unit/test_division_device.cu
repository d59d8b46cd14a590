/* SPDX-License-Identifier: Apache-2.0 */
/* On the device, lane_quotient and lane_root give the results of / and sqrtf, though they skip nvcc's check of
 * operands: for every mantissa of a divisor and of a root, with many dividends and exponents. Skipped without a
 * device. */
#include "support/device_count.h"
#include "kernels/random.h"

enum { THREADS = 256, BLOCKS = 1 << 15, MANTISSAS = 1 << 23, DIVIDENDS = 64 };

HD lane in_binade(uint32_t mantissa, int exponent) {
  return lane_from_bits((mantissa & 0x007fffffu) | (uint32_t)(exponent + 127) << 23);
}

KERNEL(THREADS) compare(unsigned *different) {
  uint32_t mantissa = lane_block() * THREADS + lane_thread();
  struct lane_id id = {mantissa, 0};
  if (mantissa >= MANTISSAS) return;
  for (uint32_t k = 0; k < DIVIDENDS; k++) {
    struct words w = random_words(1, id, 0, k);
    lane b = in_binade(mantissa, (int)(w.word[0] % 121) - 60), a = in_binade(w.word[1], (int)(w.word[2] % 121) - 60);
    lane root = in_binade(mantissa, (int)(w.word[3] % 228) - 101);
    if (lane_quotient(a, b) != a / b || lane_quotient(1.0f, b) != 1.0f / b) lane_atomic_add32(different);
    if (lane_root(root) != sqrtf(root)) lane_atomic_add32(different);
  }
}

int main() { return count_on_device(compare, BLOCKS, THREADS, "quotients and roots"); }
