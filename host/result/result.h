/* SPDX-License-Identifier: Apache-2.0 */
/* A result in memory: configuration, coverage, counts and the record of the run. */
#ifndef SEAM_RESULT_H
#define SEAM_RESULT_H

#include "config/config.h"
#include "result/coverage.h"
#include "result/histogram.h"

struct seam_result {
  struct seam_config config;
  struct histogram_set *histograms;
  struct coverage coverage;
  int64_t *counts; /* histograms->cells of them; the views' values point in here */
  /* How it was run: the only part that may differ between identical runs. */
  char version[32];
  char backend[16], isa[16], device[128];
  double seconds;
  double chain_steps;
};

/* Promise 5 of a result about to be written or just read: histogram_set_check, and whole pairs where interchange is
 * counted. `status` is what a violation returns. */
seam_status result_check(const struct seam_result *result, seam_status status, seam_error *error);

/* A result of `config` that covers nothing, all counts 0. */
seam_status result_create(const struct seam_config *config, seam_result **result, seam_error *error);

/* Makes `to`, of the same configuration, what `from` is, but for the configuration. On an error nothing changes. */
seam_status result_copy(struct seam_result *to, const struct seam_result *from, seam_error *error);

/* Adds what `part` counted, of the same options and other chains. SEAM_ERROR_FORMAT where sums pass 64 bits: the
 * result then is of no use. */
seam_status result_add(struct seam_result *result, const struct seam_result *part, seam_error *error);

/* Adds where it was run to where it had been run, "cpu; cuda", as far as there is room. */
void result_add_place(struct seam_result *result, const char *backend, const char *isa, const char *device);

/* Records so many seconds, and the chain-steps of what is covered. */
void result_set_time(struct seam_result *result, double seconds);

#endif
