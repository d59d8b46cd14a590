/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a zip file in memory, with one date for all, so that the same members make the same bytes. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "files/zip_format.h"
#include "files/zipfile.h"

/* The least room that deflate gets, and the most bytes that it takes at once: it counts them in 32 bits. */
enum { LEAST_ROOM = 1 << 16, MOST_AT_ONCE = 1 << 30 };

/* A member from this size on has numbers of 64 bits. Smaller members have none, for all readers: deflate makes them
 * longer by 5 bytes in each 16 KB at most, so they stay below 4 GiB. */
static const uint64_t wide_size = ((uint64_t)1 << 32) - ((uint64_t)1 << 24);

struct buffer {
  unsigned char *bytes;
  size_t size, capacity;
};

struct zip_writer {
  struct buffer file, directory;
  uint64_t members;
};

struct written {
  const char *name;
  uint64_t position, size, packed;
  uint32_t checksum;
};

/* ---- A buffer ---- */

static bool reserve(struct buffer *buffer, size_t more) {
  size_t needed, capacity = buffer->capacity ? buffer->capacity : 4096;
  if (__builtin_add_overflow(buffer->size, more, &needed)) return false;
  if (needed <= buffer->capacity) return true;
  while (capacity < needed)
    if (__builtin_mul_overflow(capacity, 2, &capacity)) return false;
  unsigned char *bytes = realloc(buffer->bytes, capacity);
  if (!bytes) return false;
  buffer->bytes = bytes;
  buffer->capacity = capacity;
  return true;
}

static bool append(struct buffer *buffer, const void *bytes, size_t size) {
  if (!reserve(buffer, size)) return false;
  if (size) memcpy(buffer->bytes + buffer->size, bytes, size);
  buffer->size += size;
  return true;
}

/* ---- Headers ---- */

static bool is_wide(const struct written *member) { return member->size >= wide_size; }

static uint32_t narrow(uint64_t number) { return number < ZIP_ELSEWHERE ? (uint32_t)number : ZIP_ELSEWHERE; }

/* The numbers of 64 bits that the extra field holds: both sizes of a wide member; in the directory also a position that
 * does not fit. */
static uint16_t wide_numbers(const struct written *member, bool in_directory, uint64_t numbers[3]) {
  uint16_t count = 0;
  if (is_wide(member)) {
    numbers[count++] = member->size;
    numbers[count++] = member->packed;
  }
  if (in_directory && narrow(member->position) == ZIP_ELSEWHERE) numbers[count++] = member->position;
  return count;
}

static struct zip_about about(const struct written *member, uint16_t numbers) {
  return (struct zip_about){
      .version = numbers ? ZIP64_VERSION : ZIP_VERSION,
      .method = ZIP_DEFLATED,
      .date = ZIP_DATE,
      .checksum = member->checksum,
      .packed = is_wide(member) ? ZIP_ELSEWHERE : (uint32_t)member->packed,
      .size = is_wide(member) ? ZIP_ELSEWHERE : (uint32_t)member->size,
      .name_size = (uint16_t)strlen(member->name),
      .extra_size = numbers ? (uint16_t)(sizeof(struct zip_extra) + numbers * sizeof(uint64_t)) : 0,
  };
}

/* Adds the name and the extra field. */
static bool add_name(struct buffer *buffer, const struct written *member, const uint64_t *numbers, uint16_t count) {
  struct zip_extra extra = {.kind = ZIP64_EXTRA, .size = (uint16_t)(count * sizeof *numbers)};
  if (!append(buffer, member->name, strlen(member->name))) return false;
  return count == 0 || (append(buffer, &extra, sizeof extra) && append(buffer, numbers, extra.size));
}

static bool add_header(struct buffer *file, const struct written *member) {
  uint64_t numbers[3];
  uint16_t count = wide_numbers(member, false, numbers);
  struct zip_header header = {.signature = ZIP_HEADER, .about = about(member, count)};
  return append(file, &header, sizeof header) && add_name(file, member, numbers, count);
}

static bool add_entry(struct zip_writer *writer, const struct written *member) {
  uint64_t numbers[3];
  uint16_t count = wide_numbers(member, true, numbers);
  struct zip_entry entry = {.signature = ZIP_ENTRY,
                            .made_by = count ? ZIP64_VERSION : 0,
                            .about = about(member, count),
                            .position = narrow(member->position)};
  writer->members++;
  return append(&writer->directory, &entry, sizeof entry) && add_name(&writer->directory, member, numbers, count);
}

/* ---- Contents ---- */

/* One call of deflate, to the end of the file. */
static int deflate_some(z_stream *stream, struct buffer *file, int flush) {
  if (!reserve(file, LEAST_ROOM)) return Z_MEM_ERROR;
  size_t room = file->capacity - file->size;
  if (room > MOST_AT_ONCE) room = MOST_AT_ONCE;
  stream->next_out = file->bytes + file->size;
  stream->avail_out = (uInt)room;
  int status = deflate(stream, flush);
  file->size += room - stream->avail_out;
  return status;
}

static bool deflate_part(z_stream *stream, struct buffer *file, const unsigned char *bytes, size_t size) {
  while (size) {
    size_t part = size < MOST_AT_ONCE ? size : MOST_AT_ONCE;
    stream->next_in = (Bytef *)bytes;
    stream->avail_in = (uInt)part;
    while (stream->avail_in)
      if (deflate_some(stream, file, Z_NO_FLUSH) != Z_OK) return false;
    bytes += part;
    size -= part;
  }
  return true;
}

static bool add_contents(struct buffer *file, const void *head, size_t head_size, const void *body, size_t body_size) {
  z_stream stream = {.next_in = NULL};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) return false;
  bool good = deflate_part(&stream, file, head, head_size) && deflate_part(&stream, file, body, body_size);
  int status = good ? Z_OK : Z_MEM_ERROR;
  while (status == Z_OK) status = deflate_some(&stream, file, Z_FINISH);
  deflateEnd(&stream);
  return status == Z_STREAM_END;
}

/* The header is written twice: the packed size is known only at the end. */
static bool add_member(struct zip_writer *writer, struct written *member, const void *head, size_t head_size,
                       const void *body, size_t body_size) {
  struct buffer *file = &writer->file;
  member->position = file->size;
  if (!add_header(file, member)) return false;
  size_t begin = file->size;
  if (!add_contents(file, head, head_size, body, body_size)) return false;
  size_t end = file->size;
  member->packed = end - begin;
  file->size = member->position;
  bool good = add_header(file, member) && add_entry(writer, member);
  file->size = end;
  return good;
}

/* ---- The writer ---- */

struct zip_writer *zip_writer_create(void) {
  return calloc(1, sizeof(struct zip_writer));
}

/* The zip is in memory, so writing fails only when memory is out. */
static seam_status writing_failed(seam_error *error) {
  return error_set(error, SEAM_ERROR_MEMORY,
                   "out of memory: the result cannot be packed; free memory or ask for fewer bins");
}

seam_status zip_writer_add(struct zip_writer *writer, const char *name, const void *head, size_t head_size,
                           const void *body, size_t body_size, seam_error *error) {
  struct written member = {.name = name, .size = (uint64_t)head_size + body_size};
  member.checksum = (uint32_t)crc32_z(0, head, head_size);
  if (body) member.checksum = (uint32_t)crc32_z(member.checksum, body, body_size);
  return add_member(writer, &member, head, head_size, body, body_size) ? SEAM_OK : writing_failed(error);
}

/* Adds the directory and what tells where it is. */
static bool add_directory(struct zip_writer *writer) {
  struct buffer *file = &writer->file;
  uint64_t position = file->size, size = writer->directory.size, members = writer->members;
  bool wide = narrow(position) == ZIP_ELSEWHERE;
  struct zip64_end wide_end = {.signature = ZIP64_END,
                               .rest = sizeof wide_end - offsetof(struct zip64_end, made_by),
                               .made_by = ZIP64_VERSION,
                               .version = ZIP64_VERSION,
                               .members_here = members,
                               .members = members,
                               .directory_size = size,
                               .directory = position};
  struct zip64_locator locator = {.signature = ZIP64_LOCATOR, .end = position + size, .disks = 1};
  struct zip_end end = {.signature = ZIP_END,
                        .members_here = (uint16_t)members,
                        .members = (uint16_t)members,
                        .directory_size = (uint32_t)size,
                        .directory = narrow(position)};
  if (!append(file, writer->directory.bytes, size)) return false;
  if (wide && !(append(file, &wide_end, sizeof wide_end) && append(file, &locator, sizeof locator))) return false;
  return append(file, &end, sizeof end);
}

seam_status zip_writer_finish(struct zip_writer *writer, unsigned char **bytes, size_t *size, seam_error *error) {
  bool good = add_directory(writer);
  if (good) {
    *bytes = writer->file.bytes;
    *size = writer->file.size;
    writer->file.bytes = NULL;
  }
  zip_writer_free(writer);
  return good ? SEAM_OK : writing_failed(error);
}

void zip_writer_free(struct zip_writer *writer) {
  if (!writer) return;
  free(writer->file.bytes);
  free(writer->directory.bytes);
  free(writer);
}
