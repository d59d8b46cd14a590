/* SPDX-License-Identifier: Apache-2.0 */
/* The interface of a backend, which trains chains or counts pairs: it opens a session of one or more workers, and each
 * worker counts ranges of chain ids on its own thread. */
#ifndef SEAM_BACKEND_H
#define SEAM_BACKEND_H

#include <stdatomic.h>

#include "config/config.h"

/* Data that the run shares with all its workers. */
struct run_control {
  atomic_bool cancel;             /* set by the run; workers check it between slices */
  atomic_uint_fast64_t work_done; /* chain-steps trained or pairs counted, for the progress; workers add to it */
};

struct chain_range {
  uint64_t begin, end; /* half-open */
};

struct session; /* each backend defines its own */

/* What an open session offers. */
struct session_info {
  const char *backend;
  char isa[16];
  char device[128];
  int workers;    /* `count` may run on workers 0 ... workers - 1 at the same time */
  uint64_t batch; /* the largest number of chains for one call of `count`; even, so that pairs of chains stay whole */
  uint64_t least; /* the smallest number, unless fewer are left; also even */
};

struct backend {
  const char *name;

  /* Returns NULL if the backend works on this machine, else the reason and the remedy for a message. */
  const char *(*unavailable)(void);

  /* Opens a session for the configuration. `job` is complete, its pointers point into host memory, and it must remain
   * until the session is closed. */
  seam_status (*open)(const struct seam_config *config, const struct job *job, struct session **session,
                      struct session_info *info, seam_error *error);

  /* Counts the chain ids of `range` in ascending order: trains these chains, or tries these first components with all
   * second ones. Adds to `counts`, which has job->cells numbers and belongs to this worker. On return [begin, end) of
   * the range is what was counted, all of it and nothing else. `end` is lower than before only if control->cancel is
   * set. A range of whole pairs of chains 2k and 2k + 1 stays one. On an error the caller must drop the counts of the
   * range. */
  seam_status (*count)(struct session *session, int worker, struct chain_range *range, struct run_control *control,
                       int64_t *counts, seam_error *error);

  void (*close)(struct session *session);

  /* Fills at most `capacity` devices and returns how many exist. */
  size_t (*devices)(seam_device *devices, size_t capacity);
};

#endif
