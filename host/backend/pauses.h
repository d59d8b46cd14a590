/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the steps at which training pauses. */
#ifndef SEAM_PAUSES_H
#define SEAM_PAUSES_H

#include "kernels/job.h"

/* Returns the next step at which training pauses: the end of the slice (`slice` >= 1 steps), the next snapshot or the
 * last step, whichever comes first. After the last step it returns `step`. */
uint32_t backend_next_pause(const struct job *job, uint32_t step, uint32_t slice);

/* Returns the index of the snapshot at `step`, or -1 if there is none. */
int backend_snapshot_at(const struct job *job, uint32_t step);

#endif
