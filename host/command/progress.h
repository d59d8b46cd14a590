/* SPDX-License-Identifier: Apache-2.0 */
/* The progress bar on stderr. */
#ifndef SEAM_COMMAND_PROGRESS_H
#define SEAM_COMMAND_PROGRESS_H

#include <stdbool.h>

#include "command/arguments.h"

struct progress_bar {
  bool shown; /* stderr is a terminal and nobody asked for quiet */
  bool unicode;
  const char *unit;                               /* of the work: chain-steps or pairs */
  const char *counted;                            /* by id: chains or first components */
  double steps;                                   /* so many of them each chain */
  bool drawn;                                     /* something stands on the line */
  double seconds;                                 /* of the last report */
  double paused;                                  /* seconds of which nothing was reported */
  char trouble[sizeof((seam_error *)0)->message]; /* of the last checkpoint, as printed */
};

void progress_bar_start(struct progress_bar *bar, const struct arguments *arguments);
void progress_bar_draw(struct progress_bar *bar, const seam_progress *progress);
void progress_bar_clear(struct progress_bar *bar);

/* The bar of a sweep, whose point stands before its numbers. */
void progress_bar_draw_sweep(struct progress_bar *bar, const seam_sweep_progress *progress);

/* Prints the trouble with the checkpoints of a "run" or "sweep", once each time it begins or changes. */
void progress_bar_trouble(struct progress_bar *bar, const char *task, const char *trouble);

/* How much of the work is done, 0 to 1. */
double progress_fraction(const seam_progress *progress, double steps);

#endif
