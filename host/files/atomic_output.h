/* SPDX-License-Identifier: Apache-2.0 */
/* Output files: what runs need beyond the public calls. */
#ifndef SEAM_ATOMIC_OUTPUT_H
#define SEAM_ATOMIC_OUTPUT_H

#include <stdbool.h>

#include "base/error.h"

/* The end of the temporary file's name. */
#define OUTPUT_PARTIAL ".seam-partial"

/* As seam_output_open, but a file that exists now will be replaced. *exists says whether there is one. */
seam_status output_open_resumed(const char *path, seam_output **output, bool *exists, seam_error *error);

/* The target, with symbolic links followed. */
const char *output_path(const seam_output *output);

/* As seam_output_write_bytes. But if a file appeared at the target, no copy is kept beside it: the copies of all later
 * checkpoints would stay, too. */
seam_status output_write_checkpoint(seam_output *output, const unsigned char *bytes, size_t size, seam_error *error);

/* Makes a folder if it does not exist. The folder above it must exist. */
seam_status output_make_folder(const char *path, seam_error *error);

#endif
