/* SPDX-License-Identifier: Apache-2.0 */
/* Merges results of one configuration whose coverages are disjoint: joins the coverages and adds the counts. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/floating_point.h"
#include "base/stack.h"
#include "files/manifest.h"

/* A file whose counts have been added. */
struct part {
  const char *path;
  struct coverage coverage;
};

struct merge {
  struct seam_result *result; /* NULL before the first file */
  struct part *parts;
  size_t count;
};

static seam_status refuse_options(const struct merge *merge, const struct seam_result *added, const char *path,
                                  seam_error *error) {
  struct config_difference difference;
  if (!config_differs(&merge->result->config, &added->config, &difference)) return SEAM_OK;
  return error_set(error, SEAM_ERROR_MISMATCH,
                   "%s and %s differ in %s%s, %.60s and %.60s: only parts of one run can be merged",
                   error_path(merge->parts[0].path), error_path(path), difference.dashes, difference.option,
                   difference.values[0], difference.values[1]);
}

static seam_status refuse_overlap(const struct merge *merge, const struct seam_result *added, const char *path,
                                  seam_error *error) {
  uint64_t first, id;
  if (!coverage_overlap(&merge->result->coverage, &added->coverage, &first)) return SEAM_OK;
  for (size_t k = 0; k < merge->count; k++)
    if (coverage_overlap(&merge->parts[k].coverage, &added->coverage, &id) && id == first)
      return error_set(error, SEAM_ERROR_MISMATCH, "%s and %s both counted chain %" PRIu64 ": leave one of them out",
                       error_path(merge->parts[k].path), error_path(path), first);
  return error_set(error, SEAM_ERROR_INTERNAL, "chain %" PRIu64 " was counted by no part", first);
}

/* The first result becomes merge->result; then *added is NULL. */
static seam_status add_counts(struct merge *merge, struct seam_result **added, const char *path, seam_error *error) {
  if (!merge->result) {
    merge->result = *added;
    *added = NULL;
    return SEAM_OK;
  }
  FORWARD(refuse_options(merge, *added, path, error));
  FORWARD(refuse_overlap(merge, *added, path, error));
  FORWARD(config_extend(&merge->result->config, &(*added)->config, error));
  return result_add(merge->result, *added, error);
}

static seam_status add_file(struct merge *merge, const char *path, seam_error *error) {
  struct part *part = &merge->parts[merge->count];
  struct seam_result *added;
  FORWARD(seam_result_read(path, &added, error));
  part->path = path;
  seam_status status = coverage_join(&part->coverage, &added->coverage, error);
  if (status == SEAM_OK) status = add_counts(merge, &added, path, error);
  merge->count++;
  seam_result_free(added);
  return status;
}

static seam_status check_ranges(const struct merge *merge, seam_error *error) {
  size_t ranges = merge->result->coverage.ranges;
  if (ranges <= MERGED_RANGES) return SEAM_OK;
  return error_set(
      error, SEAM_ERROR_FORMAT,
      "the chains of these files are %zu separate ranges, and a file can hold %d: merge files whose chains "
      "follow each other",
      ranges, MERGED_RANGES);
}

static void free_parts(struct merge *merge) {
  for (size_t k = 0; k < merge->count; k++) coverage_free(&merge->parts[k].coverage);
  free(merge->parts);
}

seam_status seam_merge(const char *const *paths, size_t count, seam_result **result, seam_error *error) {
  OWN_FLOATING_POINT;
  *result = NULL;
  FORWARD(stack_check(error));
  struct merge merge = {.parts = calloc(count ? count : 1, sizeof *merge.parts)};
  seam_status status = SEAM_OK;
  if (!merge.parts)
    return error_set(error, SEAM_ERROR_MEMORY, "out of memory for the names of %zu files: close other programs", count);
  if (count == 0) status = error_set(error, SEAM_ERROR_USAGE, "no files to merge: name the results to join");
  for (size_t k = 0; k < count && status == SEAM_OK; k++) status = add_file(&merge, paths[k], error);
  free_parts(&merge);
  if (status == SEAM_OK) status = check_ranges(&merge, error);
  if (status == SEAM_OK) status = result_check(merge.result, SEAM_ERROR_INTERNAL, error);
  if (status != SEAM_OK)
    seam_result_free(merge.result);
  else
    *result = merge.result;
  return status;
}
