/* SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints: asks the workers for their counts, copies the result, and writes the copy while they continue. */
#include "run/checkpoint.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/stack.h"
#include "files/result_file.h"

enum { NEVER = 1 << 30 }; /* seconds: 34 years, for a period in chains */

struct checkpoint {
  struct collector *collector; /* its mutex guards `stop`, `requested` and `trouble` */
  struct period every;
  struct seam_output *output;
  struct seam_result *copy;
  struct timespec begin;
  struct timespec due;
  uint64_t written; /* chains in the last file */
  pthread_t thread;
  bool running; /* the thread was started */
  bool stop;
  bool requested;
  seam_error trouble;
};

/* Sets the time and the number of chains of the next checkpoint. The caller holds the mutex. */
static void set_due(struct checkpoint *checkpoint) {
  const struct period *every = &checkpoint->every;
  struct collector *collector = checkpoint->collector;
  checkpoint->due = clock_after(every->seconds > 0 ? every->seconds : NEVER);
  if (every->chains == 0 || __builtin_add_overflow(collector->done, every->chains, &collector->alarm))
    collector->alarm = UINT64_MAX;
}

/* Returns false when the run is over. The caller holds the mutex, here and in the next two functions. */
static bool wait_until_due(struct checkpoint *checkpoint) {
  struct collector *collector = checkpoint->collector;
  int waited = 0;
  while (!checkpoint->stop && !checkpoint->requested && collector->done < collector->alarm && waited != ETIMEDOUT)
    waited = pthread_cond_timedwait(&collector->changed, &collector->mutex, &checkpoint->due);
  checkpoint->requested = false;
  return !checkpoint->stop;
}

/* Waits until all workers have added their counts, so that the checkpoint holds all that was counted when it began. */
static bool collect(struct checkpoint *checkpoint) {
  struct collector *collector = checkpoint->collector;
  collector_request(collector);
  while (!checkpoint->stop && collector->owing > 0) pthread_cond_wait(&collector->changed, &collector->mutex);
  return !checkpoint->stop;
}

static seam_status take_copy(struct checkpoint *checkpoint, seam_error *error) {
  const struct seam_result *result = checkpoint->collector->result;
  FORWARD(result_copy(checkpoint->copy, result, error));
  result_set_time(checkpoint->copy, result->seconds + clock_since(&checkpoint->begin));
  return SEAM_OK;
}

/* The caller holds the mutex. This function releases it while it writes. */
static void write_copy(struct checkpoint *checkpoint) {
  seam_error trouble = {SEAM_OK, ""};
  uint64_t chains = coverage_size(&checkpoint->collector->result->coverage);
  if (chains == checkpoint->written) return;
  seam_status status = take_copy(checkpoint, &trouble);
  pthread_mutex_unlock(&checkpoint->collector->mutex);
  if (status == SEAM_OK) status = result_file_write_checkpoint(checkpoint->output, checkpoint->copy, &trouble);
  pthread_mutex_lock(&checkpoint->collector->mutex);
  checkpoint->trouble = trouble;
  if (status == SEAM_OK) checkpoint->written = chains;
}

static void *write_checkpoints(void *argument) {
  struct checkpoint *checkpoint = argument;
  pthread_mutex_lock(&checkpoint->collector->mutex);
  set_due(checkpoint);
  while (wait_until_due(checkpoint) && collect(checkpoint)) {
    set_due(checkpoint);
    write_copy(checkpoint);
  }
  pthread_mutex_unlock(&checkpoint->collector->mutex);
  return NULL;
}

static seam_status start_thread(struct checkpoint *checkpoint, seam_error *error) {
  if (!checkpoint->copy) FORWARD(result_create(&checkpoint->collector->result->config, &checkpoint->copy, error));
  if (stack_start_thread(&checkpoint->thread, write_checkpoints, checkpoint) != 0)
    return error_set(error, SEAM_ERROR_MEMORY,
                     "cannot start the thread that writes checkpoints: run without --checkpoint-every");
  checkpoint->running = true;
  return SEAM_OK;
}

static bool is_never(const struct period *every) { return every->seconds == 0 && every->chains == 0; }

seam_status checkpoint_start(struct collector *collector, const struct period *every, struct seam_output *output,
                             struct checkpoint **out, seam_error *error) {
  *out = NULL;
  if (!output) return SEAM_OK;
  struct checkpoint *checkpoint = calloc(1, sizeof *checkpoint);
  if (!checkpoint) return error_set(error, SEAM_ERROR_MEMORY, "out of memory: close other programs");
  checkpoint->collector = collector;
  checkpoint->every = *every;
  checkpoint->output = output;
  checkpoint->written = coverage_size(&collector->result->coverage);
  checkpoint->begin = clock_after(0);
  seam_status status = is_never(every) ? SEAM_OK : start_thread(checkpoint, error);
  if (status != SEAM_OK)
    checkpoint_stop(checkpoint);
  else
    *out = checkpoint;
  return status;
}

/* A thread that cannot start is told as trouble, because the run does not need it. */
void checkpoint_request(struct checkpoint *checkpoint) {
  if (!checkpoint) return;
  seam_error trouble = {SEAM_OK, ""};
  if (!checkpoint->running) start_thread(checkpoint, &trouble);
  pthread_mutex_lock(&checkpoint->collector->mutex);
  checkpoint->requested = checkpoint->running;
  if (trouble.status != SEAM_OK) checkpoint->trouble = trouble;
  pthread_cond_signal(&checkpoint->collector->changed);
  pthread_mutex_unlock(&checkpoint->collector->mutex);
}

seam_error checkpoint_trouble(struct checkpoint *checkpoint) {
  seam_error trouble = {SEAM_OK, ""};
  if (!checkpoint) return trouble;
  pthread_mutex_lock(&checkpoint->collector->mutex);
  trouble = checkpoint->trouble;
  pthread_mutex_unlock(&checkpoint->collector->mutex);
  return trouble;
}

void checkpoint_stop(struct checkpoint *checkpoint) {
  if (!checkpoint) return;
  pthread_mutex_lock(&checkpoint->collector->mutex);
  checkpoint->stop = true;
  pthread_cond_signal(&checkpoint->collector->changed);
  pthread_mutex_unlock(&checkpoint->collector->mutex);
  if (checkpoint->running) pthread_join(checkpoint->thread, NULL);
  seam_result_free(checkpoint->copy);
  free(checkpoint);
}
