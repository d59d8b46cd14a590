/* SPDX-License-Identifier: Apache-2.0 */
/* Writes run.manifest, and reads it with every field checked. */
#include "files/manifest.h"

#include <inttypes.h>
#include <string.h>

#include "base/printable.h"
#include "base/read_file.h"
#include "files/zipfile.h"

enum { SCHEMA = 1 };

/* ---- Writing ---- */

static json_t *describe_coverage(const struct coverage *coverage) {
  json_t *list = json_array();
  for (size_t k = 0; list && k < coverage->ranges; k++) {
    const uint64_t *ids = coverage->ids + 2 * k;
    json_t *range = json_pack("[o, o]", json_sprintf("%" PRIu64, ids[0]), json_sprintf("%" PRIu64, ids[1]));
    if (json_array_append_new(list, range) != 0) {
      json_decref(list);
      return NULL;
    }
  }
  return list;
}

static json_t *describe_outcomes(const int64_t *counts) {
  json_t *outcomes = json_object();
  for (int o = 0; o < OUTCOMES; o++) {
    if (json_object_set_new(outcomes, outcome_names[o], json_integer(counts[o])) == 0) continue;
    json_decref(outcomes);
    return NULL;
  }
  return outcomes;
}

/* Drivers choose the names of devices, and every reader must be able to read the result. */
static json_t *plain_text(const char *text) { return json_string(printable(text).text); }

/* Langevin's law approaches prior · exp(-beta L) only if this is large: lr · steps / beta. */
static double langevin_ratio(const struct seam_config *config) {
  return config->lr * (double)config->steps / config->beta;
}

json_t *manifest_describe(const struct seam_result *result) {
  json_t *manifest =
      json_pack("{s:i, s:s, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:f}", "schema", SCHEMA, "version", result->version,
                "arithmetic_revision", ARITHMETIC_REVISION, "configuration", config_to_json(&result->config),
                "coverage", describe_coverage(&result->coverage), "outcomes", describe_outcomes(result->counts),
                "backend", plain_text(result->backend), "isa", plain_text(result->isa), "device",
                plain_text(result->device), "seconds", result->seconds, "chain_steps", result->chain_steps);
  if (!manifest || result->config.optimizer != OPTIMIZER_LANGEVIN) return manifest;
  json_t *ratio = json_real(langevin_ratio(&result->config));
  if (json_object_set_new(manifest, "langevin_ratio", ratio) == 0) return manifest;
  json_decref(manifest);
  return NULL;
}

/* ---- Reading ---- */

static seam_status damaged(seam_error *error, const char *path, const char *wrong) {
  return zip_member_damaged(error, path, MANIFEST_MEMBER, wrong);
}

seam_status manifest_check_schema(const json_t *manifest, const char *path, seam_error *error) {
  const json_t *schema = json_object_get(manifest, "schema");
  if (!json_is_integer(schema)) return damaged(error, path, "has no schema");
  if (json_integer_value(schema) == SCHEMA) return SEAM_OK;
  return error_set(error, SEAM_ERROR_MISMATCH,
                   "%s has schema %lld, this seam reads schema %d: use the version of seam that wrote it",
                   error_path(path), (long long)json_integer_value(schema), SCHEMA);
}

static bool has_type(const json_t *value, json_type type) {
  return type == JSON_REAL ? json_is_number(value) : value && json_typeof(value) == type;
}

static bool has_outcomes(const json_t *outcomes) {
  for (int o = 0; o < OUTCOMES; o++)
    if (!json_is_integer(json_object_get(outcomes, outcome_names[o]))) return false;
  return json_object_size(outcomes) == OUTCOMES;
}

/* Whether every field is there, with the right type, and there is no other field. json_unpack allocates, and cannot
 * tell that memory is out. */
static bool is_whole(const json_t *manifest) {
  static const struct {
    const char *name;
    json_type type;
  } fields[] = {{"schema", JSON_INTEGER},       {"version", JSON_STRING},  {"arithmetic_revision", JSON_INTEGER},
                {"configuration", JSON_OBJECT}, {"coverage", JSON_ARRAY},  {"outcomes", JSON_OBJECT},
                {"backend", JSON_STRING},       {"isa", JSON_STRING},      {"device", JSON_STRING},
                {"seconds", JSON_REAL},         {"chain_steps", JSON_REAL}};
  const size_t count = sizeof fields / sizeof *fields;
  for (size_t i = 0; i < count; i++)
    if (!has_type(json_object_get(manifest, fields[i].name), fields[i].type)) return false;
  const json_t *ratio = json_object_get(manifest, "langevin_ratio");
  if (ratio && !json_is_number(ratio)) return false;
  return json_object_size(manifest) == count + (ratio != NULL) && has_outcomes(json_object_get(manifest, "outcomes")) &&
         json_number_value(json_object_get(manifest, "seconds")) >= 0 &&
         json_number_value(json_object_get(manifest, "chain_steps")) >= 0;
}

static bool has_recorded_ratio(const json_t *manifest, const struct seam_config *config) {
  const json_t *ratio = json_object_get(manifest, "langevin_ratio");
  if (config->optimizer != OPTIMIZER_LANGEVIN) return ratio == NULL;
  return ratio && json_number_value(ratio) == langevin_ratio(config);
}

/* Requires the exact text that seam would write. A missing option would silently take its default. */
static seam_status check_canonical(const json_t *manifest, const char *path, const struct seam_config *config,
                                   seam_error *error) {
  json_t *ours = config_to_json(config);
  if (!ours) return read_file_no_memory(path, error);
  bool same = json_equal(ours, json_object_get(manifest, "configuration"));
  json_decref(ours);
  if (!same) return damaged(error, path, "holds an incomplete configuration");
  if (!has_recorded_ratio(manifest, config)) return damaged(error, path, "contradicts its configuration");
  return SEAM_OK;
}

seam_status manifest_config(const json_t *manifest, const char *path, struct seam_config *config, seam_error *error) {
  json_int_t revision = json_integer_value(json_object_get(manifest, "arithmetic_revision"));
  if (json_is_integer(json_object_get(manifest, "arithmetic_revision")) && revision != ARITHMETIC_REVISION)
    return error_set(
        error, SEAM_ERROR_MISMATCH,
        "%s was counted with arithmetic revision %lld, this seam has revision %d: use a version of seam with that "
        "revision, or run its configuration again",
        error_path(path), (long long)revision, ARITHMETIC_REVISION);
  if (!is_whole(manifest)) return damaged(error, path, "has a missing or an unknown field");
  seam_error inner = {.message = ""};
  config_defaults(config);
  seam_status status = config_from_json(config, json_object_get(manifest, "configuration"), error_path(path), &inner);
  if (status == SEAM_OK) status = seam_config_check(config, &inner);
  if (status == SEAM_ERROR_MEMORY) return error_set(error, status, "%s", inner.message);
  if (status != SEAM_OK)
    return error_set(error, SEAM_ERROR_FORMAT,
                     "%s: member " MANIFEST_MEMBER " cannot be run (%.200s); use another copy or "
                     "the seam that wrote it",
                     error_path(path), inner.message);
  return check_canonical(manifest, path, config, error);
}

/* Reads decimal digits without sign, space or leading zeros. */
static bool read_id(const json_t *value, uint64_t *id) {
  const char *text = json_string_value(value);
  if (!text || !*text || (*text == '0' && text[1])) return false;
  *id = 0;
  for (; *text; text++) {
    if (*text < '0' || *text > '9') return false;
    if (__builtin_mul_overflow(*id, 10, id) || __builtin_add_overflow(*id, (uint64_t)(*text - '0'), id)) return false;
  }
  return true;
}

/* A writer joins ranges that touch, so a file that holds such ranges is damaged. */
static seam_status restore_coverage(const json_t *list, const char *path, struct coverage *coverage,
                                    seam_error *error) {
  size_t k;
  json_t *range;
  uint64_t last = 0;
  json_array_foreach(list, k, range) {
    uint64_t begin, end;
    if (json_array_size(range) != 2 || !read_id(json_array_get(range, 0), &begin) ||
        !read_id(json_array_get(range, 1), &end))
      return damaged(error, path, "holds a range of chains that is not a pair of numbers");
    if (begin >= end || (k > 0 && begin <= last)) return damaged(error, path, "holds ranges of chains out of order");
    FORWARD(coverage_add(coverage, begin, end, error));
    last = end;
  }
  return SEAM_OK;
}

static bool restore_text(const json_t *manifest, const char *key, char *text, size_t size) {
  const char *value = json_string_value(json_object_get(manifest, key));
  if (strlen(value) >= size) return false;
  for (const char *c = value; *c; c++)
    if ((unsigned char)*c < ' ' || *c == 127) return false;
  memcpy(text, value, strlen(value) + 1);
  return true;
}

seam_status manifest_restore(const json_t *manifest, const char *path, struct seam_result *result, seam_error *error) {
  FORWARD(restore_coverage(json_object_get(manifest, "coverage"), path, &result->coverage, error));
  const json_t *outcomes = json_object_get(manifest, "outcomes");
  for (int o = 0; o < OUTCOMES; o++)
    result->counts[o] = json_integer_value(json_object_get(outcomes, outcome_names[o]));
  if (!restore_text(manifest, "version", result->version, sizeof result->version) ||
      !restore_text(manifest, "backend", result->backend, sizeof result->backend) ||
      !restore_text(manifest, "isa", result->isa, sizeof result->isa) ||
      !restore_text(manifest, "device", result->device, sizeof result->device))
    return damaged(error, path, "holds a name that is too long or not plain text");
  result->seconds = json_number_value(json_object_get(manifest, "seconds"));
  result->chain_steps = json_number_value(json_object_get(manifest, "chain_steps"));
  return SEAM_OK;
}
