/* SPDX-License-Identifier: Apache-2.0 */
/* The progress bar: one line on stderr, redrawn in place and as wide as the terminal. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

enum { NARROWEST_BAR = 6, WIDEST_BAR = 40, NARROWEST_WITH_BAR = 32 };

static const double longest_silence = 3; /* seconds: of a run that goes on a tenth is usual */

void progress_bar_start(struct progress_bar *bar, const struct arguments *arguments) {
  const char *terminal = getenv("TERM");
  bool dumb = !terminal || !strcmp(terminal, "dumb");
  *bar = (struct progress_bar){.shown = isatty(STDERR_FILENO) && !dumb && !arguments->quiet && !arguments->json,
                               .unicode = terminal_unicode(),
                               .unit = "chain-steps",
                               .steps = atof(seam_config_get(arguments->config, "steps"))};
  if (!strcmp(seam_config_get(arguments->config, "task"), "train")) return;
  bar->unit = "pairs";
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

/* A run that was stopped by Ctrl-Z reports nothing for a while: that is no time of work. */
static void note_pause(struct progress_bar *bar, double seconds) {
  if (bar->seconds > 0 && seconds - bar->seconds > longest_silence) bar->paused += seconds - bar->seconds;
  bar->seconds = seconds;
}

/* The most telling text that fits beside a bar, or without one, from the fullest on. */
static void compose(char *text, size_t size, const struct progress_bar *bar, const seam_progress *progress,
                    double fraction, int room) {
  double worked = progress->seconds - bar->paused, rate = worked > 0 ? progress->chain_steps / worked : 0;
  double left = fraction > 0 ? worked * (1 - fraction) / fraction : 0;
  struct text done = text_count((int64_t)progress->chains_done), all = text_count((int64_t)progress->chains);
  struct text speed = text_si(rate), time = text_time(left);
  const char *time_text = fraction > 0 ? time.text : "?";
  for (int detail = 3; detail >= 0; detail--) {
    int length = snprintf(text, size, "%5.1f%%", floor(fraction * 1000) / 10);
    if (detail > 2) length += snprintf(text + length, size - (size_t)length, "  %s/%s chains", done.text, all.text);
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
void progress_bar_draw(struct progress_bar *bar, const seam_progress *progress) {
  note_pause(bar, progress->seconds);
  if (!bar->shown || in_background()) return;
  char text[160], line[512] = "\r";
  int columns = terminal_columns(stderr);
  bool room = columns >= NARROWEST_WITH_BAR;
  double fraction = progress_fraction(progress, bar->steps);
  compose(text, sizeof text, bar, progress, fraction, room ? columns - NARROWEST_BAR - 5 : columns - 1);
  int width = columns - (int)strlen(text) - 5;
  if (room) append_blocks(line, sizeof line, fraction, width > WIDEST_BAR ? WIDEST_BAR : width, bar->unicode);
  append(line, sizeof line, text);
  append(line, sizeof line, "\033[K");
  fputs(line, stderr);
  bar->drawn = true;
}

void progress_bar_clear(struct progress_bar *bar) {
  if (bar->drawn && !in_background()) fputs("\r\033[K", stderr);
  bar->drawn = false;
}
