/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a whole file into memory. */
#ifndef SEAM_READ_FILE_H
#define SEAM_READ_FILE_H

#include "base/error.h"

/* The caller frees *bytes. Returns SEAM_ERROR_IO if the file cannot be read. */
seam_status read_file(const char *path, unsigned char **bytes, size_t *size, seam_error *error);

/* Reads the last `size` bytes of an ordinary file, or all of a shorter one. Returns how many; 0 if it cannot be read.
 */
size_t read_file_end(const char *path, unsigned char *bytes, size_t size);

/* The same for a file in an open folder. Messages say `path`. */
seam_status read_file_at(int folder, const char *name, const char *path, unsigned char **bytes, size_t *size,
                         seam_error *error);

/* "out of memory: PATH cannot be read; ...", with SEAM_ERROR_MEMORY. */
seam_status read_file_no_memory(const char *path, seam_error *error);

#endif
