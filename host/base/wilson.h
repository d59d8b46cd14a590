/* SPDX-License-Identifier: Apache-2.0 */
/* The interval of a fraction. Plain C without the rest of the library: the command line uses it too. */
#ifndef SEAM_WILSON_H
#define SEAM_WILSON_H

#include <stdint.h>

/* The 0.975 quantile of the standard normal distribution: 95% of its values lie within ±Z_95. */
#define Z_95 1.959963984540054

struct interval {
  double low, high;
};

/* The 95% score interval of a fraction (Wilson 1927); of a mean of values from 0 to 1, too, if `successes` is their
 * sum: none varies more than what is 0 or 1. */
struct interval wilson(double successes, int64_t total);

#endif
