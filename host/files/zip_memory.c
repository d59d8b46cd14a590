/* SPDX-License-Identifier: Apache-2.0 */
/* The calls with which minizip reads, writes and seeks in a file in memory. */
#include "files/zip_memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static voidpf open_memory(voidpf opaque, const void *name, int mode) {
  (void)name;
  (void)mode;
  return opaque;
}

static uLong read_memory(voidpf opaque, voidpf stream, void *buffer, uLong size) {
  struct zip_memory *memory = stream;
  (void)opaque;
  size_t left = memory->size - memory->position;
  if (size > left) size = left;
  if (size) memcpy(buffer, memory->bytes + memory->position, size);
  memory->position += size;
  return size;
}

static bool grow(struct zip_memory *memory, size_t needed) {
  if (needed <= memory->capacity) return true;
  size_t capacity = memory->capacity ? memory->capacity : 4096;
  while (capacity < needed) {
    if (capacity > SIZE_MAX / 2) return false;
    capacity *= 2;
  }
  unsigned char *bytes = realloc(memory->bytes, capacity);
  if (!bytes) return false;
  memory->bytes = bytes;
  memory->capacity = capacity;
  return true;
}

static uLong write_memory(voidpf opaque, voidpf stream, const void *buffer, uLong size) {
  struct zip_memory *memory = stream;
  (void)opaque;
  size_t end;
  if (__builtin_add_overflow(memory->position, size, &end) || !grow(memory, end)) {
    memory->failed = true;
    return 0;
  }
  if (size) memcpy(memory->bytes + memory->position, buffer, size);
  memory->position = end;
  if (end > memory->size) memory->size = end;
  return size;
}

static ZPOS64_T tell_memory(voidpf opaque, voidpf stream) {
  (void)opaque;
  return ((struct zip_memory *)stream)->position;
}

/* Offsets come from the file that is read, so they may be wrong. */
static long seek_memory(voidpf opaque, voidpf stream, ZPOS64_T offset, int origin) {
  struct zip_memory *memory = stream;
  (void)opaque;
  size_t base = origin == ZLIB_FILEFUNC_SEEK_CUR   ? memory->position
                : origin == ZLIB_FILEFUNC_SEEK_END ? memory->size
                                                   : 0;
  if (offset > memory->size - base) return -1;
  memory->position = base + offset;
  return 0;
}

static int close_memory(voidpf opaque, voidpf stream) {
  (void)opaque;
  (void)stream;
  return 0;
}

static int memory_error(voidpf opaque, voidpf stream) {
  (void)opaque;
  return ((struct zip_memory *)stream)->failed;
}

zlib_filefunc64_def zip_memory_calls(struct zip_memory *memory) {
  return (zlib_filefunc64_def){.zopen64_file = open_memory,
                               .zread_file = read_memory,
                               .zwrite_file = write_memory,
                               .ztell64_file = tell_memory,
                               .zseek64_file = seek_memory,
                               .zclose_file = close_memory,
                               .zerror_file = memory_error,
                               .opaque = memory};
}
