/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses the ticks of an axis and their labels. */
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

/* The smallest step of 1, 2 or 5 times a power of ten that divides `span` into at most `wanted` steps. */
double tick_step(double span, int wanted);

/* How many decimals the labels need. */
int tick_decimals(double step);

/* About `wanted` round values of [lower, upper]; large ones have a prefix, such as k or M. */
struct ticks ticks_linear(double lower, double upper, int wanted);

/* A tick "5×10⁻³" on an axis of exponents; a factor of 1 is left out. */
struct tick tick_power(int factor, int exponent);

/* The ticks of an axis of exponents: at most `wanted` whole powers of ten. A short axis has 2 and 5 times them, too. */
struct ticks ticks_decades(double lower, double upper, int wanted);

#endif
