/* SPDX-License-Identifier: Apache-2.0 */
/* Formats numbers for people, and prints wrapped text. */
#ifndef SEAM_COMMAND_TEXT_H
#define SEAM_COMMAND_TEXT_H

#include <stdint.h>

struct text {
  char text[32];
};

struct text text_count(int64_t count);     /* 262,144 */
struct text text_si(double value);         /* 13.0M */
struct text text_percent(double fraction); /* 12.3%, 0.0012% */
struct text text_time(double seconds);     /* 3.21 s, 1:02:03 */

/* Prints `text` from column `at` on, wrapped to the width of the terminal. Further lines start at column `left`. */
void print_wrapped(const char *text, int at, int left);

#endif
