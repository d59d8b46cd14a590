/* SPDX-License-Identifier: Apache-2.0 */
/* Runs one point of a sweep. A thread of its own writes each file, because for short points the write takes as long as
 * the run, and the other points must not wait for it. */
#include "sweep/point_run.h"

#include <stdio.h>

#include "base/stack.h"
#include "files/atomic_output.h"

/* Puts the name of the point's file before the message. */
static void name_error(const struct seam_sweep *sweep, uint64_t point, seam_error *error) {
  seam_error inner = *error;
  char name[512];
  sweep_file(sweep, point, name, sizeof name);
  error_set(error, inner.status, "%.120s: %.380s", name, inner.message);
}

static seam_status open_output(struct point_run *slot, const struct seam_sweep *sweep, seam_error *error) {
  char name[512], path[sizeof sweep->file];
  sweep_file(sweep, slot->point, name, sizeof name);
  sweep_path(sweep, name, path, sizeof path);
  if (sweep->rows[slot->point].overwrite) return seam_output_open(path, 1, &slot->output, error);
  return seam_output_resume(path, &slot->output, &slot->result, error);
}

void point_run_close(struct point_run *slot) {
  run_close(&slot->run);
  seam_output_close(slot->output);
  seam_result_free(slot->result);
  slot->stage = POINT_FREE;
}

seam_status point_run_prepare(struct point_run *slot, const struct seam_sweep *sweep, uint64_t point,
                              seam_error *error) {
  struct seam_config config;
  *slot = (struct point_run){.stage = POINT_READY, .point = point};
  sweep_config(sweep, point, &config);
  seam_status status = open_output(slot, sweep, error);
  if (status == SEAM_OK) {
    status = run_open(&slot->run, &config, (enum task_kind)config.task, &slot->result, error);
    status = output_settle(slot->output, status, error);
  }
  if (status == SEAM_OK) return SEAM_OK;
  name_error(sweep, point, error);
  point_run_close(slot);
  return status;
}

seam_status point_run_start(struct point_run *slot, seam_error *error) {
  seam_status status = slot->run.chains > 0 ? run_start(&slot->run, slot->output, error) : SEAM_OK;
  if (status == SEAM_OK) slot->stage = POINT_COUNTING;
  return status;
}

/* ---- Writing ---- */

static void *write_file(void *argument) {
  struct point_run *slot = argument;
  seam_error error;
  seam_status status = seam_output_write(slot->output, slot->result, &error);
  if (status != SEAM_OK) {
    slot->status = status;
    slot->error = error;
  }
  atomic_store(&slot->written, true);
  return NULL;
}

/* Writes no file if the run was not needed or if it counted nothing. */
static void begin_writing(struct point_run *slot, bool ran) {
  bool keep = run_keeps_result(slot->result, slot->status) && coverage_size(&slot->result->coverage) > 0;
  slot->stage = POINT_WRITING;
  if (!ran || !keep)
    atomic_store(&slot->written, true);
  else if (stack_start_thread(&slot->writer, write_file, slot) == 0)
    slot->threaded = true;
  else
    write_file(slot);
}

static void end_run(struct point_run *slot, uint64_t *by_rank) {
  seam_progress last = run_progress(&slot->run);
  for (int rank = 0; rank < last.ranks; rank++) by_rank[rank] += last.rank_chains[rank];
  slot->chains_done = last.chains_done;
  slot->chain_steps = last.chain_steps;
  slot->status = run_end(&slot->run, &slot->error);
}

void point_run_serve(struct point_run *slot, uint64_t *by_rank) {
  struct run *run = &slot->run;
  bool ran = run->chains > 0;
  if (ran && !run_serve(run)) return;
  if (ran) end_run(slot, by_rank);
  run_close(run);
  *run = (struct run){.chains = 0};
  begin_writing(slot, ran);
}

static void fill_row(struct point_run *slot, struct seam_sweep *sweep) {
  struct seam_config config;
  seam_error error;
  sweep_config(sweep, slot->point, &config);
  seam_status status = sweep_row_fill(&sweep->rows[slot->point], &config, slot->result, &error);
  if (status == SEAM_OK || slot->status != SEAM_OK) return;
  slot->status = status;
  slot->error = error;
}

bool point_run_finish(struct point_run *slot, struct seam_sweep *sweep) {
  if (!atomic_load(&slot->written)) return false;
  if (slot->threaded) pthread_join(slot->writer, NULL);
  if (run_keeps_result(slot->result, slot->status)) fill_row(slot, sweep);
  if (slot->status != SEAM_OK) name_error(sweep, slot->point, &slot->error);
  point_run_close(slot);
  return true;
}
