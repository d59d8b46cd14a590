/* SPDX-License-Identifier: Apache-2.0 */
/* What kind of result it is, and which of its options count. */
#ifndef SEAM_COMMAND_RESULT_KIND_H
#define SEAM_COMMAND_RESULT_KIND_H

#include <stdbool.h>

#include "seam.h"

bool is_prediction(const seam_result *result);

/* Whether an option has a say in what this configuration counts, and not only in how it is run. */
bool option_counts(const seam_option *option, seam_config *config);

#endif
