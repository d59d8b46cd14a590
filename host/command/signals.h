/* SPDX-License-Identifier: Apache-2.0 */
/* Signals that end a run early, or ask how far it is. */
#ifndef SEAM_COMMAND_SIGNALS_H
#define SEAM_COMMAND_SIGNALS_H

#include <stdbool.h>

struct progress_bar;

/* From now on SIGINT, SIGTERM, SIGHUP and SIGXCPU end the run early, and SIGUSR1 and SIGUSR2 ask for its state and for
 * a checkpoint. */
void signals_catch(void);

/* Whether a signal has asked for the end. */
bool signals_came(void);

/* The answer of a progress function to what the signals ask. It tells the bar what to print. */
int signals_answer(struct progress_bar *bar);

#endif
