/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the options in which two results differ. */
#ifndef SEAM_COMMAND_DIFFERENCES_H
#define SEAM_COMMAND_DIFFERENCES_H

#include "seam.h"

void differences_report(seam_result *const results[2]);

#endif
