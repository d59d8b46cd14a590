/* SPDX-License-Identifier: Apache-2.0 */
/* Runs one point of a sweep: opens its output, counts its chains, writes its file. */
#ifndef SEAM_POINT_RUN_H
#define SEAM_POINT_RUN_H

#include <stdatomic.h>

#include "run/run.h"
#include "sweep/sweep.h"

enum point_stage { POINT_FREE, POINT_READY, POINT_COUNTING, POINT_WRITING };

struct point_run {
  enum point_stage stage;
  uint64_t point;
  struct run run;
  struct seam_output *output;
  struct seam_result *result;
  uint64_t chains_done; /* by the run after it has ended */
  double chain_steps;   /* the same */
  pthread_t writer;
  bool threaded;       /* whether `writer` was started */
  atomic_bool written; /* the file is written, or there is none to write */
  seam_status status;  /* of the run, or if it succeeded, of the file */
  seam_error error;
};

/* Opens the output and finds the missing chains. On an error the slot is free again. */
seam_status point_run_prepare(struct point_run *slot, const struct seam_sweep *sweep, uint64_t point,
                              seam_error *error);

seam_status point_run_start(struct point_run *slot, seam_error *error);

/* Serves a run in the stage POINT_COUNTING. After its workers have ended, adds the chains of each rank to by_rank,
 * starts the thread that writes the file, and changes the stage to POINT_WRITING. */
void point_run_serve(struct point_run *slot, uint64_t *by_rank);

/* Returns whether the file of a slot in the stage POINT_WRITING is written. Then the row of the point has the contents
 * of the file, and the slot is free and keeps its status. */
bool point_run_finish(struct point_run *slot, struct seam_sweep *sweep);

/* Frees a slot that was prepared. */
void point_run_close(struct point_run *slot);

#endif
