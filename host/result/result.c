/* SPDX-License-Identifier: Apache-2.0 */
/* Makes results, joins them, and gives callers access to them. */
#include "result/result.h"

#include <stdlib.h>
#include <string.h>

static seam_status create_counts(struct seam_result *result, seam_error *error) {
  FORWARD(histogram_set_create(&result->config, &result->histograms, error));
  struct histogram_set *set = result->histograms;
  result->counts = calloc((size_t)set->cells, sizeof *result->counts);
  if (!result->counts)
    return error_set(error, SEAM_ERROR_MEMORY,
                     "out of memory: no room for %lld counts: ask for fewer bins or histograms", (long long)set->cells);
  for (int h = 0; h < HISTOGRAMS; h++)
    if (set->view[h].name) set->view[h].values = result->counts + set->offset[h];
  return SEAM_OK;
}

seam_status result_create(const struct seam_config *config, seam_result **out, seam_error *error) {
  struct seam_result *result = calloc(1, sizeof *result);
  *out = NULL;
  if (!result) return error_set(error, SEAM_ERROR_MEMORY, "out of memory: no room for a result; close other programs");
  result->config = *config;
  memcpy(result->version, SEAM_VERSION, sizeof SEAM_VERSION);
  seam_status status = create_counts(result, error);
  if (status != SEAM_OK)
    seam_result_free(result);
  else
    *out = result;
  return status;
}

/* A result may lack chains of its configuration. It has no others. */
static seam_status check_coverage(const struct seam_result *result, seam_status status, seam_error *error) {
  unsigned long long begin = result->config.first_chain, end = begin + result->config.chains;
  const uint64_t *ids = result->coverage.ids;
  size_t last = 2 * result->coverage.ranges;
  if (last == 0 || (ids[0] >= begin && ids[last - 1] <= end)) return SEAM_OK;
  return error_set(error, status, "chains of [%llu, %llu) are counted, but the configuration has [%llu, %llu)",
                   (unsigned long long)ids[0], (unsigned long long)ids[last - 1], begin, end);
}

seam_status result_check(const struct seam_result *result, seam_status status, seam_error *error) {
  if (config_pairs_chains(&result->config) && !coverage_holds_pairs(&result->coverage))
    return error_set(error, status,
                     "the histograms count pairs of chains, but the coverage has only one chain of a pair");
  FORWARD(check_coverage(result, status, error));
  return histogram_set_check(result->histograms, result->counts, coverage_size(&result->coverage), status, error);
}

seam_status result_copy(struct seam_result *to, const struct seam_result *from, seam_error *error) {
  FORWARD(coverage_reserve(&to->coverage, from->coverage.ranges, error));
  to->coverage.ranges = from->coverage.ranges;
  if (from->coverage.ranges > 0)
    memcpy(to->coverage.ids, from->coverage.ids, 2 * from->coverage.ranges * sizeof *from->coverage.ids);
  memcpy(to->counts, from->counts, (size_t)from->histograms->cells * sizeof *from->counts);
  memcpy(to->version, from->version, sizeof to->version);
  memcpy(to->backend, from->backend, sizeof to->backend);
  memcpy(to->isa, from->isa, sizeof to->isa);
  memcpy(to->device, from->device, sizeof to->device);
  result_set_time(to, from->seconds);
  return SEAM_OK;
}

seam_status result_add(struct seam_result *result, const struct seam_result *part, seam_error *error) {
  FORWARD(coverage_join(&result->coverage, &part->coverage, error));
  for (int64_t cell = 0; cell < result->histograms->cells; cell++)
    if (__builtin_add_overflow(result->counts[cell], part->counts[cell], &result->counts[cell]))
      return error_set(error, SEAM_ERROR_FORMAT,
                       "the sum of the counts needs more than 64 bits: keep the results in separate files");
  result_add_place(result, part->backend, part->isa, part->device);
  result_set_time(result, result->seconds + part->seconds);
  return SEAM_OK;
}

/* Adds a word unless the text contains it already or has no room for it. */
static void add_word(char *text, size_t size, const char *word) {
  const char *between = *text ? "; " : "";
  if (!*word || strstr(text, word) || strlen(text) + strlen(between) + strlen(word) >= size) return;
  strcat(text, between);
  strcat(text, word);
}

void result_add_place(struct seam_result *result, const char *backend, const char *isa, const char *device) {
  add_word(result->backend, sizeof result->backend, backend);
  add_word(result->isa, sizeof result->isa, isa);
  add_word(result->device, sizeof result->device, device);
}

void result_set_time(struct seam_result *result, double seconds) {
  result->seconds = seconds;
  double each = (double)(result->config.task == TASK_TRAIN ? result->config.steps : result->config.draws);
  result->chain_steps = (double)coverage_size(&result->coverage) * each;
}

void seam_result_free(seam_result *result) {
  if (!result) return;
  histogram_set_free(result->histograms);
  coverage_free(&result->coverage);
  free(result->counts);
  free(result);
}

int64_t seam_result_count(const seam_result *result, seam_outcome outcome) {
  return (unsigned)outcome < OUTCOMES ? result->counts[outcome] : 0;
}

uint64_t seam_result_chains(const seam_result *result) { return coverage_size(&result->coverage); }

size_t seam_result_coverage(const seam_result *result, const uint64_t **ranges) {
  *ranges = result->coverage.ids;
  return result->coverage.ranges;
}

/* Only the histograms that the run filled have an index, so that a caller can continue until NULL. */
const seam_histogram *seam_result_histogram_at(const seam_result *result, size_t index) {
  for (int h = 0; h < HISTOGRAMS; h++) {
    const seam_histogram *view = &result->histograms->view[h];
    if (view->name && index-- == 0) return view;
  }
  return NULL;
}

const seam_histogram *seam_result_histogram(const seam_result *result, const char *name) {
  for (int h = 0; h < HISTOGRAMS; h++) {
    const seam_histogram *view = &result->histograms->view[h];
    if (view->name && strcmp(view->name, name) == 0) return view;
  }
  return NULL;
}

seam_config *seam_result_config(seam_result *result) { return &result->config; }

seam_run seam_result_run(const seam_result *result) {
  return (seam_run){.version = result->version,
                    .backend = result->backend,
                    .isa = result->isa,
                    .device = result->device,
                    .seconds = result->seconds,
                    .chain_steps = result->chain_steps};
}
