/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the points of a sweep that could not be run, so that the others can be. */
#include "sweep/sweep.h"

bool sweep_failure_is_of_point(seam_status status) {
  static const seam_status of_point[] = {SEAM_ERROR_USAGE,    SEAM_ERROR_EXISTS, SEAM_ERROR_LOCKED, SEAM_ERROR_FORMAT,
                                         SEAM_ERROR_MISMATCH, SEAM_ERROR_MEMORY, SEAM_ERROR_BACKEND};
  for (size_t i = 0; i < sizeof of_point / sizeof *of_point; i++)
    if (of_point[i] == status) return true;
  return false;
}

void sweep_failures_add(struct seam_sweep *sweep, uint64_t point, const seam_error *error) {
  struct sweep_failures *failures = &sweep->failures;
  if (failures->count < MOST_FAILURES)
    failures->first[failures->count] = (struct seam_sweep_failure){.point = point, .error = *error};
  failures->count++;
  sweep->rows[point].failed = true;
}

uint64_t seam_sweep_failures(const seam_sweep *sweep) { return sweep->failures.count; }

const seam_sweep_failure *seam_sweep_failure_at(const seam_sweep *sweep, uint64_t index) {
  const struct sweep_failures *failures = &sweep->failures;
  return index < failures->count && index < MOST_FAILURES ? &failures->first[index] : NULL;
}
