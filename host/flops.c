/* SPDX-License-Identifier: Apache-2.0 */
/* The floating-point operations of one chain-step, counted from the kernels' source. */
#include "config.h"

/* A fused multiply-add is two; min, max, compares and selections are none; a division or a square root is one. */
enum {
  FLOPS_TANH = 18,     /* square, 4 + 3 fma, sum, product, quotient */
  FLOPS_LOGISTIC = 18, /* product, exp2 (rounding 2, 6 fma, scaling), sum, quotient */
  FLOPS_NORMAL = 22,   /* half of a pair: uniform 4, log 16, scaling and root 2, sine and cosine 19, products 2 */
  FLOPS_NOISE = FLOPS_NORMAL + 2,
  FLOPS_SGD = 2,
  FLOPS_ADAM = 13,                  /* mean 3, square 4, root 3, product, quotient, difference */
  FLOPS_LANGEVIN = FLOPS_NORMAL + 9 /* pull 2, drift 4, step 3 */
};

/* Forward and backward at one voltage, as a part of the family's size. */
static double linear_flops(int size, int inner) { return (void)size, 1.0 + 2.0 + (inner ? 1.0 : 0.0); }
static double logistic_flops(int size, int inner) {
  return (void)size, 2.0 + FLOPS_LOGISTIC + 6.0 + (inner ? 1.0 : 0.0);
}
static double buffer_flops(int size, int inner) { return (void)size, (void)inner, 5.0 + FLOPS_LOGISTIC + 14.0; }
static double mlp_flops(int size, int inner) { return 1.0 + size * (4.0 + FLOPS_TANH + 9.0 + (inner ? 2.0 : 0.0)); }
static double table_flops(int size, int inner) { return 4.0 + size * 4.0 + size * 4.0 + (inner ? 1.0 + size : 0.0); }

static double component_flops(int kind, int inner) {
#define CASE(enumerator, name, family, size, parameters)                                                               \
  if (kind == KIND_##enumerator) return family##_flops(size, inner);
  COMPONENT_KINDS(CASE)
#undef CASE
  return 0.0;
}

static int component_size(int kind) {
#define CASE(enumerator, name, family, size, parameters)                                                               \
  if (kind == KIND_##enumerator) return parameters;
  COMPONENT_KINDS(CASE)
#undef CASE
  return 0;
}

static double update_flops(int optimizer) {
  const double flops[OPTIMIZERS] = {FLOPS_SGD, FLOPS_ADAM, FLOPS_LANGEVIN};
  return flops[optimizer];
}

double seam_flops_per_chain_step(const seam_config *config) {
  double voltage = component_flops(config->first, 0) + component_flops(config->second, 1) + 2.0; /* residual, scaling */
  if (config->input_noise > 0 || config->interface_noise > 0) voltage += 2.0 * FLOPS_NOISE;      /* both are drawn */
  int parameters = component_size(config->first) + component_size(config->second);
  return 2.0 * (double)config->samples * voltage + parameters * update_flops(config->optimizer);
}
