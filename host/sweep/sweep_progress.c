/* SPDX-License-Identifier: Apache-2.0 */
/* The progress of a sweep, where each point counts by the work of its chains. */
#include "sweep/sweep_progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "workers/transport.h"

#define TELL_TIME 0.1 /* seconds between two calls of the caller's function */

seam_status sweep_progress_open(struct sweep_progress *progress, struct seam_sweep *sweep,
                                seam_sweep_progress_function callback, void *user, seam_error *error) {
  *progress = (struct sweep_progress){.sweep = sweep, .callback = callback, .user = user, .ranks = transport_ranks()};
  progress->begin = progress->told = clock_after(0);
  progress->by_rank = calloc((size_t)progress->ranks, sizeof *progress->by_rank);
  progress->by_rank_now = calloc((size_t)progress->ranks, sizeof *progress->by_rank_now);
  progress->shown = (seam_sweep_progress){.points = sweep->points, .file = progress->name};
  progress->shown.whole = (seam_progress){.backend = "",
                                          .isa = progress->isa,
                                          .device = progress->device,
                                          .trouble = progress->trouble.message,
                                          .ranks = progress->ranks,
                                          .rank_chains = progress->by_rank_now};
  if (progress->by_rank && progress->by_rank_now) return SEAM_OK;
  return error_set(error, SEAM_ERROR_MEMORY, "out of memory: start fewer processes");
}

void sweep_progress_close(struct sweep_progress *progress) {
  free(progress->by_rank);
  free(progress->by_rank_now);
}

void sweep_progress_start(struct sweep_progress *progress) {
  struct seam_sweep *sweep = progress->sweep;
  for (uint64_t point = 0; point < sweep->points; point++) {
    struct seam_config config;
    sweep_config(sweep, point, &config);
    progress->work += sweep_work(&config);
    progress->left += sweep_work_left(&config, sweep->rows[point].left);
    progress->shown.whole.chains += sweep->rows[point].left;
    progress->points_done += sweep->rows[point].left == 0;
  }
  progress->found = progress->work - progress->left;
  progress->begin = clock_after(0);
}

void sweep_progress_add(struct sweep_progress *progress, uint64_t point, const struct sweep_row *before) {
  struct seam_config config;
  const struct sweep_row *row = &progress->sweep->rows[point];
  double chains = (double)(row->counted - before->counted);
  sweep_config(progress->sweep, point, &config);
  progress->points_done += row->left == 0 && before->left > 0;
  progress->chains += row->counted - before->counted;
  progress->chain_steps += chains * (double)(config.task == TASK_TRAIN ? config.steps : config.draws);
  progress->left += sweep_work_left(&config, row->left) - sweep_work_left(&config, before->left);
}

/* ---- Runs that are counting ---- */

/* The progress of a run that is counting. Its place, its trouble and its ranks' counts go into the whole at once. */
static seam_progress add_details(struct sweep_progress *progress, struct point_run *slot) {
  seam_progress own = run_progress(&slot->run), *whole = &progress->shown.whole;
  whole->backend = own.backend;
  snprintf(progress->isa, sizeof progress->isa, "%s", own.isa);
  snprintf(progress->device, sizeof progress->device, "%s", own.device);
  for (int rank = 0; rank < own.ranks; rank++) progress->by_rank_now[rank] += own.rank_chains[rank];
  if (*own.trouble) progress->trouble = slot->run.trouble;
  if (slot->point < progress->shown.point) progress->shown.point = slot->point;
  return own;
}

/* Adds a run to the whole and returns its work. */
static double add_run(struct sweep_progress *progress, struct point_run *slot) {
  seam_progress *whole = &progress->shown.whole;
  seam_progress own = {.chains_done = slot->chains_done, .chain_steps = slot->chain_steps};
  if (slot->stage == POINT_COUNTING && slot->run.chains > 0) own = add_details(progress, slot);
  whole->chains_done += own.chains_done;
  whole->chain_steps += own.chain_steps;
  struct seam_config config;
  sweep_config(progress->sweep, slot->point, &config);
  double work = sweep_work_of(&config, (double)own.chains_done, own.chain_steps);
  return fmin(work, sweep_work_left(&config, progress->sweep->rows[slot->point].left));
}

/* ---- The whole ---- */

/* Sets the whole to what the ended runs have counted. */
static void clear_progress(struct sweep_progress *progress) {
  seam_sweep_progress *all = &progress->shown;
  progress->trouble = (seam_error){SEAM_OK, ""};
  all->point = all->points;
  all->points_done = progress->points_done;
  all->whole.chains_done = progress->chains;
  all->whole.chain_steps = progress->chain_steps;
  all->whole.seconds = clock_since(&progress->begin);
  memcpy(progress->by_rank_now, progress->by_rank, (size_t)progress->ranks * sizeof *progress->by_rank);
}

static void update(struct sweep_progress *progress, struct point_run *slots, int count) {
  seam_sweep_progress *all = &progress->shown;
  double unfinished = 0;
  clear_progress(progress);
  for (int i = 0; i < count; i++)
    if (slots[i].stage >= POINT_COUNTING) unfinished += add_run(progress, &slots[i]);
  progress->name[0] = '\0';
  if (all->point < all->points) sweep_file(progress->sweep, all->point, progress->name, sizeof progress->name);
  double done = progress->work - progress->left + unfinished, counted = done - progress->found;
  all->fraction = progress->work > 0 ? fmin(done / progress->work, 1) : 0;
  all->seconds_left = counted > 0 ? all->whole.seconds * (progress->work - done) / counted : NAN;
}

int sweep_progress_report(struct sweep_progress *progress, struct point_run *slots, int count, bool now) {
  if (!progress->callback || (!now && clock_since(&progress->told) < TELL_TIME)) return SEAM_CONTINUE;
  update(progress, slots, count);
  progress->told = clock_after(0);
  floating_point_leave(progress->callers_state);
  int answer = progress->callback(&progress->shown, progress->user);
  floating_point_enter();
  return answer;
}
