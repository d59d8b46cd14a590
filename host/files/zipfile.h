/* SPDX-License-Identifier: Apache-2.0 */
/* Zip files in memory: a writer that takes one member after another, and a reader that trusts nothing. */
#ifndef SEAM_ZIPFILE_H
#define SEAM_ZIPFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

#include "base/error.h"

/* ---- Writing ---- */

struct zip_writer;

/* NULL when memory is out. */
struct zip_writer *zip_writer_create(void);

/* Adds a member made of `head` and then, unless it is NULL, `body`. */
seam_status zip_writer_add(struct zip_writer *writer, const char *name, const void *head, size_t head_size,
                           const void *body, size_t body_size, seam_error *error);

/* Returns the finished file in *bytes, which the caller frees. Frees the writer even if it fails. */
seam_status zip_writer_finish(struct zip_writer *writer, unsigned char **bytes, size_t *size, seam_error *error);

/* Frees the writer and its unfinished file. NULL is allowed. */
void zip_writer_free(struct zip_writer *writer);

/* ---- Reading ---- */

enum { ZIP_MEMBERS = 64, ZIP_NAME = 64 };

struct zip_member {
  char name[ZIP_NAME];
  uint64_t size;             /* as the file says; at most what deflate can make of its bytes */
  uint64_t packed, position; /* the bytes that it takes in the file */
  uint32_t checksum;
  bool is_deflated; /* or stored */
};

struct zip_reader {
  const unsigned char *bytes;
  size_t size;
  const char *path; /* names the file in messages */
  int count;
  struct zip_member members[ZIP_MEMBERS];
  /* The member that is being read. */
  z_stream stream;
  const unsigned char *at;
  uint64_t left;
  uint32_t checksum;
};

/* Reads the directory. Every member must have a name of its own and a compression that we can read, and every byte of
 * the file must belong to a member or to the directory. The bytes and the path must outlive the reader. */
seam_status zip_reader_open(const unsigned char *bytes, size_t size, const char *path, struct zip_reader **reader,
                            seam_error *error);
void zip_reader_close(struct zip_reader *reader);

/* NULL if no member has that name. */
const struct zip_member *zip_reader_find(const struct zip_reader *reader, const char *name);

/* Whether the zip file at `path` has a member of that name. Reads only the end of the file. */
bool zip_file_has(const char *path, const char *name);

/* Read a member in three steps: begin, then read its next `size` bytes, as often as needed, then end. The end checks
 * that the whole member was read and that its checksum is right. After a failed begin or read, do not call end. */
seam_status zip_reader_begin(struct zip_reader *reader, const struct zip_member *member, seam_error *error);
seam_status zip_reader_read(struct zip_reader *reader, const struct zip_member *member, void *bytes, size_t size,
                            seam_error *error);
seam_status zip_reader_end(struct zip_reader *reader, const struct zip_member *member, seam_error *error);

/* Reads a whole member and adds a zero at its end. Fails above `limit` bytes. The caller frees *text. */
seam_status zip_reader_text(struct zip_reader *reader, const struct zip_member *member, size_t limit, char **text,
                            seam_error *error);

/* "PATH: member NAME WRONG; the file is damaged: ...", with SEAM_ERROR_FORMAT. */
seam_status zip_member_damaged(seam_error *error, const char *path, const char *name, const char *wrong);

#endif
