/* SPDX-License-Identifier: Apache-2.0 */
/* One run in steps (open, start, wait, end, close), so that a caller can have several runs at once. All calls are on
 * one thread, in the floating-point state of floating_point.h. */
#ifndef SEAM_RUN_H
#define SEAM_RUN_H

#include <time.h>

#include "run/checkpoint.h"
#include "workers/worker_threads.h"
#include "workers/rank_leader.h"

struct run {
  struct seam_config config;
  struct seam_result *result; /* belongs to the caller, who frees it after run_close */
  uint64_t before, chains;    /* chains covered before this run, and chains to count in it */
  struct timespec begin;
  struct workers workers;
  bool opened, workers_started; /* what has been done with the workers */
  struct checkpoint *checkpoint;
  struct leader *leader; /* gives work to the other ranks; NULL if there are none */
  seam_error trouble;
  uint64_t done; /* the answer of run_progress points at `trouble` and `done` */
};

/* Finds the chains of the configuration `asked` that *result lacks. If *result is NULL, makes a new result. The result
 * belongs to the caller, also after an error. The caller must call run_close, also after an error. */
seam_status run_open(struct run *run, const struct seam_config *asked, enum task_kind task, struct seam_result **result,
                     seam_error *error);

/* Starts the run, which must have missing chains, and its checkpoints to `output`, which may be NULL. The other ranks
 * begin to count now, the workers of this process at run_start_workers. */
seam_status run_start(struct run *run, struct seam_output *output, seam_error *error);
void run_start_workers(struct run *run);

/* Answers the messages of other ranks. Returns whether the workers of all ranks have ended. Call it about every
 * LEADER_TICK seconds. */
bool run_serve(struct run *run);

/* The answer is valid until the next call. */
seam_progress run_progress(struct run *run);

/* Does what a progress function has answered. */
void run_answer(struct run *run, int answer);

/* Ends a started run after its workers have ended. Returns its status: SEAM_INTERRUPTED if chains are missing. */
seam_status run_end(struct run *run, seam_error *error);

void run_close(struct run *run);

/* Returns whether to keep the new result of a run. After a failure of a device or of memory, counts are still kept. */
bool run_keeps_result(const struct seam_result *result, seam_status status);

#endif
