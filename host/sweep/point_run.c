/* SPDX-License-Identifier: Apache-2.0 */
/* Files are packed and written apart from the thread that watches, so that points as short as their files' writing do
 * not queue for it. */
#include "sweep/point_run.h"

#include <stdio.h>

/* "FILE: what is wrong" */
static void name_error(const struct seam_sweep *sweep, uint64_t point, seam_error *error) {
  seam_error inner = *error;
  char name[512];
  sweep_file(sweep, point, name, sizeof name);
  error_set(error, inner.status, "%.120s: %.380s", name, inner.message);
}

static seam_status claim(struct flight *flight, const struct seam_sweep *sweep, seam_error *error) {
  char name[512], path[sizeof sweep->file];
  sweep_file(sweep, flight->point, name, sizeof name);
  sweep_path(sweep, name, path, sizeof path);
  if (sweep->rows[flight->point].foreign) return seam_output_open(path, 1, &flight->output, error);
  return seam_output_resume(path, &flight->output, &flight->result, error);
}

void flight_leave(struct flight *flight) {
  run_close(&flight->run);
  seam_output_close(flight->output);
  seam_result_free(flight->result);
  flight->stage = FLIGHT_FREE;
}

seam_status flight_prepare(struct flight *flight, const struct seam_sweep *sweep, uint64_t point, seam_error *error) {
  struct seam_config config;
  *flight = (struct flight){.stage = FLIGHT_READY, .point = point};
  sweep_config(sweep, point, &config);
  seam_status status = claim(flight, sweep, error);
  if (status == SEAM_OK) status = run_open(&flight->run, &config, (enum task_kind)config.task, &flight->result, error);
  if (status == SEAM_OK) return SEAM_OK;
  name_error(sweep, point, error);
  flight_leave(flight);
  return status;
}

seam_status flight_start(struct flight *flight, seam_error *error) {
  seam_status status = flight->run.chains > 0 ? run_start(&flight->run, flight->output, error) : SEAM_OK;
  if (status == SEAM_OK) flight->stage = FLIGHT_COUNTING;
  return status;
}

/* ---- Writing ---- */

static void *write_file(void *argument) {
  struct flight *flight = argument;
  seam_error error;
  seam_status status = seam_output_write(flight->output, flight->result, &error);
  if (status != SEAM_OK) {
    flight->status = status;
    flight->error = error;
  }
  atomic_store(&flight->written, true);
  return NULL;
}

/* A result that covers nothing is not worth a file, and what was read is there. */
static void begin_writing(struct flight *flight, bool ran) {
  bool keep = run_keeps_result(flight->result, flight->status) && coverage_size(&flight->result->coverage) > 0;
  flight->stage = FLIGHT_WRITING;
  if (!ran || !keep)
    atomic_store(&flight->written, true);
  else if (pthread_create(&flight->writer, NULL, write_file, flight) == 0)
    flight->threaded = true;
  else
    write_file(flight);
}

static void end_run(struct flight *flight, uint64_t *by_rank) {
  seam_progress last = run_progress(&flight->run);
  for (int rank = 0; rank < last.ranks; rank++) by_rank[rank] += last.rank_chains[rank];
  flight->chains_done = last.chains_done;
  flight->chain_steps = last.chain_steps;
  flight->status = run_end(&flight->run, &flight->error);
}

void flight_tick(struct flight *flight, uint64_t *by_rank) {
  struct run *run = &flight->run;
  bool ran = run->chains > 0;
  if (ran && !run_serve(run)) return;
  if (ran) end_run(flight, by_rank);
  run_close(run);
  *run = (struct run){.chains = 0};
  begin_writing(flight, ran);
}

static void fill_row(const struct flight *flight, struct seam_sweep *sweep) {
  struct seam_config config;
  sweep_config(sweep, flight->point, &config);
  sweep_row_fill(&sweep->rows[flight->point], &config, flight->result);
}

bool flight_land(struct flight *flight, struct seam_sweep *sweep) {
  if (!atomic_load(&flight->written)) return false;
  if (flight->threaded) pthread_join(flight->writer, NULL);
  if (run_keeps_result(flight->result, flight->status)) fill_row(flight, sweep);
  if (flight->status != SEAM_OK) name_error(sweep, flight->point, &flight->error);
  flight_leave(flight);
  return true;
}
