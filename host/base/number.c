/* SPDX-License-Identifier: Apache-2.0 */
/* Reads numbers: each text becomes decimal digits and a power of ten first, so that whole numbers stay exact. */
#include "base/number.h"

#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DIGITS = 100, MOST_EXPONENT = 99999 };

/* The value ±digits·10^exponent, without leading zeros. A count of 0 digits means zero. */
struct decimal {
  bool negative;
  int count;
  long exponent;
  char digits[MOST_DIGITS + 1];
};

const char *number_fault_text(enum number_fault fault) {
  static const char *const texts[] = {"fine",      "not a number", "more digits than a number needs",
                                      "not whole", "negative",     "too large"};
  return texts[fault];
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool add_digit(struct decimal *decimal, char digit) {
  if (decimal->count == 0 && digit == '0') return true;
  if (decimal->count == MOST_DIGITS) return false;
  decimal->digits[decimal->count++] = digit;
  return true;
}

/* Reads digits[.digits] and returns the text after it. Sets *fault if there is no digit or there are too many. */
static const char *scan_digits(const char *text, struct decimal *decimal, enum number_fault *fault) {
  bool point = false, any = false;
  for (;; text++) {
    if (*text == '.' && !point) {
      point = true;
    } else if (is_digit(*text)) {
      any = true;
      decimal->exponent -= point;
      if (!add_digit(decimal, *text)) *fault = NUMBER_TOO_PRECISE;
    } else {
      break;
    }
  }
  if (!any) *fault = NUMBER_GARBAGE;
  return text;
}

/* Reads e[+-]digits if the text begins so. Limits the exponent to a value that is too large for every type. */
static const char *scan_exponent(const char *text, struct decimal *decimal) {
  if (*text != 'e' && *text != 'E') return text;
  const char *digit = text + 1;
  bool negative = *digit == '-';
  if (*digit == '+' || *digit == '-') digit++;
  if (!is_digit(*digit)) return text;
  long exponent = 0;
  for (; is_digit(*digit); digit++) {
    if (exponent <= MOST_EXPONENT) exponent = exponent * 10 + (*digit - '0');
  }
  decimal->exponent += negative ? -exponent : exponent;
  return digit;
}

static const char *scan_suffix(const char *text, struct decimal *decimal) {
  static const struct {
    char letter;
    int exponent;
  } suffixes[] = {{'k', 3}, {'K', 3}, {'M', 6}, {'G', 9}, {'T', 12}};
  for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
    if (*text != suffixes[i].letter) continue;
    decimal->exponent += suffixes[i].exponent;
    return text + 1;
  }
  return text;
}

static enum number_fault scan(const char *text, struct decimal *decimal) {
  enum number_fault fault = NUMBER_FINE;
  *decimal = (struct decimal){.negative = *text == '-'};
  if (*text == '+' || *text == '-') text++;
  text = scan_suffix(scan_exponent(scan_digits(text, decimal, &fault), decimal), decimal);
  return *text ? NUMBER_GARBAGE : fault;
}

static enum number_fault append_digit(uint64_t *value, uint64_t base, uint64_t digit) {
  bool over = __builtin_mul_overflow(*value, base, value);
  return over || __builtin_add_overflow(*value, digit, value) ? NUMBER_OVERFLOW : NUMBER_FINE;
}

static enum number_fault hexadecimal(const char *digits, uint64_t *value) {
  if (!*digits) return NUMBER_GARBAGE;
  for (; *digits; digits++) {
    static const char known[] = "0123456789abcdef0123456789ABCDEF";
    const char *found = strchr(known, *digits);
    if (!found) return NUMBER_GARBAGE;
    if (append_digit(value, 16, (uint64_t)(found - known) % 16)) return NUMBER_OVERFLOW;
  }
  return NUMBER_FINE;
}

enum number_fault number_to_uint(const char *text, uint64_t *value) {
  *value = 0;
  if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) return hexadecimal(text + 2, value);
  struct decimal decimal;
  enum number_fault fault = scan(text, &decimal);
  if (fault) return fault;
  if (decimal.negative) return NUMBER_NEGATIVE;
  for (; decimal.count && decimal.digits[decimal.count - 1] == '0'; decimal.count--) decimal.exponent++;
  if (!decimal.count) return NUMBER_FINE;
  if (decimal.exponent < 0) return NUMBER_BROKEN;
  for (int i = 0; i < decimal.count; i++)
    if (append_digit(value, 10, (uint64_t)(decimal.digits[i] - '0'))) return NUMBER_OVERFLOW;
  for (long i = 0; i < decimal.exponent; i++)
    if (append_digit(value, 10, 0)) return NUMBER_OVERFLOW;
  return NUMBER_FINE;
}

enum number_fault number_to_real(const char *text, double *value) {
  struct decimal decimal;
  enum number_fault fault = scan(text, &decimal);
  if (fault) return fault;
  char plain[MOST_DIGITS + 32]; /* without a decimal point, so that strtod needs no locale */
  snprintf(plain, sizeof plain, "%s%se%ld", decimal.negative ? "-" : "", decimal.count ? decimal.digits : "0",
           decimal.exponent);
  *value = strtod(plain, NULL);
  if (*value == 0) *value = 0; /* not -0, which would print as another value */
  return isfinite(*value) ? NUMBER_FINE : NUMBER_OVERFLOW;
}

void number_print_rounded(double value, int digits, char *text, size_t size) {
  locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  locale_t before = uselocale(plain);
  snprintf(text, size, "%.*g", digits, value);
  uselocale(before);
  freelocale(plain);
}

void number_print_real(double value, char *text, size_t size) {
  locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  locale_t before = uselocale(plain);
  snprintf(text, size, "%.17g", value);
  for (int precision = 1; precision < 17; precision++) {
    char shorter[32];
    snprintf(shorter, sizeof shorter, "%.*g", precision, value);
    if (strtod(shorter, NULL) == value && strlen(shorter) < strlen(text)) snprintf(text, size, "%s", shorter);
  }
  uselocale(before);
  freelocale(plain);
}
