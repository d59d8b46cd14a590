/* SPDX-License-Identifier: Apache-2.0 */
/* Writes and reads the file of a comparison. The reader trusts nothing that the file says. */
#include <math.h>
#include <stdlib.h>

#include "base/floating_point.h"
#include "base/stack.h"
#include "compare/compare.h"
#include "files/result_file.h"
#include "files/histogram_member.h"
#include "base/read_file.h"
#include "files/manifest.h"
#include "files/uhi_json.h"

/* ---- Packing ---- */

static seam_status add_comparison(struct zip_writer *writer, const struct seam_comparison *comparison,
                                  seam_error *error) {
  FORWARD(member_add_json(writer, COMPARISON_MEMBER, comparison_describe(comparison), MANIFEST_LIMIT, error));
  const seam_histogram *map;
  for (size_t i = 0; (map = seam_comparison_map_at(comparison, i)); i++)
    FORWARD(member_add_histogram(writer, map, uhi_describe_with(map, comparison_metadata(comparison, map)), error));
  return SEAM_OK;
}

seam_status comparison_file_pack(const struct seam_comparison *comparison, unsigned char **bytes, size_t *size,
                                 seam_error *error) {
  struct zip_writer *writer = zip_writer_create();
  if (!writer)
    return error_set(error, SEAM_ERROR_MEMORY, "out of memory: no room for the comparison; close other programs");
  seam_status status = add_comparison(writer, comparison, error);
  if (status == SEAM_OK) return zip_writer_finish(writer, bytes, size, error);
  zip_writer_free(writer);
  return status;
}

seam_status seam_output_write_comparison(seam_output *output, const seam_comparison *comparison, seam_error *error) {
  OWN_FLOATING_POINT;
  unsigned char *bytes;
  size_t size;
  FORWARD(comparison_file_pack(comparison, &bytes, &size, error));
  seam_status status = seam_output_write_bytes(output, bytes, size, error);
  free(bytes);
  return status;
}

/* ---- Unpacking ---- */

static seam_status read_record(struct zip_reader *reader, struct seam_comparison *comparison, seam_error *error) {
  const struct zip_member *member = zip_reader_find(reader, COMPARISON_MEMBER);
  json_t *record;
  if (!member)
    return error_set(error, SEAM_ERROR_FORMAT, "%s is not a comparison: name a file that seam compare --output wrote",
                     error_path(reader->path));
  FORWARD(member_read_json(reader, member, MANIFEST_LIMIT, &record, error));
  seam_status status = comparison_restore(comparison, record, reader->path, error);
  json_decref(record);
  return status;
}

static seam_status check_members(const struct zip_reader *reader, const struct seam_comparison *comparison,
                                 seam_error *error) {
  int members = 1;
  const seam_histogram *map;
  for (size_t i = 0; (map = seam_comparison_map_at(comparison, i)); i++) {
    FORWARD(member_check_size(reader, map, error));
    members += HISTOGRAM_MEMBERS;
  }
  if (members == reader->count) return SEAM_OK;
  return error_set(error, SEAM_ERROR_FORMAT, "%s has %d members, but its record makes %d: remove the foreign ones",
                   error_path(reader->path), reader->count, members);
}

/* Half a count was added to every cell, so a ratio is finite, or NAN in bins where nothing was counted. Its error may
 * be unknown (NAN). */
static seam_status check_maps(const struct seam_comparison *comparison, const char *path, seam_error *error) {
  const seam_histogram *ratio = &comparison->maps[0], *spread = &comparison->maps[1];
  for (int64_t i = 0; i < ratio->cells; i++) {
    if (isinf(ratio->reals[i]))
      return zip_member_damaged(error, path, ratio->name, "holds a value that cannot be a ratio");
    if (isinf(spread->reals[i]) || spread->reals[i] < 0)
      return zip_member_damaged(error, path, spread->name, "holds a value that cannot be an error");
  }
  return SEAM_OK;
}

static seam_status read_maps(struct zip_reader *reader, struct seam_comparison *comparison, seam_error *error) {
  if (!comparison->maps[0].name) return SEAM_OK;
  FORWARD(comparison_make_room(comparison, error));
  for (int i = 0; i < COMPARISON_MAPS; i++) {
    const seam_histogram *map = &comparison->maps[i];
    double *reals = comparison->reals + i * map->cells;
    FORWARD(
        member_read_histogram(reader, map, uhi_describe_with(map, comparison_metadata(comparison, map)), reals, error));
  }
  return check_maps(comparison, reader->path, error);
}

static seam_status read_comparison(struct zip_reader *reader, struct seam_comparison *comparison, seam_error *error) {
  FORWARD(read_record(reader, comparison, error));
  FORWARD(check_members(reader, comparison, error));
  FORWARD(read_maps(reader, comparison, error));
  if (comparison->shared && !comparison->blocks) comparison_forget(comparison);
  return SEAM_OK;
}

seam_status comparison_file_unpack(const unsigned char *bytes, size_t size, const char *path,
                                   struct seam_comparison **out, seam_error *error) {
  struct zip_reader *reader;
  *out = NULL;
  FORWARD(zip_reader_open(bytes, size, path, &reader, error));
  struct seam_comparison *comparison = calloc(1, sizeof *comparison);
  seam_status status = comparison ? read_comparison(reader, comparison, error) : read_file_no_memory(path, error);
  zip_reader_close(reader);
  if (status == SEAM_OK)
    *out = comparison;
  else
    seam_comparison_free(comparison);
  return status;
}

seam_status seam_comparison_read(const char *path, seam_comparison **comparison, seam_error *error) {
  OWN_FLOATING_POINT;
  unsigned char *bytes;
  size_t size;
  *comparison = NULL;
  FORWARD(stack_check(error));
  FORWARD(read_file(path, &bytes, &size, error));
  seam_status status = comparison_file_unpack(bytes, size, path, comparison, error);
  free(bytes);
  return status;
}

int seam_is_comparison(const char *path) { return zip_file_has(path, COMPARISON_MEMBER); }
