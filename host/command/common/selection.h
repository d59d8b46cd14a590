/* SPDX-License-Identifier: Apache-2.0 */
/* The values of --outcome. */
#ifndef SEAM_COMMAND_SELECTION_H
#define SEAM_COMMAND_SELECTION_H

#include "seam.h"

enum { OUTCOMES_COUNTED = 3 }; /* buffer, inverter, fail: the first axis of the histograms */

/* A choice of outcomes: bit o set takes outcome o. */
struct selection {
  const char *name;
  unsigned outcomes;
};

/* The first, pass, for no name; NULL for an unknown one. */
const struct selection *find_selection(const char *name);
seam_status unknown_selection(const char *name, seam_error *error);

int64_t selected_chains(const seam_result *result, const struct selection *selection);

/* The histogram summed over the chosen outcomes: without its first axis. Freed by the caller; NULL without memory. */
int64_t *sum_outcomes(const seam_histogram *histogram, const struct selection *selection);

#endif
