/* SPDX-License-Identifier: Apache-2.0 */
/* tableK: f(v) is piecewise linear through K knots p_k at v = -0.5 + 2k/(K-1), and constant outside. Parameters: p_0
 * ... p_{K-1}.
 *
 * f is computed as a sum of hat functions. A look-up would have to index a GPU thread's registers at run time. */
#ifndef SEAM_TABLE_H
#define SEAM_TABLE_H

#include "law.h"

HD struct law table_prior(int size, int parameter, float scale) {
  (void)size, (void)parameter;
  return law(0.5f, 0.5f * scale);
}

/* v in units of knots: 0 at the first knot, size - 1 at the last. */
HD lane table_position(int size, lane v) { return (v + 0.5f) * (0.5f * (float)(size - 1)); }

HD lane table_clamp(int size, lane x) { return lane_min(lane_max(x, lane_splat(0.0f)), lane_splat((float)(size - 1))); }

HD lane table_hat(lane x, int knot) { return lane_max(1.0f - lane_abs(x - (float)knot), lane_splat(0.0f)); }

HD void table_forward(int size, const lane *theta, int n, const lane *v, lane *out, lane *saved) {
  (void)saved;
  UNROLL
  for (int s = 0; s < n; s++) {
    lane x = table_clamp(size, table_position(size, v[s]));
    lane sum = lane_splat(0.0f);
    UNROLL
    for (int k = 0; k < size; k++) sum = lane_fma(theta[k], table_hat(x, k), sum);
    out[s] = lane_select(v[s] == v[s], sum, v[s]); /* NaN gives NaN: the clamp has lost it */
  }
}

HD void table_backward(int size, const lane *theta, int n, const lane *v, const lane *saved, const lane *d_out,
                       lane *gradient, lane *d_in) {
  (void)saved;
  UNROLL
  for (int s = 0; s < n; s++) {
    lane position = table_position(size, v[s]);
    lane x = table_clamp(size, position);
    UNROLL
    for (int k = 0; k < size; k++) gradient[k] = lane_fma(d_out[s], table_hat(x, k), gradient[k]);
    if (!d_in) continue;
    lane rise = lane_splat(0.0f); /* p_{k+1} - p_k of the segment [k, k + 1) that holds the position; 0 outside */
    UNROLL
    for (int k = 0; k + 1 < size; k++) {
      lane_mask here = (position >= (float)k) & (position < (float)(k + 1));
      rise = lane_select(here, theta[k + 1] - theta[k], rise);
    }
    d_in[s] = d_out[s] * (rise * (0.5f * (float)(size - 1)));
  }
}

HD void table_finish(int size, const lane *theta, lane *gradient) { (void)size, (void)theta, (void)gradient; }

HD lane table_reversal(int size, const lane *theta) { return (void)size, (void)theta, lane_splat((float)INFINITY); }

HD int table_zero_at_zero(int size) { return (void)size, 0; }

/* Floating-point operations at one voltage, forward and backward. `inner`: d_in is computed, too. */
static inline double table_flops(int size, int inner) {
  return 4.0 + size * 4.0 + size * 4.0 + (inner ? 1.0 + size : 0.0);
}

#endif
