/* SPDX-License-Identifier: Apache-2.0 */
/* seam train: trains chains and counts what became of them. */
#include "command/arguments.h"
#include "command/command.h"
#include "command/produce.h"

seam_status train_run(struct arguments *arguments, seam_error *error) {
  static const struct producer training = {"train", seam_train_resume};
  return produce(arguments, &training, error);
}
