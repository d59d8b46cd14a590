/* SPDX-License-Identifier: Apache-2.0 */
/* The chance that swapped parts fit, for people and for programs. */
#ifndef SEAM_COMMAND_INTERCHANGE_H
#define SEAM_COMMAND_INTERCHANGE_H

#include <jansson.h>

#include "seam.h"

/* Nothing where the result did not count it. */
void interchange_report(const seam_result *result, const seam_result *beside); /* a prediction, or NULL */
json_t *interchange_json(const seam_result *result);                           /* null then */

#endif
