/* SPDX-License-Identifier: Apache-2.0 */
/* Checks whether two results can be compared, and counts the chains that both drew. */
#include <stdio.h>
#include <string.h>

#include "compare/compare.h"
#include "config/option.h"

/* Appends "--NAME X against Y" for each of the options that differ; returns how many do. */
static int list_differences(const seam_result *a, const seam_result *b, const char *const *names, char *list,
                            size_t size) {
  int count = 0;
  for (list[0] = '\0'; *names; names++) {
    const struct option *option = option_find(*names);
    char values[2][64];
    option->type->print(option, (const char *)&a->config + option->offset, values[0], sizeof values[0]);
    option->type->print(option, (const char *)&b->config + option->offset, values[1], sizeof values[1]);
    if (!strcmp(values[0], values[1])) continue;
    size_t length = strlen(list);
    snprintf(list + length, size - length, "%s--%s %s against %s", count++ ? ", " : "", *names, values[0], values[1]);
  }
  return count;
}

static seam_status check_alike(const seam_result *a, const seam_result *b, bool anyway, seam_error *error) {
  static const char *const axes[] = {"bins", "range", NULL};
  static const char *const subject[] = {"first", "second", "input-margin", "output-margin", "init-scale", NULL};
  char list[384];
  if (list_differences(a, b, axes, list, sizeof list))
    return error_set(error, SEAM_ERROR_MISMATCH,
                     "%s: interfaces in different bins cannot be compared; run one again with the options of the other",
                     list);
  if (!anyway && list_differences(a, b, subject, list, sizeof list))
    return error_set(error, SEAM_ERROR_MISMATCH, "%s: these results answer different questions; --anyway compares them",
                     list);
  return SEAM_OK;
}

static seam_status check_outcomes(const struct outcome_choice *choice, const seam_result *const results[2],
                                  seam_error *error) {
  for (int r = 0; r < 2; r++) {
    const char *refusal = outcome_choice_refusal(choice, results[r]);
    if (refusal) return error_set(error, SEAM_ERROR_MISMATCH, "the %s result %s", r ? "second" : "first", refusal);
  }
  return SEAM_OK;
}

/* The entries of both results, summed over all rows, must fit into 64 bits. */
static seam_status check_sizes(const seam_result *a, const seam_result *b, seam_error *error) {
  const uint64_t most = INT64_MAX / PROBES, chains[2] = {coverage_size(&a->coverage), coverage_size(&b->coverage)};
  if (chains[0] <= most && chains[1] <= most - chains[0]) return SEAM_OK;
  return error_set(error, SEAM_ERROR_MISMATCH,
                   "%llu and %llu chains: at most %llu together can be compared; compare parts of them",
                   (unsigned long long)chains[0], (unsigned long long)chains[1], (unsigned long long)most);
}

seam_status compare_check(const seam_result *a, const seam_result *b, const struct outcome_choice *choice, bool anyway,
                          seam_error *error) {
  FORWARD(check_alike(a, b, anyway, error));
  FORWARD(check_outcomes(choice, (const seam_result *const[2]){a, b}, error));
  return check_sizes(a, b, error);
}

/* ---- Shared chains ---- */

/* Training and prediction draw different components from one seed. Predictions of one seed have the same second
 * components. */
uint64_t compare_shared(const seam_result *a, const seam_result *b) {
  bool trained[2] = {a->config.task == TASK_TRAIN, b->config.task == TASK_TRAIN};
  if (a->config.seed != b->config.seed || trained[0] != trained[1]) return 0;
  uint64_t draws = a->config.draws < b->config.draws ? a->config.draws : b->config.draws;
  return coverage_shared(&a->coverage, &b->coverage) + (trained[0] ? 0 : draws);
}
