/* SPDX-License-Identifier: Apache-2.0 */
/* One point of a sweep on its way: its output claimed, its chains counted, its file written. */
#ifndef SEAM_POINT_RUN_H
#define SEAM_POINT_RUN_H

#include <stdatomic.h>

#include "run/run.h"
#include "sweep/sweep.h"

enum flight_stage { FLIGHT_FREE, FLIGHT_READY, FLIGHT_COUNTING, FLIGHT_WRITING };

struct flight {
  enum flight_stage stage;
  uint64_t point;
  struct run run;
  struct seam_output *output;
  struct seam_result *result;
  uint64_t chains_done; /* these two by a run that has ended */
  double chain_steps;
  pthread_t writer;
  bool threaded;
  atomic_bool written; /* the file, or there is none to write */
  seam_status status;  /* of the run, or where that was well of the file */
  seam_error error;
};

/* Claims the output and finds what is missing. What goes wrong leaves the flight free. */
seam_status flight_prepare(struct flight *flight, const struct seam_sweep *sweep, uint64_t point, seam_error *error);

seam_status flight_start(struct flight *flight, seam_error *error);

/* Of a run that counts: when all its workers have ended the file is written by a thread of its own, the stage is
 * FLIGHT_WRITING, and what each rank counted is added to by_rank. */
void flight_tick(struct flight *flight, uint64_t *by_rank);

/* Of a file that is being written: whether that has ended. Then the point's row is what the file holds, the flight is
 * free, and its status stays. */
bool flight_land(struct flight *flight, struct seam_sweep *sweep);

/* Gives up one that was prepared. */
void flight_leave(struct flight *flight);

#endif
