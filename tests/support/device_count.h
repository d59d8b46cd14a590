/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a kernel that counts differences, for tests on a real device. */
#ifndef SEAM_DEVICE_COUNT_H
#define SEAM_DEVICE_COUNT_H

#include <stdint.h>
#include <stdio.h>

static int failed(cudaError_t code, const char *call) {
  if (code != cudaSuccess) fprintf(stderr, "%s: %s\n", call, cudaGetErrorName(code));
  return code != cudaSuccess;
}

/* Returns the test's exit code: 0 if nothing differs, 77 without a device. */
static int count_on_device(void (*kernel)(unsigned *different), unsigned blocks, unsigned threads, const char *what) {
  int count = 0;
  unsigned different = 1, *on_device = NULL;
  if (cudaGetDeviceCount(&count) != cudaSuccess || count == 0) {
    puts("SKIP: no CUDA device");
    return 77;
  }
  if (failed(cudaMalloc((void **)&on_device, sizeof different), "cudaMalloc")) return 1;
  if (failed(cudaMemset(on_device, 0, sizeof different), "cudaMemset")) return 1;
  kernel<<<blocks, threads>>>(on_device);
  if (failed(cudaGetLastError(), "launch")) return 1;
  if (failed(cudaMemcpy(&different, on_device, sizeof different, cudaMemcpyDeviceToHost), "cudaMemcpy")) return 1;
  cudaFree(on_device);
  printf("%u %s differ\n", different, what);
  return different ? 1 : 0;
}

#endif
