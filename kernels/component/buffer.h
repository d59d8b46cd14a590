/* SPDX-License-Identifier: Apache-2.0 */
/* buffer: f(v) = lo + (hi - lo)·sigma(g·(v - t)). Parameters: g, t, lo, hi. */
#ifndef SEAM_BUFFER_H
#define SEAM_BUFFER_H

#include "numeric.h"
#include "law.h"

HD struct law buffer_prior(int size, int parameter, float scale) {
  (void)size;
  if (parameter == 0) return law(0.0f, 8.0f * scale);
  return law(0.5f, (parameter == 1 ? 0.25f : 0.5f) * scale);
}

/* saved[s] is sigma at voltage s, and saved[n + s] is 1 - sigma. */
HD void buffer_forward(int size, const lane *theta, int n, const lane *v, lane *out, lane *saved) {
  (void)size;
  UNROLL
  for (int s = 0; s < n; s++) {
    saved[s] = numeric_logistic(theta[0] * (v[s] - theta[1]), &saved[n + s]);
    out[s] = lane_fma(theta[3] - theta[2], saved[s], theta[2]);
  }
}

HD void buffer_backward(int size, const lane *theta, int n, const lane *v, const lane *saved, const lane *d_out,
                        lane *gradient, lane *d_in) {
  (void)size;
  lane slope = (theta[3] - theta[2]) * theta[0];
  UNROLL
  for (int s = 0; s < n; s++) {
    lane rest = saved[n + s], d_high = d_out[s] * saved[s];
    lane d_z = d_high * rest; /* without the factor hi - lo, which buffer_finish applies */
    gradient[0] = lane_fma(d_z, v[s] - theta[1], gradient[0]);
    gradient[1] = gradient[1] + d_z;
    gradient[2] = lane_fma(d_out[s], rest, gradient[2]);
    gradient[3] = gradient[3] + d_high;
    if (d_in) d_in[s] = d_z * slope;
  }
}

HD void buffer_finish(int size, const lane *theta, lane *gradient) {
  (void)size;
  lane rise = theta[3] - theta[2];
  gradient[0] = rise * gradient[0];
  gradient[1] = -(rise * theta[0]) * gradient[1];
}

/* The reversal of sigma, and the roundings of two values: each is at most 2^-24 of the value. */
HD lane buffer_reversal(int size, const lane *theta) {
  (void)size;
  lane rise = lane_abs(theta[3] - theta[2]);
  return rise * LOGISTIC_REVERSAL + (rise + lane_abs(theta[2])) * 0x1p-23f;
}

HD int buffer_zero_at_zero(int size) { return (void)size, 0; }

/* Floating-point operations at one voltage, forward and backward. `inner`: d_in is computed, too. */
static inline double buffer_flops(int size, int inner) {
  return (void)size, 5.0 + LOGISTIC_FLOPS + 9.0 + (inner ? 1.0 : 0.0);
}

#endif
