/* SPDX-License-Identifier: Apache-2.0 */
/* Output files: what runs need beyond the public calls. */
#ifndef SEAM_ATOMIC_OUTPUT_H
#define SEAM_ATOMIC_OUTPUT_H

#include <stdbool.h>

#include "base/error.h"

/* The end of the temporary file's name. */
#define OUTPUT_PARTIAL ".seam-partial"

/* The first part of opening: holds the folder, takes the lock and checks the target. The temporary file of an earlier
 * run is still there. The caller then looks at it, and calls output_try or output_keep_partial. */
seam_status output_claim(const char *path, bool replace, seam_output **output, seam_error *error);

/* Lets the output replace only a file that is there now, because the caller reads it. Returns whether there is one. */
bool output_limit_to_present(seam_output *output);

/* The second part: tries with an empty file everything that a write does. A run should fail now, not at its end.
 * Deletes the temporary file of an earlier run. */
seam_status output_try(seam_output *output, seam_error *error);

/* The path of the temporary file if an earlier run left one that is not empty, else NULL. */
const char *output_partial(const seam_output *output);

/* Reads the target or the temporary file through the folder that the output holds. The caller frees *bytes. */
seam_status output_read(const seam_output *output, const char *path, unsigned char **bytes, size_t *size,
                        seam_error *error);

/* The temporary file is a result that the run may continue. It stays until output_settle gives it its name. */
void output_keep_partial(seam_output *output);

/* To be called with the status of comparing the run's configuration with that of the result it continues. If that
 * result is an earlier run's temporary file: gives it the name of the target, or refuses it with SEAM_ERROR_EXISTS.
 * Otherwise returns `status`. `output` may be NULL. */
seam_status output_settle(seam_output *output, seam_status status, seam_error *error);

/* Reserves room on the disk for a file of `bytes`, where the file system can. Adds a note if there is too little. */
void output_reserve(seam_output *output, uint64_t bytes);

/* The target, with symbolic links followed. */
const char *output_path(const seam_output *output);

/* As seam_output_write_bytes. But if a file appeared at the target, no copy is kept beside it: the copies of all later
 * checkpoints would stay, too. */
seam_status output_write_checkpoint(seam_output *output, const unsigned char *bytes, size_t size, seam_error *error);

/* Makes a folder if it does not exist. The folder above it must exist. */
seam_status output_make_folder(const char *path, seam_error *error);

#endif
