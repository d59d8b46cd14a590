/* SPDX-License-Identifier: Apache-2.0 */
/* What a prediction says, for people and for programs. */
#ifndef SEAM_COMMAND_PREDICTION_H
#define SEAM_COMMAND_PREDICTION_H

#include <jansson.h>

#include "seam.h"

/* Nothing where the result is of training. */
void prediction_report(seam_result *result);
json_t *prediction_json(const seam_result *result); /* null then */

#endif
