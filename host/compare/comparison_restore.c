/* SPDX-License-Identifier: Apache-2.0 */
/* Restores a comparison from its record.
 *
 * The configurations determine which histograms are compared, and in which units. The rest are numbers, and their
 * limits are checked. At the end the comparison is described again, and any difference from the record is an error. */
#include <math.h>
#include <stdlib.h>

#include "base/read_file.h"
#include "compare/compare.h"
#include "compare/distance.h"
#include "files/result_file.h"
#include "files/zipfile.h"

/* Rounding may carry a sum beyond its limits by this much. */
static const double rounding = 1e-9;

static seam_status damaged(const char *path, seam_error *error) {
  return zip_member_damaged(error, path, COMPARISON_MEMBER, "is not a record that this seam would write");
}

/* Reports, with the name of the file, why the record is impossible. */
static seam_status refused(seam_status status, const seam_error *inner, const char *path, seam_error *error) {
  if (status == SEAM_OK) return SEAM_OK;
  if (status == SEAM_ERROR_MEMORY) return read_file_no_memory(path, error);
  return error_set(error, SEAM_ERROR_FORMAT,
                   "%s: member " COMPARISON_MEMBER " describes an impossible comparison (%.200s); use another copy or "
                   "the seam that wrote it",
                   error_path(path), inner->message);
}

/* ---- Numbers ---- */

static double real_of(const json_t *value) { return json_is_real(value) ? json_real_value(value) : NAN; }

static double member_real(const json_t *object, const char *name) { return real_of(json_object_get(object, name)); }

static int64_t member_whole(const json_t *object, const char *name) {
  return json_integer_value(json_object_get(object, name));
}

static const json_t *side_of(const json_t *object, const char *name, size_t side) {
  return json_array_get(json_object_get(object, name), side);
}

/* A value that is not known (NAN) is within all limits. */
static bool is_within(double value, double least, double most) {
  return isnan(value) || (value >= least - rounding && value <= most + rounding);
}

/* ---- The two sides ---- */

/* A result as far as the record describes it: its configuration and its number of chains. The ids are made up: 0, 1,
 * ... */
struct side {
  struct seam_result result;
  uint64_t ids[2];
};

static void free_sides(struct side *sides) {
  for (int side = 0; sides && side < 2; side++) histogram_set_free(sides[side].result.histograms);
  free(sides);
}

static seam_status restore_config(struct seam_config *config, const json_t *record, seam_error *inner) {
  config_defaults(config);
  FORWARD(config_from_json(config, record, "the record", inner));
  return seam_config_check(config, inner);
}

static seam_status restore_side(struct seam_comparison *comparison, struct side *sides, size_t side,
                                const json_t *record, seam_error *inner) {
  struct seam_result *result = &sides[side].result;
  FORWARD(restore_config(&comparison->config[side], side_of(record, "configuration", side), inner));
  json_int_t chains = json_integer_value(side_of(record, "chains", side));
  if (chains < 0 || (uint64_t)chains > comparison->config[side].chains)
    return error_set(inner, SEAM_ERROR_FORMAT, "a result of %lld chains", (long long)chains);
  comparison->chains[side] = sides[side].ids[1] = (uint64_t)chains;
  result->config = comparison->config[side];
  result->coverage = (struct coverage){.ids = sides[side].ids, .ranges = 1};
  return histogram_set_create(&result->config, &result->histograms, inner);
}

/* The number of shared chains is largest if both results have the ids 0, 1, ... */
static seam_status check_shared(struct seam_comparison *comparison, const struct side *sides, int64_t shared,
                                seam_error *inner) {
  comparison->shared = (uint64_t)shared;
  if (shared >= 0 && comparison->shared <= compare_shared(&sides[0].result, &sides[1].result)) return SEAM_OK;
  return error_set(inner, SEAM_ERROR_FORMAT, "%lld shared chains", (long long)shared);
}

/* Matched chains are the same on both sides, with at least one in each block. */
static seam_status check_blocks(struct seam_comparison *comparison, int64_t blocks, seam_error *inner) {
  const uint64_t *chains = comparison->chains;
  comparison->blocks = (int)blocks;
  if (blocks == 0) return SEAM_OK;
  if (blocks >= SEAM_FEWEST_BLOCKS && blocks <= SEAM_MOST_BLOCKS && comparison->shared == chains[0] &&
      chains[0] == chains[1] && chains[0] >= (uint64_t)blocks && comparison->config[0].task == TASK_TRAIN)
    return SEAM_OK;
  return error_set(inner, SEAM_ERROR_FORMAT, "%lld blocks of matched chains", (long long)blocks);
}

static seam_status restore_sides(struct seam_comparison *comparison, struct side *sides,
                                 const struct outcome_choice *choice, const json_t *record, seam_error *inner) {
  for (size_t side = 0; side < 2; side++) FORWARD(restore_side(comparison, sides, side, record, inner));
  FORWARD(compare_check(&sides[0].result, &sides[1].result, choice, true, inner));
  FORWARD(check_shared(comparison, sides, member_whole(record, "shared_chains"), inner));
  return check_blocks(comparison, member_whole(record, "paired_blocks"), inner);
}

/* ---- Distances and fractions ---- */

static bool restore_chance(seam_distance *d, bool independent, double most, const json_t *record) {
  const double least_p = 1.0 / (1 + PERMUTATIONS);
  d->chance = member_real(record, "chance");
  d->excess = d->value - d->chance;
  if (!is_within(d->chance, 0, most)) return false;
  if (!independent) return true;
  d->chance_95 = member_real(record, "chance_95");
  d->low = member_real(record, "low");
  d->high = member_real(record, "high");
  d->p = member_real(record, "p");
  return is_within(d->chance_95, 0, most) && is_within(d->low, 0, most) && is_within(d->high, d->low, most) &&
         is_within(d->p, least_p, 1);
}

/* Nothing but the value is known of samples that share draws, unless blocks of them are matched; schema 1 has more all
 * the same. */
static bool restore_distance(seam_distance *d, const struct seam_comparison *comparison, const seam_compared *compared,
                             double most, const json_t *record) {
  *d = (seam_distance){NAN, NAN, NAN, NAN, NAN, NAN, NAN};
  if (compared->rows == 0) return true;
  d->value = member_real(record, "value");
  if (!is_within(d->value, 0, most)) return false;
  if (comparison->shared && comparison->schema > 1 && !comparison->blocks) return true;
  return restore_chance(d, compared->independent || comparison->blocks, most, record);
}

/* Only rows with entries on both sides are counted, and each has at least one cell. */
static bool restore_sizes(seam_compared *compared, const struct outcome_table *table, const json_t *record) {
  compared->rows = member_whole(record, "rows");
  compared->cells = member_whole(record, "cells");
  return compared->rows >= 0 && compared->rows <= table->rows && compared->cells >= compared->rows &&
         compared->cells <= compared->rows * MOST_CELLS;
}

/* In each row a chain has at most one entry, or at most one for each second component. There are at most as many
 * effective entries as entries; the 1 is added because weights below one entry are rounded to 0. */
static bool restore_entries(seam_compared *compared, size_t side, const struct side *of, int64_t rows,
                            const json_t *record) {
  int64_t entries = compared->entries[side] = json_integer_value(side_of(record, "entries", side));
  compared->effective[side] = real_of(side_of(record, "effective", side));
  uint64_t each = (uint64_t)(of->result.histograms->pairs_per_chain >> config_pair_bits(&of->result.config)), most;
  if (__builtin_mul_overflow(each * (uint64_t)rows, of->ids[1], &most)) most = INT64_MAX;
  return entries >= 0 && (uint64_t)entries <= most &&
         is_within(compared->effective[side] / ((double)entries + 1), 0, 1);
}

static bool restore_compared(const struct seam_comparison *comparison, seam_compared *compared,
                             const struct outcome_table tables[2], const struct side *sides, const json_t *record) {
  bool good = restore_sizes(compared, &tables[0], record);
  for (size_t side = 0; side < 2; side++)
    good = restore_entries(compared, side, &sides[side], tables[side].rows, record) && good;
  for (int d = 0; d < SEAM_DISTANCES; d++)
    good = restore_distance(&compared->distance[d], comparison, compared, comparison_most[d],
                            json_object_get(record, comparison_distance_names[d])) &&
           good;
  return good;
}

/* Goes through the histograms in the order of compare_all. */
static bool restore_all_compared(struct seam_comparison *comparison, const struct outcome_choice *choice,
                                 const struct side *sides, const json_t *list) {
  bool good = true;
  for (int h = 0; h < HISTOGRAMS; h++) {
    struct outcome_table tables[2];
    if (!comparison_tables(choice, &sides[0].result, &sides[1].result, h, tables)) continue;
    seam_compared *compared = comparison_add(comparison, tables, h);
    const json_t *record = json_array_get(list, (size_t)comparison->compared_count - 1);
    good = restore_compared(comparison, compared, tables, sides, record) && good;
    if (h == HISTOGRAM_INTERFACE && compared->rows > 0) comparison_add_maps(comparison, &tables[0]);
  }
  return good;
}

static bool restore_fraction(seam_fraction *fraction, int f, const json_t *record) {
  bool good;
  *fraction = (seam_fraction){.name = comparison_fraction_names[f][0],
                              .of = comparison_fraction_names[f][1],
                              .difference = member_real(record, "difference"),
                              .difference_error = member_real(record, "difference_error")};
  good = is_within(fraction->difference_error, 0, INFINITY);
  for (size_t side = 0; side < 2; side++) {
    fraction->value[side] = real_of(side_of(record, "value", side));
    fraction->error[side] = real_of(side_of(record, "error", side));
    good = good && is_within(fraction->value[side], 0, 1) && is_within(fraction->error[side], 0, INFINITY);
  }
  return good;
}

static bool restore_fractions(struct seam_comparison *comparison, const json_t *record) {
  bool good = true;
  for (int f = 0; f < COMPARISON_FRACTIONS; f++)
    good = restore_fraction(&comparison->fractions[f], f, side_of(record, "fractions", (size_t)f)) && good;
  return good;
}

/* ---- The whole ---- */

/* Compares the record with our own. The version may differ: it is that of the program that wrote the file. */
static seam_status check_described(const struct seam_comparison *comparison, const json_t *record, const char *path,
                                   seam_error *error) {
  json_t *ours = comparison_describe(comparison), *version = json_object_get(record, "version");
  bool named = json_is_string(version), room = ours && (!named || json_object_set(ours, "version", version) == 0);
  bool same = named && room && json_equal(ours, record);
  json_decref(ours);
  if (!room) return read_file_no_memory(path, error);
  return same ? SEAM_OK : damaged(path, error);
}

static seam_status restore_between(struct seam_comparison *comparison, struct side *sides,
                                   const struct outcome_choice *choice, const json_t *record, const char *path,
                                   seam_error *error) {
  seam_error inner = {.message = ""};
  FORWARD(refused(restore_sides(comparison, sides, choice, record, &inner), &inner, path, error));
  bool good = restore_all_compared(comparison, choice, sides, json_object_get(record, "compared"));
  if (!restore_fractions(comparison, record) || !good) return damaged(path, error);
  return check_described(comparison, record, path, error);
}

seam_status comparison_restore(struct seam_comparison *comparison, const json_t *record, const char *path,
                               seam_error *error) {
  const char *name = json_string_value(json_object_get(record, "slice"));
  const struct outcome_choice *choice = name ? outcome_choice_find(name) : NULL;
  comparison->schema = (int)member_whole(record, "schema");
  if (!choice || comparison->schema < 1 || comparison->schema > COMPARISON_SCHEMA) return damaged(path, error);
  comparison->outcome = choice->name;
  struct side *sides = calloc(2, sizeof *sides);
  seam_status status =
      sides ? restore_between(comparison, sides, choice, record, path, error) : read_file_no_memory(path, error);
  free_sides(sides);
  return status;
}
