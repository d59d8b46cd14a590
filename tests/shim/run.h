/* SPDX-License-Identifier: Apache-2.0 */
/* Small runs on the shim's devices and on the CPU, which must count the same. */
#ifndef SEAM_SHIM_RUN_H
#define SEAM_SHIM_RUN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "backend/backend.h"
#include "kernels/cuda/cuda.h"
#include "workers/job_setup.h"
#include "shim.h"
#include "backend/choice.h"
#include "config/option.h"

struct counted {
  seam_status status;
  seam_error error;
  int64_t cells;
  int64_t *counts;
  uint64_t trained; /* chain-steps */
  uint64_t end;     /* ids below this one are counted */
};

struct setting {
  struct histogram_set *set;
  struct job_setup *plan;
};

static inline struct setting setting_of(const struct seam_config *config) {
  struct setting s;
  seam_error error;
  if (seam_config_check(config, &error) != SEAM_OK) fail_msg("%s", error.message);
  assert_int_equal(histogram_set_create(config, &s.set, &error), SEAM_OK);
  assert_int_equal(job_setup_create(config, s.set, &s.plan, &error), SEAM_OK);
  return s;
}

static inline void setting_free(struct setting s) {
  job_setup_free(s.plan);
  histogram_set_free(s.set);
}

/* Counts all chains of the configuration in portions that the workers take in turn. */
static inline void train_portions(const struct backend *backend, const struct seam_config *config,
                                  struct session *session, int workers, uint64_t portion, struct run_control *control,
                                  struct counted *c) {
  uint64_t last = config->first_chain + config->chains;
  for (int turn = 0; c->end < last && c->status == SEAM_OK; turn++) {
    struct chain_range range = {c->end, last - c->end < portion ? last : c->end + portion};
    uint64_t asked = range.end;
    c->status = backend->count(session, turn % workers, &range, control, c->counts, &c->error);
    if (c->status == SEAM_OK) c->end = range.end;
    if (range.end < asked) break;
  }
}

static inline struct counted run(const struct backend *backend, const struct seam_config *config, uint64_t portion,
                                 bool cancel) {
  struct setting s = setting_of(config);
  struct counted c = {.cells = s.set->cells, .end = config->first_chain};
  struct session_info info = {0};
  struct session *session = NULL;
  struct run_control control;
  atomic_init(&control.cancel, cancel);
  atomic_init(&control.work_done, 0);
  shim.cancel = &control.cancel;
  c.counts = calloc((size_t)c.cells, sizeof *c.counts);
  assert_non_null(c.counts);
  c.status = backend->open(config, &s.plan->job, &session, &info, &c.error);
  if (c.status == SEAM_OK) {
    train_portions(backend, config, session, info.workers, portion ? portion : info.batch, &control, &c);
    shim.fail = NULL; /* closing cannot report a failure */
    backend->close(session);
  } else {
    assert_null(session);
  }
  c.trained = atomic_load(&control.work_done);
  setting_free(s);
  return c;
}

static inline struct seam_config small_config(int first, int second) {
  struct seam_config config;
  config_defaults(&config);
  config.first = first;
  config.second = second;
  config.chains = 150; /* one block and a part of another */
  config.first_chain = 5;
  config.steps = 6;
  config.seed = 20251106;
  config.threads = 1;
  config.bins = 32;
  return config;
}

static inline void describe(const struct seam_config *config) {
  print_error("%s:%s %s %s noise %g steps %d slice %d\n", kind_name(config->first), kind_name(config->second),
              optimizer_name(config->optimizer), loss_names[config->loss], config->input_noise, (int)config->steps,
              (int)config->slice);
}

/* The work in chain-steps, or, for a prediction, in pairs. */
static inline uint64_t work_of(const struct seam_config *config) {
  return config->chains * (config->task == TASK_TRAIN ? config->steps : config->draws);
}

/* The sum over all outcomes. */
static inline uint64_t entries_of(const struct seam_config *config) {
  return config->task == TASK_TRAIN ? config->chains : work_of(config) << config_pair_bits(config);
}

/* Expects the same counts from the shim and from the CPU. Returns how many cells are not 0. */
static inline int assert_same(const struct seam_config *config, uint64_t portion) {
  struct counted cuda = run(&cuda_backend, config, portion, false);
  struct counted cpu = run(backend_on_cpu(config), config, 0, false);
  if (cuda.status != SEAM_OK) fail_msg("%s", cuda.error.message);
  assert_int_equal(cpu.status, SEAM_OK);
  assert_int_equal(shim.live, 0);
  assert_true(cuda.end == config->first_chain + config->chains);
  assert_true(cuda.trained == work_of(config));
  assert_true(cuda.cells == cpu.cells);
  int filled = 0, different = 0;
  for (int64_t i = 0; i < cpu.cells; i++) {
    filled += cpu.counts[i] != 0;
    different += cpu.counts[i] != cuda.counts[i];
  }
  if (different) describe(config);
  assert_int_equal(different, 0);
  int64_t entries = 0;
  for (int o = 0; o < OUTCOMES; o++) entries += cuda.counts[o];
  assert_true((uint64_t)entries == entries_of(config));
  free(cuda.counts);
  free(cpu.counts);
  return filled;
}

/* Expects that the shim's backend refuses to open with this status and message. */
static inline void assert_refused(const struct seam_config *config, seam_status status, const char *word) {
  struct counted c = run(&cuda_backend, config, 0, false);
  assert_int_equal(c.status, status);
  if (!strstr(c.error.message, word)) fail_msg("'%s' does not name %s", c.error.message, word);
  assert_int_equal(shim.live, 0);
  free(c.counts);
}

/* Sets up one working device before each test. */
static inline int reset(void **state) {
  (void)state;
  shim_reset();
  return 0;
}

#endif
