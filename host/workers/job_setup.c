/* SPDX-License-Identifier: Apache-2.0 */
/* Turns a configuration into a job with +, -, *, / and sqrt alone, which every machine rounds alike. */
#include "workers/job_setup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/component/component.h"
#include "kernels/predict_counts.h"

/* Sets `count` voltages, equally spaced over [level - margin, level + margin] with both ends. A single one is the
 * level. */
static void spread_voltages(float *voltages, int count, double level, double margin) {
  for (int k = 0; k < count; k++) {
    double place = count == 1 ? 0.0 : (double)(2 * k - (count - 1)) / (double)(count - 1);
    voltages[k] = (float)(level + margin * place);
  }
}

static void set_voltages(const struct seam_config *config, struct job *job) {
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

/* Adam's corrections for updates 1, 2, ... until they no longer change, when 0.999^t is below half an ulp of 1. */
static seam_status set_adam(const struct seam_config *config, struct job_setup *setup, seam_error *error) {
  enum { LONGEST = 32768 };
  uint32_t entries = config->steps < LONGEST ? (uint32_t)config->steps + 1 : LONGEST;
  setup->adam = malloc(entries * sizeof *setup->adam);
  if (!setup->adam)
    return error_set(error, SEAM_ERROR_MEMORY, "out of memory: close other programs or run a smaller job");
  const double beta1 = ADAM_MEAN_DECAY, beta2 = ADAM_SQUARE_DECAY;
  double mean_decay = 1.0, square_decay = 1.0;
  for (uint32_t t = 0; t < entries; t++) {
    mean_decay *= beta1;
    square_decay *= beta2;
    setup->adam[t].step = (float)(config->lr * (1.0 - beta1) / (1.0 - mean_decay));
    setup->adam[t].root = (float)sqrt((1.0 - beta2) / (1.0 - square_decay));
  }
  setup->job.adam = setup->adam;
  setup->job.adam_entries = entries;
  return SEAM_OK;
}

/* Repeats the last cell until the last block is full. No interface can hit the repeated cells. */
static void set_cells(const struct seam_config *config, struct job_setup *setup) {
  double width = (config->range[1] - config->range[0]) / (double)config->cells;
  setup->job.stride = ((int32_t)config->cells + CELL_BLOCK - 1) / CELL_BLOCK * CELL_BLOCK;
  for (int32_t cell = 0; cell < setup->job.stride; cell++) {
    double own = cell < (int32_t)config->cells ? (double)cell : (double)config->cells - 1;
    setup->centre[cell] = (float)(config->range[0] + (own + 0.5) * width);
  }
  setup->job.draws = config->draws;
  setup->job.weight_exponent = (float)(-config->beta / 2 * 1.4426950408889634);
  setup->job.centre = setup->centre;
}

/* A first component whose curve passes through the origin gives 0 V at level 0. */
static void set_common_cell(struct job *job) {
  const struct axis *axis = &job->axes[AXIS_CELL];
  const int32_t cell = tally_bin(axis, 0.0f);
  job->common_cell = component_zero_at_zero(job->first) && cell <= axis->bins ? cell : 0;
}

static void set_counts(const struct histogram_set *set, struct job *job) {
  memcpy(job->axes, set->axes, sizeof job->axes);
  memcpy(job->offset, set->offset, sizeof job->offset);
  job->cells = set->cells;
  job->snapshot_count = set->offset[HISTOGRAM_SNAPSHOTS] < 0 ? 0 : set->snapshot_count;
  for (int k = 0; k < job->snapshot_count; k++) job->snapshot_steps[k] = (uint32_t)set->snapshot_steps[k];
}

seam_status job_setup_create(const struct seam_config *config, const struct histogram_set *set,
                             struct job_setup **setup, seam_error *error) {
  *setup = calloc(1, sizeof **setup);
  if (!*setup) return error_set(error, SEAM_ERROR_MEMORY, "out of memory: close other programs or run a smaller job");
  struct job *job = &(*setup)->job;
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
  set_voltages(config, job);
  set_cells(config, *setup);
  set_counts(set, job);
  set_common_cell(job);
  seam_status status = set_adam(config, *setup, error);
  if (status == SEAM_OK) return SEAM_OK;
  job_setup_free(*setup);
  *setup = NULL;
  return status;
}

void job_setup_free(struct job_setup *setup) {
  if (!setup) return;
  free(setup->adam);
  free(setup);
}
