/* SPDX-License-Identifier: Apache-2.0 */
/* The shim catches kernels whose errors a device would not forgive. */
#include "shim/run.h"

static void every_second_reaches_the_barrier(struct cuda_argument a) {
  (void)a;
  if (threadIdx.x % 2) __syncthreads();
}

static void all_reach_the_barrier(struct cuda_argument a) {
  (void)a;
  __syncthreads();
}

static void gives_its_partner_its_own(struct cuda_argument a) {
  (void)a;
  int theirs = __shfl_xor_sync(3u << (threadIdx.x & 30u), (int)(10 * threadIdx.x), 1);
  for (int round = 0; round < 3; round++) { /* three rounds: back, there and back */
    theirs = __shfl_xor_sync(3u << (threadIdx.x & 30u), theirs, 1);
    if (round % 2) __syncthreads();
  }
  if (theirs != (int)(10 * threadIdx.x)) shared_memory[16] = 0; /* past its shared memory */
}

static void every_second_gives_its_own(struct cuda_argument a) {
  (void)a;
  if (threadIdx.x % 2) __shfl_xor_sync(3u << (threadIdx.x & 30u), 1, 1);
}

static void finds_those_of_its_warp(struct cuda_argument a) {
  (void)a;
  int self = (int)threadIdx.x;
  for (int round = 0; round < 3; round++) {
    unsigned odd = __ballot_sync(~0u, self % 2);
    long long other = __shfl_xor_sync(~0u, (1LL << 40) + self, 5);
    if (odd != 0xAAAAAAAAu || other != (1LL << 40) + (self ^ 5)) shared_memory[16] = 0; /* past its shared memory */
    if (round) __syncthreads();
  }
}

static void all_but_one_come_to_the_ballot(struct cuda_argument a) {
  (void)a;
  if (threadIdx.x != 7) __ballot_sync(~0u, 1);
}

static void writes_past_its_shared_memory(struct cuda_argument a) {
  (void)a;
  if (threadIdx.x == 3) shared_memory[16] = 0;
}

static cudaError_t launch(void (*kernel)(struct cuda_argument), size_t shared) {
  static struct cuda_argument argument;
  void *arguments[] = {&argument};
  cudaStream_t stream;
  assert_int_equal(cudaStreamCreateWithFlags(&stream, 0), cudaSuccess);
  cudaError_t code =
      cudaLaunchKernel((const void *)kernel, (dim3){2, 1, 1}, (dim3){64, 1, 1}, arguments, shared, stream);
  cudaStreamDestroy(stream);
  return code;
}

static void the_shim_catches_broken_kernels(void **state) {
  (void)state;
  assert_int_equal(launch(all_reach_the_barrier, 64), cudaSuccess);
  assert_int_equal(launch(every_second_reaches_the_barrier, 64), cudaErrorLaunchFailure);
  assert_int_equal(launch(gives_its_partner_its_own, 64), cudaSuccess);
  assert_int_equal(launch(every_second_gives_its_own, 64), cudaErrorLaunchFailure);
  assert_int_equal(launch(finds_those_of_its_warp, 64), cudaSuccess);
  assert_int_equal(launch(all_but_one_come_to_the_ballot, 64), cudaErrorLaunchFailure);
  assert_int_equal(launch(writes_past_its_shared_memory, 64), cudaErrorLaunchFailure);
  assert_int_equal(launch(writes_past_its_shared_memory, 68), cudaSuccess);
  assert_int_equal(launch(all_reach_the_barrier, 49153), cudaErrorInvalidValue);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(the_shim_catches_broken_kernels, reset),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
