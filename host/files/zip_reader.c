/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a zip file in memory, and trusts nothing that it says about itself. */
#include <stdlib.h>
#include <string.h>

#include "base/read_file.h"
#include "files/zip_format.h"
#include "files/zipfile.h"

/* A deflated byte holds at most 4 matches of 2 bits and 258 bytes each. */
enum { DEFLATE_RATIO = 1032 };

/* The directory of all members that seam writes is shorter. */
enum { LONGEST_DIRECTORY = 1 << 15 };

static const char remedy[] = "the file is damaged: use another copy or run again";

seam_status zip_member_damaged(seam_error *error, const char *path, const char *name, const char *wrong) {
  return error_set(error, SEAM_ERROR_FORMAT, "%s: member %s %s; %s", error_path(path), name, wrong, remedy);
}

static seam_status directory_damaged(seam_error *error, const char *path) {
  return error_set(error, SEAM_ERROR_FORMAT, "%s: the zip's directory of members cannot be read; %s", error_path(path),
                   remedy);
}

/* ---- The directory ---- */

struct directory {
  const unsigned char *at, *end;
  uint64_t members, position; /* as the file says */
};

/* If numbers of the end do not fit, they are in a record before it. Returns the bytes of that record, or 0 if there is
 * none. */
static size_t find_wide_end(const unsigned char *bytes, size_t size, struct directory *directory, uint64_t *length) {
  struct zip64_end end;
  struct zip64_locator locator;
  if (size < sizeof end + sizeof locator) return 0;
  memcpy(&locator, bytes + size - sizeof locator, sizeof locator);
  memcpy(&end, bytes + size - sizeof locator - sizeof end, sizeof end);
  if (locator.signature != ZIP64_LOCATOR || end.signature != ZIP64_END || end.members_here != end.members) return 0;
  directory->members = end.members;
  directory->position = end.directory;
  *length = end.directory_size;
  return sizeof locator + sizeof end;
}

/* Finds the directory in the last `size` bytes of a file, which has no comment. */
static bool find_directory(const unsigned char *bytes, size_t size, struct directory *directory) {
  struct zip_end end;
  if (size < sizeof end) return false;
  size -= sizeof end;
  memcpy(&end, bytes + size, sizeof end);
  if (end.signature != ZIP_END || end.comment_size || end.disk || end.directory_disk || end.members_here != end.members)
    return false;
  uint64_t length = end.directory_size;
  directory->members = end.members;
  directory->position = end.directory;
  size -= find_wide_end(bytes, size, directory, &length);
  if (length > size) return false;
  directory->end = bytes + size;
  directory->at = directory->end - length;
  return true;
}

/* Takes the numbers that do not fit into an entry from its extra fields. */
static bool take_wide_numbers(const unsigned char *fields, size_t left, uint64_t *const numbers[3]) {
  struct zip_extra extra;
  for (; left >= sizeof extra; fields += extra.size, left -= extra.size) {
    memcpy(&extra, fields, sizeof extra);
    fields += sizeof extra;
    left -= sizeof extra;
    if (extra.size > left) return false;
    size_t used = 0;
    for (int n = 0; extra.kind == ZIP64_EXTRA && n < 3; n++) {
      if (*numbers[n] != ZIP_ELSEWHERE) continue;
      if (used + sizeof *numbers[n] > extra.size) return false;
      memcpy(numbers[n], fields + used, sizeof *numbers[n]);
      used += sizeof *numbers[n];
    }
  }
  return true;
}

/* Takes the next entry. The member's position is that of its header. A name that is too long is cut off. */
static bool take_entry(struct directory *directory, struct zip_entry *entry, struct zip_member *member) {
  size_t left = (size_t)(directory->end - directory->at);
  if (left < sizeof *entry) return false;
  memcpy(entry, directory->at, sizeof *entry);
  const struct zip_about *about = &entry->about;
  const unsigned char *name = directory->at + sizeof *entry;
  size_t length = sizeof *entry + about->name_size + about->extra_size + entry->comment_size;
  if (entry->signature != ZIP_ENTRY || length > left) return false;
  *member = (struct zip_member){.size = about->size,
                                .packed = about->packed,
                                .position = entry->position,
                                .checksum = about->checksum,
                                .is_deflated = about->method == ZIP_DEFLATED};
  memcpy(member->name, name, about->name_size < ZIP_NAME ? about->name_size : ZIP_NAME - 1);
  uint64_t *const numbers[] = {&member->size, &member->packed, &member->position};
  directory->at += length;
  return take_wide_numbers(name + about->name_size, about->extra_size, numbers);
}

/* ---- The members ---- */

/* A name that did not fit into member->name is shorter than the file says. */
static seam_status check_member(const struct zip_reader *reader, const struct zip_about *about,
                                const struct zip_member *member, seam_error *error) {
  if (strlen(member->name) != about->name_size)
    return error_set(error, SEAM_ERROR_FORMAT, "%s: member %.60s does not belong to a result of seam: remove it",
                     error_path(reader->path), member->name);
  if (zip_reader_find(reader, member->name))
    return zip_member_damaged(error, reader->path, member->name, "is in it twice");
  if (about->flags & ZIP_ENCRYPTED || (about->method != ZIP_DEFLATED && about->method != ZIP_STORED))
    return zip_member_damaged(error, reader->path, member->name, "is packed in a way that seam does not write");
  if (member->packed > reader->size || member->size > DEFLATE_RATIO * member->packed)
    return zip_member_damaged(error, reader->path, member->name, "has an impossible size");
  return SEAM_OK;
}

static bool agrees(uint32_t in_header, uint64_t in_directory) {
  return in_header == ZIP_ELSEWHERE || in_header == in_directory;
}

/* Whether the header before the member says what the directory says. */
static bool header_agrees(const struct zip_header *header, const struct zip_about *about, const unsigned char *name,
                          const struct zip_member *member) {
  const struct zip_about *found = &header->about;
  if (header->signature != ZIP_HEADER || found->method != about->method || found->name_size != about->name_size ||
      memcmp(name, member->name, about->name_size) != 0)
    return false;
  if (found->flags & ZIP_DESCRIBED) return true;
  return found->checksum == member->checksum && agrees(found->packed, member->packed) &&
         agrees(found->size, member->size);
}

/* The bytes of the checksum and the sizes behind a member's contents: with a signature or without, and with sizes of 64
 * or 32 bits. 0 if they are not there. */
static size_t description_size(const unsigned char *at, size_t left, const struct zip_member *member) {
  const uint32_t signature = ZIP_DESCRIPTION;
  for (int form = 0; form < 4; form++) {
    unsigned char expected[24];
    size_t size = 0, width = form & 1 ? 4 : 8;
    if (form < 2) memcpy(expected, &signature, size = sizeof signature);
    memcpy(expected + size, &member->checksum, 4);
    memcpy(expected + size + 4, &member->packed, width);
    memcpy(expected + size + 4 + width, &member->size, width);
    size += 4 + 2 * width;
    if (size <= left && memcmp(at, expected, size) == 0) return size;
  }
  return 0;
}

static seam_status stray_bytes(const struct zip_reader *reader, uint64_t bytes, const char *where, const char *name,
                               seam_error *error) {
  return error_set(error, SEAM_ERROR_FORMAT,
                   "%s holds %llu bytes%s%s that belong to no member: if files were joined, use them one by one; else "
                   "use another copy",
                   error_path(reader->path), (unsigned long long)bytes, where, name);
}

/* Moves member->position from the header to the contents. *next is where the member before it ends, and is set to where
 * this one ends. The members lie before `end`. */
static seam_status place_member(const struct zip_reader *reader, const struct zip_about *about, uint64_t end,
                                uint64_t *next, struct zip_member *member, seam_error *error) {
  struct zip_header header;
  if (member->position > *next) return stray_bytes(reader, member->position - *next, " before ", member->name, error);
  if (member->position < *next)
    return zip_member_damaged(error, reader->path, member->name, "begins before the one in front of it ends");
  if (end - *next < sizeof header + about->name_size)
    return zip_member_damaged(error, reader->path, member->name, "is truncated");
  const unsigned char *at = reader->bytes + *next;
  memcpy(&header, at, sizeof header);
  if (!header_agrees(&header, about, at + sizeof header, member))
    return zip_member_damaged(error, reader->path, member->name, "is not as the zip's directory says");
  uint64_t before = sizeof header + about->name_size + (uint64_t)header.about.extra_size;
  if (before > end - *next || member->packed > end - *next - before)
    return zip_member_damaged(error, reader->path, member->name, "reaches into what follows");
  member->position += before;
  *next = member->position + member->packed;
  if (header.about.flags & ZIP_DESCRIBED)
    *next += description_size(reader->bytes + *next, (size_t)(end - *next), member);
  return SEAM_OK;
}

static seam_status read_members(struct zip_reader *reader, struct directory *directory, seam_error *error) {
  uint64_t next = 0, end = (uint64_t)(directory->at - reader->bytes), left = directory->members;
  struct zip_entry entry;
  for (; left > 0; left--) {
    struct zip_member *member = &reader->members[reader->count];
    if (!take_entry(directory, &entry, member)) return directory_damaged(error, reader->path);
    FORWARD(check_member(reader, &entry.about, member, error));
    FORWARD(place_member(reader, &entry.about, end, &next, member, error));
    reader->count++;
  }
  if (directory->at != directory->end) return directory_damaged(error, reader->path);
  return next == end ? SEAM_OK : stray_bytes(reader, end - next, " behind the last member", "", error);
}

/* The first byte of the file is the first of a member, and the last one is the last of the zip's end. This finds a file
 * whose last bytes are missing, and one that follows other bytes. */
static seam_status read_directory(struct zip_reader *reader, seam_error *error) {
  struct directory directory;
  if (!find_directory(reader->bytes, reader->size, &directory))
    return error_set(error, SEAM_ERROR_FORMAT,
                     "%s is not a zip file, or is truncated: name a result of seam, use another copy or run again",
                     error_path(reader->path));
  if (directory.members > ZIP_MEMBERS)
    return error_set(error, SEAM_ERROR_FORMAT, "%s is not a result of seam: it has %llu members; name a result file",
                     error_path(reader->path), (unsigned long long)directory.members);
  uint64_t before = (uint64_t)(directory.at - reader->bytes);
  if (directory.position < before) return stray_bytes(reader, before - directory.position, "", "", error);
  if (directory.position != before) return directory_damaged(error, reader->path);
  return read_members(reader, &directory, error);
}

/* ---- The reader ---- */

seam_status zip_reader_open(const unsigned char *bytes, size_t size, const char *path, struct zip_reader **out,
                            seam_error *error) {
  *out = NULL;
  struct zip_reader *reader = calloc(1, sizeof *reader);
  if (!reader) return read_file_no_memory(path, error);
  reader->bytes = bytes;
  reader->size = size;
  reader->path = path;
  seam_status status = read_directory(reader, error);
  if (status != SEAM_OK)
    zip_reader_close(reader);
  else
    *out = reader;
  return status;
}

void zip_reader_close(struct zip_reader *reader) { free(reader); }

const struct zip_member *zip_reader_find(const struct zip_reader *reader, const char *name) {
  for (int i = 0; i < reader->count; i++)
    if (strcmp(reader->members[i].name, name) == 0) return &reader->members[i];
  return NULL;
}

bool zip_file_has(const char *path, const char *name) {
  unsigned char bytes[LONGEST_DIRECTORY];
  struct directory directory;
  struct zip_entry entry;
  struct zip_member member;
  if (!find_directory(bytes, read_file_end(path, bytes, sizeof bytes), &directory)) return false;
  while (take_entry(&directory, &entry, &member))
    if (strcmp(member.name, name) == 0) return true;
  return false;
}
