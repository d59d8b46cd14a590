/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as people write them: 1000, 1e3, 2.5k, 1M, 0x2a; the same in every locale. */
#ifndef SEAM_NUMBER_H
#define SEAM_NUMBER_H

#include <stddef.h>
#include <stdint.h>

enum number_fault {
  NUMBER_FINE,
  NUMBER_GARBAGE,     /* no number, or something after it */
  NUMBER_TOO_PRECISE, /* more digits than anyone means */
  NUMBER_BROKEN,      /* a fraction where a whole number belongs */
  NUMBER_NEGATIVE,    /* below zero where that cannot be */
  NUMBER_OVERFLOW     /* too large for its type */
};

/* What the fault is, in words for a message. */
const char *number_fault_text(enum number_fault fault);

/* Exact: 1.5k is 1500, 1.5 is refused, and every value up to 2^64 - 1 comes out whole. Also takes 0x and hexadecimal.
 */
enum number_fault number_to_uint(const char *text, uint64_t *value);

/* Finite values only; a negative zero becomes zero. */
enum number_fault number_to_real(const char *text, double *value);

/* The shortest text that number_to_real takes back to the same value. */
void number_print_real(double value, char *text, size_t size);

/* The value rounded to so many significant digits. */
void number_print_rounded(double value, int digits, char *text, size_t size);

#endif
