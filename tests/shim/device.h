/* SPDX-License-Identifier: Apache-2.0 */
/* The device's built-ins that cuda.cu needs, for an ordinary C compiler; included before cuda.cu. */
#ifndef SEAM_SHIM_DEVICE_H
#define SEAM_SHIM_DEVICE_H

struct shim_index {
  unsigned x;
};
extern struct shim_index threadIdx, blockIdx, blockDim, gridDim;

/* Only one block runs at a time, so shared memory is a global and an atomic is a plain addition. */
#define __shared__
#define atomicAdd(cell, amount) (*(cell) += (amount))
#define __syncthreads()         shim_barrier()
void shim_barrier(void);

/* These functions work between the threads of a warp that `mask` names. The launch fails if one of them never comes. */
#define __shfl_xor_sync(mask, value, distance) shim_exchange(mask, value, distance)
#define __ballot_sync(mask, predicate)         shim_ballot(mask, predicate)
long long shim_exchange(unsigned mask, long long value, unsigned distance);
unsigned shim_ballot(unsigned mask, int predicate);

#define __popc(value) __builtin_popcount(value)

/* The approximations of --math fast, each as wrong as its documentation allows (kernels/approximate.h). A hash of the
 * operand decides whether they err up or down. */
float approximate_exp2(float x);
float approximate_reciprocal(float x);
float approximate_root(float x);
float approximate_tanh(float x);

#endif
