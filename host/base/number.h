/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and prints numbers like 1000, 1e3, 2.5k, 1M and 0x2a, equally in every locale. */
#ifndef SEAM_NUMBER_H
#define SEAM_NUMBER_H

#include <stddef.h>
#include <stdint.h>

enum number_fault {
  NUMBER_FINE,
  NUMBER_GARBAGE,     /* no number, or other text after it */
  NUMBER_TOO_PRECISE, /* more than 100 digits */
  NUMBER_BROKEN,      /* a fraction, but a whole number is needed */
  NUMBER_NEGATIVE,    /* below zero, but the type has no negative values */
  NUMBER_OVERFLOW     /* too large for its type */
};

/* Describes the fault in words for a message. */
const char *number_fault_text(enum number_fault fault);

/* Reads a whole number up to 2^64 - 1 without rounding: 1.5k is 1500, and 1.5 is refused. Also reads 0x... */
enum number_fault number_to_uint(const char *text, uint64_t *value);

/* Reads a finite number. A negative zero becomes zero. */
enum number_fault number_to_real(const char *text, double *value);

/* Prints the shortest text that number_to_real reads back as the same value. */
void number_print_real(double value, char *text, size_t size);

/* Prints the value rounded to `digits` significant digits. */
void number_print_rounded(double value, int digits, char *text, size_t size);

#endif
