/* SPDX-License-Identifier: Apache-2.0 */
/* Computes the natural logarithm by the series of artanh. */
#include "base/exact_log.h"

#include <math.h>

double exact_log(double x) {
  /* ln 2 in two parts. The product of an exponent and the first part is exact. */
  const double ln2_high = 0x1.62e42fefa38p-1, ln2_low = 0x1.ef35793c7673p-45;
  const double root_half = 0x1.6a09e667f3bcdp-1;
  int exponent;
  double fraction = frexp(x, &exponent);
  if (fraction < root_half) {
    fraction *= 2;
    exponent--;
  }
  /* ln f = 2 artanh s = 2s(1 + s^2/3 + s^4/5 + ...), s^2 < 0.0295. */
  double s = (fraction - 1) / (fraction + 1), square = s * s, series = 0;
  for (int odd = 23; odd >= 3; odd -= 2) series = (series + 1.0 / odd) * square;
  return exponent * ln2_high + (2 * s + (2 * s * series + exponent * ln2_low));
}
