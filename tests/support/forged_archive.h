/* SPDX-License-Identifier: Apache-2.0 */
/* Result files for tests: packed, unpacked, and forged member by member. */
#ifndef SEAM_FORGED_ARCHIVE_H
#define SEAM_FORGED_ARCHIVE_H

#include "files/result_file.h"
#include "sample_result.h"
#include "files/zipfile.h"

#define ALL "interface,mapping,response,loss,width,slack,selection,snapshots"

struct bytes {
  unsigned char *data;
  size_t size;
};

/* Moves the file to memory of exactly its size, so that a sanitizer sees every read beyond it. */
static inline struct bytes exact(struct bytes file) {
  file.data = realloc(file.data, file.size);
  assert_non_null(file.data);
  return file;
}

static inline struct bytes pack(const seam_result *result) {
  struct bytes file;
  seam_error error;
  if (result_file_pack(result, &file.data, &file.size, &error) != SEAM_OK) fail_msg("%s", error.message);
  return exact(file);
}

static inline seam_result *small(const char *histograms) {
  return sample_result((const char *[]){"histograms", histograms, "bins", "8", "steps", "3", NULL}, 5, 200);
}

static inline struct bytes small_file(const char *histograms) {
  seam_result *result = small(histograms);
  struct bytes file = pack(result);
  seam_result_free(result);
  return file;
}

static inline void expect_equal(const seam_result *a, const seam_result *b) {
  json_t *first = config_to_json(&a->config), *second = config_to_json(&b->config);
  assert_true(json_equal(first, second));
  json_decref(first);
  json_decref(second);
  assert_int_equal(a->histograms->cells, b->histograms->cells);
  assert_memory_equal(a->counts, b->counts, (size_t)a->histograms->cells * sizeof *a->counts);
  assert_int_equal(a->coverage.ranges, b->coverage.ranges);
  assert_memory_equal(a->coverage.ids, b->coverage.ids, 2 * a->coverage.ranges * sizeof *a->coverage.ids);
  assert_string_equal(a->version, b->version);
  assert_string_equal(a->backend, b->backend);
  assert_string_equal(a->isa, b->isa);
  assert_string_equal(a->device, b->device);
  assert_true(a->seconds == b->seconds && a->chain_steps == b->chain_steps);
}

static inline seam_result *unpack(struct bytes file) {
  seam_result *result;
  seam_error error;
  if (result_file_unpack(file.data, file.size, "X.zip", &result, &error) != SEAM_OK) fail_msg("%s", error.message);
  return result;
}

/* Expects a refusal with `status` and one line that names the file and holds `words`. */
static inline void expect_refused(struct bytes file, seam_status status, const char *words) {
  seam_result *result;
  seam_error error = {.message = ""};
  seam_status got = result_file_unpack(file.data, file.size, "X.zip", &result, &error);
  if (got != status) fail_msg("status %d instead of %d: %s", got, status, error.message);
  assert_int_equal(error.status, status);
  assert_null(result);
  if (!strstr(error.message, "X.zip") || !strstr(error.message, words) || strchr(error.message, '\n'))
    fail_msg("not one line of X.zip and \"%s\": %s", words, error.message);
}

/* ---- Forging ---- */

static inline struct bytes member_of(struct bytes file, const char *name) {
  struct zip_reader *reader;
  struct bytes content;
  assert_int_equal(zip_reader_open(file.data, file.size, "forged", &reader, NULL), SEAM_OK);
  const struct zip_member *member = zip_reader_find(reader, name);
  assert_non_null(member);
  content.size = member->size;
  assert_int_equal(zip_reader_text(reader, member, 1 << 30, (char **)&content.data, NULL), SEAM_OK);
  zip_reader_close(reader);
  return content;
}

/* A copy of the zip with the member `name` under the name `as` (NULL: left out) and with the content `content` (data
 * NULL: unchanged). */
static inline struct bytes repack(struct bytes file, const char *name, const char *as, struct bytes content) {
  struct zip_reader *reader;
  struct zip_writer *writer = zip_writer_create();
  struct bytes forged;
  assert_int_equal(zip_reader_open(file.data, file.size, "forged", &reader, NULL), SEAM_OK);
  for (int i = 0; i < reader->count; i++) {
    const char *own = reader->members[i].name;
    int chosen = strcmp(own, name) == 0;
    struct bytes own_content = member_of(file, own), *put = chosen && content.data ? &content : &own_content;
    if (!chosen || as)
      assert_int_equal(zip_writer_add(writer, chosen ? as : own, put->data, put->size, NULL, 0, NULL), SEAM_OK);
    free(own_content.data);
  }
  zip_reader_close(reader);
  assert_int_equal(zip_writer_finish(writer, &forged.data, &forged.size, NULL), SEAM_OK);
  return exact(forged);
}

static const struct bytes its_own = {NULL, 0};

/* Expects a refusal after the member is replaced by the JSON `value`; takes over the reference. */
static inline void refuse_json(struct bytes file, const char *name, json_t *value, seam_status status,
                               const char *words) {
  struct bytes content = {(unsigned char *)json_dumps(value, JSON_COMPACT), 0};
  assert_non_null(content.data);
  content.size = strlen((char *)content.data);
  struct bytes forged = repack(file, name, name, content);
  expect_refused(forged, status, words);
  free(forged.data);
  free(content.data);
  json_decref(value);
}

static inline json_t *json_member(struct bytes file, const char *name) {
  struct bytes text = member_of(file, name);
  json_t *json = json_loadb((char *)text.data, text.size, 0, NULL);
  free(text.data);
  assert_non_null(json);
  return json;
}

/* Expects a refusal after `key` of the manifest, or of its object `in`, is set to `value` (NULL: removed). */
static inline void refuse_manifest(struct bytes file, const char *in, const char *key, json_t *value,
                                   seam_status status, const char *words) {
  json_t *manifest = json_member(file, "run.manifest");
  json_t *object = in ? json_object_get(manifest, in) : manifest;
  if (value)
    assert_int_equal(json_object_set_new(object, key, value), 0);
  else
    assert_int_equal(json_object_del(object, key), 0);
  refuse_json(file, "run.manifest", manifest, status, words);
}

#endif
