/* SPDX-License-Identifier: Apache-2.0 */
/* The values of one axis of a sweep: a list as it is, or a range. */
#include "sweep/sweep_axis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/option.h"
#include "sweep/sweep_range.h"

static const char pair_name[] = "pair";

static seam_status memory_is_out(seam_error *error) {
  return error_set(error, SEAM_ERROR_MEMORY, "out of memory: no room for so many values; make the grid smaller");
}

/* ---- Options and pairs ---- */

static bool is_pair(const struct sweep_axis *axis) { return strcmp(axis->name, pair_name) == 0; }

const char *const *sweep_axis_options(const struct sweep_axis *axis, const char *one[2]) {
  static const char *const both[] = {"first", "second", NULL};
  one[0] = axis->name;
  one[1] = NULL;
  return is_pair(axis) ? both : one;
}

static seam_status set_pair(const char *value, struct seam_config *config, seam_error *error) {
  char first[32];
  const char *colon = strchr(value, ':');
  if (!colon || colon - value >= (ptrdiff_t)sizeof first)
    return error_set(error, SEAM_ERROR_USAGE,
                     "%.60s: this is not a pair of kinds; it takes FIRST:SECOND like mlp8:buffer", value);
  memcpy(first, value, (size_t)(colon - value));
  first[colon - value] = '\0';
  FORWARD(seam_config_set(config, "first", first, error));
  return seam_config_set(config, "second", colon + 1, error);
}

seam_status sweep_axis_set(const struct sweep_axis *axis, const char *value, struct seam_config *config,
                           seam_error *error) {
  return is_pair(axis) ? set_pair(value, config, error) : seam_config_set(config, axis->name, value, error);
}

void sweep_axis_word(const char *value, char *word, size_t size) {
  static const char portable[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-";
  size_t i = 0;
  for (; value[i] && i + 1 < size; i++) word[i] = strchr(portable, value[i]) ? value[i] : '-';
  word[i] = '\0';
}

/* ---- Values ---- */

static int compare_texts(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static seam_status refuse_twins(char *const *words, uint64_t count, seam_error *error) {
  for (uint64_t i = 1; i < count; i++)
    if (strcmp(words[i - 1], words[i]) == 0)
      return error_set(error, SEAM_ERROR_USAGE, "%.60s is there twice; name each value once", words[i]);
  return SEAM_OK;
}

/* Refuses a value that would give two points the same file name or the same configuration. */
static seam_status check_distinct(const struct sweep_axis *axis, seam_error *error) {
  char **words = calloc(axis->count, sizeof *words);
  uint64_t copied = 0;
  for (; words && copied < axis->count; copied++) {
    size_t size = strlen(axis->values[copied]) + 1;
    if (!(words[copied] = malloc(size))) break;
    sweep_axis_word(axis->values[copied], words[copied], size);
  }
  if (copied > 0) qsort(words, copied, sizeof *words, compare_texts);
  seam_status status = copied < axis->count ? memory_is_out(error) : refuse_twins(words, copied, error);
  for (uint64_t i = 0; i < copied; i++) free(words[i]);
  free(words);
  return status;
}

static seam_status add_value(struct sweep_axis *axis, const char *value, seam_error *error) {
  char *copy = strdup(value);
  if (!copy) return memory_is_out(error);
  axis->values[axis->count++] = copy;
  return SEAM_OK;
}

static seam_status reserve(struct sweep_axis *axis, uint64_t count, seam_error *error) {
  if (count > MOST_POINTS)
    return error_set(error, SEAM_ERROR_USAGE, "%llu values; it takes at most %d", (unsigned long long)count,
                     MOST_POINTS);
  axis->values = calloc(count, sizeof *axis->values);
  return axis->values ? SEAM_OK : memory_is_out(error);
}

/* The value as the configuration prints it. *scratch is a configuration to set and print it in. */
static seam_status canonical(const struct sweep_axis *axis, const json_t *value, struct seam_config *scratch,
                             const char **text, seam_error *error) {
  if (!is_pair(axis)) {
    FORWARD(config_set_json(scratch, axis->name, value, error));
    *text = seam_config_get(scratch, axis->name);
    return SEAM_OK;
  }
  if (!json_is_string(value))
    return error_set(error, SEAM_ERROR_USAGE, "this is not text; it takes FIRST:SECOND like \"mlp8:buffer\"");
  *text = json_string_value(value);
  return set_pair(*text, scratch, error);
}

static seam_status read_list(struct sweep_axis *axis, const json_t *list, struct seam_config *scratch,
                             seam_error *error) {
  if (json_array_size(list) == 0) return error_set(error, SEAM_ERROR_USAGE, "an empty list; name a value or more");
  FORWARD(reserve(axis, json_array_size(list), error));
  for (size_t i = 0; i < json_array_size(list); i++) {
    const char *text = NULL;
    FORWARD(canonical(axis, json_array_get(list, i), scratch, &text, error));
    FORWARD(add_value(axis, text, error));
  }
  return SEAM_OK;
}

static seam_status read_range(struct sweep_axis *axis, const json_t *object, struct seam_config *scratch,
                              seam_error *error) {
  struct sweep_range range;
  FORWARD(sweep_range_read(&range, axis->name, object, scratch, error));
  FORWARD(reserve(axis, range.points, error));
  for (uint64_t i = 0; i < range.points; i++) {
    char text[32];
    sweep_range_print(&range, i, text, sizeof text);
    FORWARD(seam_config_set(scratch, axis->name, text, error));
    FORWARD(add_value(axis, seam_config_get(scratch, axis->name), error));
  }
  return SEAM_OK;
}

seam_status sweep_axis_read(struct sweep_axis *axis, const char *name, const json_t *values, seam_error *error) {
  const struct option *option = option_find(name);
  *axis = (struct sweep_axis){.name = option ? option->name : pair_name};
  if (!option && strcmp(name, pair_name) != 0) return option_unknown(name, "", error);
  if (!json_is_array(values) && !json_is_object(values))
    return error_set(
        error, SEAM_ERROR_USAGE,
        "this is not a list; it takes a list like [1, 2] or a range like {\"from\": 1, \"to\": 9, \"points\": 5}");
  struct seam_config *scratch = seam_config_create();
  if (!scratch) return memory_is_out(error);
  seam_status status =
      json_is_array(values) ? read_list(axis, values, scratch, error) : read_range(axis, values, scratch, error);
  seam_config_free(scratch);
  return status == SEAM_OK ? check_distinct(axis, error) : status;
}

void sweep_axis_free(struct sweep_axis *axis) {
  for (uint64_t i = 0; i < axis->count; i++) free(axis->values[i]);
  free(axis->values);
}
