/* SPDX-License-Identifier: Apache-2.0 */
/* The result file: puts a result's members into one zip and takes them out again, trusting nothing. */
#include "archive.h"

#include <stdlib.h>
#include <string.h>

#include "archive_member.h"
#include "file.h"
#include "manifest.h"
#include "npy.h"
#include "uhi.h"
#include "zipfile.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "counts go to the file as they lie in memory, which must be little-endian"
#endif

static seam_status out_of_memory(const char *what, seam_error *error) {
  return error_set(error, SEAM_ERROR_MEMORY, "out of memory: %s; close other programs", what);
}

/* ---- Packing ---- */

/* Takes the reference to `json`. */
static seam_status add_json(struct zip_writer *writer, const char *name, json_t *json, size_t limit,
                            seam_error *error) {
  char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
  json_decref(json);
  if (!text) return out_of_memory("the result cannot be described", error);
  size_t size = strlen(text);
  seam_status status = size > limit
                           ? error_set(error, SEAM_ERROR_INTERNAL, "member %s is too large to be read again", name)
                           : zip_writer_add(writer, name, text, size, NULL, 0, error);
  free(text);
  return status;
}

/* Takes the reference to `json`, its description. */
static seam_status add_histogram(struct zip_writer *writer, const seam_histogram *histogram, json_t *json,
                                 seam_error *error) {
  char description[UHI_NAME], counts[UHI_NAME];
  unsigned char header[NPY_HEADER];
  _Static_assert(sizeof *histogram->values == sizeof *histogram->reals, "both kinds of cells have one size");
  uhi_member_names(histogram, description, counts);
  FORWARD(add_json(writer, description, json, DESCRIPTION_LIMIT, error));
  size_t header_size = npy_header(histogram, header);
  const void *cells = histogram->reals ? (const void *)histogram->reals : (const void *)histogram->values;
  return zip_writer_add(writer, counts, header, header_size, cells,
                        (size_t)histogram->cells * sizeof *histogram->values, error);
}

static seam_status add_members(struct zip_writer *writer, const struct seam_result *result, seam_error *error) {
  FORWARD(add_json(writer, MANIFEST_MEMBER, manifest_describe(result), MANIFEST_LIMIT, error));
  for (int h = 0; h < HISTOGRAMS; h++) {
    const seam_histogram *view = &result->histograms->view[h];
    if (view->name) FORWARD(add_histogram(writer, view, uhi_describe(view, &result->config), error));
  }
  return SEAM_OK;
}

/* Takes the writer, and hands over its file where `status`, of its members, is SEAM_OK. */
static seam_status finish(struct zip_writer *writer, seam_status status, unsigned char **bytes, size_t *size,
                          seam_error *error) {
  if (status == SEAM_OK) return zip_writer_finish(writer, bytes, size, error);
  zip_writer_free(writer);
  return status;
}

seam_status archive_pack(const struct seam_result *result, unsigned char **bytes, size_t *size, seam_error *error) {
  FORWARD(result_check(result, SEAM_ERROR_INTERNAL, error));
  struct zip_writer *writer = zip_writer_create();
  if (!writer) return out_of_memory("the result cannot be packed", error);
  return finish(writer, add_members(writer, result, error), bytes, size, error);
}

static seam_status add_comparison(struct zip_writer *writer, const struct seam_comparison *comparison,
                                  seam_error *error) {
  FORWARD(add_json(writer, COMPARISON_MEMBER, comparison_describe(comparison), MANIFEST_LIMIT, error));
  const seam_histogram *map;
  for (size_t i = 0; (map = seam_comparison_map_at(comparison, i)); i++)
    FORWARD(add_histogram(writer, map, uhi_describe_with(map, comparison_metadata(comparison, map)), error));
  return SEAM_OK;
}

seam_status archive_pack_comparison(const struct seam_comparison *comparison, unsigned char **bytes, size_t *size,
                                    seam_error *error) {
  struct zip_writer *writer = zip_writer_create();
  if (!writer) return out_of_memory("the comparison cannot be packed", error);
  return finish(writer, add_comparison(writer, comparison, error), bytes, size, error);
}

/* ---- Unpacking ---- */

static seam_status read_manifest(struct zip_reader *reader, json_t **manifest, seam_error *error) {
  const struct zip_member *member;
  char *text;
  if (!zip_reader_find(reader, MANIFEST_MEMBER) && zip_reader_find(reader, COMPARISON_MEMBER))
    return error_set(error, SEAM_ERROR_FORMAT,
                     "%s is a comparison, the map that seam compare wrote, and not a result: seam plot draws it",
                     error_path(reader->path));
  FORWARD(archive_find(reader, MANIFEST_MEMBER, &member, error));
  FORWARD(zip_reader_text(reader, member, MANIFEST_LIMIT, &text, error));
  seam_status status = manifest_parse(text, member->size, reader->path, manifest, error);
  free(text);
  return status;
}

/* The histograms that the configuration asks for must be there, at the sizes it implies. */
static seam_status check_sizes(const struct zip_reader *reader, const struct histogram_set *set, int *members,
                               seam_error *error) {
  for (int h = 0; h < HISTOGRAMS; h++) {
    if (!set->view[h].name) continue;
    FORWARD(archive_check_size(reader, &set->view[h], error));
    *members += HISTOGRAM_MEMBERS;
  }
  return SEAM_OK;
}

/* Before memory is taken for the counts, so that a small forged file cannot ask for much. */
static seam_status check_members(const struct zip_reader *reader, const struct seam_config *config, seam_error *error) {
  struct histogram_set *set;
  int members = 1;
  FORWARD(histogram_set_create(config, &set, error));
  seam_status status = check_sizes(reader, set, &members, error);
  histogram_set_free(set);
  if (status == SEAM_OK && members != reader->count)
    return error_set(error, SEAM_ERROR_FORMAT,
                     "%s has %d members, but its configuration makes %d: remove the foreign ones",
                     error_path(reader->path), reader->count, members);
  return status;
}

static seam_status read_histograms(struct zip_reader *reader, struct seam_result *result, seam_error *error) {
  for (int h = 0; h < HISTOGRAMS; h++) {
    const seam_histogram *histogram = &result->histograms->view[h];
    if (!histogram->name) continue;
    FORWARD(archive_read_histogram(reader, histogram, uhi_describe(histogram, &result->config),
                                   result->counts + result->histograms->offset[h], error));
  }
  return SEAM_OK;
}

static seam_status check_counts(const struct seam_result *result, const char *path, seam_error *error) {
  seam_error inner;
  if (result_check(result, SEAM_ERROR_FORMAT, &inner) == SEAM_OK) return SEAM_OK;
  return error_set(error, SEAM_ERROR_FORMAT, "%s: %s; the file is damaged: use another copy or run again",
                   error_path(path), inner.message);
}

static seam_status read_result(struct zip_reader *reader, const json_t *manifest, struct seam_config *config,
                               struct seam_result **out, seam_error *error) {
  struct seam_result *result;
  FORWARD(manifest_config(manifest, reader->path, config, error));
  FORWARD(check_members(reader, config, error));
  FORWARD(result_create(config, &result, error));
  seam_status status = manifest_restore(manifest, reader->path, result, error);
  if (status == SEAM_OK) status = read_histograms(reader, result, error);
  if (status == SEAM_OK) status = check_counts(result, reader->path, error);
  if (status != SEAM_OK)
    seam_result_free(result);
  else
    *out = result;
  return status;
}

seam_status archive_unpack(const unsigned char *bytes, size_t size, const char *path, struct seam_result **result,
                           seam_error *error) {
  struct zip_reader *reader;
  json_t *manifest = NULL;
  *result = NULL;
  FORWARD(zip_reader_open(bytes, size, path, &reader, error));
  struct seam_config *config = seam_config_create();
  seam_status status = config ? read_manifest(reader, &manifest, error) : out_of_memory("no room to configure", error);
  if (status == SEAM_OK) status = read_result(reader, manifest, config, result, error);
  seam_config_free(config);
  json_decref(manifest);
  zip_reader_close(reader);
  return status;
}

static seam_status take_config(struct zip_reader *reader, json_t **config, seam_error *error) {
  json_t *manifest;
  FORWARD(read_manifest(reader, &manifest, error));
  *config = json_incref(json_object_get(manifest, "configuration"));
  json_decref(manifest);
  if (json_is_object(*config)) return SEAM_OK;
  json_decref(*config);
  *config = NULL;
  return member_damaged(error, reader->path, MANIFEST_MEMBER, "holds no configuration");
}

seam_status archive_read_config(const char *path, json_t **config, seam_error *error) {
  unsigned char *bytes;
  size_t size;
  struct zip_reader *reader;
  *config = NULL;
  FORWARD(file_read(path, &bytes, &size, error));
  seam_status status = zip_reader_open(bytes, size, path, &reader, error);
  if (status == SEAM_OK) {
    status = take_config(reader, config, error);
    zip_reader_close(reader);
  }
  free(bytes);
  return status;
}
