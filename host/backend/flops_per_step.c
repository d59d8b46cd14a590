/* SPDX-License-Identifier: Apache-2.0 */
/* Adds up the floating-point operations of one chain-step from the numbers that the kernels give for their functions.
 */
#include "base/floating_point.h"
#include "config/config.h"
#include "kernels/optimizer.h"

static double component_flops(int kind, int inner) {
#define CASE(enumerator, name, family, size, parameters)                                                               \
  if (kind == KIND_##enumerator) return family##_flops(size, inner);
  COMPONENT_KINDS(CASE)
#undef CASE
  return 0.0;
}

double seam_flops_per_chain_step(const seam_config *config) {
  OWN_FLOATING_POINT;
  static const double update[OPTIMIZERS] = {SGD_FLOPS, ADAM_FLOPS, LANGEVIN_FLOPS};
  const double noise = NORMAL_FLOPS + 2.0; /* one to scale, one to add */
  double voltage =
      component_flops(config->first, 0) + component_flops(config->second, 1) + 2.0;   /* the residual and its scale */
  if (config->input_noise > 0 || config->interface_noise > 0) voltage += 2.0 * noise; /* the kernel draws both */
  int parameters = component_parameters(config->first) + component_parameters(config->second);
  return 2.0 * (double)config->samples * voltage + parameters * update[config->optimizer];
}
