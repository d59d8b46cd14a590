/* SPDX-License-Identifier: Apache-2.0 */
/* Prints a prediction, as text or as JSON. */
#ifndef SEAM_COMMAND_PREDICTION_H
#define SEAM_COMMAND_PREDICTION_H

#include <jansson.h>

#include "seam.h"

/* For a result that is not a prediction, the text is empty and the JSON is null. */
void prediction_report(seam_result *result);
json_t *prediction_json(const seam_result *result);

#endif
