/* SPDX-License-Identifier: Apache-2.0 */
/* A run: hands batches of chain ids to the backend's workers, each on a thread of its own, and gathers what they count.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "backend.h"
#include "floating_point.h"
#include "plan.h"
#include "result.h"

struct run {
  const struct backend *backend;
  struct session *session;
  struct session_info info;
  struct run_control control;
  struct seam_result *result;
  pthread_mutex_t mutex;  /* guards everything below and the result */
  pthread_cond_t changed; /* a worker ended */
  uint64_t next, end;     /* ids not yet handed out */
  int working;            /* workers that have not ended */
  seam_status status;     /* of the first worker that failed */
  seam_error error;
};

struct worker {
  struct run *run;
  int index;
  pthread_t thread;
  int64_t *counts; /* this worker's own; added to the result when it ends */
};

static double seconds_since(const struct timespec *begin) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - begin->tv_sec) + 1e-9 * (double)(now.tv_nsec - begin->tv_nsec);
}

/* ---- Workers ---- */

/* The next batch of ids; false when there is none or the run is to end. */
static bool take_batch(struct run *run, struct chain_range *range) {
  pthread_mutex_lock(&run->mutex);
  bool more = run->next < run->end && run->status == SEAM_OK && !atomic_load(&run->control.cancel);
  if (more) {
    range->begin = run->next;
    range->end = run->next + backend_portion(&run->info, run->end - run->next);
    run->next = range->end;
  }
  pthread_mutex_unlock(&run->mutex);
  return more;
}

/* Ends the run: no batch is handed out any more, but those in the other workers' hands are counted. */
static void report_failure(struct run *run, seam_status status, const seam_error *error) {
  pthread_mutex_lock(&run->mutex);
  if (run->status == SEAM_OK) {
    run->status = status;
    run->error = *error;
  }
  pthread_mutex_unlock(&run->mutex);
}

/* Coverage grows batch by batch, so that neighbours join at once and memory does not grow with chains. */
static seam_status cover(struct run *run, const struct chain_range *range, seam_error *error) {
  pthread_mutex_lock(&run->mutex);
  seam_status status = coverage_add(&run->result->coverage, range->begin, range->end, error);
  pthread_mutex_unlock(&run->mutex);
  return status;
}

static seam_status work_batches(struct worker *worker, seam_error *error) {
  struct run *run = worker->run;
  struct chain_range range;
  while (take_batch(run, &range)) {
    FORWARD(run->backend->train(run->session, worker->index, &range, &run->control, worker->counts, error));
    FORWARD(cover(run, &range, error));
  }
  return SEAM_OK;
}

/* A worker that failed has counted its earlier batches all the same: they are in the result, too. */
static void *work(void *argument) {
  struct worker *worker = argument;
  struct run *run = worker->run;
  seam_error error = {SEAM_OK, ""};
  seam_status status = work_batches(worker, &error);
  if (status != SEAM_OK) report_failure(run, status, &error);
  pthread_mutex_lock(&run->mutex);
  struct seam_result *result = run->result;
  for (int64_t cell = 0; cell < result->histograms->cells; cell++) result->counts[cell] += worker->counts[cell];
  run->working--;
  pthread_cond_signal(&run->changed);
  pthread_mutex_unlock(&run->mutex);
  return NULL;
}

static seam_status start_worker(struct run *run, struct worker *worker, int index, seam_error *error) {
  worker->run = run;
  worker->index = index;
  worker->counts = calloc((size_t)run->result->histograms->cells, sizeof *worker->counts);
  if (!worker->counts)
    return error_set(error, SEAM_ERROR_MEMORY, "out of memory for a worker's counts: use fewer --threads or --bins");
  pthread_mutex_lock(&run->mutex);
  run->working++;
  pthread_mutex_unlock(&run->mutex);
  if (pthread_create(&worker->thread, NULL, work, worker) == 0) return SEAM_OK;
  pthread_mutex_lock(&run->mutex);
  run->working--;
  pthread_mutex_unlock(&run->mutex);
  free(worker->counts);
  worker->counts = NULL;
  return error_set(error, SEAM_ERROR_MEMORY, "cannot start thread %d: use fewer --threads", index + 1);
}

/* ---- The run ---- */

static seam_progress progress_now(struct run *run, const struct timespec *begin) {
  return (seam_progress){
      .chains = run->result->config.chains,
      .chains_done = coverage_size(&run->result->coverage),
      .chain_steps = (double)atomic_load(&run->control.trained),
      .seconds = seconds_since(begin),
      .backend = run->info.backend,
      .isa = run->info.isa,
      .device = run->info.device,
  };
}

/* Waits for a worker to end, a tenth of a second at most. Called with the mutex held. */
static void wait_a_tenth(struct run *run) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_nsec += 100000000;
  if (until.tv_nsec >= 1000000000) until.tv_sec++, until.tv_nsec -= 1000000000;
  pthread_cond_timedwait(&run->changed, &run->mutex, &until);
}

/* Tells the caller how it goes until all workers have ended. The callback runs without the mutex. */
static void watch(struct run *run, const struct timespec *begin, seam_progress_function callback, void *user) {
  pthread_mutex_lock(&run->mutex);
  for (bool last = false; !last;) {
    if (run->working) wait_a_tenth(run);
    last = run->working == 0;
    seam_progress progress = progress_now(run, begin);
    pthread_mutex_unlock(&run->mutex);
    if (callback && callback(&progress, user)) atomic_store(&run->control.cancel, true);
    pthread_mutex_lock(&run->mutex);
  }
  pthread_mutex_unlock(&run->mutex);
}

static seam_status run_workers(struct run *run, const struct timespec *begin, seam_progress_function callback,
                               void *user, seam_error *error) {
  int count = run->info.workers;
  struct worker *workers = calloc((size_t)count, sizeof *workers);
  if (!workers) return error_set(error, SEAM_ERROR_MEMORY, "out of memory: use fewer --threads");
  int started = 0;
  seam_error failure;
  seam_status status = SEAM_OK;
  for (; started < count && status == SEAM_OK; started += status == SEAM_OK)
    status = start_worker(run, &workers[started], started, &failure);
  if (status != SEAM_OK) report_failure(run, status, &failure);
  watch(run, begin, callback, user);
  for (int w = 0; w < started; w++) {
    pthread_join(workers[w].thread, NULL);
    free(workers[w].counts);
  }
  free(workers);
  return SEAM_OK;
}

static void record_run(struct run *run, double seconds) {
  struct seam_result *result = run->result;
  snprintf(result->version, sizeof result->version, "%s", seam_version());
  snprintf(result->backend, sizeof result->backend, "%s", run->info.backend);
  snprintf(result->isa, sizeof result->isa, "%s", run->info.isa);
  snprintf(result->device, sizeof result->device, "%s", run->info.device);
  result->seconds = seconds;
  const struct seam_config *config = &result->config;
  double each = (double)(config->task == TASK_PREDICT ? config->draws : config->steps);
  result->chain_steps = (double)coverage_size(&result->coverage) * each;
}

/* Runs the whole configuration into run->result, whose session is open. */
static seam_status run_session(struct run *run, seam_progress_function callback, void *user, seam_error *error) {
  struct timespec begin;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  FORWARD(run_workers(run, &begin, callback, user, error));
  record_run(run, seconds_since(&begin));
  const struct seam_result *result = run->result;
  uint64_t covered = coverage_size(&result->coverage);
  FORWARD(result_check(result, SEAM_ERROR_INTERNAL, error));
  if (run->status != SEAM_OK) {
    if (error) *error = run->error;
    return run->status;
  }
  if (covered == result->config.chains) return SEAM_OK;
  return error_set(error, SEAM_INTERRUPTED, "interrupted: %llu of %llu chains counted", (unsigned long long)covered,
                   (unsigned long long)result->config.chains);
}

/* With --backend auto a device that cannot do this run is no failure: the CPU takes it (promise 7), if it can. */
static seam_status open_session(struct run *run, const struct job *job, seam_error *error) {
  const struct seam_config *config = &run->result->config;
  seam_status status = run->backend->open(config, job, &run->session, &run->info, error);
  bool cpu_can = config->backend == BACKEND_AUTO && config->math == MATH_EXACT;
  if (status == SEAM_OK || !cpu_can || run->backend != &cuda_backend) return status;
  run->backend = &cpu_backend;
  return run->backend->open(config, job, &run->session, &run->info, error);
}

static seam_status open_and_run(struct run *run, seam_progress_function callback, void *user, seam_error *error) {
  struct plan *plan = NULL;
  FORWARD(plan_create(&run->result->config, run->result->histograms, &plan, error));
  seam_status status = open_session(run, &plan->job, error);
  if (status == SEAM_OK) {
    status = run_session(run, callback, user, error);
    run->backend->close(run->session);
  }
  plan_free(plan);
  return status;
}

static void init_locks(struct run *run) {
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&run->changed, &monotonic);
  pthread_condattr_destroy(&monotonic);
  pthread_mutex_init(&run->mutex, NULL);
}

/* Whether a run that failed has counted chains before: no failure of a device or of memory costs them. */
static bool counted_before(const struct run *run, seam_status status) {
  return (status == SEAM_ERROR_DEVICE || status == SEAM_ERROR_MEMORY) && coverage_size(&run->result->coverage) > 0;
}

static seam_status run_task(const seam_config *config, seam_progress_function callback, void *user,
                            seam_result **result, seam_error *error) {
  FORWARD(seam_config_check(config, error));
  struct run run = {.next = config->first_chain, .end = config->first_chain + config->chains};
  FORWARD(backend_choose(config, &run.backend, error));
  struct floating_point_state found = floating_point_enter();
  seam_status status = result_create(config, &run.result, error);
  if (status == SEAM_OK) {
    init_locks(&run);
    status = open_and_run(&run, callback, user, error);
    pthread_cond_destroy(&run.changed);
    pthread_mutex_destroy(&run.mutex);
  }
  floating_point_leave(found);
  bool keep = run.result && (status == SEAM_OK || status == SEAM_INTERRUPTED || counted_before(&run, status));
  if (keep)
    *result = run.result;
  else
    seam_result_free(run.result);
  return status;
}

static seam_status run_as(enum task_kind task, const seam_config *asked, seam_progress_function callback, void *user,
                          seam_result **result, seam_error *error) {
  *result = NULL;
  struct seam_config *config = seam_config_create();
  if (!config) return error_set(error, SEAM_ERROR_MEMORY, "memory is out: no room for a configuration");
  *config = *asked;
  config->task = task;
  seam_status status = run_task(config, callback, user, result, error);
  seam_config_free(config);
  return status;
}

seam_status seam_train(const seam_config *config, seam_progress_function callback, void *user, seam_result **result,
                       seam_error *error) {
  return run_as(TASK_TRAIN, config, callback, user, result, error);
}

seam_status seam_predict(const seam_config *config, seam_progress_function callback, void *user, seam_result **result,
                         seam_error *error) {
  return run_as(TASK_PREDICT, config, callback, user, result, error);
}
