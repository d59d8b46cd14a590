/* SPDX-License-Identifier: Apache-2.0 */
/* linear: f(v) = a·v. */
#ifndef SEAM_LINEAR_H
#define SEAM_LINEAR_H

#include "law.h"

HD struct law linear_prior(int size, int parameter, float scale) {
  (void)size, (void)parameter;
  return law(0.0f, scale);
}

HD void linear_forward(int size, const lane *theta, int n, const lane *v, lane *out, lane *saved) {
  (void)size, (void)saved;
  UNROLL
  for (int s = 0; s < n; s++) out[s] = theta[0] * v[s];
}

HD void linear_backward(int size, const lane *theta, int n, const lane *v, const lane *saved, const lane *d_out,
                        lane *gradient, lane *d_in) {
  (void)size, (void)saved;
  UNROLL
  for (int s = 0; s < n; s++) {
    gradient[0] = lane_fma(d_out[s], v[s], gradient[0]);
    if (d_in) d_in[s] = d_out[s] * theta[0];
  }
}

HD void linear_finish(int size, const lane *theta, lane *gradient) { (void)size, (void)theta, (void)gradient; }

HD lane linear_reversal(int size, const lane *theta) { return (void)size, (void)theta, lane_splat(0.0f); }

HD int linear_zero_at_zero(int size) { return (void)size, 1; }

/* Floating-point operations at one voltage, forward and backward. `inner`: d_in is computed, too. */
static inline double linear_flops(int size, int inner) { return (void)size, 3.0 + (inner ? 1.0 : 0.0); }

#endif
