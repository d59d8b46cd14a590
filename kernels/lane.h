/* SPDX-License-Identifier: Apache-2.0 */
/* The lane, one float in a GPU thread and a vector of floats on the CPU, and the exact arithmetic on it.
 *
 * Every operation here is correctly rounded. Therefore a chain is the same to the bit on every machine (promise 3).
 * Lanes take the compiler's own +, -, * and /, with contraction off; all other operations are functions of this file.
 * Both halves of the file define the same names. The build sets SEAM_DEVICE to choose the device's half. It does not
 * ask for nvcc's own macro, so that tests can compile the device's half with an ordinary C compiler. */
#ifndef SEAM_LANE_H
#define SEAM_LANE_H

#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "seam cannot count exactly with -ffast-math: remove it from the compiler's flags"
#endif

#include <math.h>
#include <stdint.h>
#include <string.h>

#ifdef SEAM_DEVICE

/* ---- One thread, one chain ---- */

#ifdef __CUDACC__
#define HD              static __device__ __forceinline__
#define UNROLL          _Pragma("unroll")
#define KEEP_LOOP       _Pragma("unroll 1")
#define KERNEL(threads) static __global__ __launch_bounds__(threads) void
#define KERNEL_ARGUMENT const __grid_constant__ /* read in place: the compiler makes no copy of it for indexing */
#else
#define HD static inline __attribute__((always_inline, unused))
#define UNROLL
#define KEEP_LOOP
#define KERNEL(threads) static void
#define KERNEL_ARGUMENT const
#endif

enum { LANES = 1 };
/* SAMPLE_BLOCK voltages go through a chain together, and a component takes SAMPLE_TILE of them at a time. */
enum { SAMPLE_BLOCK = 2, SAMPLE_TILE = 2 };

typedef float lane;
typedef int32_t lane_int;
typedef uint32_t lane_uint;
typedef int lane_mask; /* 0 or 1 */

HD lane lane_splat(float a) { return a; }
HD lane_int lane_splat_int(int32_t a) { return a; }
HD lane_uint lane_splat_uint(uint32_t a) { return a; }
HD lane_mask lane_splat_mask(int a) { return a; }

HD lane lane_fma(lane a, lane b, lane c) { return fmaf(a, b, c); }

/* a / b and the root of a, both correctly rounded. The quotient needs |b| and |a / b| within [2^-125, 2^125] and
 * |a| >= 2^-100 or a = 0. The root needs a within [2^-101, 2^127]. These are the instructions that nvcc makes of / and
 * sqrtf, without its branch for other operands: with the branch, neighbouring divisions do not overlap. */
#ifdef __CUDACC__
HD lane lane_quotient(lane a, lane b) {
  lane reciprocal, quotient;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(reciprocal) : "f"(b));
  reciprocal = fmaf(reciprocal, fmaf(-b, reciprocal, 1.0f), reciprocal);
  quotient = a * reciprocal;
  return fmaf(reciprocal, fmaf(-b, quotient, a), quotient);
}
HD lane lane_root(lane a) {
  lane inverse, root;
  asm("rsqrt.approx.ftz.f32 %0, %1;" : "=f"(inverse) : "f"(a));
  root = a * inverse;
  return fmaf(fmaf(-root, root, a), 0.5f * inverse, root);
}
#else
HD lane lane_quotient(lane a, lane b) { return a / b; }
HD lane lane_root(lane a) { return sqrtf(a); }
#endif

/* A NaN in `a` gives b. */
HD lane lane_min(lane a, lane b) { return a < b ? a : b; }
HD lane lane_max(lane a, lane b) { return a > b ? a : b; }
HD lane lane_abs(lane a) { return fabsf(a); }
HD lane lane_select(lane_mask m, lane a, lane b) { return m ? a : b; }
HD lane_int lane_select_int(lane_mask m, lane_int a, lane_int b) { return m ? a : b; }
HD lane_mask lane_not(lane_mask m) { return !m; }
HD int lane_any(lane_mask m) { return m; }
/* The value of lane i. Here i is always 0. */
HD int32_t lane_pick_int(const lane_int *a, int i) { return (void)i, *a; }

HD lane lane_from_int(lane_int a) { return (float)a; }
/* Rounds towards zero; only for |a| < 2^24. */
HD lane_int lane_to_int(lane a) { return (int32_t)a; }
HD lane_uint lane_bits(lane a) {
  uint32_t bits;
  memcpy(&bits, &a, sizeof bits);
  return bits;
}
HD lane lane_from_bits(lane_uint bits) {
  float a;
  memcpy(&a, &bits, sizeof a);
  return a;
}
HD lane_uint lane_multiply_high(lane_uint a, uint32_t b) { return (uint32_t)(((uint64_t)a * b) >> 32); }
HD lane lane_gather(const float *table, lane_int index) { return table[index]; }

/* The value that the partner chain has: chain 2k gets the value of 2k + 1, and 2k + 1 the value of 2k. Chain 2k must be
 * in a thread with an even number, and both threads must make the call. */
HD lane_int lane_partner_int(lane_int a) { return __shfl_xor_sync(3u << (threadIdx.x & 30u), a, 1); }
HD lane lane_partner(lane a) { return lane_from_bits((lane_uint)lane_partner_int((lane_int)lane_bits(a))); }
/* Whether this is chain 2k of the two partners. */
HD lane_mask lane_even(void) { return !(threadIdx.x & 1u); }

/* All threads of a warp must make these calls. lane_ballot: bit i is the mask of thread i. lane_sum: the sum over a
 * group of `sharers` neighbouring threads, a power of two. */
HD uint32_t lane_ballot(lane_mask m) { return __ballot_sync(0xffffffffu, m); }
HD uint64_t lane_sum(uint64_t a, uint32_t sharers) {
  for (uint32_t distance = sharers / 2; distance; distance /= 2) a += __shfl_xor_sync(0xffffffffu, a, (int)distance);
  return a;
}
HD uint32_t lane_count_bits(uint32_t a) { return (uint32_t)__popc(a); }

/* Many threads may count at once: a sum of integers does not depend on the order. */
HD void lane_atomic_add32(uint32_t *cell) { atomicAdd(cell, 1u); }
HD void lane_atomic_add64(int64_t *cell, uint64_t amount) {
  atomicAdd((unsigned long long *)cell, (unsigned long long)amount);
}

/* The number of the thread in its block, and the number of the block in the grid. */
HD uint32_t lane_thread(void) { return threadIdx.x; }
HD uint32_t lane_threads(void) { return blockDim.x; }
HD uint32_t lane_block(void) { return blockIdx.x; }
HD uint32_t lane_blocks(void) { return gridDim.x; }

/* The dynamic shared memory of the block, and the barrier at which its threads wait for each other. */
HD uint32_t *lane_shared(void) {
  extern __shared__ uint32_t shared_memory[];
  return shared_memory;
}
HD void lane_barrier(void) { __syncthreads(); }

#else

/* ---- A vector of chains ---- */

#include "vector.h"

/* always_inline: otherwise a call would pass lanes through memory. */
#define HD static inline __attribute__((always_inline, unused))
#define UNROLL
#define EACH_LANE(i) for (int i = 0; i < LANES; i++)

/* As above. A block is the 8 training voltages of the default, so that the operations of independent voltages overlap.
 * A tile is as many as fit in the registers. */
enum { SAMPLE_BLOCK = 8, SAMPLE_TILE = 4 };

HD lane lane_splat(float a) { return a - (lane){0}; } /* 0 + a would lose the sign of -0 */
HD lane_int lane_splat_int(int32_t a) { return (lane_int){0} + a; }
HD lane_uint lane_splat_uint(uint32_t a) { return (lane_uint){0} + a; }
HD lane_mask lane_splat_mask(int a) { return lane_splat_int(-a); }

HD lane lane_fma(lane a, lane b, lane c) { return vector_fma(a, b, c); }
/* The operands are limited as in the device's half. */
HD lane lane_quotient(lane a, lane b) { return a / b; }
HD lane lane_root(lane a) { return vector_sqrt(a); }
/* A NaN in `a` gives b. */
HD lane lane_min(lane a, lane b) { return vector_min(a, b); }
HD lane lane_max(lane a, lane b) { return vector_max(a, b); }
HD lane lane_abs(lane a) { return (lane)((lane_uint)a & 0x7fffffffu); }
HD lane lane_select(lane_mask m, lane a, lane b) { return vector_select(m, a, b); }
HD lane_int lane_select_int(lane_mask m, lane_int a, lane_int b) {
  return (lane_int)vector_select(m, (lane)a, (lane)b);
}
HD lane_mask lane_not(lane_mask m) { return ~m; }
HD int lane_any(lane_mask m) { return vector_any(m); }
/* The value of lane i. */
HD int32_t lane_pick_int(const lane_int *a, int i) { return (*a)[i]; }

HD lane lane_from_int(lane_int a) { return __builtin_convertvector(a, lane); }
/* Rounds towards zero; only for |a| < 2^24. */
HD lane_int lane_to_int(lane a) { return __builtin_convertvector(a, lane_int); }
HD lane_uint lane_bits(lane a) { return (lane_uint)a; }
HD lane lane_from_bits(lane_uint bits) { return (lane)bits; }
HD lane_uint lane_multiply_high(lane_uint a, uint32_t b) {
  lane_uint r;
  EACH_LANE(i) r[i] = (uint32_t)(((uint64_t)a[i] * b) >> 32);
  return r;
}
HD lane lane_gather(const float *table, lane_int index) { return vector_gather(table, index); }

/* As in the device's half. Chain 2k must be in a lane with an even number. */
HD lane lane_partner(lane a) { return vector_partner(a); }
HD lane_int lane_partner_int(lane_int a) { return (lane_int)vector_partner((lane)a); }
HD lane_mask lane_even(void) {
  lane_mask m;
  EACH_LANE(i) m[i] = i % 2 - 1;
  return m;
}

#endif

/* ---- Both ---- */

/* False for infinities and NaN. */
HD lane_mask lane_finite(lane a) { return lane_abs(a) <= 3.40282347e+38f; }

/* The chain id of each lane, 64 bits in two words. */
struct lane_id {
  lane_uint low, high;
};

#endif
