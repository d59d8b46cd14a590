/* SPDX-License-Identifier: Apache-2.0 */
/* Unpacks a member of a zip file and checks its checksum. */
#include <stdlib.h>
#include <string.h>

#include "base/read_file.h"
#include "files/zipfile.h"

/* zlib counts the bytes of one call in 32 bits. */
enum { MOST_AT_ONCE = 1 << 30 };

static uInt at_once(uint64_t size) { return (uInt)(size < MOST_AT_ONCE ? size : MOST_AT_ONCE); }

/* One call of inflate, for at most `size` bytes. Returns how many it made, and its status. */
static size_t inflate_some(struct zip_reader *reader, unsigned char *bytes, size_t size, int *status) {
  z_stream *stream = &reader->stream;
  stream->next_in = (Bytef *)reader->at;
  stream->avail_in = at_once(reader->left);
  stream->next_out = bytes;
  stream->avail_out = at_once(size);
  *status = inflate(stream, Z_NO_FLUSH);
  reader->left -= (uint64_t)(stream->next_in - reader->at);
  reader->at = stream->next_in;
  return (size_t)(stream->next_out - bytes);
}

static seam_status inflate_failed(const struct zip_reader *reader, const struct zip_member *member, int status,
                                  seam_error *error) {
  if (status == Z_MEM_ERROR) return read_file_no_memory(reader->path, error);
  bool cut_off = status == Z_STREAM_END || status == Z_BUF_ERROR;
  return zip_member_damaged(error, reader->path, member->name, cut_off ? "is truncated" : "cannot be unpacked");
}

static seam_status inflate_all(struct zip_reader *reader, const struct zip_member *member, unsigned char *bytes,
                               size_t size, seam_error *error) {
  while (size) {
    int status;
    size_t made = inflate_some(reader, bytes, size, &status);
    bytes += made;
    size -= made;
    if (status != Z_OK && !(status == Z_STREAM_END && size == 0)) {
      inflateEnd(&reader->stream);
      return inflate_failed(reader, member, status, error);
    }
  }
  return SEAM_OK;
}

static seam_status copy(struct zip_reader *reader, const struct zip_member *member, unsigned char *bytes, size_t size,
                        seam_error *error) {
  if (size > reader->left) return zip_member_damaged(error, reader->path, member->name, "is truncated");
  if (size) memcpy(bytes, reader->at, size);
  reader->at += size;
  reader->left -= size;
  return SEAM_OK;
}

seam_status zip_reader_begin(struct zip_reader *reader, const struct zip_member *member, seam_error *error) {
  reader->at = reader->bytes + member->position;
  reader->left = member->packed;
  reader->checksum = 0;
  reader->stream = (z_stream){.next_in = NULL};
  int opened = member->is_deflated ? inflateInit2(&reader->stream, -MAX_WBITS) : Z_OK;
  return opened == Z_OK ? SEAM_OK : inflate_failed(reader, member, opened, error);
}

seam_status zip_reader_read(struct zip_reader *reader, const struct zip_member *member, void *bytes, size_t size,
                            seam_error *error) {
  FORWARD((member->is_deflated ? inflate_all : copy)(reader, member, bytes, size, error));
  if (size) reader->checksum = (uint32_t)crc32_z(reader->checksum, bytes, size);
  return SEAM_OK;
}

/* The last call finds the end of the deflated bytes, and makes no more of them. */
seam_status zip_reader_end(struct zip_reader *reader, const struct zip_member *member, seam_error *error) {
  bool whole = true;
  if (member->is_deflated) {
    unsigned char more;
    int status;
    whole = inflate_some(reader, &more, sizeof more, &status) == 0;
    inflateEnd(&reader->stream);
    if (whole && status != Z_STREAM_END) return inflate_failed(reader, member, status, error);
  }
  if (!whole || reader->left > 0)
    return zip_member_damaged(error, reader->path, member->name, "is longer than its contents");
  if (reader->checksum != member->checksum)
    return zip_member_damaged(error, reader->path, member->name, "does not match its checksum");
  return SEAM_OK;
}

seam_status zip_reader_text(struct zip_reader *reader, const struct zip_member *member, size_t limit, char **text,
                            seam_error *error) {
  *text = NULL;
  if (member->size > limit) return zip_member_damaged(error, reader->path, member->name, "is too large");
  char *buffer = malloc(member->size + 1);
  if (!buffer) return read_file_no_memory(reader->path, error);
  seam_status status = zip_reader_begin(reader, member, error);
  if (status == SEAM_OK) status = zip_reader_read(reader, member, buffer, member->size, error);
  if (status == SEAM_OK) status = zip_reader_end(reader, member, error);
  if (status != SEAM_OK) {
    free(buffer);
    return status;
  }
  buffer[member->size] = '\0';
  *text = buffer;
  return SEAM_OK;
}
