/* SPDX-License-Identifier: Apache-2.0 */
/* Signals that end a run early. The run asks for the first one; the second ends the program at once. */
#include "command/signals.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* A signal handler can set only a global variable. This is the only one that changes. */
static volatile sig_atomic_t interrupted;

/* After the first signal, the next one has its default action: it ends the program at once. */
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
  signal(SIGPIPE, SIG_IGN); /* the result must be written even if a reader of stdout ends early */
}

bool signals_came(void) { return interrupted != 0; }
