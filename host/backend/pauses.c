/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the steps at which training pauses, for all backends. */
#include "backend/pauses.h"

uint32_t backend_next_pause(const struct job *job, uint32_t step, uint32_t slice) {
  uint32_t pause = job->steps - step > slice ? step + slice : job->steps;
  for (int k = 0; k < job->snapshot_count; k++)
    if (job->snapshot_steps[k] > step && job->snapshot_steps[k] < pause) pause = job->snapshot_steps[k];
  return pause;
}

int backend_snapshot_at(const struct job *job, uint32_t step) {
  for (int k = 0; k < job->snapshot_count; k++)
    if (job->snapshot_steps[k] == step) return k;
  return -1;
}
