/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the kind of a result, and the options that decide its counts. */
#ifndef SEAM_COMMAND_RESULT_KIND_H
#define SEAM_COMMAND_RESULT_KIND_H

#include <stdbool.h>

#include "seam.h"

bool is_prediction(const seam_result *result);

/* Whether an option decides what is counted, and not only how the run is done. */
bool option_counts(const seam_option *option, seam_config *config);

#endif
