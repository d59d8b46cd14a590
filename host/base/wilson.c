/* SPDX-License-Identifier: Apache-2.0 */
/* Computes Wilson's score interval. */
#include "base/wilson.h"

#include <math.h>

struct interval wilson(double successes, int64_t total) {
  const double z = Z_95;
  if (total <= 0) return (struct interval){0, 1};
  double n = (double)total, p = successes / n;
  double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
  double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return (struct interval){successes == 0 ? 0 : centre - half, successes == n ? 1 : centre + half};
}
