/* SPDX-License-Identifier: Apache-2.0 */
/* Runs seam sweep --dry-run. */
#ifndef SEAM_COMMAND_SWEEP_DRY_H
#define SEAM_COMMAND_SWEEP_DRY_H

#include "command/arguments.h"

seam_status sweep_dry_run(struct arguments *arguments, seam_sweep *sweep, seam_error *error);

#endif
