/* SPDX-License-Identifier: Apache-2.0 */
/* Shows the progress on stderr. On a terminal it is a bar: one line, redrawn in place, at most as wide as the terminal.
 * In a file it is at most ten plain lines a run. */
#include "command/progress.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/printable.h"
#include "command/arguments.h"
#include "command/command.h"
#include "command/common/terminal.h"
#include "command/common/text.h"

enum { NARROWEST_BAR = 6, WIDEST_BAR = 40, NARROWEST_WITH_BAR = 32 };

static const double longest_silence = 3; /* seconds between two reports; a tenth is usual */
static const double patience = 10;       /* seconds after which a run that has counted nothing yet is told of */

/* Plain lines come after 10 s, 30 s, 90 s, ..., the last after 55 hours. */
static const double first_line = 10;
enum { MOST_LINES = 10, LINE_GROWTH = 3 };

void progress_bar_start(struct progress_bar *bar, const struct arguments *arguments) {
  const char *terminal = getenv("TERM");
  bool drawable = isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0;
  bool wanted = !arguments->quiet && !arguments->json;
  *bar = (struct progress_bar){.shown = drawable && wanted,
                               .lines = !drawable && wanted,
                               .unicode = terminal_unicode(),
                               .unit = "chain-steps",
                               .counted = "chains",
                               .longer = "--steps",
                               .steps = atof(seam_config_get(arguments->config, "steps"))};
  if (!strcmp(seam_config_get(arguments->config, "task"), "train")) return;
  bar->unit = "pairs";
  bar->counted = "first components";
  bar->longer = "--draws";
  bar->steps = atof(seam_config_get(arguments->config, "draws"));
}

double progress_fraction(const seam_progress *progress, double steps) {
  double whole = (double)progress->chains * steps;
  double fraction =
      whole > 0 ? progress->chain_steps / whole : (double)progress->chains_done / (double)progress->chains;
  return fraction < 1 ? fraction : 1;
}

/* Appends to a line, and cuts what has no room. */
static void append(char *line, size_t size, const char *text) {
  size_t length = strlen(line);
  snprintf(line + length, size - length, "%s", text);
}

static void append_blocks(char *line, size_t size, double fraction, int width, bool unicode) {
  static const char *const eighths[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
  int filled = (int)(fraction * width * 8);
  append(line, size, unicode ? "▕" : "[");
  for (int i = 0; i < width; i++) {
    int part = filled - 8 * i;
    part = part < 0 ? 0 : part > 8 ? 8 : part;
    append(line, size, unicode ? eighths[part] : part == 8 ? "#" : " ");
  }
  append(line, size, unicode ? "▏ " : "] ");
}

/* The content of the line. */
struct line {
  char point[96];                /* "point 3/12 " in a sweep */
  double fraction, seconds_left; /* seconds_left is NAN while it is unknown */
  const seam_progress *progress;
};

/* A run that Ctrl-Z stopped reports nothing for a while. This time is not work. */
static void note_pause(struct progress_bar *bar, double seconds) {
  if (bar->seconds > 0 && seconds - bar->seconds > longest_silence) bar->paused += seconds - bar->seconds;
  bar->seconds = seconds;
}

/* Writes the longest of several texts that fits into `room`. */
static void compose(char *text, size_t size, const struct progress_bar *bar, const struct line *line, int room) {
  const seam_progress *progress = line->progress;
  double worked = progress->seconds - bar->paused, rate = worked > 0 ? progress->chain_steps / worked : 0;
  struct text done = text_count((int64_t)progress->chains_done), all = text_count((int64_t)progress->chains);
  struct text speed = text_si(rate), time = text_time(line->seconds_left);
  const char *time_text = isnan(line->seconds_left) ? "?" : time.text;
  for (int detail = 3; detail >= -1; detail--) {
    int length = snprintf(text, size, "%s%5.1f%%", detail >= 0 ? line->point : "", floor(line->fraction * 1000) / 10);
    if (detail > 2)
      length += snprintf(text + length, size - (size_t)length, "  %s/%s %s", done.text, all.text, bar->counted);
    if (detail > 1) length += snprintf(text + length, size - (size_t)length, "  %s %s/s", speed.text, bar->unit);
    if (detail > 0) length += snprintf(text + length, size - (size_t)length, "  %s left", time_text);
    if (length <= room) return;
  }
}

/* In the background the user types into the terminal, so nothing is drawn there. */
static bool in_background(void) {
  pid_t front = tcgetpgrp(STDERR_FILENO);
  return front >= 0 && front != getpgrp();
}

/* ---- Plain lines and notes ---- */

static void print_line(struct progress_bar *bar, const struct line *content) {
  enum { WIDTH = 160 };
  char text[256];
  compose(text, sizeof text, bar, content, WIDTH);
  progress_bar_clear(bar);
  fprintf(stderr, "seam: %s\n", text + strspn(text, " "));
}

static bool line_is_due(const struct progress_bar *bar) {
  double due = first_line;
  for (int i = 0; i < bar->lines_printed; i++) due *= LINE_GROWTH;
  return bar->lines && bar->lines_printed < MOST_LINES && bar->seconds >= due;
}

/* A chain counts when it has ended. Until one has, an interrupt or a checkpoint finds nothing to write. */
static void note_nothing(struct progress_bar *bar, const seam_progress *progress) {
  bool told = bar->nothing_told || !(bar->shown || bar->lines);
  if (told || progress->chains_done > 0 || progress->seconds - bar->paused < patience) return;
  bar->nothing_told = true;
  progress_bar_clear(bar);
  fprintf(stderr,
          "seam: none of the %s has ended yet, so there is nothing to keep if the run ends now; they need less time "
          "with a smaller %s\n",
          bar->counted, bar->longer);
}

void progress_bar_ending(struct progress_bar *bar) {
  if (bar->ending_told || !(bar->shown || bar->lines)) return;
  bar->ending_told = true;
  progress_bar_clear(bar);
  fputs("seam: the run ends, and what was counted will be written; Ctrl-C again ends it at once and loses that\n",
        stderr);
}

/* ---- The bar ---- */

/* Prints the line with one call, so that it does not flicker and a stopped run leaves no half line. */
static void draw_line(struct progress_bar *bar, const struct line *content) {
  if (!bar->shown || in_background()) return;
  char text[256], line[640] = "\r";
  int columns = terminal_columns(stderr);
  bool room = columns >= NARROWEST_WITH_BAR;
  compose(text, sizeof text, bar, content, room ? columns - NARROWEST_BAR - 5 : columns - 1);
  int width = columns - (int)strlen(text) - 5;
  if (room) append_blocks(line, sizeof line, content->fraction, width > WIDEST_BAR ? WIDEST_BAR : width, bar->unicode);
  append(line, sizeof line, text);
  append(line, sizeof line, "\033[K");
  fputs(line, stderr);
  bar->drawn = true;
}

static void show(struct progress_bar *bar, const struct line *content) {
  bool due = line_is_due(bar);
  note_nothing(bar, content->progress);
  if (due || (bar->asked && (bar->shown || bar->lines))) print_line(bar, content);
  bar->lines_printed += due;
  bar->asked = false;
  draw_line(bar, content);
}

void progress_bar_draw(struct progress_bar *bar, const seam_progress *progress) {
  note_pause(bar, progress->seconds);
  double fraction = progress_fraction(progress, bar->steps);
  double left = fraction > 0 ? (progress->seconds - bar->paused) * (1 - fraction) / fraction : NAN;
  show(bar, &(struct line){.fraction = fraction, .seconds_left = left, .progress = progress});
}

void progress_bar_draw_sweep(struct progress_bar *bar, const seam_sweep_progress *progress) {
  const seam_progress *whole = &progress->whole;
  note_pause(bar, whole->seconds);
  double worked = whole->seconds > 0 ? 1 - bar->paused / whole->seconds : 1;
  struct line line = {
      .fraction = progress->fraction, .seconds_left = worked * progress->seconds_left, .progress = whole};
  uint64_t point = progress->point < progress->points ? progress->point + 1 : progress->points_done;
  snprintf(line.point, sizeof line.point, "point %s/%s ", text_count((int64_t)point).text,
           text_count((int64_t)progress->points).text);
  show(bar, &line);
}

void progress_bar_trouble(struct progress_bar *bar, const char *task, const char *trouble) {
  if (!strcmp(bar->trouble, trouble)) return;
  snprintf(bar->trouble, sizeof bar->trouble, "%s", trouble);
  progress_bar_clear(bar);
  if (*trouble) fprintf(stderr, "seam: the %s goes on without a checkpoint: %s\n", task, printable(trouble).text);
}

void progress_bar_clear(struct progress_bar *bar) {
  if (bar->drawn && !in_background()) fputs("\r\033[K", stderr);
  bar->drawn = false;
}
