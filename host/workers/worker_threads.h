/* SPDX-License-Identifier: Apache-2.0 */
/* The workers of one process. Each is a thread that takes chains from a queue, has the backend count them, and gives
 * the counts to the collector. */
#ifndef SEAM_WORKER_THREADS_H
#define SEAM_WORKER_THREADS_H

#include "workers/collector.h"
#include "workers/chain_queue.h"
#include "workers/job_setup.h"

struct worker;

struct workers {
  const struct backend *backend; /* set by the caller */
  struct job_setup *setup;
  struct session *session;
  struct session_info info;
  struct run_control control;
  struct collector collector;
  struct worker *list;
  int started;
  pthread_mutex_t mutex;    /* guards everything below */
  pthread_cond_t changed;   /* a worker ended */
  pthread_cond_t refilled;  /* the queue got more chains, or no more will come */
  struct chain_queue queue; /* the caller opens and closes it */
  int all_workers;          /* the workers of all ranks together */
  int working;              /* workers that have not ended */
  seam_status status;       /* of the first worker that failed */
  seam_error error;
};

/* Opens a session of workers->backend that counts into `result`. With --backend auto it may take the CPU instead.
 * Before the call, all of `workers` is zero except backend and queue. `config` and `result` must outlive it. Call
 * workers_close even if this fails. */
seam_status workers_open(struct workers *workers, const struct seam_config *config, struct seam_result *result,
                         seam_error *error);
void workers_close(struct workers *workers);

/* Starts the threads. A failure here ends the run, as the failure of a worker does. */
void workers_start(struct workers *workers);

/* Waits for a worker to end, at most `seconds`; returns whether all have ended. */
bool workers_wait(struct workers *workers, double seconds);

/* How many workers have not ended, and whether the queue has chains for them. */
int workers_busy(struct workers *workers, bool *more);

/* Waits until all workers have ended. */
void workers_join(struct workers *workers);

/* Stops the run at the end of the slice that each worker is in. */
void workers_cancel(struct workers *workers);

/* Ends the run: no worker takes another batch, but each still counts the batch that it has. */
void workers_fail(struct workers *workers, seam_status status, const seam_error *error);

/* Whether the run goes on. Call it with the mutex held. */
bool workers_go_on(struct workers *workers);

#endif
