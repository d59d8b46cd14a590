/* SPDX-License-Identifier: Apache-2.0 */
/* A sweep: a plan read, its points, and what is known of each. */
#ifndef SEAM_SWEEP_H
#define SEAM_SWEEP_H

#include "sweep/sweep_axis.h"

enum { MOST_AXES = 32 };

/* What the file of one point says. */
struct sweep_row {
  uint64_t counted; /* 0: there is no file, or a foreign one that is to be replaced */
  uint64_t left;    /* chains that the point asks for and the file lacks */
  bool foreign;     /* the file is damaged or has another configuration, and is to be replaced */
  int64_t outcomes[SEAM_OUTCOMES];
  seam_prediction prediction; /* of a prediction */
};

struct seam_sweep {
  char *path, *folder;
  struct seam_config base;
  size_t axis_count;
  struct sweep_axis axes[MOST_AXES]; /* the last one turns fastest */
  uint64_t points;
  struct sweep_row *rows; /* one for each point */
  struct seam_config config;
  char file[8192]; /* these two are the answer of seam_sweep_point_at */
};

/* ---- sweep_plan.c ---- */

/* Reads the plan at sweep->path into the members down to `axes`, and settles and checks nothing of single points. */
seam_status sweep_plan_read(struct seam_sweep *sweep, seam_error *error);

/* ---- sweep_point.c ---- */

/* The value of axis `axis` at a point. */
const char *sweep_value(const struct seam_sweep *sweep, uint64_t point, size_t axis);

/* The configuration of a point, settled. What the grid sets was checked one by one, and cannot fail. */
void sweep_config(const struct seam_sweep *sweep, uint64_t point, struct seam_config *config);

/* "lr=0.01_seed=1.zip" */
void sweep_file(const struct seam_sweep *sweep, uint64_t point, char *name, size_t size);
void sweep_path(const struct seam_sweep *sweep, const char *name, char *path, size_t size);

/* What so many chains and chain-steps of a configuration cost, in operations, about; of a prediction, in pairs. */
double sweep_work_of(const struct seam_config *config, double chains, double chain_steps);

/* Of all chains of a configuration. */
double sweep_work(const struct seam_config *config);

/* Of so many of them. */
double sweep_work_left(const struct seam_config *config, uint64_t left);

/* Every point's configuration, and the length of the names. */
seam_status sweep_check(const struct seam_sweep *sweep, seam_error *error);

/* ---- sweep_look.c ---- */

/* What is in a result that the point's file holds, or is about to. */
void sweep_row_fill(struct sweep_row *row, const struct seam_config *config, const struct seam_result *result);

/* Reads what stands at the path of every point. Files of other configurations and damaged ones are refused, or where
 * `replace` marked as foreign. `goes_on`, which may be NULL, is asked before each. */
seam_status sweep_look(struct seam_sweep *sweep, int replace, bool (*goes_on)(void *user), void *user,
                       seam_error *error);

/* ---- sweep_index.c ---- */

struct sweep_index;

/* Locks index.csv and index.jsonl of the folder, so that two sweeps do not meet there; the folder exists. */
seam_status sweep_index_open(const struct seam_sweep *sweep, struct sweep_index **index, seam_error *error);

/* One line a point that has counted something. */
seam_status sweep_index_write(struct sweep_index *index, const struct seam_sweep *sweep, seam_error *error);
void sweep_index_close(struct sweep_index *index);

#endif
