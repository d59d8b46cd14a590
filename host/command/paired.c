/* SPDX-License-Identifier: Apache-2.0 */
/* Trains chains that two results share again, in blocks, for a paired test. A result file holds no single chains, but
 * a chain is the same in every run, so a short run gives the counts of any block. */
#include "command/paired.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "command/common/failure.h"
#include "command/common/result_kind.h"
#include "command/progress.h"

enum { SIDES = 2, BLOCKS = 256 };

/* All runs of a paired test. */
struct rerun {
  seam_config *config[SIDES];
  seam_paired *paired;
  uint64_t left, each; /* chains that have no block yet, and the chains of a block */
  int blocks;
  struct progress_bar bar;
  seam_progress done; /* of the runs that ended */
};

static seam_status set_number(seam_config *config, const char *name, uint64_t number, seam_error *error) {
  char text[32];
  snprintf(text, sizeof text, "%" PRIu64, number);
  return seam_config_set(config, name, text, error);
}

static seam_config *copy_config(seam_config *from, seam_error *error) {
  seam_config *config = seam_config_create();
  for (const seam_option *option = seam_options(); config && option->name; option++)
    if (seam_config_set(config, option->name, seam_config_get(from, option->name), error)) {
      seam_config_free(config);
      return NULL;
    }
  return config;
}

/* ---- Running ---- */

/* Shows the progress of all runs as that of one. */
static int on_progress(const seam_progress *progress, void *user) {
  struct rerun *rerun = user;
  seam_progress all = *progress;
  all.chains = rerun->done.chains;
  all.chains_done += rerun->done.chains_done;
  all.chain_steps += rerun->done.chain_steps;
  all.seconds += rerun->done.seconds;
  progress_bar_draw(&rerun->bar, &all);
  return SEAM_CONTINUE;
}

static void note_done(struct rerun *rerun, const seam_result *result) {
  seam_run run = seam_result_run(result);
  rerun->done.chains_done += seam_result_chains(result);
  rerun->done.chain_steps += run.chain_steps;
  rerun->done.seconds += run.seconds;
}

static seam_status run_block(struct rerun *rerun, uint64_t first, uint64_t chains, seam_error *error) {
  seam_result *results[SIDES] = {NULL, NULL};
  seam_status status = SEAM_OK;
  for (int r = 0; r < SIDES && status == SEAM_OK; r++) {
    status = set_number(rerun->config[r], "first-chain", first, error);
    if (status == SEAM_OK) status = set_number(rerun->config[r], "chains", chains, error);
    if (status == SEAM_OK) status = seam_train(rerun->config[r], on_progress, rerun, &results[r], error);
    if (status == SEAM_OK) note_done(rerun, results[r]);
  }
  if (status == SEAM_OK) status = seam_paired_add(&rerun->paired, results[0], results[1], error);
  for (int r = 0; r < SIDES; r++) seam_result_free(results[r]);
  rerun->left -= chains;
  rerun->blocks++;
  return status;
}

static uint64_t least(uint64_t a, uint64_t b) { return a < b ? a : b; }

static seam_status run_range(struct rerun *rerun, uint64_t begin, uint64_t end, seam_error *error) {
  seam_status status = SEAM_OK;
  while (begin < end && rerun->left > 0 && rerun->blocks < SEAM_MOST_BLOCKS && status == SEAM_OK) {
    uint64_t chains = least(least(rerun->each, rerun->left), end - begin);
    status = run_block(rerun, begin, chains, error);
    begin += chains;
  }
  return status;
}

/* Goes through the ids that both results have, in order. */
static seam_status run_shared(struct rerun *rerun, seam_result *const results[SIDES], seam_error *error) {
  const uint64_t *a, *b;
  size_t ranges_a = seam_result_coverage(results[0], &a), ranges_b = seam_result_coverage(results[1], &b);
  const uint64_t *end_a = a + 2 * ranges_a, *end_b = b + 2 * ranges_b;
  seam_status status = SEAM_OK;
  while (a < end_a && b < end_b && status == SEAM_OK) {
    uint64_t begin = a[0] > b[0] ? a[0] : b[0], end = least(a[1], b[1]);
    status = run_range(rerun, begin, end, error);
    if (a[1] == end)
      a += 2;
    else
      b += 2;
  }
  return status;
}

/* ---- The chains ---- */

/* Chains 2k and 2k + 1 stay in one block, since they are counted together where interchange is. */
static uint64_t even(uint64_t chains) { return chains + chains % 2; }

static seam_status read_chains(const struct arguments *arguments, uint64_t shared, struct rerun *rerun,
                               seam_error *error) {
  if (seam_config_set(arguments->config, "chains", arguments->paired, error))
    return fail(error, SEAM_ERROR_USAGE, "--paired %.60s: it takes a number of chains, for example 16k",
                arguments->paired);
  rerun->left = least(even(strtoull(seam_config_get(arguments->config, "chains"), NULL, 10)), shared);
  rerun->each = even((rerun->left + BLOCKS - 1) / BLOCKS);
  rerun->done.chains = SIDES * rerun->left;
  return SEAM_OK;
}

static seam_status prepare(struct rerun *rerun, const struct arguments *arguments, seam_result *const results[SIDES],
                           seam_error *error) {
  double steps = 0;
  for (int r = 0; r < SIDES; r++) {
    rerun->config[r] = copy_config(seam_result_config(results[r]), error);
    if (!rerun->config[r]) return fail(error, SEAM_ERROR_MEMORY, "out of memory: close other programs");
    steps += atof(seam_config_get(rerun->config[r], "steps"));
  }
  progress_bar_start(&rerun->bar, arguments);
  rerun->bar.steps = steps / SIDES;
  return SEAM_OK;
}

static seam_status check_results(seam_result *const results[SIDES], uint64_t shared, seam_error *error) {
  if (shared == 0)
    return fail(error, SEAM_ERROR_USAGE,
                "--paired: the results have no chains in common, so they are independent: compare them without it");
  if (is_prediction(results[0]))
    return fail(error, SEAM_ERROR_USAGE,
                "--paired: predictions share their second components, so no chains match: give one of them another "
                "--seed");
  return SEAM_OK;
}

seam_status paired_train(const struct arguments *arguments, seam_result *const results[SIDES], uint64_t shared,
                         seam_paired **paired, seam_error *error) {
  struct rerun rerun = {.paired = NULL};
  seam_status status = check_results(results, shared, error);
  if (status == SEAM_OK) status = read_chains(arguments, shared, &rerun, error);
  if (status == SEAM_OK) status = prepare(&rerun, arguments, results, error);
  if (status == SEAM_OK) status = run_shared(&rerun, results, error);
  progress_bar_clear(&rerun.bar);
  for (int r = 0; r < SIDES; r++) seam_config_free(rerun.config[r]);
  *paired = rerun.paired;
  return status;
}
