/* SPDX-License-Identifier: Apache-2.0 */
/* What the output can show. */
#ifndef SEAM_COMMAND_TERMINAL_H
#define SEAM_COMMAND_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

enum colours { COLOURS_NONE, COLOURS_256, COLOURS_24_BIT };

int terminal_columns(FILE *stream); /* 80 where it is no terminal and COLUMNS says nothing */
int terminal_rows(FILE *stream);    /* 0 where it is no terminal */
bool terminal_unicode(void);
enum colours terminal_colours(FILE *stream, const char *wish); /* wish: always, never, auto or NULL */

#endif
