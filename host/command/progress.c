/* SPDX-License-Identifier: Apache-2.0 */
/* The progress bar: one line on stderr, redrawn in place and as wide as the terminal. */
#include "command/progress.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/arguments.h"
#include "command/command.h"
#include "command/common/terminal.h"
#include "command/common/text.h"

enum { NARROWEST_BAR = 6, WIDEST_BAR = 40, NARROWEST_WITH_BAR = 32 };

static const double longest_silence = 3; /* seconds: of a run that goes on a tenth is usual */

void progress_bar_start(struct progress_bar *bar, const struct arguments *arguments) {
  const char *terminal = getenv("TERM");
  bool dumb = !terminal || !strcmp(terminal, "dumb");
  *bar = (struct progress_bar){.shown = isatty(STDERR_FILENO) && !dumb && !arguments->quiet && !arguments->json,
                               .unicode = terminal_unicode(),
                               .unit = "chain-steps",
                               .counted = "chains",
                               .steps = atof(seam_config_get(arguments->config, "steps"))};
  if (!strcmp(seam_config_get(arguments->config, "task"), "train")) return;
  bar->unit = "pairs";
  bar->counted = "first components";
  bar->steps = atof(seam_config_get(arguments->config, "draws"));
}

double progress_fraction(const seam_progress *progress, double steps) {
  double whole = (double)progress->chains * steps;
  double fraction =
      whole > 0 ? progress->chain_steps / whole : (double)progress->chains_done / (double)progress->chains;
  return fraction < 1 ? fraction : 1;
}

/* Appends to a line; what has no room is cut. */
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

/* What stands on the line. */
struct line {
  char point[96];                /* of a sweep: "point 3/12 " */
  double fraction, seconds_left; /* the latter NAN while it cannot be told */
  const seam_progress *progress;
};

/* A run that was stopped by Ctrl-Z reports nothing for a while: that is no time of work. */
static void note_pause(struct progress_bar *bar, double seconds) {
  if (bar->seconds > 0 && seconds - bar->seconds > longest_silence) bar->paused += seconds - bar->seconds;
  bar->seconds = seconds;
}

/* The most telling text that fits beside a bar, or without one, from the fullest on. */
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

/* In the background the terminal is the shell's: a line drawn there would go through what is being typed. */
static bool in_background(void) {
  pid_t front = tcgetpgrp(STDERR_FILENO);
  return front >= 0 && front != getpgrp();
}

/* Written at once: a run that is stopped leaves no half of a line, and nothing flickers. */
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

void progress_bar_draw(struct progress_bar *bar, const seam_progress *progress) {
  note_pause(bar, progress->seconds);
  double fraction = progress_fraction(progress, bar->steps);
  double left = fraction > 0 ? (progress->seconds - bar->paused) * (1 - fraction) / fraction : NAN;
  draw_line(bar, &(struct line){.fraction = fraction, .seconds_left = left, .progress = progress});
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
  draw_line(bar, &line);
}

void progress_bar_trouble(struct progress_bar *bar, const char *task, const char *trouble) {
  if (!strcmp(bar->trouble, trouble)) return;
  snprintf(bar->trouble, sizeof bar->trouble, "%s", trouble);
  progress_bar_clear(bar);
  if (*trouble) fprintf(stderr, "seam: the %s goes on without a checkpoint: %s\n", task, trouble);
}

void progress_bar_clear(struct progress_bar *bar) {
  if (bar->drawn && !in_background()) fputs("\r\033[K", stderr);
  bar->drawn = false;
}
