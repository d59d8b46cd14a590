/* SPDX-License-Identifier: Apache-2.0 */
/* Draws the progress bar on stderr. */
#ifndef SEAM_COMMAND_PROGRESS_H
#define SEAM_COMMAND_PROGRESS_H

#include <stdbool.h>

#include "command/arguments.h"

struct progress_bar {
  bool shown; /* stderr is a terminal, without --quiet and --json */
  bool unicode;
  const char *unit;                               /* chain-steps or pairs */
  const char *counted;                            /* chains or first components */
  double steps;                                   /* units of each chain */
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

/* Prints the trouble with the checkpoints of a "run" or "sweep", once each time it begins or changes. */
void progress_bar_trouble(struct progress_bar *bar, const char *task, const char *trouble);

/* The share of the work that is done, 0 to 1. */
double progress_fraction(const seam_progress *progress, double steps);

#endif
