/* SPDX-License-Identifier: Apache-2.0 */
/* Writes and reads the members of a histogram in a zip. */
#include "files/histogram_member.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "base/read_file.h"
#include "files/npy_header.h"
#include "files/uhi_json.h"

/* ---- Writing ---- */

seam_status member_add_json(struct zip_writer *writer, const char *name, json_t *json, size_t limit,
                            seam_error *error) {
  char *text = json_text_write(json);
  json_decref(json);
  if (!text)
    return error_set(error, SEAM_ERROR_MEMORY, "out of memory: %s cannot be described; close other programs", name);
  size_t size = strlen(text);
  seam_status status = size > limit
                           ? error_set(error, SEAM_ERROR_INTERNAL, "member %s is too large to be read again", name)
                           : zip_writer_add(writer, name, text, size, NULL, 0, error);
  free(text);
  return status;
}

seam_status member_add_histogram(struct zip_writer *writer, const seam_histogram *histogram, json_t *json,
                                 seam_error *error) {
  char description[UHI_NAME], counts[UHI_NAME];
  unsigned char header[NPY_HEADER];
  _Static_assert(sizeof *histogram->values == sizeof *histogram->reals, "counts and reals have the same size");
  uhi_member_names(histogram, description, counts);
  FORWARD(member_add_json(writer, description, json, DESCRIPTION_LIMIT, error));
  size_t header_size = npy_header(histogram, header);
  const void *cells = histogram->reals ? (const void *)histogram->reals : (const void *)histogram->values;
  return zip_writer_add(writer, counts, header, header_size, cells,
                        (size_t)histogram->cells * sizeof *histogram->values, error);
}

/* ---- Reading ---- */

seam_status member_find(const struct zip_reader *reader, const char *name, const struct zip_member **member,
                        seam_error *error) {
  *member = zip_reader_find(reader, name);
  if (*member) return SEAM_OK;
  return error_set(error, SEAM_ERROR_FORMAT, "%s has no member %s: name a result of seam, or use another copy",
                   error_path(reader->path), name);
}

seam_status member_check_size(const struct zip_reader *reader, const seam_histogram *histogram, seam_error *error) {
  const struct zip_member *member;
  char description[UHI_NAME], cells[UHI_NAME];
  unsigned char header[NPY_HEADER];
  uhi_member_names(histogram, description, cells);
  FORWARD(member_find(reader, description, &member, error));
  FORWARD(member_find(reader, cells, &member, error));
  uint64_t size = npy_header(histogram, header) + (uint64_t)histogram->cells * sizeof *histogram->values;
  if (member->size < size) return zip_member_damaged(error, reader->path, cells, "is truncated");
  if (member->size > size) return zip_member_damaged(error, reader->path, cells, "is larger than its histogram");
  return SEAM_OK;
}

seam_status member_read_json(struct zip_reader *reader, const struct zip_member *member, size_t limit, json_t **json,
                             seam_error *error) {
  char *text;
  struct json_fault fault;
  FORWARD(zip_reader_text(reader, member, limit, &text, error));
  *json = json_text_read(text, member->size, &fault);
  free(text);
  if (*json) return SEAM_OK;
  if (fault.line == 0) return read_file_no_memory(reader->path, error);
  return zip_member_damaged(error, reader->path, member->name, "is not JSON text");
}

static seam_status read_description(struct zip_reader *reader, const char *name, const json_t *ours,
                                    seam_error *error) {
  json_t *found;
  FORWARD(member_read_json(reader, zip_reader_find(reader, name), DESCRIPTION_LIMIT, &found, error));
  bool agrees = uhi_agrees(found, ours);
  json_decref(found);
  if (agrees) return SEAM_OK;
  return zip_member_damaged(error, reader->path, name, "does not describe the histogram of its configuration");
}

static seam_status read_cells(struct zip_reader *reader, const seam_histogram *histogram, const char *name, void *cells,
                              seam_error *error) {
  const struct zip_member *member = zip_reader_find(reader, name);
  unsigned char ours[NPY_HEADER], header[NPY_HEADER];
  size_t size = npy_header(histogram, ours);
  FORWARD(zip_reader_begin(reader, member, error));
  FORWARD(zip_reader_read(reader, member, header, size, error));
  FORWARD(zip_reader_read(reader, member, cells, (size_t)histogram->cells * sizeof *histogram->values, error));
  FORWARD(zip_reader_end(reader, member, error));
  if (memcmp(header, ours, size) == 0) return SEAM_OK;
  return zip_member_damaged(error, reader->path, name, "has the header of another array");
}

seam_status member_read_histogram(struct zip_reader *reader, const seam_histogram *histogram, json_t *ours, void *cells,
                                  seam_error *error) {
  char description[UHI_NAME], name[UHI_NAME];
  uhi_member_names(histogram, description, name);
  seam_status status =
      ours ? read_description(reader, description, ours, error) : read_file_no_memory(reader->path, error);
  json_decref(ours);
  FORWARD(status);
  return read_cells(reader, histogram, name, cells, error);
}
