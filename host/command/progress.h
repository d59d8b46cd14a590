/* SPDX-License-Identifier: Apache-2.0 */
/* Shows the progress on stderr: a bar on a terminal, a plain line now and then elsewhere. */
#ifndef SEAM_COMMAND_PROGRESS_H
#define SEAM_COMMAND_PROGRESS_H

#include <stdbool.h>

#include "command/arguments.h"

struct progress_bar {
  bool shown; /* stderr is a terminal, without --quiet and --json */
  bool lines; /* stderr is something else, for example a file; also without --quiet and --json */
  bool unicode;
  const char *unit;                               /* chain-steps or pairs */
  const char *counted;                            /* chains or first components */
  double steps;                                   /* units of each chain */
  const char *longer;                             /* the option that makes each take longer */
  bool asked;                                     /* someone wants to know the state now, in a line */
  bool nothing_told, ending_told;                 /* these notes were printed */
  int lines_printed;                              /* without those that were asked for */
  bool drawn;                                     /* the line is not empty */
  double seconds;                                 /* at the last report */
  double paused;                                  /* seconds without reports */
  char trouble[sizeof((seam_error *)0)->message]; /* of the last checkpoint, as printed */
};

void progress_bar_start(struct progress_bar *bar, const struct arguments *arguments);
void progress_bar_draw(struct progress_bar *bar, const seam_progress *progress);
void progress_bar_clear(struct progress_bar *bar);

/* Draws the bar of a sweep, with its point before the numbers. */
void progress_bar_draw_sweep(struct progress_bar *bar, const seam_sweep_progress *progress);

/* Says once, after the first Ctrl-C, what a second one would do. */
void progress_bar_ending(struct progress_bar *bar);

/* Prints the trouble with the checkpoints of a "run" or "sweep", once each time it begins or changes. */
void progress_bar_trouble(struct progress_bar *bar, const char *task, const char *trouble);

/* The share of the work that is done, 0 to 1. */
double progress_fraction(const seam_progress *progress, double steps);

#endif
