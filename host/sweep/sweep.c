/* SPDX-License-Identifier: Apache-2.0 */
/* Opens and closes a sweep, and gives callers access to its points. */
#include "base/floating_point.h"
#include "base/stack.h"
#include "sweep/sweep.h"

#include <stdlib.h>
#include <string.h>

seam_status seam_sweep_open(const char *path, seam_sweep **out, seam_error *error) {
  OWN_FLOATING_POINT;
  *out = NULL;
  FORWARD(stack_check(error));
  struct seam_sweep *sweep = calloc(1, sizeof *sweep);
  if (!sweep) return sweep_no_memory(error);
  sweep->path = strdup(path);
  seam_status status = sweep->path ? sweep_plan_read(sweep, error) : sweep_no_memory(error);
  if (status == SEAM_OK) status = sweep_check(sweep, error);
  if (status != SEAM_OK)
    seam_sweep_close(sweep);
  else
    *out = sweep;
  return status;
}

void seam_sweep_close(seam_sweep *sweep) {
  if (!sweep) return;
  for (size_t a = 0; a < sweep->axis_count; a++) sweep_axis_free(&sweep->axes[a]);
  sweep_rows_free(sweep);
  free(sweep->folder);
  free(sweep->path);
  free(sweep);
}

seam_status seam_sweep_set_folder(seam_sweep *sweep, const char *folder, seam_error *error) {
  enum { LONGEST = 4095 };
  size_t length = strlen(folder);
  if (length == 0 || length > LONGEST)
    return error_set(error, SEAM_ERROR_USAGE, "the name of the folder has %zu bytes; it takes 1 to %d", length,
                     LONGEST);
  char *copy = strdup(folder);
  if (!copy) return sweep_no_memory(error);
  free(sweep->folder);
  sweep->folder = copy;
  return SEAM_OK;
}

const char *seam_sweep_folder(const seam_sweep *sweep) { return sweep->folder; }

uint64_t seam_sweep_points(const seam_sweep *sweep) { return sweep->points; }

seam_sweep_point seam_sweep_point_at(seam_sweep *sweep, uint64_t index) {
  OWN_FLOATING_POINT;
  uint64_t begin, end;
  sweep_config(sweep, index, &sweep->config);
  sweep_file(sweep, index, sweep->file, sizeof sweep->file);
  config_shard(&sweep->config, &begin, &end);
  return (seam_sweep_point){.file = sweep->file,
                            .config = &sweep->config,
                            .chains = end - begin,
                            .left = end - begin,
                            .work = sweep_work(&sweep->config)};
}

seam_status seam_sweep_look(seam_sweep *sweep, uint64_t index, int replace, seam_sweep_point *point,
                            seam_error *error) {
  OWN_FLOATING_POINT;
  struct sweep_row row;
  *point = seam_sweep_point_at(sweep, index);
  seam_status status = existing_point_read(sweep, index, replace, &row, error);
  free(row.prediction);
  if (status == SEAM_OK) point->left = row.left;
  return status;
}
