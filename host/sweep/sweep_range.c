/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges of values. The ends are exact. The values between are rounded, so that file names are short and no value
 * depends on libm. */
#include "sweep/sweep_range.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "config/option.h"

enum { DIGITS = 6 };

/* ---- Reading ---- */

static seam_status check_keys(const json_t *object, seam_error *error) {
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)object, key, value) {
    if (strcmp(key, "from") && strcmp(key, "to") && strcmp(key, "points") && strcmp(key, "scale"))
      return error_set(error, SEAM_ERROR_USAGE, "%.60s: unknown in a range; it takes from, to, points and scale", key);
  }
  return SEAM_OK;
}

static seam_status read_end(struct sweep_range *range, int end, const char *key, const char *name, const json_t *object,
                            struct seam_config *scratch, seam_error *error) {
  const json_t *value = json_object_get(object, key);
  if (!value) return error_set(error, SEAM_ERROR_USAGE, "%s is missing in the range; give it a number", key);
  FORWARD(config_set_json(scratch, name, value, error));
  snprintf(range->ends[end], sizeof range->ends[end], "%s", seam_config_get(scratch, name));
  number_to_real(range->ends[end], &range->real[end]);
  if (range->whole) number_to_uint(range->ends[end], &range->number[end]);
  return SEAM_OK;
}

static seam_status read_points(struct sweep_range *range, const json_t *object, seam_error *error) {
  const json_t *value = json_object_get(object, "points");
  if (!json_is_integer(value) || json_integer_value(value) < 2)
    return error_set(error, SEAM_ERROR_USAGE, "points: %s; it takes a whole number from 2 on",
                     value ? "this number of points is impossible" : "missing in the range");
  range->points = (uint64_t)json_integer_value(value);
  return SEAM_OK;
}

static seam_status read_scale(struct sweep_range *range, const json_t *object, seam_error *error) {
  const json_t *value = json_object_get(object, "scale");
  const char *scale = value ? json_string_value(value) : "linear";
  range->logarithmic = scale && strcmp(scale, "log") == 0;
  if (!range->logarithmic && (!scale || strcmp(scale, "linear") != 0))
    return error_set(error, SEAM_ERROR_USAGE, "scale %.60s: unknown; it takes linear or log", scale ? scale : "");
  if (range->logarithmic && (range->real[0] <= 0 || range->real[1] <= 0))
    return error_set(error, SEAM_ERROR_USAGE, "scale log: %s to %s; both ends must be above 0", range->ends[0],
                     range->ends[1]);
  return SEAM_OK;
}

seam_status sweep_range_read(struct sweep_range *range, const char *name, const json_t *object,
                             struct seam_config *scratch, seam_error *error) {
  const struct option *option = option_find(name);
  *range = (struct sweep_range){.whole = option && option->type == &option_whole};
  if (!option || (!range->whole && option->type != &option_real))
    return error_set(error, SEAM_ERROR_USAGE, "only a number takes a range; give a list");
  FORWARD(check_keys(object, error));
  FORWARD(read_end(range, 0, "from", name, object, scratch, error));
  FORWARD(read_end(range, 1, "to", name, object, scratch, error));
  FORWARD(read_points(range, object, error));
  return read_scale(range, object, error);
}

/* ---- Values ---- */

/* from + (to - from)·i/(points - 1), rounded to the nearest whole number. */
static void print_number(const struct sweep_range *range, uint64_t i, char *text, size_t size) {
  bool up = range->number[1] > range->number[0];
  uint64_t span = up ? range->number[1] - range->number[0] : range->number[0] - range->number[1];
  unsigned __int128 steps = range->points - 1, product = (unsigned __int128)span * i;
  uint64_t offset = (uint64_t)((2 * product + steps) / (2 * steps));
  uint64_t value = up ? range->number[0] + offset : range->number[0] - offset;
  snprintf(text, size, "%llu", (unsigned long long)value);
}

static double between(const struct sweep_range *range, uint64_t i) {
  double t = (double)i / (double)(range->points - 1), from = range->real[0], to = range->real[1];
  return range->logarithmic ? exp((1 - t) * log(from) + t * log(to)) : (1 - t) * from + t * to;
}

void sweep_range_print(const struct sweep_range *range, uint64_t i, char *text, size_t size) {
  double value = between(range, i);
  if (i == 0 || i == range->points - 1)
    snprintf(text, size, "%s", range->ends[i > 0]);
  else if (range->whole && !range->logarithmic)
    print_number(range, i, text, size);
  else
    number_print_rounded(range->whole ? floor(value + 0.5) : value, DIGITS, text, size);
}
