/* SPDX-License-Identifier: Apache-2.0 */
/* lane_quotient and lane_root, which leave out nvcc's check of their operands, give what / and sqrtf give on the device
 * too: every mantissa of a divisor and of a root, with many dividends and exponents. SKIP without a device. */
#include <stdint.h>
#include <stdio.h>

#include "random.h"

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

static int failed(cudaError_t code, const char *call) {
  if (code != cudaSuccess) fprintf(stderr, "%s: %s\n", call, cudaGetErrorName(code));
  return code != cudaSuccess;
}

int main() {
  int count = 0;
  unsigned different = 1, *on_device = NULL;
  if (cudaGetDeviceCount(&count) != cudaSuccess || count == 0) {
    puts("SKIP: no CUDA device");
    return 77;
  }
  if (failed(cudaMalloc((void **)&on_device, sizeof different), "cudaMalloc")) return 1;
  if (failed(cudaMemset(on_device, 0, sizeof different), "cudaMemset")) return 1;
  compare<<<BLOCKS, THREADS>>>(on_device);
  if (failed(cudaGetLastError(), "launch")) return 1;
  if (failed(cudaMemcpy(&different, on_device, sizeof different, cudaMemcpyDeviceToHost), "cudaMemcpy")) return 1;
  cudaFree(on_device);
  printf("%u quotients and roots differ from / and sqrtf\n", different);
  return different ? 1 : 0;
}
