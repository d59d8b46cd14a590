/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the kind of a result, and the options that decide its counts. */
#include "command/common/result_kind.h"

#include <stdbool.h>
#include <string.h>

bool is_prediction(const seam_result *result) {
  seam_prediction ignored;
  return seam_result_prediction(result, &ignored);
}

bool option_counts(const seam_option *option, seam_config *config) {
  static const char *const running[] = {"backend", "device",           "isa",    "threads", "slice",
                                        "shard",   "checkpoint-every", "output", "task"};
  for (size_t i = 0; i < sizeof running / sizeof *running; i++)
    if (!strcmp(running[i], option->name)) return false;
  return seam_option_heeded(option, seam_config_get(config, "task"));
}
