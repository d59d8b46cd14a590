/* SPDX-License-Identifier: Apache-2.0 */
/* Signals that end a run early: the first is asked for by the run itself, the second ends the program at once. */
#include "command/signals.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* The one mutable global: a signal can reach nothing else. */
static volatile sig_atomic_t interrupted;

/* The second signal of a kind that ends a run does its default: it ends the program at once. */
static void interrupt(int number) {
  (void)number;
  interrupted = 1;
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  signal(SIGHUP, SIG_DFL);
}

void signals_catch(void) {
  struct sigaction action = {.sa_handler = interrupt, .sa_flags = SA_RESTART}, before;
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  if (!sigaction(SIGHUP, NULL, &before) && before.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, NULL); /* nohup */
  signal(SIGPIPE, SIG_IGN); /* a reader of the progress that leaves must not cost the result */
}

bool signals_came(void) { return interrupted != 0; }
