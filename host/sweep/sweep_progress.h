/* SPDX-License-Identifier: Apache-2.0 */
/* How far a sweep is: the runs that have ended, the runs that are counting, and what the files held before. */
#ifndef SEAM_SWEEP_PROGRESS_H
#define SEAM_SWEEP_PROGRESS_H

#include "base/floating_point.h"
#include "sweep/point_run.h"

struct sweep_progress {
  struct seam_sweep *sweep;
  seam_sweep_progress_function callback;
  void *user;
  struct floating_point_state callers_state; /* for the time of the callback */
  struct timespec begin, told;
  seam_sweep_progress shown; /* what the caller is given; it points at the texts and lists below */
  char name[512], isa[16], device[128];
  seam_error trouble;
  uint64_t *by_rank_now; /* chains that each rank counted */
  uint64_t *by_rank;     /* of runs that have ended */
  int ranks;
  uint64_t points_done, chains; /* files that are complete; chains counted by runs that have ended */
  double chain_steps;           /* of these chains */
  double work, found, left;     /* the work of all points; done in the files at the start; left in the files now */
};

seam_status sweep_progress_open(struct sweep_progress *progress, struct seam_sweep *sweep,
                                seam_sweep_progress_function callback, void *user, seam_error *error);
void sweep_progress_close(struct sweep_progress *progress);

/* Adds up the work that the files lack, and starts the clock. Called once the existing files are known. */
void sweep_progress_start(struct sweep_progress *progress);

/* Adds what a point's file has gained: its row was `before` and is now what the file holds. */
void sweep_progress_add(struct sweep_progress *progress, uint64_t point, const struct sweep_row *before);

/* Calls the caller's function if it is time, or in any case with `now`. Returns its answer, or SEAM_CONTINUE. */
int sweep_progress_report(struct sweep_progress *progress, struct point_run *slots, int count, bool now);

#endif
