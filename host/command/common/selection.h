/* SPDX-License-Identifier: Apache-2.0 */
/* Reads --outcome, and sums the counts of the chosen outcomes. */
#ifndef SEAM_COMMAND_SELECTION_H
#define SEAM_COMMAND_SELECTION_H

#include "seam.h"

enum { OUTCOMES_COUNTED = 3 }; /* buffer, inverter, fail: the first axis of the histograms */

/* A choice of outcomes: bit o is set if outcome o is chosen. */
struct selection {
  const char *name;
  unsigned outcomes;
};

enum { ALL_OUTCOMES = 7 };

/* Finds a choice by its name; NULL means works. "pass" is the word for works in files and before 0.2. Returns NULL for
 * an unknown name. */
const struct selection *find_selection(const char *name);
seam_status unknown_selection(const char *name, seam_error *error);

/* What follows "chains": " that work", or nothing for all chains. */
const char *selection_words(const struct selection *selection);

/* What a figure or table shows if no outcome was chosen: `usual`, or all if one of the results is a Gibbs law. Such a
 * law is one of all pairs, so that only all chains of a training compare with it. */
const char *default_outcome(const seam_result *const *results, int count, const char *usual);

/* Refuses the choice fail for a Gibbs law: its row "fail" holds the weight that the pairs lack, which is no law. */
seam_status check_law(const seam_result *result, const char *file, const struct selection *selection,
                      seam_error *error);

/* The outcomes to add up in the result's histograms. All of a Gibbs law is the weight of both modes. */
const struct selection *counted_outcomes(const seam_result *result, const struct selection *selection);

/* The number of counted outcomes, in the unit of the result. */
int64_t selected_chains(const seam_result *result, const struct selection *selection);

/* Sums the histogram over the chosen outcomes. The sum lacks the first axis, and the caller frees it. NULL: no memory.
 */
int64_t *sum_outcomes(const seam_histogram *histogram, const struct selection *selection);

#endif
