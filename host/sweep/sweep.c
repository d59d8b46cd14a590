/* SPDX-License-Identifier: Apache-2.0 */
/* Opens and closes a sweep, and gives callers access to its points. */
#include "sweep/sweep.h"

#include <stdlib.h>
#include <string.h>

/* Before the existing files are read, every point lacks all its chains. */
static seam_status make_rows(struct seam_sweep *sweep, seam_error *error) {
  sweep->rows = calloc(sweep->points, sizeof *sweep->rows);
  if (!sweep->rows) return sweep_no_memory(error);
  for (uint64_t point = 0; point < sweep->points; point++)
    sweep->rows[point].left = seam_sweep_point_at(sweep, point).chains;
  return SEAM_OK;
}

seam_status seam_sweep_open(const char *path, seam_sweep **out, seam_error *error) {
  struct seam_sweep *sweep = calloc(1, sizeof *sweep);
  *out = NULL;
  if (!sweep) return sweep_no_memory(error);
  sweep->path = strdup(path);
  seam_status status = sweep->path ? sweep_plan_read(sweep, error) : sweep_no_memory(error);
  if (status == SEAM_OK) status = sweep_check(sweep, error);
  if (status == SEAM_OK) status = make_rows(sweep, error);
  if (status != SEAM_OK)
    seam_sweep_close(sweep);
  else
    *out = sweep;
  return status;
}

void seam_sweep_close(seam_sweep *sweep) {
  if (!sweep) return;
  for (size_t a = 0; a < sweep->axis_count; a++) sweep_axis_free(&sweep->axes[a]);
  free(sweep->rows);
  free(sweep->folder);
  free(sweep->path);
  free(sweep);
}

const char *seam_sweep_folder(const seam_sweep *sweep) { return sweep->folder; }

uint64_t seam_sweep_points(const seam_sweep *sweep) { return sweep->points; }

seam_status seam_sweep_look(seam_sweep *sweep, int replace, seam_error *error) {
  return existing_points_read(sweep, replace, NULL, NULL, error);
}

seam_sweep_point seam_sweep_point_at(seam_sweep *sweep, uint64_t index) {
  uint64_t begin, end;
  sweep_config(sweep, index, &sweep->config);
  sweep_file(sweep, index, sweep->file, sizeof sweep->file);
  config_shard(&sweep->config, &begin, &end);
  return (seam_sweep_point){.file = sweep->file,
                            .config = &sweep->config,
                            .chains = end - begin,
                            .left = sweep->rows[index].left,
                            .work = sweep_work(&sweep->config)};
}
