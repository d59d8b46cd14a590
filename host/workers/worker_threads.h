/* SPDX-License-Identifier: Apache-2.0 */
/* The crew of one process: the backend's workers, each on a thread of its own, who take batches of a handout and gather
 * what they count. */
#ifndef SEAM_WORKER_THREADS_H
#define SEAM_WORKER_THREADS_H

#include "workers/collector.h"
#include "workers/chain_queue.h"
#include "workers/job_setup.h"

struct worker;

struct crew {
  const struct backend *backend; /* set by the caller */
  struct plan *plan;
  struct session *session;
  struct session_info info;
  struct run_control control;
  struct gather gather;
  struct worker *workers;
  int started;
  pthread_mutex_t mutex;  /* guards everything below */
  pthread_cond_t changed; /* a worker ended */
  pthread_cond_t fed;     /* the handout got more, or nothing more will come */
  struct handout handout; /* the caller's to open and close */
  int hands;              /* workers that share what is handed out, those of other ranks included */
  int working;            /* workers that have not ended */
  seam_status status;     /* of the first worker that failed */
  seam_error error;
};

/* Opens a session of crew->backend, or where --backend auto allows it of another, that counts into `result`; both
 * pointers outlive the crew, which is all zero but for backend and handout. crew_close is due in any case. */
seam_status crew_open(struct crew *crew, const struct seam_config *config, struct seam_result *result,
                      seam_error *error);
void crew_close(struct crew *crew);

/* What goes wrong here ends the run as a worker's failure does. */
void crew_start(struct crew *crew);

/* Waits for a worker to end, so many seconds at most; whether none is at work. */
bool crew_wait(struct crew *crew, double seconds);

/* How many are at work, and whether there are chains to be handed out. */
int crew_working(struct crew *crew, bool *more);

/* Waits for all to end. */
void crew_join(struct crew *crew);

/* Ends the run within a slice. */
void crew_cancel(struct crew *crew);

/* Ends the run: no batch is handed out any more, but those in the workers' hands are counted. */
void crew_fail(struct crew *crew, seam_status status, const seam_error *error);

/* Whether the run goes on. Called with the mutex held. */
bool crew_goes_on(struct crew *crew);

#endif
