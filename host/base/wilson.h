/* SPDX-License-Identifier: Apache-2.0 */
/* The interval of a fraction. Plain C without the rest of the library: the command line uses it too. */
#ifndef SEAM_WILSON_H
#define SEAM_WILSON_H

#include <stdint.h>

struct interval {
  double low, high;
};

/* The 95% score interval of a fraction (Wilson 1927); of a mean of values from 0 to 1, too, if `successes` is their
 * sum: none varies more than what is 0 or 1. */
struct interval wilson(double successes, int64_t total);

#endif
