/* SPDX-License-Identifier: Apache-2.0 */
/* A run: what a result lacks is handed out to this process's workers and to other ranks', watched, and kept.
 */
#define _GNU_SOURCE
#include <stdio.h>

#include "checkpoint.h"
#include "clock.h"
#include "floating_point.h"
#include "lead.h"
#include "rank_share.h"

struct run {
  const struct seam_config *config;
  struct seam_result *result;
  struct seam_output *output; /* for checkpoints; NULL: none */
  uint64_t before, chains;    /* covered before this run, and to be counted in it */
  struct timespec begin;
  struct crew crew;
  struct lead *lead; /* of other ranks; NULL: there are none */
};

/* ---- The run ---- */

static seam_progress progress_now(struct run *run, uint64_t *done, const seam_error *trouble) {
  const struct session_info *info = &run->crew.info;
  seam_progress progress = {
      .chains = run->chains,
      .chains_done = *done = gather_done(&run->crew.gather),
      .chain_steps = (double)atomic_load(&run->crew.control.trained),
      .seconds = clock_since(&run->begin),
      .backend = info->backend,
      .isa = info->isa,
      .device = info->device,
      .trouble = trouble->message,
  };
  progress.rank_chains = lead_counted(run->lead, done, &progress.ranks);
  return progress;
}

/* A tenth of a second, or less where something happens; whether all workers have ended, here and in other ranks. */
static bool wait_a_tenth(struct run *run) {
  if (!run->lead) return crew_wait(&run->crew, 0.1);
  struct timespec begin = clock_after(0);
  for (;;) {
    bool ended = crew_wait(&run->crew, LEAD_TICK), all = lead_serve(run->lead);
    if (all && ended) return true;
    if (clock_since(&begin) >= 0.1) return false;
    if (ended) clock_sleep(LEAD_TICK);
  }
}

/* Tells the caller how it goes until all workers have ended. */
static void watch(struct run *run, struct checkpoint *checkpoint, seam_progress_function callback, void *user) {
  for (bool last = false; !last;) {
    last = wait_a_tenth(run);
    seam_error trouble = checkpoint_trouble(checkpoint);
    uint64_t done;
    seam_progress progress = progress_now(run, &done, &trouble);
    if (callback && callback(&progress, user)) crew_cancel(&run->crew);
  }
}

/* A checkpoint thread that cannot be started ends the run as a worker's failure would. */
static void start_and_watch(struct run *run, seam_progress_function callback, void *user) {
  struct checkpoint *checkpoint;
  seam_error failure;
  seam_status status =
      checkpoint_start(&run->crew.gather, &run->config->checkpoint_every, run->output, &checkpoint, &failure);
  if (status != SEAM_OK) crew_fail(&run->crew, status, &failure);
  crew_start(&run->crew);
  watch(run, checkpoint, callback, user);
  crew_join(&run->crew);
  checkpoint_stop(checkpoint);
}

/* Runs what is to be handed out into run->result, with the crew that is open. */
static seam_status run_crew(struct run *run, seam_progress_function callback, void *user, seam_error *error) {
  struct seam_result *result = run->result;
  const struct crew *crew = &run->crew;
  run->begin = clock_after(0);
  start_and_watch(run, callback, user);
  result_set_time(result, result->seconds + clock_since(&run->begin));
  uint64_t covered = coverage_size(&result->coverage), whole = run->before + run->chains;
  FORWARD(result_check(result, SEAM_ERROR_INTERNAL, error));
  if (crew->status != SEAM_OK) {
    if (error) *error = crew->error;
    return crew->status;
  }
  if (covered == whole) return SEAM_OK;
  return error_set(error, SEAM_INTERRUPTED, "interrupted: %llu of %llu chains counted", (unsigned long long)covered,
                   (unsigned long long)whole);
}

static seam_status open_and_run(struct run *run, seam_progress_function callback, void *user, seam_error *error) {
  struct seam_config own = *run->config;
  struct crew *crew = &run->crew;
  rank_share_own(&own);
  seam_status status = crew_open(crew, &own, run->result, error);
  if (status == SEAM_OK) {
    snprintf(run->result->version, sizeof run->result->version, "%s", seam_version());
    result_add_place(run->result, crew->info.backend, crew->info.isa, crew->info.device);
    status = lead_open(crew, run->config, &run->lead, error);
  }
  if (status == SEAM_OK) status = run_crew(run, callback, user, error);
  lead_close(run->lead);
  crew_close(crew);
  return status;
}

/* ---- Which chains are left ---- */

/* The result may hold chains that this run was not asked for: it goes on holding them. */
static seam_status take_up(const struct seam_config *config, struct seam_result *result, seam_error *error) {
  struct config_difference difference;
  struct seam_config joined = *config;
  if (config->task != result->config.task)
    return error_set(error, SEAM_ERROR_MISMATCH,
                     "the result to be resumed is of task %s, not %s: resume it with that, or take another --output",
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
  struct handout *handout = &run->crew.handout;
  config_shard(run->config, &begin, &end);
  seam_status status = handout_open(handout, &run->result->coverage, begin, end, error);
  run->before = coverage_size(&run->result->coverage);
  run->chains = handout->left;
  if (status == SEAM_OK && run->chains > 0) status = open_and_run(run, callback, user, error);
  handout_close(handout);
  return status;
}

static seam_status run_result(const struct seam_config *config, struct seam_output *output, struct seam_result *result,
                              seam_progress_function callback, void *user, seam_error *error) {
  struct run run = {.config = config, .result = result, .output = output};
  FORWARD(backend_choose(config, &run.crew.backend, error));
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
