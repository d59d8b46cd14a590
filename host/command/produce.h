/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands that count chains or pairs have in common. */
#ifndef SEAM_COMMAND_PRODUCE_H
#define SEAM_COMMAND_PRODUCE_H

#include "command/arguments.h"

struct producer {
  const char *task;
  seam_status (*run)(const seam_config *config, seam_output *output, seam_progress_function progress, void *user,
                     seam_result **result, seam_error *error);
};

seam_status produce(struct arguments *arguments, const struct producer *producer, seam_error *error);

#endif
