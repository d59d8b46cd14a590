/* SPDX-License-Identifier: Apache-2.0 */
/* Adds 1 to a cell of the counts, for each lane that has something to count. */
#ifndef SEAM_COUNTER_H
#define SEAM_COUNTER_H

#include "job.h"
#include "lane.h"

#ifdef SEAM_DEVICE

/* A block first counts in 32 bits of its shared memory: the outcomes, then the histograms that fit. All other
 * histograms are counted in the run's 64-bit totals at once. */
struct counter {
  int64_t *cells;
  uint32_t *shared;
  const int32_t *shared_offset; /* [HISTOGRAMS]: the first shared count of each, or -1 if it is counted in the totals */
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
  int active; /* only the first `active` lanes hold a chain */
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
