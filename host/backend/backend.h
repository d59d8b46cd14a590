/* SPDX-License-Identifier: Apache-2.0 */
/* The small interface behind which chains are trained, or pairs are counted: a backend opens a session of one or more
 * workers, and each worker, on a thread of its own, trains the ranges of chain ids that it is handed. */
#ifndef SEAM_BACKEND_H
#define SEAM_BACKEND_H

#include <stdatomic.h>

#include "config/config.h"

/* Shared by the run and all its workers. */
struct run_control {
  atomic_bool cancel; /* set by the run; workers look at it between slices */
  atomic_uint_fast64_t
      trained; /* chain-steps trained, or pairs counted, for the progress bar; workers add to it after each slice */
};

struct chain_range {
  uint64_t begin, end; /* half-open */
};

struct session; /* the backend's own */

/* What an open session tells about itself. */
struct session_info {
  const char *backend;
  char isa[16];
  char device[128];
  int workers;    /* train may run at once on workers 0 ... workers - 1 */
  uint64_t batch; /* how many chains to hand a worker at a time, at most; even, so that pairs of chains stay whole */
  uint64_t least; /* fewer only where no more are left; even, too */
};

struct backend {
  const char *name;

  /* NULL where the backend works on this machine; else why not and what to do, for messages. */
  const char *(*unavailable)(void);

  /* Opens what the configuration asks for. `job` is fully set, with pointers into host memory, and outlives the
   * session. */
  seam_status (*open)(const struct seam_config *config, const struct job *job, struct session **session,
                      struct session_info *info, seam_error *error);

  /* Trains, or takes as first components, and counts the ids of `range` in ascending order and adds to `counts`
   * (job->cells of them, this worker's own). Returns with range->end lowered to what was counted: every chain of
   * [begin, end) wholly, no other at all; that is less than was asked only after control->cancel, and whole pairs of
   * chains 2k and 2k + 1 where whole ones were asked. On an error nothing of the range counts. */
  seam_status (*train)(struct session *session, int worker, struct chain_range *range, struct run_control *control,
                       int64_t *counts, seam_error *error);

  void (*close)(struct session *session);

  /* Fills at most `capacity` devices, returns how many there are. */
  size_t (*devices)(seam_device *devices, size_t capacity);
};

#endif
