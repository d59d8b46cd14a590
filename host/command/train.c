/* SPDX-License-Identifier: Apache-2.0 */
/* seam train: trains chains and counts what became of them. */
#include <stdio.h>
#include <stdlib.h>

#include "command/arguments.h"
#include "command/command.h"
#include "command/common/text.h"
#include "command/produce.h"

/* "262,144 chains of 1,000 steps in 20.2 s, 13.0M chain-steps/s (cpu, v4, NAME)" */
static void print_run(seam_result *result) {
  seam_run run = seam_result_run(result);
  double steps = atof(seam_config_get(seam_result_config(result), "steps"));
  printf("%s chains of %s steps in %s, %s chain-steps/s (%s%s%s, %s)\n",
         text_count((int64_t)seam_result_chains(result)).text, text_count((int64_t)steps).text,
         text_time(run.seconds).text, text_si(run.seconds > 0 ? run.chain_steps / run.seconds : 0).text, run.backend,
         *run.isa ? ", " : "", run.isa, run.device);
}

seam_status train_run(struct arguments *arguments, seam_error *error) {
  static const struct producer training = {"train", seam_train_resume, print_run};
  return produce(arguments, &training, error);
}
