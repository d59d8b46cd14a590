/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the outcomes and the options of a result. */
#ifndef SEAM_COMMAND_REPORT_H
#define SEAM_COMMAND_REPORT_H

#include "seam.h"

void report_result(seam_result *result); /* the outcomes, or the prediction */

/* Prints the options that decide the counts, as the command line takes them. */
void report_config(seam_config *config);

#endif
