/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the kind of a result, the unit of its counts, and the options that decide its counts. */
#ifndef SEAM_COMMAND_RESULT_KIND_H
#define SEAM_COMMAND_RESULT_KIND_H

#include <stdbool.h>

#include "command/common/text.h"
#include "seam.h"

bool is_prediction(const seam_result *result);
bool is_gibbs_law(const seam_result *result);

/* The unit of the counts: chains, pairs of a prediction, or weights of pairs in units of 2^-20. */
struct unit {
  const char *name, *axis; /* "chains" */
  double value;            /* of one count */
};
struct unit unit_of(const seam_result *result);
struct text unit_text(const struct unit *unit, double count); /* without the name: 262,144; a small weight as 0.0312 */

/* Whether an option decides what is counted, and not only how the run is done. */
bool option_counts(const seam_option *option, seam_config *config);

#endif
