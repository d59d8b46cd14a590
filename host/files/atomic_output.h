/* SPDX-License-Identifier: Apache-2.0 */
/* What a run does with its output before it ends. */
#ifndef SEAM_ATOMIC_OUTPUT_H
#define SEAM_ATOMIC_OUTPUT_H

#include <stdbool.h>

#include "base/error.h"

/* What is put to the name of an output while it is written. */
#define OUTPUT_PARTIAL ".seam-partial"

/* As seam_output_open, but replaces a file that is there now, and tells whether there is one. */
seam_status output_open_resumed(const char *path, seam_output **output, bool *exists, seam_error *error);

/* The target, through symbolic links. */
const char *output_path(const seam_output *output);

/* As seam_output_write_bytes, but keeps nothing beside a file that appeared at the target: the next checkpoint would be
 * kept, too. */
seam_status output_write_checkpoint(seam_output *output, const unsigned char *bytes, size_t size, seam_error *error);

/* Makes a folder where there is none; that it is to be in is there. */
seam_status output_make_folder(const char *path, seam_error *error);

#endif
