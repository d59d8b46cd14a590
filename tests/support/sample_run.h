/* SPDX-License-Identifier: Apache-2.0 */
/* Configurations and small runs through the public API that the tests expect to succeed. */
#ifndef SEAM_SAMPLE_RUN_H
#define SEAM_SAMPLE_RUN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "seam.h"

/* Options are pairs of a name and a value, ended by NULL. The caller frees what these functions return. */

static inline void sample_set(seam_config *config, const char *const *options) {
  seam_error error;
  for (; options && *options; options += 2)
    if (seam_config_set(config, options[0], options[1], &error) != SEAM_OK) fail_msg("%s", error.message);
}

static inline seam_config *sample_config(const char *const *options) {
  seam_config *config = seam_config_create();
  assert_non_null(config);
  sample_set(config, options);
  return config;
}

/* seam_train or seam_predict. */
typedef seam_status sample_task(const seam_config *, seam_progress_function, void *, seam_result **, seam_error *);

/* Runs the task and frees the configuration. */
static inline seam_result *sample_run(sample_task *task, seam_config *config) {
  seam_result *result = NULL;
  seam_error error;
  if (task(config, NULL, NULL, &result, &error) != SEAM_OK) fail_msg("%s", error.message);
  seam_config_free(config);
  return result;
}

static inline seam_result *sample_train(const char *const *options) {
  return sample_run(seam_train, sample_config(options));
}

static inline seam_result *sample_predict(const char *const *options) {
  return sample_run(seam_predict, sample_config(options));
}

#endif
