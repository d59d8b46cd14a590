/* SPDX-License-Identifier: Apache-2.0 */
/* The progress of a sweep: points weigh as much as their chains cost. */
#include "sweep/sweep_progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "workers/transport.h"

#define TELL_TIME 0.1 /* seconds between two calls of the caller's function */

seam_status sweep_meter_open(struct sweep_meter *meter, struct seam_sweep *sweep, seam_sweep_progress_function callback,
                             void *user, seam_error *error) {
  *meter = (struct sweep_meter){.sweep = sweep, .callback = callback, .user = user, .ranks = transport_ranks()};
  meter->begin = meter->told = clock_after(0);
  meter->by_rank = calloc((size_t)meter->ranks, sizeof *meter->by_rank);
  meter->by_rank_now = calloc((size_t)meter->ranks, sizeof *meter->by_rank_now);
  meter->progress = (seam_sweep_progress){.points = sweep->points, .file = meter->name};
  meter->progress.whole = (seam_progress){.backend = "",
                                          .isa = meter->isa,
                                          .device = meter->device,
                                          .trouble = meter->trouble.message,
                                          .ranks = meter->ranks,
                                          .rank_chains = meter->by_rank_now};
  if (meter->by_rank && meter->by_rank_now) return SEAM_OK;
  return error_set(error, SEAM_ERROR_MEMORY, "out of memory: start fewer processes");
}

void sweep_meter_close(struct sweep_meter *meter) {
  free(meter->by_rank);
  free(meter->by_rank_now);
}

void sweep_meter_start(struct sweep_meter *meter) {
  struct seam_sweep *sweep = meter->sweep;
  for (uint64_t point = 0; point < sweep->points; point++) {
    struct seam_config config;
    sweep_config(sweep, point, &config);
    meter->work += sweep_work(&config);
    meter->left += sweep_work_left(&config, sweep->rows[point].left);
    meter->progress.whole.chains += sweep->rows[point].left;
    meter->points_done += sweep->rows[point].left == 0;
  }
  meter->found = meter->work - meter->left;
  meter->begin = clock_after(0);
}

void sweep_meter_land(struct sweep_meter *meter, uint64_t point, const struct sweep_row *before) {
  struct seam_config config;
  const struct sweep_row *row = &meter->sweep->rows[point];
  double chains = (double)(row->counted - before->counted);
  sweep_config(meter->sweep, point, &config);
  meter->points_done += row->left == 0 && before->left > 0;
  meter->chains += row->counted - before->counted;
  meter->chain_steps += chains * (double)(config.task == TASK_TRAIN ? config.steps : config.draws);
  meter->left += sweep_work_left(&config, row->left) - sweep_work_left(&config, before->left);
}

/* ---- What is on its way ---- */

/* What a run that goes on tells beside its numbers. */
static seam_progress look_at(struct sweep_meter *meter, struct flight *flight) {
  seam_progress own = run_progress(&flight->run), *whole = &meter->progress.whole;
  whole->backend = own.backend;
  snprintf(meter->isa, sizeof meter->isa, "%s", own.isa);
  snprintf(meter->device, sizeof meter->device, "%s", own.device);
  for (int rank = 0; rank < own.ranks; rank++) meter->by_rank_now[rank] += own.rank_chains[rank];
  if (*own.trouble) meter->trouble = flight->run.trouble;
  if (flight->point < meter->progress.point) meter->progress.point = flight->point;
  return own;
}

/* Adds a flight to the whole; returns its work. */
static double add_flight(struct sweep_meter *meter, struct flight *flight) {
  seam_progress *whole = &meter->progress.whole;
  seam_progress own = {.chains_done = flight->chains_done, .chain_steps = flight->chain_steps};
  if (flight->stage == FLIGHT_COUNTING && flight->run.chains > 0) own = look_at(meter, flight);
  whole->chains_done += own.chains_done;
  whole->chain_steps += own.chain_steps;
  struct seam_config config;
  sweep_config(meter->sweep, flight->point, &config);
  double work = sweep_work_of(&config, (double)own.chains_done, own.chain_steps);
  return fmin(work, sweep_work_left(&config, meter->sweep->rows[flight->point].left));
}

/* ---- The whole ---- */

/* Nothing but what has landed. */
static void clear_progress(struct sweep_meter *meter) {
  seam_sweep_progress *all = &meter->progress;
  meter->trouble = (seam_error){SEAM_OK, ""};
  all->point = all->points;
  all->points_done = meter->points_done;
  all->whole.chains_done = meter->chains;
  all->whole.chain_steps = meter->chain_steps;
  all->whole.seconds = clock_since(&meter->begin);
  memcpy(meter->by_rank_now, meter->by_rank, (size_t)meter->ranks * sizeof *meter->by_rank);
}

static void update(struct sweep_meter *meter, struct flight *flights, int count) {
  seam_sweep_progress *all = &meter->progress;
  double flying = 0;
  clear_progress(meter);
  for (int f = 0; f < count; f++)
    if (flights[f].stage >= FLIGHT_COUNTING) flying += add_flight(meter, &flights[f]);
  meter->name[0] = '\0';
  if (all->point < all->points) sweep_file(meter->sweep, all->point, meter->name, sizeof meter->name);
  double done = meter->work - meter->left + flying, counted = done - meter->found;
  all->fraction = meter->work > 0 ? fmin(done / meter->work, 1) : 0;
  all->seconds_left = counted > 0 ? all->whole.seconds * (meter->work - done) / counted : NAN;
}

bool sweep_meter_tell(struct sweep_meter *meter, struct flight *flights, int count, bool now) {
  if (!meter->callback || (!now && clock_since(&meter->told) < TELL_TIME)) return false;
  update(meter, flights, count);
  meter->told = clock_after(0);
  return meter->callback(&meter->progress, meter->user) != 0;
}
