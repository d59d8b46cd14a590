/* SPDX-License-Identifier: Apache-2.0 */
/* Turns a configuration into the job that kernels get: voltages, limits, scales, Adam's corrections. */
#ifndef SEAM_JOB_SETUP_H
#define SEAM_JOB_SETUP_H

#include "result/histogram.h"

struct job_setup {
  struct job job;
  struct adam_scale *adam; /* job.adam points here */
  float centre[MAX_CELLS]; /* job.centre points here */
};

/* `config` must have passed seam_config_check; `set` must outlive the setup, whose axes point into it. */
seam_status job_setup_create(const struct seam_config *config, const struct histogram_set *set,
                             struct job_setup **setup, seam_error *error);
void job_setup_free(struct job_setup *setup);

#endif
