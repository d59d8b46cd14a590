/* SPDX-License-Identifier: Apache-2.0 */
/* From a configuration to the job that the kernels are given: voltages, limits, scales, Adam's corrections. */
#ifndef SEAM_JOB_SETUP_H
#define SEAM_JOB_SETUP_H

#include "result/histogram.h"

struct plan {
  struct job job;
  struct adam_scale *adam; /* job.adam points here */
  float centre[MAX_CELLS]; /* job.centre points here */
};

/* `config` must have passed seam_config_check; `set` must outlive the plan, whose axes point into it. */
seam_status plan_create(const struct seam_config *config, const struct histogram_set *set, struct plan **plan,
                        seam_error *error);
void plan_free(struct plan *plan);

#endif
