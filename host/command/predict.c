/* SPDX-License-Identifier: Apache-2.0 */
/* seam predict: counts pairs that work, or weighs them, */
#include <stdbool.h>
#include <string.h>

#include "command/arguments.h"
#include "command/command.h"
#include "command/produce.h"

seam_status predict_run(struct arguments *arguments, seam_error *error) {
  static const struct producer working = {"predict", seam_predict_resume};
  static const struct producer weighed = {"gibbs", seam_predict_resume};
  bool weigh = arguments->beta_given || !strcmp(seam_config_get(arguments->config, "task"), weighed.task);
  return produce(arguments, weigh ? &weighed : &working, error);
}
