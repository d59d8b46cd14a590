/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the output of a run current: a thread of its own writes a copy of the result while workers go on. */
#ifndef SEAM_CHECKPOINT_H
#define SEAM_CHECKPOINT_H

#include "workers/collector.h"

struct checkpoint;

/* *checkpoint is NULL where the period is never or there is no output. */
seam_status checkpoint_start(struct collector *collector, const struct period *every, struct seam_output *output,
                             struct checkpoint **checkpoint, seam_error *error);

/* Why the last write failed; status SEAM_OK where it did not. NULL is allowed. */
seam_error checkpoint_trouble(struct checkpoint *checkpoint);

/* Ends the thread, after the write that it is in. NULL is allowed. */
void checkpoint_stop(struct checkpoint *checkpoint);

#endif
