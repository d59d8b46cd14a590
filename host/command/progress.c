/* SPDX-License-Identifier: Apache-2.0 */
/* The progress bar: one line on stderr, redrawn in place and as wide as the terminal. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

enum { NARROWEST_BAR = 6, WIDEST_BAR = 40 };

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

static void draw_blocks(double fraction, int width, bool unicode) {
  static const char *const eighths[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
  int filled = (int)(fraction * width * 8);
  fputs(unicode ? "▕" : "[", stderr);
  for (int i = 0; i < width; i++) {
    int part = filled - 8 * i;
    part = part < 0 ? 0 : part > 8 ? 8 : part;
    fputs(unicode ? eighths[part] : part == 8 ? "#" : " ", stderr);
  }
  fputs(unicode ? "▏" : "]", stderr);
}

/* What stands on the line. */
struct line {
  char point[96]; /* of a sweep: "point 3/12 " */
  double fraction, seconds_left;
  const seam_progress *progress;
};

/* The most telling text that fits beside a bar, from the fullest on. */
static void compose(char *text, size_t size, const struct line *line, const char *unit, int room) {
  const seam_progress *progress = line->progress;
  double rate = progress->seconds > 0 ? progress->chain_steps / progress->seconds : 0;
  struct text done = text_count((int64_t)progress->chains_done), all = text_count((int64_t)progress->chains);
  struct text speed = text_si(rate), time = text_time(line->seconds_left);
  const char *time_text = isnan(line->seconds_left) ? "?" : time.text;
  for (int detail = 2; detail >= 0; detail--) {
    int length = snprintf(text, size, "%s%5.1f%%", line->point, floor(line->fraction * 1000) / 10);
    if (detail > 1) length += snprintf(text + length, size - (size_t)length, "  %s/%s chains", done.text, all.text);
    if (detail > 0) length += snprintf(text + length, size - (size_t)length, "  %s %s/s", speed.text, unit);
    length += snprintf(text + length, size - (size_t)length, "  %s left", time_text);
    if (length <= room) return;
  }
}

static void draw_line(struct progress_bar *bar, const struct line *line) {
  char text[256];
  int columns = terminal_columns(stderr);
  compose(text, sizeof text, line, bar->unit, columns - NARROWEST_BAR - 5);
  int width = columns - (int)strlen(text) - 5;
  fputs("\r", stderr);
  draw_blocks(line->fraction, width > WIDEST_BAR ? WIDEST_BAR : width, bar->unicode);
  fprintf(stderr, " %s\033[K", text);
  fflush(stderr);
  bar->drawn = true;
}

void progress_bar_draw(struct progress_bar *bar, const seam_progress *progress) {
  if (!bar->shown) return;
  double fraction = progress_fraction(progress, bar->steps);
  double left = fraction > 0 ? progress->seconds * (1 - fraction) / fraction : NAN;
  draw_line(bar, &(struct line){.fraction = fraction, .seconds_left = left, .progress = progress});
}

void progress_bar_draw_sweep(struct progress_bar *bar, const seam_sweep_progress *progress) {
  struct line line = {
      .fraction = progress->fraction, .seconds_left = progress->seconds_left, .progress = &progress->whole};
  uint64_t point = progress->point < progress->points ? progress->point + 1 : progress->points_done;
  snprintf(line.point, sizeof line.point, "point %s/%s ", text_count((int64_t)point).text,
           text_count((int64_t)progress->points).text);
  if (bar->shown) draw_line(bar, &line);
}

void progress_bar_clear(struct progress_bar *bar) {
  if (bar->drawn) fputs("\r\033[K", stderr);
  bar->drawn = false;
}
