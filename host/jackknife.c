/* SPDX-License-Identifier: Apache-2.0 */
/* The two-way block jackknife of a ratio. */
#include "jackknife.h"

#include <math.h>

struct ratio {
  double part, whole;
};

/* Sum over `count` entries, `stride` apart. */
static struct ratio sum(const int64_t *part, const int64_t *whole, int count, int stride) {
  struct ratio sum = {0, 0};
  for (int i = 0; i < count; i++) {
    sum.part += (double)part[i * stride];
    sum.whole += (double)whole[i * stride];
  }
  return sum;
}

/* The variance by leaving out one line of `length` entries after the other, `step` apart. */
static double variance(const int64_t *part, const int64_t *whole, int lines, int step, int length, int stride) {
  struct ratio all = {0, 0};
  for (int k = 0; k < lines; k++) {
    struct ratio line = sum(part + k * step, whole + k * step, length, stride);
    all.part += line.part;
    all.whole += line.whole;
  }
  double first = 0, second = 0, centre = all.part / all.whole;
  for (int k = 0; k < lines; k++) {
    struct ratio line = sum(part + k * step, whole + k * step, length, stride);
    double without = (all.part - line.part) / (all.whole - line.whole) - centre;
    first += without;
    second += without * without;
  }
  return (lines - 1.0) / lines * (second - first * first / lines);
}

double jackknife_error(const int64_t *part, const int64_t *whole, int rows, int columns) {
  double by_rows = variance(part, whole, rows, columns, columns, 1);
  double by_columns = variance(part, whole, columns, 1, rows, columns);
  return sqrt(by_rows + by_columns);
}
