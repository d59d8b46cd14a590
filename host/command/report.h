/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that count or read a result print alike. */
#ifndef SEAM_COMMAND_REPORT_H
#define SEAM_COMMAND_REPORT_H

#include "seam.h"

void report_outcomes(const seam_result *result);
void report_result(seam_result *result); /* or the prediction */

/* The options that made a result, as the command line takes them. */
void report_config(seam_config *config);

#endif
