/* SPDX-License-Identifier: Apache-2.0 */
/* One update of one component's parameters: sgd, adam or langevin. */
#ifndef SEAM_OPTIMIZER_H
#define SEAM_OPTIMIZER_H

#include "component/component.h"
#include "job.h"

/* One of the two components of a chain: its parameters and, for adam, the running moments of their gradients. */
struct part {
  lane theta[MAX_PARAMETERS];
  lane mean[MAX_PARAMETERS];
  lane square[MAX_PARAMETERS];
};

/* Of one parameter's update, by enum optimizer_kind (see numeric.h): adam's mean 3, square 4, root 3, step 3;
 * langevin's pull 2, drift 4, step 3 and its normal. */
enum { SGD_FLOPS = 2, ADAM_FLOPS = 13, LANGEVIN_FLOPS = 9 + NORMAL_FLOPS };

/* theta -= lr·gradient. */
HD void optimizer_sgd(struct part *part, int parameters, const struct job *job, const lane *gradient) {
  UNROLL
  for (int j = 0; j < parameters; j++)
    part->theta[j] = lane_fma(lane_splat(-job->learning_rate), gradient[j], part->theta[j]);
}

/* Kingma and Ba, "Adam", ICLR 2015, algorithm 1, with its two bias corrections folded into `scale`. */
HD void optimizer_adam(struct part *part, int parameters, struct adam_scale scale, const lane *gradient) {
  UNROLL
  for (int j = 0; j < parameters; j++) {
    lane g = gradient[j];
    part->mean[j] = lane_fma(lane_splat(0.1f), g - part->mean[j], part->mean[j]);
    part->square[j] = lane_fma(lane_splat(0.999f), part->square[j], 0.001f * g * g);
    lane root = lane_fma(lane_sqrt(part->square[j]), lane_splat(scale.root), lane_splat(1e-8f));
    part->theta[j] = part->theta[j] - scale.step * part->mean[j] / root;
  }
}

/* theta += -lr·gradient + (lr/beta)·grad log p0 + sqrt(2·lr/beta)·xi: the unadjusted Langevin step towards
 * p0·exp(-beta·L). */
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

/* `step` counts from 0: this is update step + 1. */
HD void optimizer_update(struct part *part, int optimizer, int kind, const struct job *job, struct lane_id id,
                         uint32_t purpose, uint32_t step, const lane *gradient) {
  if (optimizer == OPTIMIZER_SGD) optimizer_sgd(part, component_parameters(kind), job, gradient);
  if (optimizer == OPTIMIZER_LANGEVIN) optimizer_langevin(part, kind, job, id, purpose, step, gradient);
  if (optimizer == OPTIMIZER_ADAM) {
    uint32_t entry = step < job->adam_entries ? step : job->adam_entries - 1; /* the last entry holds from there on */
    optimizer_adam(part, component_parameters(kind), job->adam[entry], gradient);
  }
}

#endif
