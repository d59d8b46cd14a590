/* SPDX-License-Identifier: Apache-2.0 */
/* A result in memory: the configuration, the coverage, the counts and the record of the run. */
#ifndef SEAM_RESULT_H
#define SEAM_RESULT_H

#include "config/config.h"
#include "result/coverage.h"
#include "result/histogram.h"

struct seam_result {
  struct seam_config config;
  struct histogram_set *histograms;
  struct coverage coverage;
  int64_t *counts; /* histograms->cells counts; the values of the views point into them */
  /* The record of the run. Only these members may differ between identical runs. */
  char version[32];
  char backend[16], isa[16], device[128];
  double seconds;
  double chain_steps;
};

/* Checks promise 5 before a result is written and after it is read: histogram_set_check, no chains but those of the
 * configuration, and whole pairs of chains if pairs were counted. Returns `status` if the check fails. */
seam_status result_check(const struct seam_result *result, seam_status status, seam_error *error);

/* Makes a result of `config` that covers no chains. All counts are 0. */
seam_status result_create(const struct seam_config *config, seam_result **result, seam_error *error);

/* Copies everything but the configuration. Both must have equal configurations. On an error nothing changes. */
seam_status result_copy(struct seam_result *to, const struct seam_result *from, seam_error *error);

/* Adds the counts of `part`, which has the same options and other chains. Returns SEAM_ERROR_FORMAT if a sum needs more
 * than 64 bits; the result is then no longer valid. */
seam_status result_add(struct seam_result *result, const struct seam_result *part, seam_error *error);

/* Adds the place of a run to the places of earlier runs, as in "cpu; cuda", if there is room. */
void result_add_place(struct seam_result *result, const char *backend, const char *isa, const char *device);

/* Records `seconds`, and the chain-steps of all chains covered. */
void result_set_time(struct seam_result *result, double seconds);

#endif
