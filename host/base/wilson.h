/* SPDX-License-Identifier: Apache-2.0 */
/* The 95% confidence interval of a fraction. */
#ifndef SEAM_WILSON_H
#define SEAM_WILSON_H

#include <stdint.h>

/* The 0.975 quantile of the standard normal distribution: 95% of its values lie within ±Z_95. */
#define Z_95 1.959963984540054

struct interval {
  double low, high;
};

/* The 95% score interval of a fraction: Wilson, "Probable inference, the law of succession, and statistical inference",
 * Journal of the American Statistical Association 22, 1927. It also holds for a mean of values from 0 to 1, with their
 * sum as `successes`: for a given mean, values of only 0 and 1 vary most. */
struct interval wilson(double successes, int64_t total);

#endif
