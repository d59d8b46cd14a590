/* SPDX-License-Identifier: Apache-2.0 */
/* Writes and reads result files. The reader trusts nothing that the file says. */
#include "base/floating_point.h"
#include "base/stack.h"
#include "files/result_file.h"

#include <stdlib.h>

#include "files/histogram_member.h"
#include "base/read_file.h"
#include "files/manifest.h"
#include "files/uhi_json.h"
#include "files/zipfile.h"
#include "files/atomic_output.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "counts are written as they are in memory, which must be little-endian"
#endif

static seam_status out_of_memory(const char *what, seam_error *error) {
  return error_set(error, SEAM_ERROR_MEMORY, "out of memory: %s; close other programs", what);
}

/* ---- Packing ---- */

static seam_status add_members(struct zip_writer *writer, const struct seam_result *result, seam_error *error) {
  FORWARD(member_add_json(writer, MANIFEST_MEMBER, manifest_describe(result), MANIFEST_LIMIT, error));
  for (int h = 0; h < HISTOGRAMS; h++) {
    const seam_histogram *view = &result->histograms->view[h];
    if (view->name) FORWARD(member_add_histogram(writer, view, uhi_describe(view, &result->config), error));
  }
  return SEAM_OK;
}

seam_status result_file_pack(const struct seam_result *result, unsigned char **bytes, size_t *size, seam_error *error) {
  FORWARD(result_check(result, SEAM_ERROR_INTERNAL, error));
  struct zip_writer *writer = zip_writer_create();
  if (!writer) return out_of_memory("the result cannot be packed", error);
  seam_status status = add_members(writer, result, error);
  if (status == SEAM_OK) return zip_writer_finish(writer, bytes, size, error);
  zip_writer_free(writer);
  return status;
}

/* ---- Unpacking ---- */

static seam_status read_manifest(struct zip_reader *reader, json_t **manifest, seam_error *error) {
  const struct zip_member *member;
  if (!zip_reader_find(reader, MANIFEST_MEMBER) && zip_reader_find(reader, COMPARISON_MEMBER))
    return error_set(error, SEAM_ERROR_FORMAT,
                     "%s is a comparison that seam compare wrote, and not a result: seam plot can draw it",
                     error_path(reader->path));
  FORWARD(member_find(reader, MANIFEST_MEMBER, &member, error));
  FORWARD(member_read_json(reader, member, MANIFEST_LIMIT, manifest, error));
  seam_status status = manifest_check_schema(*manifest, reader->path, error);
  if (status == SEAM_OK) return SEAM_OK;
  json_decref(*manifest);
  *manifest = NULL;
  return status;
}

/* Checks that every histogram of the configuration is there and has the right size. Adds their members to *members. */
static seam_status check_sizes(const struct zip_reader *reader, const struct histogram_set *set, int *members,
                               seam_error *error) {
  for (int h = 0; h < HISTOGRAMS; h++) {
    if (!set->view[h].name) continue;
    FORWARD(member_check_size(reader, &set->view[h], error));
    *members += HISTOGRAM_MEMBERS;
  }
  return SEAM_OK;
}

/* Called before memory is allocated for the counts, so that a small forged file cannot make seam allocate much. */
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
    FORWARD(member_read_histogram(reader, histogram, uhi_describe(histogram, &result->config),
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

seam_status result_file_unpack(const unsigned char *bytes, size_t size, const char *path, struct seam_result **result,
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
  return zip_member_damaged(error, reader->path, MANIFEST_MEMBER, "holds no configuration");
}

seam_status result_file_read_config(const char *path, json_t **config, seam_error *error) {
  unsigned char *bytes;
  size_t size;
  struct zip_reader *reader;
  *config = NULL;
  FORWARD(read_file(path, &bytes, &size, error));
  seam_status status = zip_reader_open(bytes, size, path, &reader, error);
  if (status == SEAM_OK) {
    status = take_config(reader, config, error);
    zip_reader_close(reader);
  }
  free(bytes);
  return status;
}

/* ---- Files ---- */

seam_status seam_result_read(const char *path, seam_result **result, seam_error *error) {
  OWN_FLOATING_POINT;
  unsigned char *bytes;
  size_t size;
  *result = NULL;
  FORWARD(stack_check(error));
  FORWARD(read_file(path, &bytes, &size, error));
  seam_status status = result_file_unpack(bytes, size, path, result, error);
  free(bytes);
  return status;
}

seam_status seam_output_write(seam_output *output, const seam_result *result, seam_error *error) {
  OWN_FLOATING_POINT;
  unsigned char *bytes;
  size_t size;
  FORWARD(result_file_pack(result, &bytes, &size, error));
  seam_status status = seam_output_write_bytes(output, bytes, size, error);
  free(bytes);
  return status;
}

seam_status result_file_write_checkpoint(seam_output *output, const seam_result *result, seam_error *error) {
  unsigned char *bytes;
  size_t size;
  FORWARD(result_file_pack(result, &bytes, &size, error));
  seam_status status = output_write_checkpoint(output, bytes, size, error);
  free(bytes);
  return status;
}

/* ---- Room ---- */

/* An estimate from result files of 2,000 to 2*10^7 chains, which took 1 to 2.5 bytes for each cell with a count, and up
 * to 8 bytes where few cells had one or cells hold weights; at most 0.3 of the cells of a large histogram had a count.
 * A thousand empty cells take 8 bytes. A chain adds at most 64 entries to a histogram of training. */
uint64_t result_file_room(const struct seam_result *result) {
  enum { OTHER_MEMBERS = 16 << 10, FILLED_BYTES = 3, ENTRIES = 64 };
  uint64_t begin, end, size = OTHER_MEMBERS;
  config_shard(&result->config, &begin, &end);
  double chains = (double)(end - begin) + (double)coverage_size(&result->coverage);
  double entries = chains * (result->config.task == TASK_TRAIN ? ENTRIES : (double)result->config.draws);
  for (int h = 0; h < HISTOGRAMS; h++) {
    const seam_histogram *view = &result->histograms->view[h];
    if (!view->name) continue;
    double cells = (double)view->cells, filled = entries < cells / 4 ? entries : cells / 4;
    size += (uint64_t)(FILLED_BYTES * filled + 16 * cells / 1000);
  }
  return size;
}
