/* SPDX-License-Identifier: Apache-2.0 */
/* Small result files of every task, and what must hold for any bytes that are read as one. */
#include "archives.h"

#include <stdlib.h>
#include <string.h>

#include "files/result_file.h"
#include "compare/compare.h"

/* ---- Small results ---- */

typedef seam_status counter(const seam_config *config, seam_progress_function progress, void *user,
                            seam_result **result, seam_error *error);

/* Options are pairs of a name and a value, ended by NULL. */
static void count_small(struct archive *archive, const char *name, counter *count, const char *const *options) {
  seam_config *config = seam_config_create();
  seam_result *result;
  seam_error error;
  must(config != NULL, "there is memory for a configuration");
  for (; *options; options += 2)
    must(seam_config_set(config, options[0], options[1], &error) == SEAM_OK, "the options of a sample are valid");
  must(count(config, NULL, NULL, &result, &error) == SEAM_OK, "a sample can be counted");
  must(result_file_pack(result, &archive->bytes, &archive->size, &error) == SEAM_OK, "a sample can be packed");
  archive->name = name;
  seam_result_free(result);
  seam_config_free(config);
}

#define SMALL                                                                                                          \
  "backend", "cpu", "isa", "baseline", "threads", "1", "chains", "12", "bins", "2", "first", "linear", "second",       \
      "linear", "steps", "2"
#define PREDICTED "draws", "20", "cells", "64"

const struct archive *small_archives(void) {
  static struct archive archives[ARCHIVES];
  if (archives[0].bytes) return archives;
  count_small(&archives[0], "trained", seam_train,
              (const char *[]){SMALL, "histograms", "interface,slack,interchange", NULL});
  count_small(
      &archives[1], "walked", seam_train,
      (const char *[]){SMALL, "histograms", "loss", "optimizer", "langevin", "first-chain", "4294967290", NULL});
  count_small(&archives[2], "predicted", seam_predict, (const char *[]){SMALL, PREDICTED, NULL});
  count_small(&archives[3], "weighed", seam_predict, (const char *[]){SMALL, PREDICTED, "task", "gibbs", NULL});
  return archives;
}

/* ---- Any bytes ---- */

/* A larger result would take as long as a hundred other inputs, and run the same code. */
enum { QUICKLY_WRITTEN = 4096 };

static void must_survive_writing(const seam_result *result) {
  struct archive again;
  seam_result *copy;
  seam_error error;
  must(result_file_pack(result, &again.bytes, &again.size, &error) == SEAM_OK, "what was read can be written");
  must(result_file_unpack(again.bytes, again.size, "X.zip", &copy, &error) == SEAM_OK, "and read again");
  const struct coverage *a = &result->coverage, *b = &copy->coverage;
  must(a->ranges == b->ranges, "with as many ranges of chains");
  must(a->ranges == 0 || memcmp(a->ids, b->ids, 2 * a->ranges * sizeof *a->ids) == 0, "the same ones");
  must(result->histograms->cells == copy->histograms->cells, "and as many counts");
  must(memcmp(result->counts, copy->counts, (size_t)copy->histograms->cells * sizeof *copy->counts) == 0, "the same");
  seam_result_free(copy);
  free(again.bytes);
}

void read_as_result(const unsigned char *bytes, size_t size) {
  const unsigned refusals = 1u << SEAM_ERROR_FORMAT | 1u << SEAM_ERROR_MISMATCH;
  seam_result *result;
  seam_prediction prediction;
  seam_error error;
  seam_status status = result_file_unpack(bytes, size, "X.zip", &result, &error);
  if (status != SEAM_OK) {
    must(result == NULL, "there is no result where a file is refused");
    must_explain(status, refusals, &error, "X.zip");
    return;
  }
  must(result_check(result, SEAM_ERROR_FORMAT, &error) == SEAM_OK, "what was read keeps promise 5");
  seam_result_prediction(result, &prediction);
  if (result->histograms->cells <= QUICKLY_WRITTEN) must_survive_writing(result);
  seam_result_free(result);
}

void read_as_comparison(const unsigned char *bytes, size_t size) {
  seam_comparison *comparison;
  struct archive again;
  seam_error error;
  seam_status status = comparison_file_unpack(bytes, size, "X.zip", &comparison, &error);
  if (status != SEAM_OK) {
    must(comparison == NULL, "there is no comparison where a file is refused");
    must_explain(status, 1u << SEAM_ERROR_FORMAT, &error, "X.zip");
    return;
  }
  must(comparison_file_pack(comparison, &again.bytes, &again.size, &error) == SEAM_OK, "what was read can be written");
  free(again.bytes);
  seam_comparison_free(comparison);
}
