/* SPDX-License-Identifier: Apache-2.0 */
/* Opens outputs, and looks first at what an earlier run left in the temporary file. If that is a whole result, the run
 * could not rename it, and no later run may delete it. */
#include <stdlib.h>

#include "base/floating_point.h"
#include "base/stack.h"
#include "files/atomic_output.h"
#include "files/result_file.h"

static seam_status read_result(const seam_output *output, const char *path, struct seam_result **result,
                               seam_error *error) {
  unsigned char *bytes;
  size_t size;
  FORWARD(output_read(output, path, &bytes, &size, error));
  seam_status status = result_file_unpack(bytes, size, path, result, error);
  free(bytes);
  return status;
}

static seam_status refuse(const char *partial, const char *remedy, seam_error *error) {
  return error_set(error, SEAM_ERROR_EXISTS, "%s is a whole result that an earlier run could not rename: %s",
                   error_path(partial), remedy);
}

/* Sets *left to the result in the temporary file, or to NULL if there is none. A result of another schema or arithmetic
 * cannot be read, but it is one. */
static seam_status look(const seam_output *output, struct seam_result **left, seam_error *error) {
  *left = NULL;
  const char *partial = output_partial(output);
  if (!partial) return SEAM_OK;
  seam_error inner;
  seam_status status = read_result(output, partial, left, &inner);
  if (status == SEAM_OK || status == SEAM_ERROR_FORMAT) return SEAM_OK;
  if (status == SEAM_ERROR_MISMATCH) return refuse(partial, "rename it or move it away", error);
  if (error) *error = inner;
  return status;
}

static seam_status open_new(seam_output *output, seam_error *error) {
  struct seam_result *left;
  FORWARD(look(output, &left, error));
  if (!left) return output_try(output, error);
  seam_result_free(left);
  return refuse(output_partial(output), "rename it, or go on with it by --resume and the same options", error);
}

/* Whether `a` covers all that `b` does. */
static bool covers(const struct coverage *a, const struct coverage *b) {
  bool all = true;
  for (size_t k = 0; all && k < b->ranges; k++) {
    struct coverage missing = {NULL, 0, 0};
    all = coverage_missing(a, b->ids[2 * k], b->ids[2 * k + 1], &missing, NULL) == SEAM_OK && missing.ranges == 0;
    coverage_free(&missing);
  }
  return all;
}

/* Decides between the result at the target, which may be NULL, and the one that was left. *before is the one to go on
 * with. A result that was left is deleted only if the target has all its chains. */
static seam_status choose(seam_output *output, struct seam_result *target, struct seam_result *left,
                          struct seam_result **before, seam_error *error) {
  struct config_difference difference;
  bool same =
      !target || !left ||
      (target->config.task == left->config.task && !config_differs(&target->config, &left->config, &difference));
  bool spent = !left || (target && same && covers(&target->coverage, &left->coverage));
  bool take_left = !spent && same && (!target || covers(&left->coverage, &target->coverage));
  if (!spent && !take_left)
    return refuse(output_partial(output), "rename it, and join it with seam merge if that is possible", error);
  *before = take_left ? left : target;
  if (!take_left) return output_try(output, error);
  output_keep_partial(output);
  return SEAM_OK;
}

static seam_status open_resumed(seam_output *output, struct seam_result **before, seam_error *error) {
  struct seam_result *left, *target = NULL;
  bool exists = output_limit_to_present(output);
  FORWARD(look(output, &left, error));
  seam_status status = exists ? read_result(output, output_path(output), &target, error) : SEAM_OK;
  if (status == SEAM_OK) status = choose(output, target, left, before, error);
  if (status != SEAM_OK) *before = NULL;
  if (*before != left) seam_result_free(left);
  if (*before != target) seam_result_free(target);
  return status;
}

static seam_status opened(seam_output **output, seam_status status) {
  if (status == SEAM_OK) return SEAM_OK;
  seam_output_close(*output);
  *output = NULL;
  return status;
}

seam_status seam_output_open(const char *path, int replace, seam_output **output, seam_error *error) {
  OWN_FLOATING_POINT;
  *output = NULL;
  FORWARD(stack_check(error));
  FORWARD(output_claim(path, replace != 0, output, error));
  return opened(output, open_new(*output, error));
}

seam_status seam_output_resume(const char *path, seam_output **output, seam_result **before, seam_error *error) {
  OWN_FLOATING_POINT;
  *before = NULL;
  *output = NULL;
  FORWARD(stack_check(error));
  FORWARD(output_claim(path, true, output, error));
  return opened(output, open_resumed(*output, before, error));
}
