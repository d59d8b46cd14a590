/* SPDX-License-Identifier: Apache-2.0 */
/* logistic: f(v) = sigma(w·v + c). Parameters: w, c. */
#ifndef SEAM_LOGISTIC_H
#define SEAM_LOGISTIC_H

#include "numeric.h"
#include "law.h"

HD struct law logistic_prior(int size, int parameter, float scale) {
  (void)size;
  return law(0.0f, (parameter == 0 ? 8.0f : 4.0f) * scale);
}

/* saved[s] is sigma at voltage s, and saved[n + s] is 1 - sigma. */
HD void logistic_forward(int size, const lane *theta, int n, const lane *v, lane *out, lane *saved) {
  (void)size;
  UNROLL
  for (int s = 0; s < n; s++) {
    saved[s] = numeric_logistic(lane_fma(theta[0], v[s], theta[1]), &saved[n + s]);
    out[s] = saved[s];
  }
}

HD void logistic_backward(int size, const lane *theta, int n, const lane *v, const lane *saved, const lane *d_out,
                          lane *gradient, lane *d_in) {
  (void)size;
  UNROLL
  for (int s = 0; s < n; s++) {
    lane d_z = d_out[s] * (saved[s] * saved[n + s]);
    gradient[0] = lane_fma(d_z, v[s], gradient[0]);
    gradient[1] = gradient[1] + d_z;
    if (d_in) d_in[s] = d_z * theta[0];
  }
}

HD void logistic_finish(int size, const lane *theta, lane *gradient) { (void)size, (void)theta, (void)gradient; }

HD lane logistic_reversal(int size, const lane *theta) {
  return (void)size, (void)theta, lane_splat(LOGISTIC_REVERSAL);
}

HD int logistic_zero_at_zero(int size) { return (void)size, 0; }

/* Floating-point operations at one voltage, forward and backward. `inner`: d_in is computed, too. */
static inline double logistic_flops(int size, int inner) {
  return (void)size, 2.0 + LOGISTIC_FLOPS + 5.0 + (inner ? 1.0 : 0.0);
}

#endif
