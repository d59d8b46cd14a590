/* SPDX-License-Identifier: Apache-2.0 */
/* Finds how much of what was counted lies outside the ranges of the histograms, and the option that helps. */
#ifndef SEAM_COMMAND_OUTSIDE_H
#define SEAM_COMMAND_OUTSIDE_H

#include <stdbool.h>

#include "seam.h"

/* Shares up to this one are not worth a warning. */
#define OUTSIDE_ALLOWED 0.01

/* "4.6% of interfaces, 10.1% of slacks lie outside the range: run again with a wider one, for example --range ..." */
struct outside_warning {
  char text[320];
};

/* Returns whether more than OUTSIDE_ALLOWED of the entries of a histogram, or of the first components of a prediction,
 * lie outside of a range that an option widens. Then *warning names them and the options. */
bool outside_warning(seam_result *result, struct outside_warning *warning);

enum { OUTSIDE_HISTOGRAMS = 8 };

/* The share of a training's entries that lie outside, for each histogram that was counted. A slack below its range
 * means that not even the interface voltage itself is accepted, and a loss below its range is 0 or nearly so: these are
 * values and do not count as outside. Returns the number of histograms; a prediction has none. */
struct outside_share {
  const char *histogram;
  double share;
};
size_t outside_shares(const seam_result *result, struct outside_share shares[OUTSIDE_HISTOGRAMS]);

#endif
