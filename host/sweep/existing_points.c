/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the existing files of a sweep before the work, so that a file with other options is an error now and not hours
 * later. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "result/result.h"
#include "sweep/sweep.h"

static uint64_t missing(const struct seam_config *config, const struct coverage *covered) {
  uint64_t ids[2];
  config_shard(config, &ids[0], &ids[1]);
  return ids[1] - ids[0] - coverage_shared(covered, &(struct coverage){ids, ids[1] > ids[0], 1});
}

seam_status sweep_rows_create(struct seam_sweep *sweep, seam_error *error) {
  sweep_rows_free(sweep);
  sweep->rows = calloc(sweep->points, sizeof *sweep->rows);
  return sweep->rows ? SEAM_OK : sweep_no_memory(error);
}

void sweep_rows_free(struct seam_sweep *sweep) {
  for (uint64_t point = 0; sweep->rows && point < sweep->points; point++) free(sweep->rows[point].prediction);
  free(sweep->rows);
  sweep->rows = NULL;
}

seam_status sweep_row_fill(struct sweep_row *row, const struct seam_config *config, const struct seam_result *result,
                           seam_error *error) {
  seam_prediction prediction, *kept = row->prediction;
  bool predicted = seam_result_prediction(result, &prediction);
  if (predicted && !kept) kept = malloc(sizeof *kept);
  if (predicted && !kept) return sweep_no_memory(error);
  if (predicted) *kept = prediction;
  *row = (struct sweep_row){
      .counted = coverage_size(&result->coverage), .left = missing(config, &result->coverage), .prediction = kept};
  for (int outcome = 0; outcome < SEAM_OUTCOMES; outcome++) row->outcomes[outcome] = result->counts[outcome];
  return SEAM_OK;
}

/* Checks that the file has the options of its point. */
static seam_status check_same(const struct seam_config *config, const struct seam_result *result, const char *path,
                              seam_error *error) {
  struct config_difference difference;
  if (!config_differs(config, &result->config, &difference)) return SEAM_OK;
  return error_set(error, SEAM_ERROR_MISMATCH,
                   "%s has %s%s %s, but the plan has %s: choose another --output, or replace such files with --force",
                   error_path(path), difference.dashes, difference.option, difference.values[1], difference.values[0]);
}

static seam_status read_point(struct sweep_row *row, const struct seam_config *config, const char *path,
                              seam_error *error) {
  struct seam_result *result;
  FORWARD(seam_result_read(path, &result, error));
  seam_status status = check_same(config, result, path, error);
  if (status == SEAM_OK) status = sweep_row_fill(row, config, result, error);
  seam_result_free(result);
  return status;
}

seam_status existing_point_read(const struct seam_sweep *sweep, uint64_t point, int replace, struct sweep_row *row,
                                seam_error *error) {
  static const struct coverage nothing;
  struct seam_config config;
  struct stat info;
  char name[512], path[sizeof sweep->file];
  sweep_config(sweep, point, &config);
  sweep_file(sweep, point, name, sizeof name);
  sweep_path(sweep, name, path, sizeof path);
  *row = (struct sweep_row){.left = missing(&config, &nothing)};
  if (lstat(path, &info) != 0) return SEAM_OK;
  seam_status status = read_point(row, &config, path, error);
  bool unusable = status == SEAM_ERROR_MISMATCH || status == SEAM_ERROR_FORMAT;
  if (!unusable || !replace) return status;
  row->overwrite = true;
  return SEAM_OK;
}
