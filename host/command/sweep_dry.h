/* SPDX-License-Identifier: Apache-2.0 */
/* What seam sweep --dry-run says. */
#ifndef SEAM_COMMAND_SWEEP_DRY_H
#define SEAM_COMMAND_SWEEP_DRY_H

#include "command/arguments.h"

seam_status sweep_tell_plan(struct arguments *arguments, seam_sweep *sweep, seam_error *error);

#endif
