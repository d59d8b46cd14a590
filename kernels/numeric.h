/* SPDX-License-Identifier: Apache-2.0 */
/* exp2, log, tanh, logistic, sine and cosine on lanes, as fixed sequences of correctly rounded operations.
 *
 * The training kernels of --math fast take some of them from approximate.h. The polynomials are Chebyshev fits. tanh is
 * a minimax rational, fitted by iterated weighted least squares. Coefficients are rounded to float. Each stated error
 * is the worst one over the whole range, as tests/unit/test_numeric.c measures it. */
#ifndef SEAM_NUMERIC_H
#define SEAM_NUMERIC_H

#include "lane.h"

/* Floating-point operations of the functions below, as the benchmark counts them: a fused multiply-add is two, a
 * division or a square root is one, a comparison or a selection is none. */
enum { LOG_FLOPS = 16, TANH_FLOPS = 18, LOGISTIC_FLOPS = 19, SINCOS_FLOPS = 19 };

#ifdef SEAM_FAST
#include "approximate.h"
#else

/* a / b, with the limits of lane_quotient, and the root of a. The root clamps a to [2^-100, 2^124] first; NaN becomes
 * 2^-100. */
HD lane numeric_quotient(lane a, lane b) { return lane_quotient(a, b); }
HD lane numeric_root(lane a) { return lane_root(lane_min(lane_max(a, lane_splat(0x1p-100f)), lane_splat(0x1p124f))); }

/* 2^x. x is clamped to [-125, 125], so that the result is a normal number. NaN gives 2^-125. Relative error 8.4e-8. */
HD lane numeric_exp2(lane x) {
  const float rounder = 12582912.0f; /* 1.5·2^23: x + rounder is rounded to a whole number, which is in its low bits */
  x = lane_min(lane_max(x, lane_splat(-125.0f)), lane_splat(125.0f));
  lane shifted = x + rounder, f = x - (shifted - rounder);
  lane p = lane_splat(1.54614447e-4f);
  p = lane_fma(p, f, lane_splat(1.34004282e-3f));
  p = lane_fma(p, f, lane_splat(9.61805668e-3f));
  p = lane_fma(p, f, lane_splat(5.55032723e-2f));
  p = lane_fma(p, f, lane_splat(2.40226509e-1f));
  p = lane_fma(p, f, lane_splat(6.93147207e-1f));
  p = lane_fma(p, f, lane_splat(1.0f));
  return lane_from_bits(lane_bits(p) + (lane_bits(shifted) << 23));
}

/* tanh x = x·P(x^2)/Q(x^2). |x| is clamped to the largest value up to which the rational never exceeds 1; there it
 * is 1. So |result| <= 1. NaN gives -1. Absolute error 3.2e-7. */
HD lane numeric_tanh(lane x) {
  x = lane_min(lane_max(x, lane_splat(-7.97800589f)), lane_splat(7.97800589f));
  lane z = x * x;
  lane p = lane_splat(0.0171592853f);
  p = lane_fma(p, z, lane_splat(26.5182059f));
  p = lane_fma(p, z, lane_splat(4501.45126f));
  p = lane_fma(p, z, lane_splat(172374.228f));
  p = lane_fma(p, z, lane_splat(1288324.88f));
  lane q = z + 422.968963f;
  q = lane_fma(q, z, lane_splat(33330.3453f));
  q = lane_fma(q, z, lane_splat(601815.608f));
  q = lane_fma(q, z, lane_splat(1288324.88f));
  return x * numeric_quotient(p, q);
}

#endif

/* numeric_logistic, which rounding keeps from being monotone, falls by this at most as x rises. */
#define LOGISTIC_REVERSAL 0x1p-23f

/* 1/(1 + e^-x), within [0, 1]. NaN gives 1. Absolute error 9.5e-8. `rest` becomes 1 - result, computed as
 * e^-x/(1 + e^-x): it keeps its full relative accuracy where the result is almost 1, and so does the gradient. */
HD lane numeric_logistic(lane x, lane *rest) {
  lane power = numeric_exp2(x * -1.44269504f);
  lane result = numeric_quotient(lane_splat(1.0f), 1.0f + power);
  *rest = power * result;
  return result;
}

/* ln x for a normal x > 0; other x give a meaningless value. The sign is always right. Relative error 1.8e-7. */
HD lane numeric_log(lane x) {
  /* x = m·2^e with m in [sqrt(1/2), sqrt(2)); 0x3f3504f3 is sqrt(1/2). */
  lane_uint shifted = lane_bits(x) - 0x3f3504f3u;
  lane_int exponent =
      (lane_int)(shifted >> 23) - lane_select_int((lane_int)shifted < 0, lane_splat_int(512), lane_splat_int(0));
  lane m = lane_from_bits((shifted & 0x007fffffu) + 0x3f3504f3u);
  /* ln m = 2s + s^3·R(s^2), s = (m - 1)/(m + 1) */
  lane s = lane_quotient(m - 1.0f, m + 1.0f);
  lane z = s * s;
  lane r = lane_splat(0.233309641f);
  r = lane_fma(r, z, lane_splat(0.285508026f));
  r = lane_fma(r, z, lane_splat(0.40000122f));
  r = lane_fma(r, z, lane_splat(0.666666666f));
  lane log_m = lane_fma(s * z, r, s + s);
  return lane_fma(lane_from_int(exponent), lane_splat(0.693147181f), log_m);
}

/* The sine and the cosine of an angle of turn/2^32 full circles. Absolute error 1.04e-7. */
HD void numeric_sincos_turn(lane_uint turn, lane *sine, lane *cosine) {
  /* The angle is q + f quarter circles, q whole and |f| <= 1/2. */
  lane_uint q = (turn + 0x20000000u) >> 30;
  lane f = lane_from_int((lane_int)(turn << 2)) * 0x1p-32f;
  lane z = f * f;
  lane s = lane_splat(1.58206304e-4f);
  s = lane_fma(s, z, lane_splat(-4.68126626e-3f));
  s = lane_fma(s, z, lane_splat(7.96925827e-2f));
  s = lane_fma(s, z, lane_splat(-0.645964096f));
  s = lane_fma(s, z, lane_splat(1.57079633f)) * f;
  lane c = lane_splat(9.03628066e-4f);
  c = lane_fma(c, z, lane_splat(-2.08600695e-2f));
  c = lane_fma(c, z, lane_splat(0.253669204f));
  c = lane_fma(c, z, lane_splat(-1.23370054f));
  c = lane_fma(c, z, lane_splat(1.0f));
  lane_mask odd = (q & 1u) != 0u;
  lane sine_size = lane_select(odd, c, s), cosine_size = lane_select(odd, s, c);
  *sine = lane_select((q & 2u) != 0u, -sine_size, sine_size);
  *cosine = lane_select(((q + 1u) & 2u) != 0u, -cosine_size, cosine_size);
}

#endif
