/* SPDX-License-Identifier: Apache-2.0 */
/* Saves a result when the last write of its output fails. */
#ifndef SEAM_COMMAND_SPILL_H
#define SEAM_COMMAND_SPILL_H

#include "seam.h"

/* The file in the folder of --spill. All members are 0 without that option. */
struct spill {
  char path[4096];
  seam_output *output;
};

/* Claims the file that has the name of the output in `folder`. Does nothing if `folder` is NULL. */
seam_status spill_open(struct spill *spill, const char *folder, const char *path, seam_error *error);

/* Writes the result to the output. If that fails: to the file of --spill, which is a failure, too; else, on a terminal,
 * asks whether to try again. */
seam_status spill_or_write(struct spill *spill, seam_output *output, const seam_result *result, seam_error *error);

void spill_close(struct spill *spill);

#endif
