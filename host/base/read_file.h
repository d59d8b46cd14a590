/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a whole file into memory. */
#ifndef SEAM_READ_FILE_H
#define SEAM_READ_FILE_H

#include "base/error.h"

/* *bytes is freed by the caller. SEAM_ERROR_IO where the file cannot be read. */
seam_status file_read(const char *path, unsigned char **bytes, size_t *size, seam_error *error);

#endif
