/* SPDX-License-Identifier: Apache-2.0 */
/* mlpH: f(v) = c + sum over i of a_i·tanh(w_i·v + b_i). Parameters: w_0 ... w_{H-1}, b_0 ..., a_0 ..., c. */
#ifndef SEAM_MLP_H
#define SEAM_MLP_H

#include "numeric.h"
#include "law.h"

HD struct law mlp_prior(int size, int parameter, float scale) {
  float inverse_root = size == 4 ? 0.5f : size == 8 ? 0.353553391f : 0.25f; /* 1/sqrt(H) */
  if (parameter < size) return law(0.0f, 2.0f * scale);
  if (parameter < 2 * size) return law(0.0f, scale);
  if (parameter < 3 * size) return law(0.0f, inverse_root * scale);
  return law(0.5f, 0.5f * scale);
}

/* saved[i·n + s] is the tanh of unit i at voltage s. */
HD void mlp_forward(int size, const lane *theta, int n, const lane *v, lane *out, lane *saved) {
  const lane *w = theta, *b = theta + size, *a = theta + 2 * size;
  UNROLL
  for (int s = 0; s < n; s++) out[s] = theta[3 * size];
  UNROLL
  for (int i = 0; i < size; i++) {
    UNROLL
    for (int s = 0; s < n; s++) {
      lane t = numeric_tanh(lane_fma(w[i], v[s], b[i]));
      saved[i * n + s] = t;
      out[s] = lane_fma(a[i], t, out[s]);
    }
  }
}

HD void mlp_backward(int size, const lane *theta, int n, const lane *v, const lane *saved, const lane *d_out,
                     lane *gradient, lane *d_in) {
  const lane *w = theta, *a = theta + 2 * size;
  UNROLL
  for (int s = 0; s < n; s++) {
    gradient[3 * size] = gradient[3 * size] + d_out[s];
    if (d_in) d_in[s] = lane_splat(0.0f);
  }
  UNROLL
  for (int i = 0; i < size; i++) {
    lane g_w = gradient[i], g_b = gradient[size + i], g_a = gradient[2 * size + i], aw = a[i] * w[i];
    UNROLL
    for (int s = 0; s < n; s++) {
      lane t = saved[i * n + s];
      lane d_z = d_out[s] * lane_fma(-t, t, lane_splat(1.0f)); /* without the factor a_i, which mlp_finish applies */
      g_a = lane_fma(d_out[s], t, g_a);
      g_b = g_b + d_z;
      g_w = lane_fma(d_z, v[s], g_w);
      if (d_in) d_in[s] = lane_fma(d_z, aw, d_in[s]);
    }
    gradient[i] = g_w, gradient[size + i] = g_b, gradient[2 * size + i] = g_a;
  }
}

HD void mlp_finish(int size, const lane *theta, lane *gradient) {
  const lane *a = theta + 2 * size;
  UNROLL
  for (int i = 0; i < size; i++) {
    gradient[i] = a[i] * gradient[i];
    gradient[size + i] = a[i] * gradient[size + i];
  }
}

HD lane mlp_reversal(int size, const lane *theta) { return (void)size, (void)theta, lane_splat((float)INFINITY); }

HD int mlp_zero_at_zero(int size) { return (void)size, 0; }

/* Floating-point operations at one voltage, forward and backward. `inner`: d_in is computed, too. */
static inline double mlp_flops(int size, int inner) {
  return 1.0 + size * (4.0 + TANH_FLOPS + 8.0 + (inner ? 2.0 : 0.0));
}

#endif
