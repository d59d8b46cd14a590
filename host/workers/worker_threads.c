/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the worker threads: each takes chains from the queue, has them counted, and gives the counts to the collector.
 */
#define _GNU_SOURCE
#include "workers/worker_threads.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/stack.h"
#include "backend/choice.h"

struct worker {
  struct workers *workers;
  int index;
  pthread_t thread;
  struct share share;
};

/* ---- Workers ---- */

bool workers_go_on(struct workers *workers) {
  return workers->status == SEAM_OK && !atomic_load(&workers->control.cancel);
}

/* Takes the next batch, and waits for it while more chains are to come. False when there is none or the run ends. */
static bool take_batch(struct workers *workers, struct chain_range *range) {
  pthread_mutex_lock(&workers->mutex);
  while (workers_go_on(workers) && workers->queue.left == 0 && workers->queue.more)
    pthread_cond_wait(&workers->refilled, &workers->mutex);
  struct session_info all = workers->info;
  all.workers = workers->all_workers;
  bool more = workers_go_on(workers) && chain_queue_take(&workers->queue, &all, range);
  pthread_mutex_unlock(&workers->mutex);
  return more;
}

static seam_status work_batches(struct worker *worker, seam_error *error) {
  struct workers *workers = worker->workers;
  struct share *share = &worker->share;
  struct chain_range range;
  while (take_batch(workers, &range)) {
    FORWARD(workers->backend->count(workers->session, worker->index, &range, &workers->control, share->counts, error));
    FORWARD(collector_batch(&workers->collector, share, &range, error));
  }
  return SEAM_OK;
}

/* When a worker fails, the result still gets the batches that it counted before. */
static void *work(void *argument) {
  struct worker *worker = argument;
  struct workers *workers = worker->workers;
  seam_error error = {SEAM_OK, ""};
  seam_status status = work_batches(worker, &error);
  if (status != SEAM_OK) workers_fail(workers, status, &error);
  status = collector_close_share(&workers->collector, &worker->share, &error);
  if (status != SEAM_OK) workers_fail(workers, status, &error);
  pthread_mutex_lock(&workers->mutex);
  workers->working--;
  pthread_cond_signal(&workers->changed);
  pthread_mutex_unlock(&workers->mutex);
  return NULL;
}

static seam_status start_worker(struct workers *workers, struct worker *worker, int index, seam_error *error) {
  worker->workers = workers;
  worker->index = index;
  FORWARD(collector_open_share(&workers->collector, &worker->share, error));
  pthread_mutex_lock(&workers->mutex);
  workers->working++;
  pthread_mutex_unlock(&workers->mutex);
  if (stack_start_thread(&worker->thread, work, worker) == 0) return SEAM_OK;
  pthread_mutex_lock(&workers->mutex);
  workers->working--;
  pthread_mutex_unlock(&workers->mutex);
  FORWARD(collector_close_share(&workers->collector, &worker->share, error));
  return error_set(error, SEAM_ERROR_MEMORY, "cannot start thread %d: use fewer --threads", index + 1);
}

/* ---- The workers ---- */

/* At most as many workers as batches, unless more chains will come. */
static int useful_workers(const struct workers *workers) {
  uint64_t batches = (workers->queue.left + workers->info.least - 1) / workers->info.least;
  return workers->queue.more || batches > (uint64_t)workers->info.workers ? workers->info.workers : (int)batches;
}

void workers_start(struct workers *workers) {
  seam_error failure;
  seam_status status = SEAM_OK;
  int count = useful_workers(workers);
  if (count == 0) return;
  workers->list = calloc((size_t)count, sizeof *workers->list);
  if (!workers->list) status = error_set(&failure, SEAM_ERROR_MEMORY, "out of memory: use fewer --threads");
  while (status == SEAM_OK && workers->started < count) {
    status = start_worker(workers, &workers->list[workers->started], workers->started, &failure);
    workers->started += status == SEAM_OK;
  }
  if (status != SEAM_OK) workers_fail(workers, status, &failure);
}

bool workers_wait(struct workers *workers, double seconds) {
  struct timespec until = clock_after(seconds);
  pthread_mutex_lock(&workers->mutex);
  if (workers->working) pthread_cond_timedwait(&workers->changed, &workers->mutex, &until);
  bool last = workers->working == 0;
  pthread_mutex_unlock(&workers->mutex);
  return last;
}

int workers_busy(struct workers *workers, bool *more) {
  pthread_mutex_lock(&workers->mutex);
  int working = workers->working;
  *more = workers_go_on(workers) && workers->queue.left > 0;
  pthread_mutex_unlock(&workers->mutex);
  return working;
}

void workers_join(struct workers *workers) {
  for (int w = 0; w < workers->started; w++) pthread_join(workers->list[w].thread, NULL);
  free(workers->list);
}

void workers_cancel(struct workers *workers) {
  pthread_mutex_lock(&workers->mutex);
  atomic_store(&workers->control.cancel, true);
  pthread_cond_broadcast(&workers->refilled);
  pthread_mutex_unlock(&workers->mutex);
}

void workers_fail(struct workers *workers, seam_status status, const seam_error *error) {
  pthread_mutex_lock(&workers->mutex);
  if (workers->status == SEAM_OK) {
    workers->status = status;
    workers->error = *error;
  }
  pthread_cond_broadcast(&workers->refilled);
  pthread_mutex_unlock(&workers->mutex);
}

/* With --backend auto, the CPU counts the run if the device cannot (promise 7). */
static seam_status open_session(struct workers *workers, const struct seam_config *config, seam_error *error) {
  const struct job *job = &workers->setup->job;
  seam_status status = workers->backend->open(config, job, &workers->session, &workers->info, error);
  bool cpu_can = config->backend == BACKEND_AUTO && config->math == MATH_EXACT;
  if (status == SEAM_OK || !cpu_can || workers->backend != &cuda_backend) return status;
  workers->backend = backend_on_cpu(config);
  return workers->backend->open(config, job, &workers->session, &workers->info, error);
}

seam_status workers_open(struct workers *workers, const struct seam_config *config, struct seam_result *result,
                         seam_error *error) {
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&workers->changed, &monotonic);
  pthread_cond_init(&workers->refilled, &monotonic);
  pthread_condattr_destroy(&monotonic);
  pthread_mutex_init(&workers->mutex, NULL);
  collector_open(&workers->collector, result);
  FORWARD(job_setup_create(config, result->histograms, &workers->setup, error));
  FORWARD(open_session(workers, config, error));
  workers->all_workers = workers->info.workers;
  return SEAM_OK;
}

void workers_close(struct workers *workers) {
  if (workers->session) workers->backend->close(workers->session);
  job_setup_free(workers->setup);
  collector_close(&workers->collector);
  pthread_cond_destroy(&workers->changed);
  pthread_cond_destroy(&workers->refilled);
  pthread_mutex_destroy(&workers->mutex);
}
