/* SPDX-License-Identifier: Apache-2.0 */
/* The CPU's vector of floats, and for each instruction set the operations that the compiler's vector types lack.
 *
 * Only lane.h includes this file. Loops over the elements would do the same, but gcc 12 then keeps the operands in
 * memory. */
#ifndef SEAM_VECTOR_H
#define SEAM_VECTOR_H

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#define VECTOR static inline __attribute__((always_inline, unused))

#if defined(__AVX512F__)
enum { LANES = 16 };
#elif defined(__AVX2__)
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif

typedef float lane __attribute__((vector_size(4 * LANES)));
typedef int32_t lane_int __attribute__((vector_size(4 * LANES)));
typedef uint32_t lane_uint __attribute__((vector_size(4 * LANES)));
typedef lane_int lane_mask; /* 0 or -1 */

/* vector_fma, vector_sqrt: correctly rounded. vector_min: a < b ? a : b. vector_max: a > b ? a : b. So a NaN in `a`
 * gives b. vector_select: m ? a : b. vector_partner: lanes 2k and 2k + 1 swap places. vector_gather: table[index].
 * vector_any: whether any lane is set. */
#if defined(__AVX512F__)

VECTOR lane vector_fma(lane a, lane b, lane c) { return (lane)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
VECTOR lane vector_sqrt(lane a) { return (lane)_mm512_sqrt_ps((__m512)a); }
VECTOR lane vector_min(lane a, lane b) { return (lane)_mm512_min_ps((__m512)a, (__m512)b); }
VECTOR lane vector_max(lane a, lane b) { return (lane)_mm512_max_ps((__m512)a, (__m512)b); }
VECTOR lane vector_select(lane_mask m, lane a, lane b) {
  return (lane)_mm512_mask_blend_ps(_mm512_movepi32_mask((__m512i)m), (__m512)b, (__m512)a);
}
VECTOR lane vector_partner(lane a) { return (lane)_mm512_permute_ps((__m512)a, 0xb1); }
VECTOR int vector_any(lane_mask m) { return _mm512_movepi32_mask((__m512i)m) != 0; }
VECTOR lane vector_gather(const float *table, lane_int index) {
  return (lane)_mm512_i32gather_ps((__m512i)index, table, sizeof *table);
}

#elif defined(__AVX2__)

VECTOR lane vector_fma(lane a, lane b, lane c) { return (lane)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
VECTOR lane vector_sqrt(lane a) { return (lane)_mm256_sqrt_ps((__m256)a); }
VECTOR lane vector_min(lane a, lane b) { return (lane)_mm256_min_ps((__m256)a, (__m256)b); }
VECTOR lane vector_max(lane a, lane b) { return (lane)_mm256_max_ps((__m256)a, (__m256)b); }
VECTOR lane vector_select(lane_mask m, lane a, lane b) {
  return (lane)_mm256_blendv_ps((__m256)b, (__m256)a, (__m256)m);
}
VECTOR lane vector_partner(lane a) { return (lane)_mm256_permute_ps((__m256)a, 0xb1); }
VECTOR int vector_any(lane_mask m) { return _mm256_movemask_ps((__m256)m) != 0; }
VECTOR lane vector_gather(const float *table, lane_int index) {
  return (lane)_mm256_i32gather_ps(table, (__m256i)index, sizeof *table);
}

#elif defined(__x86_64__)

/* fmaf for a processor without that instruction. The product is exact in double. If the sum is rounded to odd in
 * double, rounding it to float gives the correctly rounded result (Boldo and Melquiond, "Emulation of FMA and correctly
 * rounded sums: proved algorithms using rounding to odd", IEEE Transactions on Computers 57, 2008). */
static __attribute__((noinline, unused)) float vector_fma_rounded_to_odd(float a, float b, float c) {
  double product = (double)a * (double)b, addend = (double)c;
  double sum = product + addend;
  double part = sum - product; /* Knuth's two-sum: `error` is what rounding the sum lost */
  double error = (product - (sum - part)) + (addend - part);
  int inexact = error < 0.0 || error > 0.0; /* false for the NaN that an infinite sum leaves */
  uint64_t bits;
  memcpy(&bits, &sum, sizeof bits);
  if (inexact && (bits & 1) == 0) bits += (error > 0.0) == (sum > 0.0) ? 1 : (uint64_t)-1;
  memcpy(&sum, &bits, sizeof sum);
  return (float)sum;
}

VECTOR __m128 vector_upper_half(lane a) { return _mm_movehl_ps((__m128)a, (__m128)a); }
VECTOR __m128d vector_multiply_add(__m128 a, __m128 b, __m128 c) {
  return _mm_add_pd(_mm_mul_pd(_mm_cvtps_pd(a), _mm_cvtps_pd(b)), _mm_cvtps_pd(c));
}

/* Rounding to double and then to float can be wrong only if the double is midway between two floats, normal or
 * subnormal. Then its low 28 bits are 0, and the slow function above computes the result. */
VECTOR lane vector_fma(lane a, lane b, lane c) {
  __m128d lower = vector_multiply_add((__m128)a, (__m128)b, (__m128)c);
  __m128d upper = vector_multiply_add(vector_upper_half(a), vector_upper_half(b), vector_upper_half(c));
  lane rounded = (lane)_mm_movelh_ps(_mm_cvtpd_ps(lower), _mm_cvtpd_ps(upper));
  lane_uint low_bits = (lane_uint)_mm_shuffle_ps(_mm_castpd_ps(lower), _mm_castpd_ps(upper), 0x88); /* words 0, 2 */
  lane_int midway = (low_bits & 0x0fffffffu) == 0u;
  if (__builtin_expect(_mm_movemask_ps((__m128)midway), 0))
    for (int i = 0; i < LANES; i++) rounded[i] = vector_fma_rounded_to_odd(a[i], b[i], c[i]);
  return rounded;
}

VECTOR lane vector_sqrt(lane a) { return (lane)_mm_sqrt_ps((__m128)a); }
VECTOR lane vector_min(lane a, lane b) { return (lane)_mm_min_ps((__m128)a, (__m128)b); }
VECTOR lane vector_max(lane a, lane b) { return (lane)_mm_max_ps((__m128)a, (__m128)b); }
VECTOR lane vector_select(lane_mask m, lane a, lane b) { return (lane)((m & (lane_int)a) | (~m & (lane_int)b)); }
VECTOR lane vector_partner(lane a) { return (lane)_mm_shuffle_ps((__m128)a, (__m128)a, 0xb1); }
VECTOR int vector_any(lane_mask m) { return _mm_movemask_ps((__m128)m) != 0; }
VECTOR lane vector_gather(const float *table, lane_int index) {
  return (lane){table[index[0]], table[index[1]], table[index[2]], table[index[3]]};
}

#elif defined(__aarch64__)

VECTOR lane vector_fma(lane a, lane b, lane c) {
  return (lane)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}
VECTOR lane vector_sqrt(lane a) { return (lane)vsqrtq_f32((float32x4_t)a); }
VECTOR lane vector_select(lane_mask m, lane a, lane b) { return (lane)((m & (lane_int)a) | (~m & (lane_int)b)); }
/* vminq_f32 and vmaxq_f32 would return NaN where these must return b. */
VECTOR lane vector_min(lane a, lane b) { return vector_select(a < b, a, b); }
VECTOR lane vector_max(lane a, lane b) { return vector_select(a > b, a, b); }
VECTOR lane vector_partner(lane a) { return (lane)vrev64q_f32((float32x4_t)a); }
VECTOR int vector_any(lane_mask m) { return vmaxvq_u32((uint32x4_t)m) != 0; }
VECTOR lane vector_gather(const float *table, lane_int index) {
  return (lane){table[index[0]], table[index[1]], table[index[2]], table[index[3]]};
}

#else
#error "seam has vectors for x86-64 and aarch64 only"
#endif

#endif
