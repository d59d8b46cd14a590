/* SPDX-License-Identifier: Apache-2.0 */
/* Describes a histogram in UHI schema 1, which uhi, hist, boost-histogram and ROOT read. */
#include "files/uhi_json.h"

#include <stdio.h>
#include <string.h>

void uhi_member_names(const seam_histogram *histogram, char description[UHI_NAME], char counts[UHI_NAME]) {
  snprintf(description, UHI_NAME, "%.40s.json", histogram->name);
  snprintf(counts, UHI_NAME, "%.40s_storage_values.npy", histogram->name);
}

/* ---- Axes ---- */

static json_t *categories(const seam_axis *axis) {
  json_t *list = json_array();
  for (int64_t i = 0; list && i < axis->bins; i++) {
    json_t *item =
        axis->type == SEAM_AXIS_CATEGORY_STRING ? json_string(axis->names[i]) : json_integer(axis->numbers[i]);
    if (json_array_append_new(list, item) != 0) {
      json_decref(list);
      return NULL;
    }
  }
  return list;
}

static json_t *axis_kind(const seam_axis *axis) {
  switch (axis->type) {
  case SEAM_AXIS_REGULAR:
    return json_pack("{s:s, s:f, s:f, s:I, s:b, s:b, s:b}", "type", "regular", "lower", axis->lower, "upper",
                     axis->upper, "bins", (json_int_t)axis->bins, "underflow", axis->flow, "overflow", axis->flow,
                     "circular", 0);
  case SEAM_AXIS_CATEGORY_STRING:
    return json_pack("{s:s, s:o, s:b}", "type", "category_str", "categories", categories(axis), "flow", 0);
  case SEAM_AXIS_CATEGORY_INT:
    return json_pack("{s:s, s:o, s:b}", "type", "category_int", "categories", categories(axis), "flow", 0);
  case SEAM_AXIS_BOOLEAN:
    return json_pack("{s:s}", "type", "boolean");
  }
  return NULL;
}

static json_t *describe_axis(const seam_axis *axis) {
  json_t *object = axis_kind(axis);
  json_t *words = json_pack("{s:s, s:s}", "name", axis->name, "label", axis->label);
  if (json_object_set_new(object, "metadata", words) == 0) return object;
  json_decref(object);
  return NULL;
}

static json_t *describe_axes(const seam_histogram *histogram) {
  json_t *axes = json_array();
  for (int a = 0; axes && a < histogram->axis_count; a++) {
    if (json_array_append_new(axes, describe_axis(&histogram->axes[a])) == 0) continue;
    json_decref(axes);
    return NULL;
  }
  return axes;
}

/* ---- The description ---- */

/* Adds the options to the name and the label. Leaves out which chains were run, so that the shards of one configuration
 * and their merge have the same description. */
static bool add_options(json_t *metadata, const json_t *options) {
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)options, key, value) {
    if (strcmp(key, "chains") == 0 || strcmp(key, "first-chain") == 0) continue;
    if (json_object_set(metadata, key, value) != 0) return false;
  }
  return true;
}

static json_t *describe_run(const seam_histogram *histogram, const struct seam_config *config) {
  json_t *metadata = json_pack("{s:s, s:s}", "name", histogram->name, "label", histogram->label);
  json_t *options = config_to_json(config);
  bool good = metadata && options && add_options(metadata, options);
  json_decref(options);
  if (good) return metadata;
  json_decref(metadata);
  return NULL;
}

json_t *uhi_describe_with(const seam_histogram *histogram, json_t *metadata) {
  char description[UHI_NAME], counts[UHI_NAME];
  uhi_member_names(histogram, description, counts);
  return json_pack("{s:i, s:{s:{s:s}}, s:o, s:o, s:{s:s, s:s}}", "uhi_schema", 1, "writer_info", "seam", "version",
                   SEAM_VERSION, "metadata", metadata, "axes", describe_axes(histogram), "storage", "type",
                   histogram->reals ? "double" : "int", "values", counts);
}

json_t *uhi_describe(const seam_histogram *histogram, const struct seam_config *config) {
  return uhi_describe_with(histogram, describe_run(histogram, config));
}

/* ---- Comparison ---- */

static bool may_differ(const char *key) { return strcmp(key, "label") == 0 || strcmp(key, "writer_info") == 0; }

static size_t keys_that_count(const json_t *object) {
  size_t count = 0;
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)object, key, value) count += !may_differ(key);
  return count;
}

/* Makes no copy: that memory is out must not look like a difference. */
bool uhi_agrees(const json_t *found, const json_t *ours) {
  const char *key;
  size_t i;
  json_t *value;
  if (json_is_array(found) && json_is_array(ours)) {
    json_array_foreach(found, i, value) {
      if (!uhi_agrees(value, json_array_get(ours, i))) return false;
    }
    return json_array_size(found) == json_array_size(ours);
  }
  if (!json_is_object(found) || !json_is_object(ours)) return json_equal(found, ours);
  json_object_foreach((json_t *)found, key, value) {
    if (!may_differ(key) && !uhi_agrees(value, json_object_get(ours, key))) return false;
  }
  return keys_that_count(found) == keys_that_count(ours);
}
