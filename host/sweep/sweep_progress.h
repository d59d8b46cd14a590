/* SPDX-License-Identifier: Apache-2.0 */
/* How far a sweep is: what has landed, what is on its way, and what the files held before. */
#ifndef SEAM_SWEEP_PROGRESS_H
#define SEAM_SWEEP_PROGRESS_H

#include "sweep/point_run.h"

struct sweep_meter {
  struct seam_sweep *sweep;
  seam_sweep_progress_function callback;
  void *user;
  struct timespec begin, told;
  seam_sweep_progress progress;
  char name[512], isa[16], device[128]; /* which the progress points at, as at the two below */
  seam_error trouble;
  uint64_t *by_rank_now; /* chains that each rank counted */
  uint64_t *by_rank;     /* of runs that have ended */
  int ranks;
  uint64_t points_done, chains; /* whole files, and chains counted of flights that have landed */
  double chain_steps;           /* of these */
  double work, found, left;     /* of all points, and of their files in the beginning and now */
};

seam_status sweep_meter_open(struct sweep_meter *meter, struct seam_sweep *sweep, seam_sweep_progress_function callback,
                             void *user, seam_error *error);
void sweep_meter_close(struct sweep_meter *meter);

/* From here on files are not only looked at: counts what they lack, and the time. */
void sweep_meter_start(struct sweep_meter *meter);

/* A point's row is now what its file holds; it was `before`. */
void sweep_meter_land(struct sweep_meter *meter, uint64_t point, const struct sweep_row *before);

/* Tells the caller, where it is time or `now`; whether he wants an end. */
bool sweep_meter_tell(struct sweep_meter *meter, struct flight *flights, int count, bool now);

#endif
