/* SPDX-License-Identifier: Apache-2.0 */
/* Signals that end a run early, or ask how far it is.
 *
 * Programs send the same signal twice: GNU timeout signals its child and then the group of processes, a closing
 * terminal sends SIGHUP twice, and scripts pass on what their group has had already. So a repeated signal changes
 * nothing. Only a second Ctrl-C, a second or more after the first, ends the program at once. */
#define _GNU_SOURCE /* SI_KERNEL */
#include "command/signals.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

#include "command/progress.h"

/* A signal handler can set only global variables. These are the only ones that change. */
static volatile sig_atomic_t ending;  /* a signal has asked for the end */
static volatile sig_atomic_t pressed; /* it was Ctrl-C */
static volatile sig_atomic_t asked;   /* a signal has asked how far the run is */
static struct timespec pressed_at;    /* used by the handler alone */

/* The kernel sends SIGINT only for Ctrl-C on the terminal. Programs send it with kill. */
static bool is_ctrl_c(int number, const siginfo_t *info) { return number == SIGINT && info->si_code == SI_KERNEL; }

static double seconds_since(const struct timespec *begin) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - begin->tv_sec) + 1e-9 * (double)(now.tv_nsec - begin->tv_nsec);
}

static void end_run(int number, siginfo_t *info, void *context) {
  (void)context;
  ending = 1;
  if (!is_ctrl_c(number, info)) return;
  if (!pressed) {
    clock_gettime(CLOCK_MONOTONIC, &pressed_at);
    pressed = 1;
  } else if (seconds_since(&pressed_at) >= 1) {
    signal(number, SIG_DFL);
    raise(number); /* arrives when this handler returns */
  }
}

static void ask(int number) {
  (void)number;
  asked = 1;
}

static void catch_all(const int *numbers, size_t count, struct sigaction *action) {
  sigemptyset(&action->sa_mask);
  for (size_t i = 0; i < count; i++) sigaddset(&action->sa_mask, numbers[i]); /* no handler interrupts another */
  for (size_t i = 0; i < count; i++) sigaction(numbers[i], action, NULL);
}

void signals_catch(void) {
  static const int ends[] = {SIGINT, SIGTERM, SIGXCPU, SIGHUP}, questions[] = {SIGUSR1, SIGUSR2};
  struct sigaction end = {.sa_sigaction = end_run, .sa_flags = SA_RESTART | SA_SIGINFO};
  struct sigaction question = {.sa_handler = ask, .sa_flags = SA_RESTART}, before;
  /* nohup lets SIGHUP be ignored, and so it stays. */
  bool hangs_up = !sigaction(SIGHUP, NULL, &before) && before.sa_handler != SIG_IGN;
  catch_all(ends, hangs_up ? 4 : 3, &end);
  catch_all(questions, 2, &question);
  signal(SIGPIPE, SIG_IGN); /* the result must be written even if a reader of stdout ends early */
}

bool signals_came(void) { return ending != 0; }

int signals_answer(struct progress_bar *bar) {
  if (pressed) progress_bar_ending(bar);
  if (ending) return SEAM_STOP;
  if (!asked) return SEAM_CONTINUE;
  asked = 0;
  bar->asked = true;
  return SEAM_CHECKPOINT;
}
