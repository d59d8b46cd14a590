/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses the ticks of an axis and their labels. */
#include "command/common/ticks.h"

#include <math.h>
#include <stdio.h>

double tick_step(double span, int wanted) {
  double power = pow(10, floor(log10(span / wanted)));
  for (int i = 0; i < 3; i++) {
    static const int factors[] = {1, 2, 5};
    if (power * factors[i] * wanted >= span) return power * factors[i];
  }
  return power * 10;
}

int tick_decimals(double step) { return (int)fmin(fmax(0, -floor(log10(step) + 1e-9)), 6); }

/* All labels of an axis have the prefix of the largest one. */
static double unit_of(double largest, const char **prefix) {
  static const char *const prefixes[] = {"", "k", "M", "G", "T", "P"};
  double unit = 1;
  int i = 0;
  for (; largest >= 1e3 * unit && i < 5; i++) unit *= 1000;
  *prefix = prefixes[i];
  return unit;
}

/* Uses the minus sign of Unicode, which is as wide as a plus. */
static void set_label(struct tick *tick, double shown, int decimals, const char *prefix) {
  char digits[TICK_LABEL];
  snprintf(digits, sizeof digits, "%.*f", decimals, fabs(shown));
  snprintf(tick->label, sizeof tick->label, "%s%.16s%s", tick->value < 0 ? "−" : "", digits, shown != 0 ? prefix : "");
}

struct ticks ticks_linear(double lower, double upper, int wanted) {
  struct ticks ticks = {0};
  const char *prefix;
  double span = upper - lower, unit = unit_of(fmax(fabs(lower), fabs(upper)), &prefix);
  if (!(span > 0)) return ticks;
  double step = tick_step(span, wanted);
  for (double k = ceil(lower / step - 1e-9); ticks.count < MOST_TICKS && k * step <= upper + 1e-9 * span; k++) {
    struct tick *tick = &ticks.tick[ticks.count++];
    tick->value = k * step;
    set_label(tick, k * step / unit, tick_decimals(step / unit), prefix);
  }
  return ticks;
}

struct tick tick_power(int factor, int exponent) {
  static const char *const digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  int size = exponent < 0 ? -exponent : exponent;
  struct tick tick = {.value = exponent + log10(factor)};
  char times[16] = "";
  if (factor > 1) snprintf(times, sizeof times, "%d×", factor);
  snprintf(tick.label, sizeof tick.label, "%s10%s%s%s", times, exponent < 0 ? "⁻" : "",
           size > 9 ? digits[size / 10 % 10] : "", digits[size % 10]);
  return tick;
}

/* An axis of less than two decades has ticks at 1, 2 and 5 in each decade. Short numbers are written in full. */
static struct ticks ticks_within(double lower, double upper) {
  static const int factors[] = {1, 2, 5};
  struct ticks ticks = {0};
  for (int k = (int)floor(lower); k <= (int)floor(upper); k++)
    for (int f = 0; f < 3; f++) {
      struct tick *tick = &ticks.tick[ticks.count];
      *tick = tick_power(factors[f], k);
      if (k >= -3 && k < 4) snprintf(tick->label, sizeof tick->label, "%g", factors[f] * pow(10, k));
      if (tick->value >= lower - 1e-9 && tick->value <= upper + 1e-9) ticks.count++;
    }
  return ticks;
}

struct ticks ticks_decades(double lower, double upper, int wanted) {
  struct ticks ticks = {0};
  if (upper - lower < 2) return ticks_within(lower, upper);
  int first = (int)ceil(lower - 1e-9), last = (int)floor(upper + 1e-9), step = (last - first) / wanted + 1;
  for (int k = first + (step - first % step) % step; k <= last && ticks.count < MOST_TICKS; k += step)
    ticks.tick[ticks.count++] = tick_power(1, k);
  return ticks;
}
