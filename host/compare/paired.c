/* SPDX-License-Identifier: Apache-2.0 */
/* Gathers matched blocks, and finds the noise of the differences between their fractions. */
#include "base/floating_point.h"
#include "compare/paired.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static seam_status out_of_memory(seam_error *error) {
  return error_set(error, SEAM_ERROR_MEMORY, "out of memory for the blocks of chains: close other programs");
}

/* ---- Gathering ---- */

static seam_status check_pair(const seam_result *a, const seam_result *b, seam_error *error) {
  if (a->config.task != TASK_TRAIN || b->config.task != TASK_TRAIN)
    return error_set(error, SEAM_ERROR_MISMATCH,
                     "predictions share their second components, so they have no matched chains: give one of them "
                     "another --seed");
  size_t size = 2 * a->coverage.ranges * sizeof *a->coverage.ids;
  if (a->config.seed == b->config.seed && a->coverage.ranges == b->coverage.ranges && size > 0 &&
      memcmp(a->coverage.ids, b->coverage.ids, size) == 0)
    return SEAM_OK;
  return error_set(error, SEAM_ERROR_MISMATCH, "both results of a block must have the same seed and the same chains");
}

static seam_status check_block(const struct seam_paired *paired, const seam_result *const results[2],
                               seam_error *error) {
  struct config_difference difference;
  uint64_t id;
  for (int r = 0; r < 2; r++)
    if (config_differs(&paired->sum[r]->config, &results[r]->config, &difference))
      return error_set(error, SEAM_ERROR_MISMATCH, "blocks differ in %s%s, %.60s and %.60s: all need the same options",
                       difference.dashes, difference.option, difference.values[0], difference.values[1]);
  if (coverage_overlap(&paired->sum[0]->coverage, &results[0]->coverage, &id))
    return error_set(error, SEAM_ERROR_MISMATCH, "two blocks hold chain %" PRIu64 ": each chain may be in one block",
                     id);
  if (paired->blocks < SEAM_MOST_BLOCKS) return SEAM_OK;
  return error_set(error, SEAM_ERROR_USAGE, "more than %d blocks: make them larger", SEAM_MOST_BLOCKS);
}

static seam_status copy_counts(struct paired_counts *counts, const seam_result *result, seam_error *error) {
  int64_t cells = result->histograms->cells;
  counts->size = 0;
  free(counts->entries); /* of an attempt that failed */
  for (int64_t i = 0; i < cells; i++) counts->size += result->counts[i] != 0;
  counts->entries = malloc((counts->size + 1) * sizeof *counts->entries);
  if (!counts->entries) return out_of_memory(error);
  struct paired_entry *next = counts->entries;
  for (int64_t i = 0; i < cells; i++)
    if (result->counts[i]) *next++ = (struct paired_entry){i, result->counts[i]};
  return SEAM_OK;
}

static seam_status create(const seam_result *const results[2], struct seam_paired **out, seam_error *error) {
  struct seam_paired *paired = *out = calloc(1, sizeof *paired);
  if (!paired) return out_of_memory(error);
  for (int r = 0; r < 2; r++) FORWARD(result_create(&results[r]->config, &paired->sum[r], error));
  paired->block = calloc(SEAM_MOST_BLOCKS, sizeof *paired->block);
  return paired->block ? SEAM_OK : out_of_memory(error);
}

/* A block that fails to be added whole leaves nothing that counts: it is not among paired->blocks. */
static seam_status add(struct seam_paired *paired, const seam_result *const results[2], seam_error *error) {
  FORWARD(check_block(paired, results, error));
  struct paired_counts *block = paired->block[paired->blocks];
  for (int r = 0; r < 2; r++) FORWARD(copy_counts(&block[r], results[r], error));
  for (int r = 0; r < 2; r++) {
    FORWARD(config_extend(&paired->sum[r]->config, &results[r]->config, error));
    FORWARD(result_add(paired->sum[r], results[r], error));
  }
  paired->blocks++;
  return SEAM_OK;
}

seam_status seam_paired_add(seam_paired **paired, const seam_result *a, const seam_result *b, seam_error *error) {
  OWN_FLOATING_POINT;
  const seam_result *const results[2] = {a, b};
  seam_status status = check_pair(a, b, error);
  if (status == SEAM_OK && !*paired) status = create(results, paired, error);
  if (status == SEAM_OK) status = add(*paired, results, error);
  return status;
}

void seam_paired_free(seam_paired *paired) {
  if (!paired) return;
  for (int r = 0; r < 2; r++) {
    for (int k = 0; paired->block && k < SEAM_MOST_BLOCKS; k++) free(paired->block[k][r].entries);
    seam_result_free(paired->sum[r]);
  }
  free(paired->block);
  free(paired);
}

/* ---- Fractions ---- */

/* The number of chains of this outcome in a block. */
static double outcome_of(const struct paired_counts *counts, int outcome) {
  for (size_t i = 0; i < counts->size && counts->entries[i].place <= outcome; i++)
    if (counts->entries[i].place == outcome) return (double)counts->entries[i].count;
  return 0;
}

/* How much a block adds to a fraction of one side, beyond the fraction's value. */
static double excess_of(const struct paired_counts *counts, int fraction, double value) {
  double of[OUTCOMES], all = 0;
  for (int o = 0; o < OUTCOMES; o++) all += of[o] = outcome_of(counts, o);
  double pass = of[OUTCOME_BUFFER] + of[OUTCOME_INVERTER];
  const double part[COMPARISON_FRACTIONS] = {pass, of[OUTCOME_BUFFER], of[OUTCOME_INVERTER]};
  return part[fraction] - value * (fraction == 0 ? all : pass);
}

static double whole_of(const seam_result *result, int fraction) {
  if (fraction == 0) return (double)coverage_size(&result->coverage);
  return (double)(result->counts[OUTCOME_BUFFER] + result->counts[OUTCOME_INVERTER]);
}

/* The error is at least that of half a chain that differs: if none of a few does, others may. */
static double error_of(const struct seam_paired *paired, const seam_fraction *fraction, int f) {
  double whole[2], square = 0;
  for (int r = 0; r < 2; r++) whole[r] = whole_of(paired->sum[r], f);
  for (int k = 0; k < paired->blocks; k++) {
    double excess[2];
    for (int r = 0; r < 2; r++) excess[r] = excess_of(&paired->block[k][r], f, fraction->value[r]) / whole[r];
    square += (excess[0] - excess[1]) * (excess[0] - excess[1]);
  }
  double least = sqrt(0.5) / fmin(whole[0], whole[1]), error = sqrt(square * paired->blocks / (paired->blocks - 1.0));
  return isnan(error) ? NAN : fmax(least, error);
}

void paired_fractions(struct seam_comparison *comparison, const struct seam_paired *paired) {
  for (int f = 0; f < COMPARISON_FRACTIONS; f++) {
    seam_fraction *fraction = &comparison->fractions[f];
    fraction->difference_error = error_of(paired, fraction, f);
    fraction->difference = (fraction->value[0] - fraction->value[1]) / fraction->difference_error;
  }
}
