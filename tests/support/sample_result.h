/* SPDX-License-Identifier: Apache-2.0 */
/* Results for tests, made up of random counts that keep promise 5. */
#ifndef SEAM_SAMPLE_RESULT_H
#define SEAM_SAMPLE_RESULT_H

#include <string.h>

#include "result/result.h"
#include "sample_run.h"

/* A small random number generator that gives the same numbers on every machine. */
static inline uint64_t sample_random(uint64_t *state, uint64_t below) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (*state >> 33) % below;
}

/* A result that has counted nothing yet. */
static inline seam_result *sample_empty(const char *const *options) {
  seam_config *config = sample_config(options);
  seam_result *result;
  seam_error error;
  if (result_create(config, &result, &error) != SEAM_OK) fail_msg("%s", error.message);
  seam_config_free(config);
  return result;
}

static inline void assert_same_counts(const seam_result *a, const seam_result *b) {
  assert_int_equal(a->histograms->cells, b->histograms->cells);
  assert_memory_equal(a->counts, b->counts, (size_t)a->histograms->cells * sizeof *a->counts);
}

static inline void sample_entries(int64_t *values, int64_t cells, int64_t entries, uint64_t *state) {
  for (int64_t i = 0; i < entries; i++) values[sample_random(state, (uint64_t)cells)]++;
}

/* Adds a chain with a random outcome and random entries, and returns the outcome. */
static inline int sample_chain(struct seam_result *result, uint64_t *state) {
  const struct histogram_set *set = result->histograms;
  int outcome = (int)sample_random(state, OUTCOMES);
  result->counts[outcome]++;
  for (int h = 0; h < HISTOGRAMS; h++) {
    if (set->offset[h] < 0 || h == HISTOGRAM_INTERCHANGE) continue;
    int64_t *values = result->counts + set->offset[h];
    int64_t blocks = h == HISTOGRAM_SNAPSHOTS ? set->snapshot_count : HISTOGRAM_OUTCOMES;
    int64_t block = set->view[h].cells / blocks;
    if (h == HISTOGRAM_SNAPSHOTS)
      for (int64_t b = 0; b < blocks; b++)
        sample_entries(values + b * block, block, outcome != OUTCOME_DIVERGED, state);
    else if (outcome != OUTCOME_DIVERGED)
      sample_entries(values + outcome * block, block, histogram_entries_per_chain(h), state);
  }
  return outcome;
}

/* Adds to interchange what chains 2k and 2k + 1 with these outcomes add to it. */
static inline void sample_pair(struct seam_result *result, const int outcomes[2], uint64_t *state) {
  const struct histogram_set *set = result->histograms;
  if (set->offset[HISTOGRAM_INTERCHANGE] < 0 || outcomes[0] >= OUTCOME_FAIL || outcomes[1] >= OUTCOME_FAIL) return;
  int64_t block = set->view[HISTOGRAM_INTERCHANGE].cells / 2;
  int64_t *values = result->counts + set->offset[HISTOGRAM_INTERCHANGE];
  sample_entries(values + (outcomes[0] == outcomes[1]) * block, block, 1, state);
}

/* A made-up result that covers the chains [first, first + chains). */
static inline seam_result *sample_result(const char *const *options, uint64_t first, uint64_t chains) {
  seam_result *result = sample_empty(options);
  uint64_t state = first;
  result->config.first_chain = first;
  if (chains > 0) result->config.chains = chains;
  int outcomes[2] = {OUTCOME_FAIL, OUTCOME_FAIL};
  for (uint64_t id = first; id < first + chains; id++) {
    outcomes[id % 2] = sample_chain(result, &state);
    if (id % 2) sample_pair(result, outcomes, &state);
  }
  assert_int_equal(coverage_add(&result->coverage, first, first + chains, NULL), SEAM_OK);
  strcpy(result->backend, "cpu");
  strcpy(result->isa, "v3");
  strcpy(result->device, "a processor");
  result->seconds = 1.25;
  result->chain_steps = 1000.0 * (double)chains;
  return result;
}

#endif
