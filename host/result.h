/* SPDX-License-Identifier: Apache-2.0 */
/* A result in memory: configuration, coverage, counts and the record of the run. */
#ifndef SEAM_RESULT_H
#define SEAM_RESULT_H

#include "config.h"
#include "coverage.h"
#include "histogram.h"

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

/* A result of `config` that covers nothing, all counts 0. */
seam_status result_create(const struct seam_config *config, seam_result **result, seam_error *error);

#endif
