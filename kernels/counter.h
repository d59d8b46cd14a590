/* SPDX-License-Identifier: Apache-2.0 */
/* Where counts go: one more in a cell, for each lane that has something to count. */
#ifndef SEAM_COUNTER_H
#define SEAM_COUNTER_H

#include "job.h"
#include "lane.h"

#ifdef SEAM_DEVICE

/* The run's 64-bit totals, and the block's own 32-bit counts: the outcomes first, then the histograms that fit in its
 * shared memory. */
struct counter {
  int64_t *cells;
  uint32_t *shared;
  const int32_t *shared_offset; /* [HISTOGRAMS]: first shared count of a histogram, -1 for one counted in the totals */
};

HD void counter_add(const struct counter *counter, const struct job *job, int histogram, lane_int bin, lane_mask who) {
  if (!who) return;
  int32_t shared = counter->shared_offset[histogram];
  if (shared >= 0)
    lane_atomic_add32(&counter->shared[shared + bin]);
  else
    lane_atomic_add64(&counter->cells[job->offset[histogram] + bin], 1);
}

HD void counter_add_outcome(const struct counter *counter, int outcome, lane_mask who) {
  if (who) lane_atomic_add32(&counter->shared[outcome]);
}

#else

struct counter {
  int64_t *cells;
  int active; /* the first `active` lanes have a chain */
};

HD void counter_add(const struct counter *counter, const struct job *job, int histogram, lane_int bin, lane_mask who) {
  int64_t *cells = counter->cells + job->offset[histogram];
  for (int i = 0; i < counter->active; i++)
    if (who[i]) cells[bin[i]]++;
}

HD void counter_add_outcome(const struct counter *counter, int outcome, lane_mask who) {
  for (int i = 0; i < counter->active; i++)
    if (who[i]) counter->cells[outcome]++;
}

#endif

#endif
