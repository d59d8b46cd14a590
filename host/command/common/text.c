/* SPDX-License-Identifier: Apache-2.0 */
/* Formats numbers for people, and prints wrapped text. */
#include "command/common/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "command/common/terminal.h"

enum { WIDEST = 100 };

struct text text_count(int64_t count) {
  char digits[24];
  struct text text = {{0}};
  snprintf(digits, sizeof digits, "%" PRId64, count);
  size_t length = strlen(digits), out = 0;
  for (size_t i = 0; i < length; i++) {
    text.text[out++] = digits[i];
    if (digits[i] != '-' && i + 1 < length && (length - 1 - i) % 3 == 0) text.text[out++] = ',';
  }
  return text;
}

struct text text_si(double value) {
  static const char prefixes[] = {0, 'k', 'M', 'G', 'T', 'P'};
  size_t prefix = 0;
  for (; fabs(value) >= 999.5 && prefix + 1 < sizeof prefixes; prefix++) value /= 1000;
  struct text text;
  int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  int length = snprintf(text.text, sizeof text.text - 2, "%.*f", decimals, value);
  text.text[length] = prefixes[prefix];
  text.text[length + 1] = '\0';
  return text;
}

/* Has more digits near 0% and near 100%, so that 99.9988% is not printed as 100%. */
struct text text_percent(double fraction) {
  struct text text;
  double rest = fmin(fraction, 1 - fraction) * 100;
  int decimals = rest <= 0 ? 0 : rest >= 1 ? 1 : (int)fmin(1 - floor(log10(rest)), 12);
  snprintf(text.text, sizeof text.text, "%.*f%%", decimals, fraction * 100);
  return text;
}

struct text text_time(double seconds) {
  struct text text;
  double whole = floor(seconds + 0.5);
  if (seconds < 59.95)
    snprintf(text.text, sizeof text.text, seconds < 9.995 ? "%.2f s" : "%.1f s", seconds);
  else if (whole < 3600)
    snprintf(text.text, sizeof text.text, "%d:%02d", (int)whole / 60, (int)whole % 60);
  else if (whole < 360000)
    snprintf(text.text, sizeof text.text, "%d:%02d:%02d", (int)whole / 3600, (int)whole / 60 % 60, (int)whole % 60);
  else
    snprintf(text.text, sizeof text.text, "%.0f days", fmin(whole / 86400, 1e15));
  return text;
}

void print_wrapped(const char *text, int at, int left) {
  int columns = terminal_columns(stdout), gap = 0;
  int width = columns < WIDEST ? columns : WIDEST;
  while (*text) {
    int word = (int)strcspn(text, " ,");
    word += text[word] == ','; /* a line may break after a comma */
    bool broken = at > left && at + gap + word > width;
    if (broken) printf("\n");
    int before = broken ? left : gap;
    printf("%*s%.*s", before, "", word, text);
    at = (broken ? 0 : at) + before + word;
    gap = text[word] == ' ';
    text += word + gap;
  }
  putchar('\n');
}
