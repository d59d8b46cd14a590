/* SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints: a separate thread writes the result from time to time while the workers continue. */
#ifndef SEAM_CHECKPOINT_H
#define SEAM_CHECKPOINT_H

#include "workers/collector.h"

struct checkpoint;

/* Prepares checkpoints. Starts the thread now if they come at `every`, else with the first request. Sets *checkpoint
 * to NULL if `output` is NULL. */
seam_status checkpoint_start(struct collector *collector, const struct period *every, struct seam_output *output,
                             struct checkpoint **checkpoint, seam_error *error);

/* Asks for a checkpoint as soon as possible, besides those of `every`. NULL is allowed. */
void checkpoint_request(struct checkpoint *checkpoint);

/* Returns the error of the last write. Its status is SEAM_OK if the write succeeded. NULL is allowed. */
seam_error checkpoint_trouble(struct checkpoint *checkpoint);

/* Ends the thread. If it is writing, waits for the end of the write. NULL is allowed. */
void checkpoint_stop(struct checkpoint *checkpoint);

#endif
