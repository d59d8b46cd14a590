/* SPDX-License-Identifier: Apache-2.0 */
/* Trains chains that two results share again, in blocks, for a paired test. */
#ifndef SEAM_COMMAND_PAIRED_H
#define SEAM_COMMAND_PAIRED_H

#include "command/arguments.h"

/* Trains the first arguments->paired of the `shared` chains that both results drew, under both configurations. The
 * caller frees *paired with seam_paired_free, also after an error. */
seam_status paired_train(const struct arguments *arguments, seam_result *const results[2], uint64_t shared,
                         seam_paired **paired, seam_error *error);

#endif
