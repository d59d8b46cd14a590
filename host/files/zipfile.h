/* SPDX-License-Identifier: Apache-2.0 */
/* Zip files in memory: writing members one after another, and reading them without trusting what the file says. */
#ifndef SEAM_ZIPFILE_H
#define SEAM_ZIPFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* ---- Writing ---- */

struct zip_writer;

/* NULL when memory is out. */
struct zip_writer *zip_writer_create(void);

/* Adds a member made of `head` and, where `body` is not NULL, `body` after it. */
seam_status zip_writer_add(struct zip_writer *writer, const char *name, const void *head, size_t head_size,
                           const void *body, size_t body_size, seam_error *error);

/* Hands over the finished file, which the caller frees. Frees the writer in any case. */
seam_status zip_writer_finish(struct zip_writer *writer, unsigned char **bytes, size_t *size, seam_error *error);

/* Throws the unfinished file away. NULL is allowed. */
void zip_writer_free(struct zip_writer *writer);

/* ---- Reading ---- */

enum { ZIP_MEMBERS = 64, ZIP_NAME = 64 };

struct zip_member {
  char name[ZIP_NAME];
  uint64_t size;                /* as the file claims; never more than deflate can make of the bytes that are there */
  uint64_t directory, position; /* minizip's own */
};

struct zip_reader {
  void *zip;
  struct zip_memory *memory;
  const char *path; /* names the file in messages */
  int count;
  struct zip_member members[ZIP_MEMBERS];
};

/* Reads the directory: every member is known by a name of its own, compressed in a way we read. The bytes and the path
 * must outlive the reader. */
seam_status zip_reader_open(const unsigned char *bytes, size_t size, const char *path, struct zip_reader **reader,
                            seam_error *error);
void zip_reader_close(struct zip_reader *reader);

/* NULL where there is none of that name. */
const struct zip_member *zip_reader_find(const struct zip_reader *reader, const char *name);

/* Whether the zip file at `path` has a member of that name: of the file its directory alone is read. */
bool zip_file_has(const char *path, const char *name);

/* Begins to read a member, hands out its next `size` bytes, and ends, which checks that all of it was read and that its
 * checksum is right. A failed begin or read needs no end. */
seam_status zip_reader_begin(struct zip_reader *reader, const struct zip_member *member, seam_error *error);
seam_status zip_reader_read(struct zip_reader *reader, const struct zip_member *member, void *bytes, size_t size,
                            seam_error *error);
seam_status zip_reader_end(struct zip_reader *reader, const struct zip_member *member, seam_error *error);

/* All of a member in one, ended by a 0 beyond its size; refused above `limit` bytes. The caller frees *text. */
seam_status zip_reader_text(struct zip_reader *reader, const struct zip_member *member, size_t limit, char **text,
                            seam_error *error);

/* "PATH: member NAME is WRONG; the file is damaged: ...": SEAM_ERROR_FORMAT. */
seam_status zip_member_damaged(seam_error *error, const char *path, const char *name, const char *wrong);

#endif
