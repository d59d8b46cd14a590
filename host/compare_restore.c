/* SPDX-License-Identifier: Apache-2.0 */
/* A comparison from its record. What is read is described again: a record that differs in anything is refused. */
#include <math.h>
#include <string.h>

#include "compare.h"

static double real_of(const json_t *value) { return json_is_real(value) ? json_real_value(value) : NAN; }

static double member_real(const json_t *object, const char *name) { return real_of(json_object_get(object, name)); }

static int64_t member_whole(const json_t *object, const char *name) {
  return json_integer_value(json_object_get(object, name));
}

static const json_t *side_of(const json_t *object, const char *name, size_t side) {
  return json_array_get(json_object_get(object, name), side);
}

static seam_distance restore_distance(const json_t *record) {
  return (seam_distance){.value = member_real(record, "value"),
                         .chance = member_real(record, "chance"),
                         .chance_95 = member_real(record, "chance_95"),
                         .excess = member_real(record, "excess"),
                         .low = member_real(record, "low"),
                         .high = member_real(record, "high"),
                         .p = member_real(record, "p")};
}

static const char *find_histogram(const json_t *name) {
  for (int h = 0; json_is_string(name) && h < HISTOGRAMS; h++)
    if (strcmp(histogram_name(h), json_string_value(name)) == 0) return histogram_name(h);
  return NULL;
}

static bool restore_compared(seam_compared *compared, const json_t *record) {
  *compared = (seam_compared){.name = find_histogram(json_object_get(record, "histogram")),
                              .rows = member_whole(record, "rows"),
                              .cells = member_whole(record, "cells"),
                              .independent = json_is_true(json_object_get(record, "independent"))};
  for (size_t side = 0; side < 2; side++) {
    const char *unit = json_string_value(side_of(record, "unit", side));
    compared->unit[side] = unit ? slice_find_unit(unit) : NULL;
    compared->entries[side] = json_integer_value(side_of(record, "entries", side));
    compared->effective[side] = real_of(side_of(record, "effective", side));
    if (!compared->unit[side] || compared->entries[side] < 0) return false;
  }
  for (int d = 0; d < SEAM_DISTANCES; d++)
    compared->distance[d] = restore_distance(json_object_get(record, comparison_distance_names[d]));
  return compared->name && compared->rows >= 0 && compared->cells >= 0;
}

static void restore_fraction(seam_fraction *fraction, int f, const json_t *record) {
  *fraction = (seam_fraction){.name = comparison_fraction_names[f][0],
                              .of = comparison_fraction_names[f][1],
                              .difference = member_real(record, "difference")};
  for (size_t side = 0; side < 2; side++) {
    fraction->value[side] = real_of(side_of(record, "value", side));
    fraction->error[side] = real_of(side_of(record, "error", side));
  }
}

static bool restore_config(struct seam_config *config, const json_t *record) {
  seam_error ignored;
  config_defaults(config);
  return config_from_json(config, record, "the record", &ignored) == SEAM_OK &&
         seam_config_check(config, &ignored) == SEAM_OK;
}

static bool restore_sides(struct seam_comparison *comparison, const json_t *record) {
  for (size_t side = 0; side < 2; side++) {
    if (!restore_config(&comparison->config[side], side_of(record, "configuration", side))) return false;
    comparison->chains[side] = (uint64_t)json_integer_value(side_of(record, "chains", side));
  }
  comparison->shared = (uint64_t)member_whole(record, "shared_chains");
  return true;
}

/* The interface comes first, and then what both have, each once or not at all. */
static bool restore_all_compared(struct seam_comparison *comparison, const json_t *list) {
  size_t count = json_array_size(list);
  if (count < 1 || count > HISTOGRAMS) return false;
  comparison->compared_count = (int)count;
  for (size_t h = 0; h < count; h++)
    if (!restore_compared(&comparison->compared[h], json_array_get(list, h))) return false;
  const seam_compared *interface = &comparison->compared[0];
  return strcmp(interface->name, histogram_name(HISTOGRAM_INTERFACE)) == 0 && interface->rows <= 1;
}

/* The version is that of who wrote it. */
static bool is_described(const struct seam_comparison *comparison, const json_t *record) {
  json_t *ours = comparison_describe(comparison), *theirs = json_copy((json_t *)record);
  bool same = ours && theirs && json_is_string(json_object_get(theirs, "version")) &&
              json_object_set(ours, "version", json_object_get(theirs, "version")) == 0 && json_equal(ours, theirs);
  json_decref(ours);
  json_decref(theirs);
  return same;
}

bool comparison_restore(struct seam_comparison *comparison, const json_t *record) {
  const char *slice = json_string_value(json_object_get(record, "slice"));
  if (!slice || !slice_find(slice)) return false;
  comparison->slice = slice_find(slice)->name;
  if (!restore_sides(comparison, record)) return false;
  if (!restore_all_compared(comparison, json_object_get(record, "compared"))) return false;
  for (int f = 0; f < COMPARISON_FRACTIONS; f++)
    restore_fraction(&comparison->fractions[f], f, side_of(record, "fractions", (size_t)f));
  return is_described(comparison, record);
}
