/* SPDX-License-Identifier: Apache-2.0 */
/* Workers take batches of chain ids, have them counted, and gather the counts. */
#define _GNU_SOURCE
#include "workers/worker_threads.h"

#include <stdlib.h>

#include "base/clock.h"
#include "backend/choice.h"

struct worker {
  struct crew *crew;
  int index;
  pthread_t thread;
  struct share share;
};

/* ---- Workers ---- */

bool crew_goes_on(struct crew *crew) { return crew->status == SEAM_OK && !atomic_load(&crew->control.cancel); }

/* The next batch of ids, waited for while more are on their way; false when there is none or the run is to end. */
static bool take_batch(struct crew *crew, struct chain_range *range) {
  pthread_mutex_lock(&crew->mutex);
  while (crew_goes_on(crew) && crew->handout.left == 0 && crew->handout.more)
    pthread_cond_wait(&crew->fed, &crew->mutex);
  struct session_info all = crew->info;
  all.workers = crew->hands;
  bool more = crew_goes_on(crew) && handout_take(&crew->handout, &all, range);
  pthread_mutex_unlock(&crew->mutex);
  return more;
}

static seam_status work_batches(struct worker *worker, seam_error *error) {
  struct crew *crew = worker->crew;
  struct share *share = &worker->share;
  struct chain_range range;
  while (take_batch(crew, &range)) {
    FORWARD(crew->backend->train(crew->session, worker->index, &range, &crew->control, share->counts, error));
    FORWARD(gather_batch(&crew->gather, share, &range, error));
  }
  return SEAM_OK;
}

/* A worker that failed has counted its earlier batches all the same: they are in the result, too. */
static void *work(void *argument) {
  struct worker *worker = argument;
  struct crew *crew = worker->crew;
  seam_error error = {SEAM_OK, ""};
  seam_status status = work_batches(worker, &error);
  if (status != SEAM_OK) crew_fail(crew, status, &error);
  status = gather_close_share(&crew->gather, &worker->share, &error);
  if (status != SEAM_OK) crew_fail(crew, status, &error);
  pthread_mutex_lock(&crew->mutex);
  crew->working--;
  pthread_cond_signal(&crew->changed);
  pthread_mutex_unlock(&crew->mutex);
  return NULL;
}

static seam_status start_worker(struct crew *crew, struct worker *worker, int index, seam_error *error) {
  worker->crew = crew;
  worker->index = index;
  FORWARD(gather_open_share(&crew->gather, &worker->share, error));
  pthread_mutex_lock(&crew->mutex);
  crew->working++;
  pthread_mutex_unlock(&crew->mutex);
  if (pthread_create(&worker->thread, NULL, work, worker) == 0) return SEAM_OK;
  pthread_mutex_lock(&crew->mutex);
  crew->working--;
  pthread_mutex_unlock(&crew->mutex);
  FORWARD(gather_close_share(&crew->gather, &worker->share, error));
  return error_set(error, SEAM_ERROR_MEMORY, "cannot start thread %d: use fewer --threads", index + 1);
}

/* ---- The crew ---- */

/* No more workers than there are batches for, where no further ones will come. */
static int useful_workers(const struct crew *crew) {
  uint64_t batches = (crew->handout.left + crew->info.least - 1) / crew->info.least;
  return crew->handout.more || batches > (uint64_t)crew->info.workers ? crew->info.workers : (int)batches;
}

void crew_start(struct crew *crew) {
  seam_error failure;
  seam_status status = SEAM_OK;
  int workers = useful_workers(crew);
  if (workers == 0) return;
  crew->workers = calloc((size_t)workers, sizeof *crew->workers);
  if (!crew->workers) status = error_set(&failure, SEAM_ERROR_MEMORY, "out of memory: use fewer --threads");
  while (status == SEAM_OK && crew->started < workers) {
    status = start_worker(crew, &crew->workers[crew->started], crew->started, &failure);
    crew->started += status == SEAM_OK;
  }
  if (status != SEAM_OK) crew_fail(crew, status, &failure);
}

bool crew_wait(struct crew *crew, double seconds) {
  struct timespec until = clock_after(seconds);
  pthread_mutex_lock(&crew->mutex);
  if (crew->working) pthread_cond_timedwait(&crew->changed, &crew->mutex, &until);
  bool last = crew->working == 0;
  pthread_mutex_unlock(&crew->mutex);
  return last;
}

int crew_working(struct crew *crew, bool *more) {
  pthread_mutex_lock(&crew->mutex);
  int working = crew->working;
  *more = crew_goes_on(crew) && crew->handout.left > 0;
  pthread_mutex_unlock(&crew->mutex);
  return working;
}

void crew_join(struct crew *crew) {
  for (int w = 0; w < crew->started; w++) pthread_join(crew->workers[w].thread, NULL);
  free(crew->workers);
}

void crew_cancel(struct crew *crew) {
  pthread_mutex_lock(&crew->mutex);
  atomic_store(&crew->control.cancel, true);
  pthread_cond_broadcast(&crew->fed);
  pthread_mutex_unlock(&crew->mutex);
}

void crew_fail(struct crew *crew, seam_status status, const seam_error *error) {
  pthread_mutex_lock(&crew->mutex);
  if (crew->status == SEAM_OK) {
    crew->status = status;
    crew->error = *error;
  }
  pthread_cond_broadcast(&crew->fed);
  pthread_mutex_unlock(&crew->mutex);
}

/* With --backend auto a device that cannot do this run is no failure: the CPU takes it (promise 7), if it can. */
static seam_status open_session(struct crew *crew, const struct seam_config *config, seam_error *error) {
  const struct job *job = &crew->plan->job;
  seam_status status = crew->backend->open(config, job, &crew->session, &crew->info, error);
  bool cpu_can = config->backend == BACKEND_AUTO && config->math == MATH_EXACT;
  if (status == SEAM_OK || !cpu_can || crew->backend != &cuda_backend) return status;
  crew->backend = backend_on_cpu(config);
  return crew->backend->open(config, job, &crew->session, &crew->info, error);
}

seam_status crew_open(struct crew *crew, const struct seam_config *config, struct seam_result *result,
                      seam_error *error) {
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&crew->changed, &monotonic);
  pthread_cond_init(&crew->fed, &monotonic);
  pthread_condattr_destroy(&monotonic);
  pthread_mutex_init(&crew->mutex, NULL);
  gather_open(&crew->gather, result);
  FORWARD(plan_create(config, result->histograms, &crew->plan, error));
  FORWARD(open_session(crew, config, error));
  crew->hands = crew->info.workers;
  return SEAM_OK;
}

void crew_close(struct crew *crew) {
  if (crew->session) crew->backend->close(crew->session);
  plan_free(crew->plan);
  gather_close(&crew->gather);
  pthread_cond_destroy(&crew->changed);
  pthread_cond_destroy(&crew->fed);
  pthread_mutex_destroy(&crew->mutex);
}
