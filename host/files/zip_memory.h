/* SPDX-License-Identifier: Apache-2.0 */
/* A file in memory for minizip. */
#ifndef SEAM_ZIP_MEMORY_H
#define SEAM_ZIP_MEMORY_H

#include <minizip/ioapi.h>
#include <stdbool.h>
#include <stddef.h>

struct zip_memory {
  unsigned char *bytes; /* when reading, the caller's, and never written to */
  size_t size, capacity, position;
  bool failed; /* memory ran out while writing */
};

/* The calls that minizip needs. `memory` must outlive the zip that is opened with them. */
zlib_filefunc64_def zip_memory_calls(struct zip_memory *memory);

#endif
