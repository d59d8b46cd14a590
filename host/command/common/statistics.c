/* SPDX-License-Identifier: Apache-2.0 */
/* The statistics that tables and figures print. */
#include "command/common/statistics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

double histogram_quantile(const seam_axis *axis, const int64_t *row, double fraction) {
  int64_t extent = axis->bins + 2 * axis->flow;
  double total = 0, below = 0;
  for (int64_t i = 0; i < extent; i++) total += (double)row[i];
  if (total == 0) return NAN;
  for (int64_t i = 0; i < extent; i++) {
    double next = below + (double)row[i];
    if (row[i] == 0 || next < fraction * total) {
      below = next;
      continue;
    }
    if (axis->flow && i == 0) return -INFINITY;
    if (axis->flow && i == extent - 1) return INFINITY;
    double bin = (double)(i - axis->flow) + (fraction * total - below) / (double)row[i];
    return axis->lower + bin * (axis->upper - axis->lower) / (double)axis->bins;
  }
  return INFINITY; /* reached only if the sums are rounded */
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The least p says only that none of the permutations came as far. */
struct text p_text(double p) {
  const double least = 1.0 / (1 + SEAM_PERMUTATIONS);
  struct text text = {"-"};
  if (p < 1.5 * least)
    snprintf(text.text, sizeof text.text, "< %.2f", 2 * least);
  else if (!isnan(p))
    snprintf(text.text, sizeof text.text, "%.2f", p);
  return text;
}

double median(double *values, size_t count) {
  qsort(values, count, sizeof *values, ascending);
  return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}
