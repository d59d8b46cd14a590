/* SPDX-License-Identifier: Apache-2.0 */
/* Finds what the terminal can show: its size, UTF-8 and colours. */
#ifndef SEAM_COMMAND_TERMINAL_H
#define SEAM_COMMAND_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

enum colours { COLOURS_NONE, COLOURS_256, COLOURS_24_BIT };

int terminal_columns(FILE *stream); /* COLUMNS or 80 if it is not a terminal */
int terminal_rows(FILE *stream);    /* 0 if it is not a terminal */
bool terminal_unicode(void);
enum colours terminal_colours(FILE *stream, const char *wish); /* wish: always, never, auto or NULL */

#endif
