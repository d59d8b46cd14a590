/* SPDX-License-Identifier: Apache-2.0 */
/* Reads --outcome, and sums the counts of the chosen outcomes. */
#include "command/common/selection.h"

#include <stdlib.h>
#include <string.h>

#include "command/common/failure.h"
#include "command/common/result_kind.h"

static const struct selection selections[] = {
    {"works", 3}, {"buffer", 1}, {"inverter", 2}, {"fail", 4}, {"all", ALL_OUTCOMES}};

const struct selection *find_selection(const char *name) {
  if (!name || !strcmp(name, "pass")) return &selections[0];
  for (size_t i = 0; i < sizeof selections / sizeof *selections; i++)
    if (!strcmp(selections[i].name, name)) return &selections[i];
  return NULL;
}

seam_status unknown_selection(const char *name, seam_error *error) {
  return fail(error, SEAM_ERROR_USAGE, "--outcome %.60s: unknown; it takes works, buffer, inverter, fail, all", name);
}

const char *selection_words(const struct selection *selection) {
  static const char *const words[] = {
      "", " that are buffers", " that are inverters", " that work", " that fail", "", "", ""};
  return words[selection->outcomes];
}

const char *default_outcome(const seam_result *const *results, int count, const char *usual) {
  for (int r = 0; r < count; r++)
    if (is_gibbs_law(results[r])) return "all";
  return usual;
}

seam_status check_law(const seam_result *result, const char *file, const struct selection *selection,
                      seam_error *error) {
  if (strcmp(selection->name, "fail") != 0 || !is_gibbs_law(result)) return SEAM_OK;
  return fail(error, SEAM_ERROR_MISMATCH,
              "%.200s: a Gibbs law weighs all pairs, whether they work or not, so it has no outcome fail: use "
              "--outcome all",
              file);
}

const struct selection *counted_outcomes(const seam_result *result, const struct selection *selection) {
  return selection->outcomes == ALL_OUTCOMES && is_gibbs_law(result) ? find_selection("works") : selection;
}

int64_t selected_chains(const seam_result *result, const struct selection *selection) {
  int64_t sum = 0;
  selection = counted_outcomes(result, selection);
  for (int outcome = 0; outcome < OUTCOMES_COUNTED; outcome++)
    if (selection->outcomes >> outcome & 1) sum += seam_result_count(result, (seam_outcome)outcome);
  return sum;
}

int64_t *sum_outcomes(const seam_histogram *histogram, const struct selection *selection) {
  int64_t outcomes = histogram->axes[0].bins, cells = histogram->cells / outcomes;
  int64_t *sum = calloc((size_t)cells, sizeof *sum);
  for (int64_t outcome = 0; sum && outcome < outcomes; outcome++) {
    if (!(selection->outcomes >> outcome & 1)) continue;
    for (int64_t i = 0; i < cells; i++) sum[i] += histogram->values[outcome * cells + i];
  }
  return sum;
}
