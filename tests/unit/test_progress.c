/* SPDX-License-Identifier: Apache-2.0 */
/* The progress bar fits terminals of every width, and does not count a pause as work. */
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

/* Draws the bar and returns what it put on stderr, without its escape sequence. */
static void draw(struct progress_bar *bar, const seam_progress *progress, char text[1024]) {
  int kept = dup(STDERR_FILENO), ends[2];
  assert_int_equal(pipe(ends), 0);
  dup2(ends[1], STDERR_FILENO);
  progress_bar_draw(bar, progress);
  dup2(kept, STDERR_FILENO);
  close(kept);
  close(ends[1]);
  ssize_t length = read(ends[0], text, 1023);
  close(ends[0]);
  assert_true(length > 0);
  text[length] = '\0';
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_bar_fits_every_width),
      cmocka_unit_test(the_bar_tells_the_time_left),
      cmocka_unit_test(a_pause_does_not_count_as_work),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
