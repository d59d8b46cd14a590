/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the record of a comparison, and the metadata of its maps. */
#include "base/floating_point.h"
#include "compare/compare.h"

#include <math.h>

#include "base/json_text.h"
#include "compare/distance.h"

const char *const comparison_distance_names[SEAM_DISTANCES] = {"total_variation", "jensen_shannon", "kullback_leibler",
                                                               "kullback_leibler_reverse"};

/* null for a value that is not known: JSON has no NAN. */
static json_t *known(double value) { return isfinite(value) ? json_real(value) : json_null(); }

static json_t *describe_distance(const seam_distance *d) {
  return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "value", known(d->value), "chance", known(d->chance),
                   "chance_95", known(d->chance_95), "excess", known(d->excess), "low", known(d->low), "high",
                   known(d->high), "p", known(d->p));
}

static json_t *describe_compared(const seam_compared *compared) {
  json_t *object = json_pack("{s:s, s:I, s:I, s:[s, s], s:[I, I], s:[o, o], s:b}", "histogram", compared->name, "rows",
                             (json_int_t)compared->rows, "cells", (json_int_t)compared->cells, "unit",
                             compared->unit[0], compared->unit[1], "entries", (json_int_t)compared->entries[0],
                             (json_int_t)compared->entries[1], "effective", known(compared->effective[0]),
                             known(compared->effective[1]), "independent", compared->independent);
  for (int d = 0; d < SEAM_DISTANCES; d++) {
    if (json_object_set_new(object, comparison_distance_names[d], describe_distance(&compared->distance[d])) == 0)
      continue;
    json_decref(object);
    return NULL;
  }
  return object;
}

static json_t *describe_fraction(const seam_fraction *f, int schema) {
  json_t *object = json_pack("{s:s, s:s, s:[o, o], s:[o, o], s:o}", "name", f->name, "of", f->of, "value",
                             known(f->value[0]), known(f->value[1]), "error", known(f->error[0]), known(f->error[1]),
                             "difference", known(f->difference));
  if (schema == 1 || json_object_set_new(object, "difference_error", known(f->difference_error)) == 0) return object;
  json_decref(object);
  return NULL;
}

/* Second components drawn; 0 for a training. */
static json_int_t draws(const struct seam_config *config) {
  return config->task == TASK_TRAIN ? 0 : (json_int_t)config->draws;
}

/* Takes the reference to `item`; false when memory is out. */
static bool append(json_t *list, json_t *item) { return json_array_append_new(list, item) == 0; }

json_t *comparison_describe(const struct seam_comparison *comparison) {
  json_t *fractions = json_array(), *compared = json_array();
  bool good = true;
  for (int f = 0; f < COMPARISON_FRACTIONS; f++)
    good = append(fractions, describe_fraction(&comparison->fractions[f], comparison->schema)) && good;
  for (int h = 0; h < comparison->compared_count; h++)
    good = append(compared, describe_compared(&comparison->compared[h])) && good;
  json_t *record = json_pack(
      "{s:i, s:s, s:s, s:[I, I], s:[I, I], s:[o, o], s:I, s:o, s:o}", "schema", comparison->schema, "version",
      SEAM_VERSION, "slice", comparison->outcome, "chains", (json_int_t)comparison->chains[0],
      (json_int_t)comparison->chains[1], "draws", draws(&comparison->config[0]), draws(&comparison->config[1]),
      "configuration", config_to_json(&comparison->config[0]), config_to_json(&comparison->config[1]), "shared_chains",
      (json_int_t)comparison->shared, "fractions", fractions, "compared", compared);
  if (comparison->schema > 1)
    good = json_object_set_new(record, "permutations", json_integer(PERMUTATIONS)) == 0 &&
           json_object_set_new(record, "paired_blocks", json_integer(comparison->blocks)) == 0 && good;
  if (good) return record;
  json_decref(record);
  return NULL;
}

char *seam_comparison_record(const seam_comparison *comparison) {
  OWN_FLOATING_POINT;
  json_t *record = comparison_describe(comparison);
  char *text = json_text_write(record);
  json_decref(record);
  return text;
}

json_t *comparison_metadata(const struct seam_comparison *comparison, const seam_histogram *map) {
  return json_pack("{s:s, s:s, s:s, s:I}", "name", map->name, "label", map->label, "slice", comparison->outcome,
                   "cells", (json_int_t)comparison->compared[0].cells);
}
