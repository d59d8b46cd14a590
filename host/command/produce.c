/* SPDX-License-Identifier: Apache-2.0 */
/* Runs seam train and seam predict: opens the output, counts with progress, writes the result and reports it. */
#include "command/produce.h"

#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "command/arguments.h"
#include "command/command.h"
#include "command/common/failure.h"
#include "command/common/result_kind.h"
#include "command/common/text.h"
#include "command/json.h"
#include "command/output_note.h"
#include "command/progress.h"
#include "command/ranks.h"
#include "command/report.h"
#include "command/signals.h"
#include "command/spill.h"

struct watch {
  struct progress_bar bar;
  bool json;
  double next_line; /* seconds at which the next JSON line is due */
  bool begun;       /* false if the output to be resumed lacked nothing */
  uint64_t left;    /* chains not yet counted */
  seam_output *output;
  size_t notes; /* printed of the output's */
};

static void print_notes(struct watch *watch) {
  if (!seam_output_note(watch->output, watch->notes)) return;
  progress_bar_clear(&watch->bar);
  output_notes_print(watch->output, &watch->notes);
}

static int on_progress(const seam_progress *progress, void *user) {
  struct watch *watch = user;
  watch->begun = true;
  watch->left = progress->chains - progress->chains_done;
  int answer = signals_answer(&watch->bar);
  print_notes(watch);
  progress_bar_trouble(&watch->bar, "run", progress->trouble);
  progress_bar_draw(&watch->bar, progress);
  if (watch->json && progress->seconds >= watch->next_line) {
    json_progress(progress, &watch->bar);
    watch->next_line = progress->seconds + 0.5;
  }
  return answer;
}

/* "262,144 chains of 1,000 steps in 20.2 s, 13.0M chain-steps/s (cpu, v4, NAME)", or the same about pairs. */
static void print_run(seam_result *result, seam_config *config) {
  seam_run run = seam_result_run(result);
  bool pairs = is_prediction(result);
  if (pairs)
    printf("%s pairs", text_count((int64_t)run.chain_steps).text);
  else
    printf("%s chains of %s steps", text_count((int64_t)seam_result_chains(result)).text,
           text_count((int64_t)atof(seam_config_get(seam_result_config(result), "steps"))).text);
  printf(" in %s, %s %s/s (%s%s%s, %s", text_time(run.seconds).text,
         text_si(run.seconds > 0 ? run.chain_steps / run.seconds : 0).text, pairs ? "pairs" : "chain-steps",
         printable(run.backend).text, *run.isa ? ", " : "", printable(run.isa).text, printable(run.device).text);
  ranks_print_threads(config);
  printf(")\n");
}

static void report(const struct arguments *arguments, const struct watch *watch, seam_result *result,
                   const char *output) {
  if (arguments->quiet) return;
  if (watch->begun)
    print_run(result, arguments->config);
  else
    printf("nothing was missing: %s has all that was asked for\n", printable(output).text);
  report_result(result);
  if (watch->begun) printf("written to %s\n", printable(output).text);
}

/* "ENDED: 3 of 10 chains counted, written to PATH", for a run that ended early. */
static seam_status report_partial(const char *written, uint64_t covered, const struct watch *watch, seam_status ended,
                                  seam_error *error) {
  char why[sizeof error->message];
  snprintf(why, sizeof why, "%s", ended == SEAM_INTERRUPTED ? "interrupted" : error->message);
  if (!written)
    return fail(error, ended,
                "%.300s: nothing written, because none of the %s had ended; a smaller %s makes them end sooner", why,
                watch->bar.counted, watch->bar.longer);
  return fail(error, ended, "%.200s: %s of %s %s counted, written to %.200s: --resume goes on with it", why,
              text_count((int64_t)covered).text, text_count((int64_t)(covered + watch->left)).text, watch->bar.counted,
              written);
}

/* Writes the result, also of a run that ended early by an interrupt, a device or lack of memory. A result without any
 * chain is not written, since it could replace a useful file. */
static seam_status keep(const struct arguments *arguments, const struct watch *watch, struct spill *spill,
                        seam_result *result, seam_status ended, const char *path, seam_error *error) {
  uint64_t covered = seam_result_chains(result);
  const char *written = covered ? path : NULL;
  seam_error failure;
  if (written) {
    seam_status status = spill_or_write(spill, watch->output, result, &failure);
    if (status) return *error = failure, status;
  }
  if (arguments->json && (ended == SEAM_OK || ended == SEAM_INTERRUPTED)) {
    seam_status status = json_result(result, ended == SEAM_INTERRUPTED, written, error);
    if (status) return status;
  }
  return ended ? report_partial(written, covered, watch, ended, error) : SEAM_OK;
}

/* With any other status no chain was counted, and a resumed result is unchanged. */
static bool has_run(seam_status status) {
  return status == SEAM_OK || status == SEAM_INTERRUPTED || status == SEAM_ERROR_DEVICE || status == SEAM_ERROR_MEMORY;
}

static seam_status run(const struct arguments *arguments, const struct producer *producer, seam_output *output,
                       seam_result *before, struct spill *spill, const char *path, seam_error *error) {
  struct watch watch = {.json = arguments->json, .output = output};
  ranks_say_threads(arguments, arguments->config);
  progress_bar_start(&watch.bar, arguments);
  seam_result *result = before;
  seam_status status = producer->run(arguments->config, output, on_progress, &watch, &result, error);
  progress_bar_clear(&watch.bar);
  print_notes(&watch);
  if (result && has_run(status)) {
    status = keep(arguments, &watch, spill, result, status, path, error);
    print_notes(&watch);
    if (!arguments->json && (status == SEAM_OK || status == SEAM_INTERRUPTED) && seam_result_chains(result))
      report(arguments, &watch, result, path);
  }
  seam_result_free(result);
  return status;
}

seam_status produce(struct arguments *arguments, const struct producer *producer, seam_error *error) {
  seam_config_set(arguments->config, "task", producer->task, error);
  seam_status status = seam_config_check(arguments->config, error);
  if (status) return status;
  if (arguments->force && arguments->resume)
    return fail(error, SEAM_ERROR_USAGE, "--force replaces the output and --resume goes on with it: give one of them");
  char path[4096];
  snprintf(path, sizeof path, "%s", seam_config_get(arguments->config, "output"));
  seam_output *output = NULL;
  seam_result *before = NULL;
  signals_catch();
  status = arguments->resume ? seam_output_resume(path, &output, &before, error)
                             : seam_output_open(path, arguments->force, &output, error);
  if (status) return status;
  struct spill spill;
  status = spill_open(&spill, arguments->spill, path, error);
  if (status == SEAM_OK)
    status = run(arguments, producer, output, before, &spill, path, error);
  else
    seam_result_free(before);
  spill_close(&spill);
  seam_output_close(output);
  return status;
}
