/* SPDX-License-Identifier: Apache-2.0 */
/* What a run does with its output before it ends. */
#ifndef SEAM_OUTPUT_H
#define SEAM_OUTPUT_H

#include "base/error.h"

/* What is put to the name of an output while it is written. */
#define OUTPUT_PARTIAL ".seam-partial"

/* As seam_output_write, but where a file appeared at the target meanwhile nothing is kept beside it: the next one would
 * be kept, too. */
seam_status output_write_checkpoint(seam_output *output, const seam_result *result, seam_error *error);

/* Makes a folder where there is none; that it is to be in is there. */
seam_status output_make_folder(const char *path, seam_error *error);

#endif
