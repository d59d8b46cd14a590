/* SPDX-License-Identifier: Apache-2.0 */
/* From a configuration to the job that the kernels are given. Only +, -, *, / and sqrt, which are correctly rounded. */
#include "workers/job_setup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/component/component.h"
#include "kernels/predict_counts.h"

/* `count` voltages equally spaced over [level - margin, level + margin], ends included; one is the level itself. */
static void spread_voltages(float *voltages, int count, double level, double margin) {
  for (int k = 0; k < count; k++) {
    double place = count == 1 ? 0.0 : (double)(2 * k - (count - 1)) / (double)(count - 1);
    voltages[k] = (float)(level + margin * place);
  }
}

static void plan_voltages(const struct seam_config *config, struct job *job) {
  int samples = (int)config->samples;
  job->voltages = 2 * samples;
  for (int level = 0; level < 2; level++) {
    spread_voltages(job->training + level * samples, samples, level, config->input_margin);
    spread_voltages(job->test + level * TEST_VOLTAGES, TEST_VOLTAGES, level, config->input_margin);
    double slack = config->loss == LOSS_HINGE ? config->output_margin : 0.0;
    job->target[level][0] = (float)(level - slack);
    job->target[level][1] = (float)(level + slack);
    job->accept[level][0] = (float)(level - config->output_margin);
    job->accept[level][1] = (float)(level + config->output_margin);
  }
  for (int p = 0; p < PROBES; p++) job->probe[p] = (float)(-0.5 + 2.0 * (p + 0.5) / PROBES);
  job->loss_scale = (float)(1.0 / (2.0 * samples));
}

/* Adam's corrections for updates 1, 2, ... until both are what they stay: 0.999^t falls below half an ulp of 1. */
static seam_status plan_adam(const struct seam_config *config, struct plan *plan, seam_error *error) {
  enum { LONGEST = 32768 };
  uint32_t entries = config->steps < LONGEST ? (uint32_t)config->steps + 1 : LONGEST;
  plan->adam = malloc(entries * sizeof *plan->adam);
  if (!plan->adam)
    return error_set(error, SEAM_ERROR_MEMORY, "out of memory: close other programs or run a smaller job");
  const double beta1 = ADAM_MEAN_DECAY, beta2 = ADAM_SQUARE_DECAY;
  double mean_decay = 1.0, square_decay = 1.0;
  for (uint32_t t = 0; t < entries; t++) {
    mean_decay *= beta1;
    square_decay *= beta2;
    plan->adam[t].step = (float)(config->lr * (1.0 - beta1) / (1.0 - mean_decay));
    plan->adam[t].root = (float)sqrt((1.0 - beta2) / (1.0 - square_decay));
  }
  plan->job.adam = plan->adam;
  plan->job.adam_entries = entries;
  return SEAM_OK;
}

/* Further cells fill up the last block of them, as the last one again: nobody hits them. */
static void plan_cells(const struct seam_config *config, struct plan *plan) {
  double width = (config->range[1] - config->range[0]) / (double)config->cells;
  plan->job.stride = ((int32_t)config->cells + CELL_BLOCK - 1) / CELL_BLOCK * CELL_BLOCK;
  for (int32_t cell = 0; cell < plan->job.stride; cell++) {
    double own = cell < (int32_t)config->cells ? (double)cell : (double)config->cells - 1;
    plan->centre[cell] = (float)(config->range[0] + (own + 0.5) * width);
  }
  plan->job.draws = config->draws;
  plan->job.weight_exponent = (float)(-config->beta / 2 * 1.4426950408889634);
  plan->job.centre = plan->centre;
}

/* A first component whose curve passes the origin says 0 V at level 0. */
static void plan_common_cell(struct job *job) {
  const struct axis *axis = &job->axes[AXIS_CELL];
  const int32_t cell = tally_bin(axis, 0.0f);
  job->common_cell = component_zero_at_zero(job->first) && cell <= axis->bins ? cell : 0;
}

static void plan_counts(const struct histogram_set *set, struct job *job) {
  memcpy(job->axes, set->axes, sizeof job->axes);
  memcpy(job->offset, set->offset, sizeof job->offset);
  job->cells = set->cells;
  job->snapshot_count = set->offset[HISTOGRAM_SNAPSHOTS] < 0 ? 0 : set->snapshot_count;
  for (int k = 0; k < job->snapshot_count; k++) job->snapshot_steps[k] = (uint32_t)set->snapshot_steps[k];
}

seam_status plan_create(const struct seam_config *config, const struct histogram_set *set, struct plan **plan,
                        seam_error *error) {
  *plan = calloc(1, sizeof **plan);
  if (!*plan) return error_set(error, SEAM_ERROR_MEMORY, "out of memory: close other programs or run a smaller job");
  struct job *job = &(*plan)->job;
  job->seed = config->seed;
  job->first = config->first;
  job->second = config->second;
  job->optimizer = config->optimizer;
  job->init_scale = (float)config->init_scale;
  job->steps = (uint32_t)config->steps;
  job->input_noise = (float)config->input_noise;
  job->interface_noise = (float)config->interface_noise;
  job->learning_rate = (float)config->lr;
  job->inverse_beta = (float)(config->lr / config->beta);
  job->langevin_noise = (float)sqrt(2.0 * config->lr / config->beta);
  plan_voltages(config, job);
  plan_cells(config, *plan);
  plan_counts(set, job);
  plan_common_cell(job);
  seam_status status = plan_adam(config, *plan, error);
  if (status == SEAM_OK) return SEAM_OK;
  plan_free(*plan);
  *plan = NULL;
  return status;
}

void plan_free(struct plan *plan) {
  if (!plan) return;
  free(plan->adam);
  free(plan);
}
