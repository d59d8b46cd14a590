/* SPDX-License-Identifier: Apache-2.0 */
/* One run in parts, so that a caller can hold several at once: open, start, watch, end. All calls are made on one
 * thread, with the floating-point state of floating_point.h. */
#ifndef SEAM_RUN_H
#define SEAM_RUN_H

#include <time.h>

#include "run/checkpoint.h"
#include "workers/worker_threads.h"
#include "workers/rank_leader.h"

struct run {
  struct seam_config config;
  struct seam_result *result; /* the caller's, who frees it after run_close */
  uint64_t before, chains;    /* covered before this run, and to be counted in it */
  struct timespec begin;
  struct workers workers;
  bool opened, enlisted; /* the workers */
  struct checkpoint *checkpoint;
  struct leader *leader; /* leads the other ranks; NULL: there are none */
  seam_error trouble;
  uint64_t done; /* run_progress points at these two */
};

/* Finds what *result lacks of what is `asked`; where it is NULL a new one is made, which is the caller's whatever this
 * comes to. run_close is due in any case. */
seam_status run_open(struct run *run, const struct seam_config *asked, enum task_kind task, struct seam_result **result,
                     seam_error *error);

/* Has the missing chains counted, of which there must be some, and keeps `output` current unless it is NULL. Other
 * ranks take part from here on, this one's workers from run_enlist. */
seam_status run_start(struct run *run, struct seam_output *output, seam_error *error);
void run_enlist(struct run *run);

/* Serves other ranks; whether all workers have ended, here and there. To be called every LEADER_TICK seconds or so. */
bool run_tick(struct run *run);

/* Ticks for so many seconds at most; whether all workers have ended. */
bool run_wait(struct run *run, double seconds);

/* Valid until the next call. */
seam_progress run_progress(struct run *run);

void run_cancel(struct run *run);

/* What a run that was started came to, once its workers have ended: SEAM_INTERRUPTED where chains are missing. */
seam_status run_end(struct run *run, seam_error *error);

void run_close(struct run *run);

/* Whether a new result that a run left is worth keeping: no failure of a device or of memory costs its counts. */
bool run_worth_keeping(const struct seam_result *result, seam_status status);

#endif
