/* SPDX-License-Identifier: Apache-2.0 */
/* A sweep: its plan, its points, and the state of their files. */
#ifndef SEAM_SWEEP_H
#define SEAM_SWEEP_H

#include "sweep/sweep_axis.h"

enum { MOST_AXES = 32, MOST_FAILURES = 100, MOST_SWEEP_NOTES = 4 };

/* The contents of the file of one point. */
struct sweep_row {
  uint64_t counted; /* chains in the file; 0 if there is none or it will be overwritten */
  uint64_t left;    /* chains that the file lacks */
  bool overwrite;   /* the file is damaged or has other options, and the run will replace it */
  bool failed;      /* the point cannot be run */
  int64_t outcomes[SEAM_OUTCOMES];
  seam_prediction *prediction; /* NULL for training, and where nothing is counted */
};

/* The points that failed in a run. */
struct sweep_failures {
  uint64_t count;
  struct seam_sweep_failure first[MOST_FAILURES];
};

struct seam_sweep {
  char *path, *folder;
  struct seam_config base;
  bool own_seeds; /* each point has a seed of its own */
  size_t axis_count;
  struct sweep_axis axes[MOST_AXES]; /* the last one changes fastest */
  uint64_t points;
  struct sweep_row *rows; /* one for each point; NULL before seam_sweep_run */
  struct sweep_failures failures;
  uint64_t noted; /* the point that the notes are from, if there are any */
  size_t note_count;
  seam_error notes[MOST_SWEEP_NOTES];
  /* The answer of seam_sweep_point_at points at these two. */
  struct seam_config config;
  char file[8192];
};

/* The error when no memory is left for a sweep. */
static inline seam_status sweep_no_memory(seam_error *error) {
  return error_set(error, SEAM_ERROR_MEMORY, "out of memory: no room for a sweep; make the grid smaller");
}

/* ---- sweep_plan.c ---- */

/* Reads the plan at sweep->path into the members from `folder` to `points`. Does not check single points. */
seam_status sweep_plan_read(struct seam_sweep *sweep, seam_error *error);

/* ---- sweep_point.c ---- */

/* Returns the value of an axis at a point. */
const char *sweep_value(const struct seam_sweep *sweep, uint64_t point, size_t axis);

/* Fills the configuration of a point. This cannot fail because sweep_plan_read has checked every value. */
void sweep_config(const struct seam_sweep *sweep, uint64_t point, struct seam_config *config);

/* The name of the file of a point, like "lr=0.01_seed=1.zip", and the path of a file in the folder. */
void sweep_file(const struct seam_sweep *sweep, uint64_t point, char *name, size_t size);
void sweep_path(const struct seam_sweep *sweep, const char *name, char *path, size_t size);

/* The approximate work of `chains` chains with `chain_steps` steps in all: operations, or pairs for a prediction. */
double sweep_work_of(const struct seam_config *config, double chains, double chain_steps);

/* The work of all chains of a configuration. */
double sweep_work(const struct seam_config *config);

/* The work of `left` of its chains. */
double sweep_work_left(const struct seam_config *config, uint64_t left);

/* Checks the configuration of every point and the length of the file names. */
seam_status sweep_check(const struct seam_sweep *sweep, seam_error *error);

/* ---- existing_points.c ---- */

/* Makes the rows of a run; they are empty. */
seam_status sweep_rows_create(struct seam_sweep *sweep, seam_error *error);
void sweep_rows_free(struct seam_sweep *sweep);

/* Fills the point's row from the result that its file holds or will hold. */
seam_status sweep_row_fill(struct sweep_row *row, const struct seam_config *config, const struct seam_result *result,
                           seam_error *error);

/* Fills a row from the point's file, if there is one. A file that has other options or is damaged is an error; with
 * `replace` the row is marked as overwrite instead. */
seam_status existing_point_read(const struct seam_sweep *sweep, uint64_t point, int replace, struct sweep_row *row,
                                seam_error *error);

/* ---- sweep_failures.c ---- */

/* Whether a failure concerns one point only, so that the others can be run. */
bool sweep_failure_is_of_point(seam_status status);

void sweep_failures_add(struct seam_sweep *sweep, uint64_t point, const seam_error *error);

/* ---- sweep_notes.c ---- */

/* Keeps the notes of a point's output for seam_sweep_note, unless those of another point are kept. */
void sweep_take_notes(struct seam_sweep *sweep, uint64_t point, const seam_output *output);

/* ---- sweep_index.c ---- */

struct sweep_index;

/* Locks index.csv and index.jsonl of the folder, so that two sweeps do not meet there; the folder exists. */
seam_status sweep_index_open(const struct seam_sweep *sweep, struct sweep_index **index, seam_error *error);

/* Writes one line for each point that has counted something. */
seam_status sweep_index_write(struct sweep_index *index, const struct seam_sweep *sweep, seam_error *error);
void sweep_index_close(struct sweep_index *index);

#endif
