/* SPDX-License-Identifier: Apache-2.0 */
/* The points of a sweep's grid: their values, configurations and files. */
#include <stdio.h>
#include <string.h>

#include "files/atomic_output.h"
#include "sweep/sweep.h"

/* The last axis changes fastest from one point to the next. */
const char *sweep_value(const struct seam_sweep *sweep, uint64_t point, size_t axis) {
  for (size_t a = sweep->axis_count - 1; a > axis; a--) point /= sweep->axes[a].count;
  return sweep->axes[axis].values[point % sweep->axes[axis].count];
}

/* FNV-1a (Fowler, Noll and Vo) of the name of the point's file. It stays the same when the grid gets more points. */
static uint64_t hash_of_file(const struct seam_sweep *sweep, uint64_t point) {
  char name[512];
  uint64_t hash = 14695981039346656037u;
  sweep_file(sweep, point, name, sizeof name);
  for (const char *c = name; *c; c++) hash = (hash ^ (unsigned char)*c) * 1099511628211u;
  return hash;
}

void sweep_config(const struct seam_sweep *sweep, uint64_t point, struct seam_config *config) {
  *config = sweep->base;
  for (size_t a = 0; a < sweep->axis_count; a++)
    sweep_axis_set(&sweep->axes[a], sweep_value(sweep, point, a), config, NULL);
  if (sweep->own_seeds) config->seed += hash_of_file(sweep, point);
  config_settle(config);
}

void sweep_file(const struct seam_sweep *sweep, uint64_t point, char *name, size_t size) {
  size_t length = 0;
  for (size_t a = 0; a < sweep->axis_count && length < size; a++) {
    char word[512];
    sweep_axis_word(sweep_value(sweep, point, a), word, sizeof word);
    length += (size_t)snprintf(name + length, size - length, "%s%s=%s", a ? "_" : "", sweep->axes[a].name, word);
  }
  if (length < size) snprintf(name + length, size - length, ".zip");
}

void sweep_path(const struct seam_sweep *sweep, const char *name, char *path, size_t size) {
  snprintf(path, size, "%s/%s", sweep->folder, name);
}

/* Drawing and observing a chain costs about as much as twenty steps. */
double sweep_work_of(const struct seam_config *config, double chains, double chain_steps) {
  if (config->task != TASK_TRAIN) return chain_steps;
  return (chain_steps + 20 * chains) * seam_flops_per_chain_step(config);
}

double sweep_work(const struct seam_config *config) {
  uint64_t begin, end;
  config_shard(config, &begin, &end);
  double chains = (double)(end - begin);
  return sweep_work_of(config, chains, chains * (double)(config->task == TASK_TRAIN ? config->steps : config->draws));
}

double sweep_work_left(const struct seam_config *config, uint64_t left) {
  uint64_t begin, end;
  config_shard(config, &begin, &end);
  return sweep_work(config) * (double)left / (double)(end - begin);
}

/* Leaves room for the longer name that a file has while it is written. */
static seam_status check_names(const struct seam_sweep *sweep, seam_error *error) {
  enum { LONGEST = 255 - (sizeof OUTPUT_PARTIAL - 1) };
  size_t length = strlen(".zip");
  for (size_t a = 0; a < sweep->axis_count; a++) {
    const struct sweep_axis *axis = &sweep->axes[a];
    size_t longest = 0;
    for (uint64_t i = 0; i < axis->count; i++)
      if (strlen(axis->values[i]) > longest) longest = strlen(axis->values[i]);
    length += strlen(axis->name) + 1 + longest + (a > 0);
  }
  if (length <= LONGEST) return SEAM_OK;
  return error_set(error, SEAM_ERROR_USAGE,
                   "%s: grid: the longest file name would have %zu bytes, and at most %d are possible; use fewer axes",
                   error_path(sweep->path), length, LONGEST);
}

seam_status sweep_check(const struct seam_sweep *sweep, seam_error *error) {
  FORWARD(check_names(sweep, error));
  for (uint64_t point = 0; point < sweep->points; point++) {
    struct seam_config config;
    seam_error inner;
    char name[512];
    sweep_config(sweep, point, &config);
    seam_status status = config_check_settled(&config, &inner);
    if (status == SEAM_OK) continue;
    sweep_file(sweep, point, name, sizeof name);
    return error_set(error, status, "%s: point %.120s: %.200s", error_path(sweep->path), name, inner.message);
  }
  return SEAM_OK;
}
