/* SPDX-License-Identifier: Apache-2.0 */
/* Where an axis has its ticks, and what they say. */
#ifndef SEAM_TICKS_H
#define SEAM_TICKS_H

enum { MOST_TICKS = 16, TICK_LABEL = 48 };

struct tick {
  double value;
  char label[TICK_LABEL];
};

struct ticks {
  int count;
  struct tick tick[MOST_TICKS];
};

/* 1, 2 or 5 times a power of ten, so that `wanted` steps or fewer make `span`. */
double tick_step(double span, int wanted);

/* Its decimals, so that every tick is told in full. */
int tick_decimals(double step);

/* About `wanted` round values of [lower, upper]; large ones are told in thousands, millions, ... */
struct ticks ticks_linear(double lower, double upper, int wanted);

/* factor·10^exponent, by its logarithm: "5×10⁻³"; a factor of 1 is not told. */
struct tick tick_power(int factor, int exponent);

/* For an axis of exponents: whole powers of ten, at most `wanted`, as "10⁻³"; and 2 and 5 times them on a short one. */
struct ticks ticks_decades(double lower, double upper, int wanted);

#endif
