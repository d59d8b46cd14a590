/* SPDX-License-Identifier: Apache-2.0 */
/* Finds what the terminal can show: its size, UTF-8 and colours. */
#include "command/common/terminal.h"

#include <langinfo.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { NARROWEST = 16, WIDEST = 500, USUAL = 80 };

static struct winsize window(FILE *stream) {
  struct winsize size = {0};
  if (!isatty(fileno(stream)) || ioctl(fileno(stream), TIOCGWINSZ, &size)) return (struct winsize){0};
  return size;
}

int terminal_columns(FILE *stream) {
  int columns = window(stream).ws_col;
  const char *wish = getenv("COLUMNS");
  if (columns == 0 && wish) columns = atoi(wish);
  if (columns <= 0) columns = USUAL;
  return columns < NARROWEST ? NARROWEST : columns > WIDEST ? WIDEST : columns;
}

int terminal_rows(FILE *stream) { return window(stream).ws_row; }

bool terminal_unicode(void) { return !strcmp(nl_langinfo(CODESET), "UTF-8"); }

static enum colours environment_colours(void) {
  const char *depth = getenv("COLORTERM"), *kind = getenv("TERM");
  if (depth && (!strcmp(depth, "truecolor") || !strcmp(depth, "24bit"))) return COLOURS_24_BIT;
  if (kind && (strstr(kind, "256color") || strstr(kind, "direct"))) return COLOURS_256;
  return COLOURS_NONE;
}

enum colours terminal_colours(FILE *stream, const char *wish) {
  enum colours able = environment_colours();
  if (wish && !strcmp(wish, "never")) return COLOURS_NONE;
  if (wish && !strcmp(wish, "always")) return able == COLOURS_NONE ? COLOURS_256 : able;
  const char *refused = getenv("NO_COLOR");
  bool plain = (refused && *refused) || !isatty(fileno(stream)) || !terminal_unicode();
  return plain ? COLOURS_NONE : able;
}
