/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the chance that swapped parts fit, as text or as JSON. */
#ifndef SEAM_COMMAND_INTERCHANGE_H
#define SEAM_COMMAND_INTERCHANGE_H

#include <jansson.h>

#include "seam.h"

/* Without such a histogram, the text is empty and the JSON is null. `beside` is a prediction or NULL. */
void interchange_report(const seam_result *result, const seam_result *beside);
json_t *interchange_json(const seam_result *result);

#endif
