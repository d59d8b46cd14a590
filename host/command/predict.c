/* SPDX-License-Identifier: Apache-2.0 */
/* seam predict: counts pairs that work, or weighs them, */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "command/arguments.h"
#include "command/command.h"
#include "command/common/text.h"
#include "command/produce.h"

/* "262,144 x 65,536 pairs in 0.2 s, 80G pairs/s (cpu, v4, NAME)" */
static void print_run(seam_result *result) {
  seam_run run = seam_result_run(result);
  printf("%s pairs in %s, %s pairs/s (%s%s%s, %s)\n", text_count((int64_t)run.chain_steps).text,
         text_time(run.seconds).text, text_si(run.seconds > 0 ? run.chain_steps / run.seconds : 0).text, run.backend,
         *run.isa ? ", " : "", run.isa, run.device);
}

seam_status predict_run(struct arguments *arguments, seam_error *error) {
  static const struct producer working = {"predict", seam_predict_resume, print_run};
  static const struct producer weighed = {"gibbs", seam_predict_resume, print_run};
  bool weigh = arguments->beta_given || !strcmp(seam_config_get(arguments->config, "task"), weighed.task);
  return produce(arguments, weigh ? &weighed : &working, error);
}
