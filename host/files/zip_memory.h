/* SPDX-License-Identifier: Apache-2.0 */
/* A file in memory for minizip: bytes with a position, grown by writing or only read. */
#ifndef SEAM_ZIP_MEMORY_H
#define SEAM_ZIP_MEMORY_H

#include <minizip/ioapi.h>
#include <stdbool.h>
#include <stddef.h>

struct zip_memory {
  unsigned char *bytes; /* when reading, another's; never written to then */
  size_t size, capacity, position;
  bool failed; /* memory ran out while writing */
};

/* Calls for minizip that work on `memory`, which must outlive the zip opened with them. */
zlib_filefunc64_def zip_memory_calls(struct zip_memory *memory);

#endif
