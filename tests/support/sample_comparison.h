/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons of two results that the tests expect to succeed. */
#ifndef SEAM_SAMPLE_COMPARISON_H
#define SEAM_SAMPLE_COMPARISON_H

#include "sample_result.h"

static inline seam_comparison *sample_compare(const seam_result *a, const seam_result *b, const char *outcome,
                                              int force) {
  seam_comparison *comparison;
  seam_error error;
  if (seam_compare(a, b, outcome, force, &comparison, &error) != SEAM_OK) fail_msg("%s", error.message);
  return comparison;
}

static inline void sample_free_pair(seam_result *results[2]) {
  seam_result_free(results[0]);
  seam_result_free(results[1]);
}

#endif
