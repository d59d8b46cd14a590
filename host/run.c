/* SPDX-License-Identifier: Apache-2.0 */
/* A run: hands batches of chain ids to the backend's workers, each on a thread of its own, and gathers what they count.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "backend.h"
#include "checkpoint.h"
#include "clock.h"
#include "floating_point.h"
#include "handout.h"
#include "plan.h"

struct run {
  const struct seam_config *config;
  const struct backend *backend;
  struct session *session;
  struct session_info info;
  struct run_control control;
  struct seam_result *result;
  struct seam_output *output; /* for checkpoints; NULL: none */
  uint64_t before, chains;    /* covered before this run, and to be counted in it */
  struct timespec begin;
  struct gather gather;
  pthread_mutex_t mutex;  /* guards everything below */
  pthread_cond_t changed; /* a worker ended */
  struct handout handout;
  int working;        /* workers that have not ended */
  seam_status status; /* of the first worker that failed */
  seam_error error;
};

struct worker {
  struct run *run;
  int index;
  pthread_t thread;
  struct share share;
};

/* ---- Workers ---- */

/* The next batch of ids; false when there is none or the run is to end. */
static bool take_batch(struct run *run, struct chain_range *range) {
  pthread_mutex_lock(&run->mutex);
  bool more =
      run->status == SEAM_OK && !atomic_load(&run->control.cancel) && handout_take(&run->handout, &run->info, range);
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

static seam_status work_batches(struct worker *worker, seam_error *error) {
  struct run *run = worker->run;
  struct share *share = &worker->share;
  struct chain_range range;
  while (take_batch(run, &range)) {
    FORWARD(run->backend->train(run->session, worker->index, &range, &run->control, share->counts, error));
    FORWARD(gather_batch(&run->gather, share, &range, error));
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
  status = gather_close_share(&run->gather, &worker->share, &error);
  if (status != SEAM_OK) report_failure(run, status, &error);
  pthread_mutex_lock(&run->mutex);
  run->working--;
  pthread_cond_signal(&run->changed);
  pthread_mutex_unlock(&run->mutex);
  return NULL;
}

static seam_status start_worker(struct run *run, struct worker *worker, int index, seam_error *error) {
  worker->run = run;
  worker->index = index;
  FORWARD(gather_open_share(&run->gather, &worker->share, error));
  pthread_mutex_lock(&run->mutex);
  run->working++;
  pthread_mutex_unlock(&run->mutex);
  if (pthread_create(&worker->thread, NULL, work, worker) == 0) return SEAM_OK;
  pthread_mutex_lock(&run->mutex);
  run->working--;
  pthread_mutex_unlock(&run->mutex);
  FORWARD(gather_close_share(&run->gather, &worker->share, error));
  return error_set(error, SEAM_ERROR_MEMORY, "cannot start thread %d: use fewer --threads", index + 1);
}

/* ---- The run ---- */

static seam_progress progress_now(struct run *run, const seam_error *trouble) {
  return (seam_progress){
      .chains = run->chains,
      .chains_done = gather_done(&run->gather),
      .chain_steps = (double)atomic_load(&run->control.trained),
      .seconds = clock_since(&run->begin),
      .backend = run->info.backend,
      .isa = run->info.isa,
      .device = run->info.device,
      .trouble = trouble->message,
  };
}

/* Waits for a worker to end, a tenth of a second at most; whether none is at work. */
static bool wait_a_tenth(struct run *run) {
  struct timespec until = clock_after(0.1);
  pthread_mutex_lock(&run->mutex);
  if (run->working) pthread_cond_timedwait(&run->changed, &run->mutex, &until);
  bool last = run->working == 0;
  pthread_mutex_unlock(&run->mutex);
  return last;
}

/* Tells the caller how it goes until all workers have ended. */
static void watch(struct run *run, struct checkpoint *checkpoint, seam_progress_function callback, void *user) {
  for (bool last = false; !last;) {
    last = wait_a_tenth(run);
    seam_error trouble = checkpoint_trouble(checkpoint);
    seam_progress progress = progress_now(run, &trouble);
    if (callback && callback(&progress, user)) atomic_store(&run->control.cancel, true);
  }
}

/* A checkpoint thread that cannot be started ends the run as a worker's would. */
static void start_and_watch(struct run *run, struct worker *workers, seam_progress_function callback, void *user) {
  struct checkpoint *checkpoint;
  seam_error failure;
  seam_status status =
      checkpoint_start(&run->gather, &run->config->checkpoint_every, run->output, &checkpoint, &failure);
  int started = 0;
  for (; started < run->info.workers && status == SEAM_OK; started += status == SEAM_OK)
    status = start_worker(run, &workers[started], started, &failure);
  if (status != SEAM_OK) report_failure(run, status, &failure);
  watch(run, checkpoint, callback, user);
  for (int w = 0; w < started; w++) pthread_join(workers[w].thread, NULL);
  checkpoint_stop(checkpoint);
}

static seam_status run_workers(struct run *run, seam_progress_function callback, void *user, seam_error *error) {
  struct worker *workers = calloc((size_t)run->info.workers, sizeof *workers);
  if (!workers) return error_set(error, SEAM_ERROR_MEMORY, "out of memory: use fewer --threads");
  start_and_watch(run, workers, callback, user);
  free(workers);
  return SEAM_OK;
}

/* Runs what is to be handed out into run->result, whose session is open. */
static seam_status run_session(struct run *run, seam_progress_function callback, void *user, seam_error *error) {
  struct seam_result *result = run->result;
  run->begin = clock_after(0);
  snprintf(result->version, sizeof result->version, "%s", seam_version());
  result_add_place(result, run->info.backend, run->info.isa, run->info.device);
  FORWARD(run_workers(run, callback, user, error));
  result_set_time(result, result->seconds + clock_since(&run->begin));
  uint64_t covered = coverage_size(&result->coverage), whole = run->before + run->chains;
  FORWARD(result_check(result, SEAM_ERROR_INTERNAL, error));
  if (run->status != SEAM_OK) {
    if (error) *error = run->error;
    return run->status;
  }
  if (covered == whole) return SEAM_OK;
  return error_set(error, SEAM_INTERRUPTED, "interrupted: %llu of %llu chains counted", (unsigned long long)covered,
                   (unsigned long long)whole);
}

/* With --backend auto a device that cannot do this run is no failure: the CPU takes it (promise 7), if it can. */
static seam_status open_session(struct run *run, const struct job *job, seam_error *error) {
  const struct seam_config *config = run->config;
  seam_status status = run->backend->open(config, job, &run->session, &run->info, error);
  bool cpu_can = config->backend == BACKEND_AUTO && config->math == MATH_EXACT;
  if (status == SEAM_OK || !cpu_can || run->backend != &cuda_backend) return status;
  run->backend = backend_on_cpu(config);
  return run->backend->open(config, job, &run->session, &run->info, error);
}

static seam_status open_and_run(struct run *run, seam_progress_function callback, void *user, seam_error *error) {
  struct plan *plan = NULL;
  FORWARD(plan_create(run->config, run->result->histograms, &plan, error));
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

/* ---- Which chains are left ---- */

/* The result may hold chains that this run was not asked for: it goes on holding them. */
static seam_status take_up(const struct seam_config *config, struct seam_result *result, seam_error *error) {
  struct config_difference difference;
  struct seam_config joined = *config;
  if (config->task != result->config.task)
    return error_set(error, SEAM_ERROR_MISMATCH,
                     "the result to be resumed is of task %s, not %s: take another --output",
                     task_name(result->config.task), task_name(config->task));
  if (config_differs(config, &result->config, &difference))
    return error_set(error, SEAM_ERROR_MISMATCH,
                     "--%s %s: the result to be resumed has %s; give it that, or take another --output",
                     difference.option, difference.values[0], difference.values[1]);
  FORWARD(config_extend(&joined, &result->config, error));
  result->config = joined;
  return SEAM_OK;
}

/* Runs what run->result lacks. */
static seam_status complete(struct run *run, seam_progress_function callback, void *user, seam_error *error) {
  uint64_t begin, end;
  config_shard(run->config, &begin, &end);
  seam_status status = handout_open(&run->handout, &run->result->coverage, begin, end, error);
  run->before = coverage_size(&run->result->coverage);
  run->chains = run->handout.left;
  if (status == SEAM_OK && run->chains > 0) {
    init_locks(run);
    gather_open(&run->gather, run->result);
    status = open_and_run(run, callback, user, error);
    gather_close(&run->gather);
    pthread_cond_destroy(&run->changed);
    pthread_mutex_destroy(&run->mutex);
  }
  handout_close(&run->handout);
  return status;
}

static seam_status run_result(const struct seam_config *config, struct seam_output *output, struct seam_result *result,
                              seam_progress_function callback, void *user, seam_error *error) {
  struct run run = {.config = config, .result = result, .output = output};
  FORWARD(backend_choose(config, &run.backend, error));
  struct floating_point_state found = floating_point_enter();
  seam_status status = complete(&run, callback, user, error);
  floating_point_leave(found);
  return status;
}

/* Whether the counts of a new run are worth keeping: no failure of a device or of memory costs them. */
static bool worth_keeping(const struct seam_result *result, seam_status status) {
  bool failed = status == SEAM_ERROR_DEVICE || status == SEAM_ERROR_MEMORY;
  return status == SEAM_OK || status == SEAM_INTERRUPTED || (failed && coverage_size(&result->coverage) > 0);
}

static seam_status run_as(enum task_kind task, const seam_config *asked, struct seam_output *output,
                          seam_progress_function callback, void *user, seam_result **result, seam_error *error) {
  seam_config config = *asked;
  config.task = task;
  config_settle(&config);
  FORWARD(seam_config_check(&config, error));
  if (*result) {
    FORWARD(take_up(&config, *result, error));
    return run_result(&config, output, *result, callback, user, error);
  }
  FORWARD(result_create(&config, result, error));
  seam_status status = run_result(&config, output, *result, callback, user, error);
  if (worth_keeping(*result, status)) return status;
  seam_result_free(*result);
  *result = NULL;
  return status;
}

seam_status seam_train_resume(const seam_config *config, seam_output *output, seam_progress_function callback,
                              void *user, seam_result **result, seam_error *error) {
  return run_as(TASK_TRAIN, config, output, callback, user, result, error);
}

seam_status seam_predict_resume(const seam_config *config, seam_output *output, seam_progress_function callback,
                                void *user, seam_result **result, seam_error *error) {
  return run_as(config->task == TASK_GIBBS ? TASK_GIBBS : TASK_PREDICT, config, output, callback, user, result, error);
}

seam_status seam_train(const seam_config *config, seam_progress_function callback, void *user, seam_result **result,
                       seam_error *error) {
  *result = NULL;
  return seam_train_resume(config, NULL, callback, user, result, error);
}

seam_status seam_predict(const seam_config *config, seam_progress_function callback, void *user, seam_result **result,
                         seam_error *error) {
  *result = NULL;
  return seam_predict_resume(config, NULL, callback, user, result, error);
}
