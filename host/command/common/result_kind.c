/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the kind of a result, the unit of its counts, and the options that decide its counts. */
#include "command/common/result_kind.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

bool is_prediction(const seam_result *result) {
  seam_prediction ignored;
  return seam_result_prediction(result, &ignored);
}

bool is_gibbs_law(const seam_result *result) {
  seam_prediction prediction;
  return seam_result_prediction(result, &prediction) && prediction.weighed;
}

struct unit unit_of(const seam_result *result) {
  if (is_gibbs_law(result)) return (struct unit){"pairs by weight", "weight", 1.0 / (1 << 20)};
  return is_prediction(result) ? (struct unit){"pairs", "pairs", 1} : (struct unit){"chains", "chains", 1};
}

struct text unit_text(const struct unit *unit, double count) {
  struct text text;
  double value = count * unit->value;
  if (unit->value == 1 || value >= 1000 || value == 0) return text_count((int64_t)(value + 0.5));
  snprintf(text.text, sizeof text.text, "%.3g", value);
  return text;
}

bool option_counts(const seam_option *option, seam_config *config) {
  static const char *const running[] = {"backend", "device",           "isa",    "threads", "slice",
                                        "shard",   "checkpoint-every", "output", "task"};
  for (size_t i = 0; i < sizeof running / sizeof *running; i++)
    if (!strcmp(running[i], option->name)) return false;
  return seam_option_heeded(option, seam_config_get(config, "task"));
}
