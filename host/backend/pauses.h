/* SPDX-License-Identifier: Apache-2.0 */
/* Where training pauses. */
#ifndef SEAM_PAUSES_H
#define SEAM_PAUSES_H

#include "kernels/job.h"

/* The next step at which training pauses after `step`: the end of the slice (`slice` >= 1 steps), the next snapshot, or
 * the last step, whichever comes first. Equals `step` only when training is over. */
uint32_t backend_next_pause(const struct job *job, uint32_t step, uint32_t slice);

/* The index of the snapshot to be taken at `step`, or -1. */
int backend_snapshot_at(const struct job *job, uint32_t step);

#endif
