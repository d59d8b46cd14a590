/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a zip file in memory, and trusts nothing that it says about itself. */
#include "files/zipfile.h"

#include <minizip/unzip.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/read_file.h"
#include "files/zip_memory.h"

/* A deflated byte holds at most 4 matches of 2 bits and 258 bytes each. */
enum { DEFLATE_RATIO = 1032 };

static const char remedy[] = "the file is damaged: use another copy or run again";

seam_status zip_member_damaged(seam_error *error, const char *path, const char *name, const char *wrong) {
  return error_set(error, SEAM_ERROR_FORMAT, "%s: member %s %s; %s", error_path(path), name, wrong, remedy);
}

static seam_status directory_damaged(seam_error *error, const char *path) {
  return error_set(error, SEAM_ERROR_FORMAT, "%s: the zip's directory of members cannot be read; %s", error_path(path),
                   remedy);
}

/* ---- The directory ---- */

/* A name that did not fit into member->name is shorter than the file says. */
static seam_status check_member(const struct zip_reader *reader, const unz_file_info64 *info,
                                const struct zip_member *member, seam_error *error) {
  if (strlen(member->name) != info->size_filename)
    return error_set(error, SEAM_ERROR_FORMAT, "%s: member %.60s does not belong to a result of seam: remove it",
                     error_path(reader->path), member->name);
  if (zip_reader_find(reader, member->name))
    return zip_member_damaged(error, reader->path, member->name, "is in it twice");
  if (info->flag & 1 || (info->compression_method != Z_DEFLATED && info->compression_method != 0))
    return zip_member_damaged(error, reader->path, member->name, "is packed in a way that seam does not write");
  if (info->compressed_size > reader->memory->size || info->uncompressed_size > DEFLATE_RATIO * info->compressed_size)
    return zip_member_damaged(error, reader->path, member->name, "has an impossible size");
  return SEAM_OK;
}

static seam_status read_member(struct zip_reader *reader, seam_error *error) {
  struct zip_member member = {.size = 0};
  unz_file_info64 info;
  unz64_file_pos position;
  if (unzGetCurrentFileInfo64(reader->zip, &info, member.name, sizeof member.name - 1, NULL, 0, NULL, 0) != UNZ_OK ||
      unzGetFilePos64(reader->zip, &position) != UNZ_OK)
    return directory_damaged(error, reader->path);
  FORWARD(check_member(reader, &info, &member, error));
  member.size = info.uncompressed_size;
  member.directory = position.pos_in_zip_directory;
  member.position = position.num_of_file;
  reader->members[reader->count++] = member;
  return SEAM_OK;
}

static seam_status read_directory(struct zip_reader *reader, seam_error *error) {
  unz_global_info64 global;
  if (unzGetGlobalInfo64(reader->zip, &global) != UNZ_OK) return directory_damaged(error, reader->path);
  if (global.number_entry > ZIP_MEMBERS)
    return error_set(error, SEAM_ERROR_FORMAT, "%s is not a result of seam: it has %llu members; name a result file",
                     error_path(reader->path), (unsigned long long)global.number_entry);
  for (ZPOS64_T i = 0; i < global.number_entry; i++) {
    int moved = i == 0 ? unzGoToFirstFile(reader->zip) : unzGoToNextFile(reader->zip);
    if (moved != UNZ_OK) return directory_damaged(error, reader->path);
    FORWARD(read_member(reader, error));
  }
  return SEAM_OK;
}

/* ---- The reader ---- */

/* Our zip begins with a member and ends with the end of its directory, without a comment. This check finds a file whose
 * last bytes are missing. minizip would read zeros there and accept it. */
static bool is_whole_zip(const unsigned char *bytes, size_t size) {
  enum { END = 22 };
  static const unsigned char no_comment[2] = {0, 0};
  return size >= END && memcmp(bytes, "PK\3\4", 4) == 0 && memcmp(bytes + size - END, "PK\5\6", 4) == 0 &&
         memcmp(bytes + size - 2, no_comment, 2) == 0;
}

static struct zip_reader *create(const unsigned char *bytes, size_t size, const char *path) {
  struct zip_reader *reader = calloc(1, sizeof *reader);
  struct zip_memory *memory = calloc(1, sizeof *memory);
  if (!reader || !memory) {
    free(reader);
    free(memory);
    return NULL;
  }
  memory->bytes = (unsigned char *)bytes;
  memory->size = size;
  reader->memory = memory;
  reader->path = path;
  return reader;
}

seam_status zip_reader_open(const unsigned char *bytes, size_t size, const char *path, struct zip_reader **out,
                            seam_error *error) {
  *out = NULL;
  struct zip_reader *reader = create(bytes, size, path);
  if (!reader) return read_file_no_memory(path, error);
  zlib_filefunc64_def calls = zip_memory_calls(reader->memory);
  if (is_whole_zip(bytes, size)) reader->zip = unzOpen2_64("", &calls);
  seam_status status;
  if (reader->zip)
    status = read_directory(reader, error);
  else
    status = error_set(error, SEAM_ERROR_FORMAT,
                       "%s is not a zip file, or is truncated: name a result of seam, use another copy or run again",
                       error_path(path));
  if (status != SEAM_OK)
    zip_reader_close(reader);
  else
    *out = reader;
  return status;
}

void zip_reader_close(struct zip_reader *reader) {
  if (!reader) return;
  if (reader->zip) unzClose(reader->zip);
  free(reader->memory);
  free(reader);
}

const struct zip_member *zip_reader_find(const struct zip_reader *reader, const char *name) {
  for (int i = 0; i < reader->count; i++)
    if (strcmp(reader->members[i].name, name) == 0) return &reader->members[i];
  return NULL;
}

/* Opens only ordinary files: to open a pipe without a writer would wait forever. */
bool zip_file_has(const char *path, const char *name) {
  struct stat info;
  unzFile zip = stat(path, &info) == 0 && S_ISREG(info.st_mode) ? unzOpen64(path) : NULL;
  if (!zip) return false;
  bool found = unzLocateFile(zip, name, 0) == UNZ_OK;
  unzClose(zip);
  return found;
}

/* ---- One member ---- */

seam_status zip_reader_begin(struct zip_reader *reader, const struct zip_member *member, seam_error *error) {
  unz64_file_pos position = {.pos_in_zip_directory = member->directory, .num_of_file = member->position};
  if (unzGoToFilePos64(reader->zip, &position) != UNZ_OK) return directory_damaged(error, reader->path);
  int opened = unzOpenCurrentFile(reader->zip);
  if (opened == UNZ_OK) return SEAM_OK;
  if (opened == UNZ_INTERNALERROR || opened == Z_MEM_ERROR) return read_file_no_memory(reader->path, error);
  return zip_member_damaged(error, reader->path, member->name, "cannot be opened");
}

seam_status zip_reader_read(struct zip_reader *reader, const struct zip_member *member, void *bytes, size_t size,
                            seam_error *error) {
  const size_t most = (size_t)1 << 30;
  unsigned char *next = bytes;
  while (size) {
    int got = unzReadCurrentFile(reader->zip, next, (unsigned)(size < most ? size : most));
    if (got <= 0) {
      unzCloseCurrentFile(reader->zip);
      return zip_member_damaged(error, reader->path, member->name, got == 0 ? "is truncated" : "cannot be unpacked");
    }
    next += got;
    size -= (size_t)got;
  }
  return SEAM_OK;
}

seam_status zip_reader_end(struct zip_reader *reader, const struct zip_member *member, seam_error *error) {
  int whole = unzeof(reader->zip) == 1;
  int closed = unzCloseCurrentFile(reader->zip);
  if (!whole) return zip_member_damaged(error, reader->path, member->name, "is longer than its contents");
  if (closed != UNZ_OK) return zip_member_damaged(error, reader->path, member->name, "does not match its checksum");
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
