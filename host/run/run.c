/* SPDX-License-Identifier: Apache-2.0 */
/* A run: counts the missing chains of a result with the workers of this process and of the other ranks. */
#define _GNU_SOURCE
#include "run/run.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/floating_point.h"
#include "base/stack.h"
#include "files/atomic_output.h"
#include "files/result_file.h"
#include "workers/rank_share.h"
#include "backend/choice.h"

/* ---- The missing chains ---- */

/* Prepares an earlier result for more chains. It keeps all its chains, also those outside the range of this run. */
static seam_status extend_result(const struct seam_config *config, struct seam_result *result, seam_error *error) {
  struct config_difference difference;
  struct seam_config joined = *config;
  if (config->task != result->config.task)
    return error_set(error, SEAM_ERROR_MISMATCH,
                     "the output is from %s, not from %s: resume it with that command, or choose another --output",
                     task_command(result->config.task), task_command(config->task));
  if (config_differs(config, &result->config, &difference))
    return error_set(error, SEAM_ERROR_MISMATCH,
                     "--%s %s: the output has %s; use the same value, or choose another --output", difference.option,
                     difference.values[0], difference.values[1]);
  FORWARD(config_extend(&joined, &result->config, error));
  result->config = joined;
  return SEAM_OK;
}

seam_status run_open(struct run *run, const struct seam_config *asked, enum task_kind task, struct seam_result **result,
                     seam_error *error) {
  uint64_t begin, end;
  *run = (struct run){.config = *asked};
  run->config.task = task;
  config_settle(&run->config);
  FORWARD(seam_config_check(&run->config, error));
  if (*result)
    FORWARD(extend_result(&run->config, *result, error));
  else
    FORWARD(result_create(&run->config, result, error));
  run->result = *result;
  FORWARD(backend_choose(&run->config, &run->workers.backend, error));
  config_shard(&run->config, &begin, &end);
  FORWARD(chain_queue_open(&run->workers.queue, &run->result->coverage, begin, end, error));
  run->before = coverage_size(&run->result->coverage);
  run->chains = run->workers.queue.left;
  return SEAM_OK;
}

/* ---- The run ---- */

static seam_status open_workers(struct run *run, seam_error *error) {
  struct seam_config own = run->config;
  struct workers *workers = &run->workers;
  rank_share_own(&own);
  run->opened = true;
  FORWARD(workers_open(workers, &own, run->result, error));
  snprintf(run->result->version, sizeof run->result->version, "%s", seam_version());
  result_add_place(run->result, workers->info.backend, workers->info.isa, workers->info.device);
  return leader_open(workers, &run->config, &run->leader, error);
}

/* If the checkpoint thread cannot start, the run ends as after the failure of a worker. */
seam_status run_start(struct run *run, struct seam_output *output, seam_error *error) {
  seam_error failure;
  FORWARD(open_workers(run, error));
  if (output) output_reserve(output, result_file_room(run->result));
  run->begin = clock_after(0);
  seam_status status =
      checkpoint_start(&run->workers.collector, &run->config.checkpoint_every, output, &run->checkpoint, &failure);
  if (status != SEAM_OK) workers_fail(&run->workers, status, &failure);
  return SEAM_OK;
}

void run_start_workers(struct run *run) {
  run->workers_started = true;
  workers_start(&run->workers);
}

bool run_serve(struct run *run) {
  bool all = leader_serve(run->leader);
  return workers_wait(&run->workers, 0) && all;
}

/* Serves for at most `seconds`. Returns whether the workers of all ranks have ended. */
static bool run_wait(struct run *run, double seconds) {
  if (!run->leader) return workers_wait(&run->workers, seconds);
  struct timespec begin = clock_after(0);
  for (;;) {
    bool ended = workers_wait(&run->workers, LEADER_TICK), all = leader_serve(run->leader);
    if (all && ended) return true;
    if (clock_since(&begin) >= seconds) return false;
    if (ended) clock_sleep(LEADER_TICK);
  }
}

seam_progress run_progress(struct run *run) {
  const struct session_info *info = &run->workers.info;
  run->trouble = checkpoint_trouble(run->checkpoint);
  seam_progress progress = {
      .chains = run->chains,
      .chains_done = run->done = collector_done(&run->workers.collector),
      .chain_steps = (double)atomic_load(&run->workers.control.work_done),
      .seconds = clock_since(&run->begin),
      .backend = info->backend,
      .isa = info->isa,
      .device = info->device,
      .trouble = run->trouble.message,
  };
  progress.rank_chains = leader_counted(run->leader, &run->done, &progress.ranks);
  return progress;
}

void run_answer(struct run *run, int answer) {
  if (answer == SEAM_CHECKPOINT)
    checkpoint_request(run->checkpoint);
  else if (answer != SEAM_CONTINUE)
    workers_cancel(&run->workers);
}

seam_status run_end(struct run *run, seam_error *error) {
  struct seam_result *result = run->result;
  struct workers *workers = &run->workers;
  workers_join(workers);
  checkpoint_stop(run->checkpoint);
  run->checkpoint = NULL;
  result_set_time(result, result->seconds + clock_since(&run->begin));
  uint64_t covered = coverage_size(&result->coverage), whole = run->before + run->chains;
  FORWARD(result_check(result, SEAM_ERROR_INTERNAL, error));
  if (workers->status != SEAM_OK) {
    if (error) *error = workers->error;
    return workers->status;
  }
  if (covered == whole) return SEAM_OK;
  return error_set(error, SEAM_INTERRUPTED, "interrupted: %llu of %llu %s counted", (unsigned long long)covered,
                   (unsigned long long)whole, result->config.task == TASK_TRAIN ? "chains" : "first components");
}

void run_close(struct run *run) {
  leader_close(run->leader);
  if (run->opened) workers_close(&run->workers);
  chain_queue_close(&run->workers.queue);
}

/* ---- One run from its beginning to its end ---- */

/* Who is told of the progress. */
struct listener {
  seam_progress_function callback;
  void *user;
  struct floating_point_state state; /* for the time of the callback */
};

static int tell(const struct listener *listener, const seam_progress *progress) {
  floating_point_leave(listener->state);
  int answer = listener->callback(progress, listener->user);
  floating_point_enter();
  return answer;
}

/* Reports progress to the caller until all workers have ended. */
static void watch(struct run *run, const struct listener *listener) {
  for (bool last = false; !last;) {
    last = run_wait(run, 0.1);
    seam_progress progress = run_progress(run);
    if (listener->callback) run_answer(run, tell(listener, &progress));
  }
}

static seam_status complete(struct run *run, struct seam_output *output, const struct listener *listener,
                            seam_error *error) {
  if (run->chains == 0) return SEAM_OK;
  FORWARD(run_start(run, output, error));
  run_start_workers(run);
  watch(run, listener);
  return run_end(run, error);
}

bool run_keeps_result(const struct seam_result *result, seam_status status) {
  bool failed = status == SEAM_ERROR_DEVICE || status == SEAM_ERROR_MEMORY;
  return status == SEAM_OK || status == SEAM_INTERRUPTED || (failed && coverage_size(&result->coverage) > 0);
}

static seam_status run_as(enum task_kind task, const seam_config *config, struct seam_output *output,
                          seam_progress_function callback, void *user, seam_result **result, seam_error *error) {
  struct run run;
  bool new = !*result;
  FORWARD(stack_check(error));
  OWN_FLOATING_POINT;
  const struct listener listener = {callback, user, callers_state};
  seam_status status = output_settle(output, run_open(&run, config, task, result, error), error);
  if (status == SEAM_OK) status = complete(&run, output, &listener, error);
  run_close(&run);
  if (!new || !*result || run_keeps_result(*result, status)) return status;
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
