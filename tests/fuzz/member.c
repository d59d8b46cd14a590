/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: any bytes as one member of a result file whose checksums and other members are right. The first byte of
 * the input chooses the file and the member; the rest is the member's content. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "archives.h"
#include "files/zip_format.h"
#include "files/zipfile.h"

struct content {
  char name[ZIP_NAME];
  const unsigned char *bytes;
  size_t size;
  uint32_t checksum;
};

struct contents {
  int count;
  struct content member[ZIP_MEMBERS];
};

static struct contents files[ARCHIVES];
static unsigned places[256][2]; /* the file and the member for each first byte */

/* ---- Taking files apart ---- */

static uint32_t checksum_of(const unsigned char *bytes, size_t size) {
  return (uint32_t)crc32(0, size ? bytes : (const unsigned char *)"", (unsigned)size);
}

static void take_apart(const struct archive *archive, struct contents *contents) {
  struct zip_reader *reader;
  seam_error error;
  must(zip_reader_open(archive->bytes, archive->size, "X.zip", &reader, &error) == SEAM_OK, "a sample can be opened");
  contents->count = reader->count;
  for (int i = 0; i < reader->count; i++) {
    struct content *content = &contents->member[i];
    char *text;
    must(zip_reader_text(reader, &reader->members[i], 1 << 20, &text, &error) == SEAM_OK, "a sample can be read");
    memcpy(content->name, reader->members[i].name, sizeof content->name);
    content->bytes = (unsigned char *)text;
    content->size = reader->members[i].size;
    content->checksum = checksum_of(content->bytes, content->size);
  }
  zip_reader_close(reader);
}

static void write_member_seed(int byte, const char *file, const struct content *content) {
  char name[ZIP_NAME + 32];
  snprintf(name, sizeof name, "%s-%s", file, content->name);
  write_seed(name, &(unsigned char){(unsigned char)byte}, 1, content->bytes, content->size);
}

int LLVMFuzzerInitialize(int *count, char ***words) {
  (void)count;
  (void)words;
  int used = 0;
  const struct archive *archives = small_archives();
  for (int f = 0; f < ARCHIVES; f++) {
    take_apart(&archives[f], &files[f]);
    for (int m = 0; m < files[f].count; m++, used++) {
      places[used][0] = (unsigned)f;
      places[used][1] = (unsigned)m;
      write_member_seed(used, archives[f].name, &files[f].member[m]);
    }
  }
  for (int byte = used; byte < 256; byte++) memcpy(places[byte], places[byte % used], sizeof places[byte]);
  return 0;
}

/* ---- Putting one together ---- */

static size_t put(unsigned char *file, size_t at, const void *bytes, size_t size) {
  if (size) memcpy(file + at, bytes, size);
  return at + size;
}

static struct zip_about about(const struct content *content) {
  return (struct zip_about){.version = ZIP_VERSION,
                            .checksum = content->checksum,
                            .packed = (uint32_t)content->size,
                            .size = (uint32_t)content->size,
                            .name_size = (uint16_t)strlen(content->name)};
}

static size_t put_member(unsigned char *file, size_t at, const struct content *content) {
  struct zip_header head = {ZIP_HEADER, about(content)};
  at = put(file, at, &head, sizeof head);
  at = put(file, at, content->name, head.about.name_size);
  return put(file, at, content->bytes, content->size);
}

static size_t put_entry(unsigned char *file, size_t at, const struct content *content, size_t position) {
  struct zip_entry entry = {
      .signature = ZIP_ENTRY, .made_by = ZIP_VERSION, .about = about(content), .position = (uint32_t)position};
  at = put(file, at, &entry, sizeof entry);
  return put(file, at, content->name, entry.about.name_size);
}

static size_t put_together(unsigned char *file, const struct contents *contents) {
  size_t positions[ZIP_MEMBERS], at = 0;
  for (int m = 0; m < contents->count; m++) {
    positions[m] = at;
    at = put_member(file, at, &contents->member[m]);
  }
  size_t directory = at;
  for (int m = 0; m < contents->count; m++) at = put_entry(file, at, &contents->member[m], positions[m]);
  struct zip_end end = {.signature = ZIP_END,
                        .members_here = (uint16_t)contents->count,
                        .members = (uint16_t)contents->count,
                        .directory_size = (uint32_t)(at - directory),
                        .directory = (uint32_t)directory};
  return put(file, at, &end, sizeof end);
}

static size_t most_size(const struct contents *contents) {
  size_t size = sizeof(struct zip_end);
  for (int m = 0; m < contents->count; m++)
    size += sizeof(struct zip_header) + sizeof(struct zip_entry) + 2 * ZIP_NAME + contents->member[m].size;
  return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  struct contents *contents = &files[places[data[0]][0]];
  struct content *member = &contents->member[places[data[0]][1]], kept = *member;
  member->bytes = data + 1;
  member->size = size - 1;
  member->checksum = checksum_of(member->bytes, member->size);
  unsigned char *file = malloc(most_size(contents));
  must(file != NULL, "there is memory for a small file");
  size_t file_size = put_together(file, contents);
  *member = kept;
  read_as_result(file, file_size);
  free(file);
  return 0;
}
