/* SPDX-License-Identifier: Apache-2.0 */
/* One update of the parameters of one component, by sgd, adam or langevin. */
#ifndef SEAM_OPTIMIZER_H
#define SEAM_OPTIMIZER_H

#include "component/component.h"
#include "job.h"

/* One of the two components of a chain: its parameters and, for adam, the running moments of each one's gradient. */
struct part {
  lane theta[MAX_PARAMETERS];
  lane mean[MAX_PARAMETERS];
  lane square[MAX_PARAMETERS];
};

/* Floating-point operations for the update of one parameter, counted as numeric.h says. adam: mean 2, square 3, root 1,
 * divisor 2, half of the division that two parameters share 1.5, step 3. langevin: pull 2, drift 4, step 3, normal. */
#define SGD_FLOPS      2.0
#define ADAM_FLOPS     12.5
#define LANGEVIN_FLOPS (9.0 + NORMAL_FLOPS)

/* theta -= lr·gradient. */
HD void optimizer_sgd(struct part *part, int parameters, const struct job *job, const lane *gradient) {
  UNROLL
  for (int j = 0; j < parameters; j++)
    part->theta[j] = lane_fma(lane_splat(-job->learning_rate), gradient[j], part->theta[j]);
}

/* Adds the gradient g to the moments of parameter j. Returns the divisor of its step. */
HD lane optimizer_adam_divisor(struct part *part, int j, struct adam_scale scale, lane g) {
  part->mean[j] = lane_fma(lane_splat(ADAM_MEAN_DECAY), part->mean[j], g);
  part->square[j] = lane_fma(lane_splat(ADAM_SQUARE_DECAY), part->square[j], g * g);
  return lane_fma(numeric_root(part->square[j]), lane_splat(scale.root), lane_splat(1e-8f));
}

/* Kingma and Ba, "Adam", ICLR 2015, algorithm 1. The moments here lack the factors 1 - beta1 and 1 - beta2. `scale` has
 * these, the bias corrections and the learning rate in it. Two parameters share one division, since
 * 1/a = b·(1/(a·b)). */
HD void optimizer_adam(struct part *part, int parameters, struct adam_scale scale, const lane *gradient) {
  UNROLL
  for (int j = 0; j < parameters; j += 2) {
    int both = j + 1 < parameters;
    lane a = optimizer_adam_divisor(part, j, scale, gradient[j]);
    lane b = both ? optimizer_adam_divisor(part, j + 1, scale, gradient[j + 1]) : lane_splat(1.0f);
    lane rate = scale.step * numeric_quotient(lane_splat(1.0f), a * b);
    part->theta[j] = lane_fma(-(rate * b), part->mean[j], part->theta[j]);
    if (both) part->theta[j + 1] = lane_fma(-(rate * a), part->mean[j + 1], part->theta[j + 1]);
  }
}

/* theta += -lr·gradient + (lr/beta)·grad log p0 + sqrt(2·lr/beta)·xi, xi a standard normal: the unadjusted Langevin
 * step towards the law p0·exp(-beta·L). For a normal prior, grad log p0 = (mean - theta)/deviation^2. */
HD void optimizer_langevin(struct part *part, int kind, const struct job *job, struct lane_id id, uint32_t purpose,
                           uint32_t step, const lane *gradient) {
  int parameters = component_parameters(kind);
  uint32_t blocks = (uint32_t)(parameters + 3) / 4;
  UNROLL
  for (int j = 0; j < parameters; j += 4) {
    lane xi[4];
    random_normals(job->seed, id, purpose, step * blocks + (uint32_t)(j / 4), xi);
    UNROLL
    for (int k = 0; k < 4 && j + k < parameters; k++) {
      struct law l = component_prior(kind, j + k, job->init_scale);
      float pull = job->inverse_beta / (l.deviation * l.deviation);
      lane theta = part->theta[j + k];
      lane drift = lane_fma(lane_splat(pull), l.mean - theta, -job->learning_rate * gradient[j + k]);
      part->theta[j + k] = theta + lane_fma(lane_splat(job->langevin_noise), xi[k], drift);
    }
  }
}

/* Updates the component in step `step`, counted from 0. */
HD void optimizer_update(struct part *part, int optimizer, int kind, const struct job *job, struct lane_id id,
                         uint32_t purpose, uint32_t step, const lane *gradient) {
  if (optimizer == OPTIMIZER_SGD) optimizer_sgd(part, component_parameters(kind), job, gradient);
  if (optimizer == OPTIMIZER_LANGEVIN) optimizer_langevin(part, kind, job, id, purpose, step, gradient);
  if (optimizer == OPTIMIZER_ADAM) {
    uint32_t entry =
        step < job->adam_entries ? step : job->adam_entries - 1; /* the last entry serves all later steps */
    optimizer_adam(part, component_parameters(kind), job->adam[entry], gradient);
  }
}

#endif
