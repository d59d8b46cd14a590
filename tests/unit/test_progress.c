/* SPDX-License-Identifier: Apache-2.0 */
/* The progress bar fits terminals of every width, and does not count a pause as work. In a file, plain lines come
 * seldom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/progress.h"

#include <cmocka.h>

static struct progress_bar new_bar(void) {
  return (struct progress_bar){.shown = true, .unit = "chain-steps", .counted = "chains", .steps = 100};
}

static seam_progress progress_at(double seconds, double share) {
  return (seam_progress){.chains = 1000000,
                         .chains_done = (uint64_t)(share * 1e6),
                         .chain_steps = share * 1e8,
                         .seconds = seconds,
                         .trouble = ""};
}

/* Draws once and returns what that put on stderr. */
static void draw_once(struct progress_bar *bar, const seam_progress *progress, char text[1024]) {
  int kept = dup(STDERR_FILENO), ends[2];
  assert_int_equal(pipe(ends), 0);
  dup2(ends[1], STDERR_FILENO);
  progress_bar_draw(bar, progress);
  dup2(kept, STDERR_FILENO);
  close(kept);
  close(ends[1]);
  ssize_t length = read(ends[0], text, 1023);
  close(ends[0]);
  assert_true(length >= 0);
  text[length] = '\0';
}

/* Draws the bar and returns what it put on stderr, without its escape sequence. */
static void draw(struct progress_bar *bar, const seam_progress *progress, char text[1024]) {
  draw_once(bar, progress, text);
  char *end = strstr(text, "\033[K");
  assert_non_null(end);
  *end = '\0';
}

static void the_bar_fits_every_width(void **state) {
  (void)state;
  for (int columns = 16; columns <= 250; columns++) {
    char width[8], text[1024];
    struct progress_bar bar = new_bar();
    snprintf(width, sizeof width, "%d", columns);
    setenv("COLUMNS", width, 1);
    draw(&bar,
         &(seam_progress){.chains = 1000000000000, .chains_done = 499999999999, .chain_steps = 5e13, .seconds = 1e6},
         text);
    assert_true(text[0] == '\r' && (int)strlen(text + 1) < columns);
    assert_non_null(strstr(text, "50.0%"));
    assert_int_equal(strchr(text, '[') != NULL, columns >= 32);
    if (columns < 80) assert_null(strstr(text, "chains"));
    if (columns > 120) assert_non_null(strstr(text, "499,999,999,999/1,000,000,000,000 chains  50.0M chain-steps/s"));
  }
}

/* Draws the bar once a second from `from` to `to`, at one share of the work. `text` is the last drawing. */
static void draw_between(struct progress_bar *bar, double from, double to, double share, char text[1024]) {
  for (double seconds = from; seconds <= to; seconds++) {
    seam_progress progress = progress_at(seconds, share);
    draw(bar, &progress, text);
  }
}

static void the_bar_tells_the_time_left(void **state) {
  (void)state;
  static const char expected[] = "25.0%  250,000/1,000,000 chains  2.50M chain-steps/s  30.0 s left";
  char text[1024];
  struct progress_bar bar = new_bar();
  setenv("COLUMNS", "120", 1);
  draw_between(&bar, 1, 10, 0.25, text);
  assert_non_null(strstr(text, expected));
}

/* A pause of 90 seconds (Ctrl-Z) changes neither the rate nor the time left. */
static void a_pause_does_not_count_as_work(void **state) {
  (void)state;
  static const char expected[] = "50.0%  500,000/1,000,000 chains  2.50M chain-steps/s  20.0 s left";
  char text[1024];
  struct progress_bar bar = new_bar();
  setenv("COLUMNS", "120", 1);
  draw_between(&bar, 1, 10, 0.25, text);
  draw_between(&bar, 100, 110, 0.5, text);
  assert_non_null(strstr(text, expected));
}

/* Counts the lines that a run of `seconds` prints where stderr is a file. *first is the time of the first one. */
static int count_lines(struct progress_bar *bar, double seconds, double *first) {
  int lines = 0;
  char text[1024];
  for (double now = 0.1; now <= seconds; now += now < 100 ? 0.1 : 1) {
    seam_progress progress = progress_at(now, now / seconds);
    draw_once(bar, &progress, text);
    assert_null(strchr(text, '\r'));
    if (!*text) continue;
    assert_true(strstr(text, "seam: ") == text && strchr(text, '\n') == text + strlen(text) - 1);
    assert_non_null(strstr(text, "/1,000,000 chains"));
    if (lines++ == 0) *first = now;
  }
  return lines;
}

static void a_file_gets_ten_lines_at_most(void **state) {
  (void)state;
  static const struct {
    double seconds;
    int lines;
  } runs[] = {{9, 0}, {29, 1}, {100, 3}, {1000, 5}, {300000, 10}};
  for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
    double first = 10;
    struct progress_bar bar = {.lines = true, .unit = "chain-steps", .counted = "chains", .steps = 100};
    assert_int_equal(count_lines(&bar, runs[i].seconds, &first), runs[i].lines);
    assert_true(first > 9.9 && first < 10.2);
  }
}

/* With --quiet or --json there is neither bar nor line. */
static void a_quiet_run_prints_nothing(void **state) {
  (void)state;
  double first;
  struct progress_bar bar = {.unit = "chain-steps", .counted = "chains", .steps = 100, .longer = "--steps"};
  assert_int_equal(count_lines(&bar, 200, &first), 0);
  bar.asked = true;
  assert_int_equal(count_lines(&bar, 200, &first), 0);
  progress_bar_ending(&bar);
  assert_false(bar.ending_told);
}

static void who_asks_gets_a_line_at_once(void **state) {
  (void)state;
  char text[1024];
  struct progress_bar bar = {.lines = true, .unit = "chain-steps", .counted = "chains", .steps = 100};
  seam_progress progress = progress_at(2, 0.25);
  draw_once(&bar, &progress, text);
  assert_string_equal(text, "");
  bar.asked = true;
  draw_once(&bar, &progress, text);
  assert_string_equal(text, "seam: 25.0%  250,000/1,000,000 chains  12.5M chain-steps/s  6.00 s left\n");
  draw_once(&bar, &progress, text);
  assert_string_equal(text, "");
}

/* The note comes once, after ten seconds of work without a chain. */
static void a_run_that_has_counted_nothing_says_so(void **state) {
  (void)state;
  char text[1024];
  struct progress_bar bar = {
      .lines = true, .unit = "chain-steps", .counted = "chains", .steps = 100, .longer = "--steps"};
  for (int second = 1; second <= 20; second++) {
    seam_progress progress = progress_at(second, 0.01);
    progress.chains_done = 0;
    draw_once(&bar, &progress, text);
    assert_int_equal(strstr(text, "none of the chains has ended yet") != NULL, second == 10);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_bar_fits_every_width),
      cmocka_unit_test(the_bar_tells_the_time_left),
      cmocka_unit_test(a_pause_does_not_count_as_work),
      cmocka_unit_test(a_file_gets_ten_lines_at_most),
      cmocka_unit_test(a_quiet_run_prints_nothing),
      cmocka_unit_test(who_asks_gets_a_line_at_once),
      cmocka_unit_test(a_run_that_has_counted_nothing_says_so),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
