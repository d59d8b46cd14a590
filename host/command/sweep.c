/* SPDX-License-Identifier: Apache-2.0 */
/* seam sweep: runs a plan with progress, and reports it. */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "command/arguments.h"
#include "command/command.h"
#include "command/common/text.h"
#include "command/json.h"
#include "command/progress.h"
#include "command/ranks.h"
#include "command/signals.h"
#include "command/sweep_dry.h"

struct watch {
  struct progress_bar bar;
  bool json;
  double next_line;                     /* seconds at which the next JSON line is due */
  uint64_t points, points_done, chains; /* at the last report; chains of this call */
  double chain_steps, seconds;
  char place[256]; /* "cpu, v4, NAME" */
  const seam_sweep *sweep;
  size_t notes; /* printed of the sweep's */
};

static void print_notes(struct watch *watch) {
  for (const char *note; (note = seam_sweep_note(watch->sweep, watch->notes)); watch->notes++) {
    progress_bar_clear(&watch->bar);
    fprintf(stderr, "seam: %s\n", printable(note).text);
  }
}

static void keep(struct watch *watch, const seam_sweep_progress *progress) {
  const seam_progress *whole = &progress->whole;
  watch->points = progress->points;
  watch->points_done = progress->points_done;
  watch->chains = whole->chains_done;
  watch->chain_steps = whole->chain_steps;
  watch->seconds = whole->seconds;
  if (*whole->backend)
    snprintf(watch->place, sizeof watch->place, "%s%s%s, %s", whole->backend, *whole->isa ? ", " : "", whole->isa,
             whole->device);
}

static int on_progress(const seam_sweep_progress *progress, void *user) {
  struct watch *watch = user;
  bool restarted = progress->whole.seconds < watch->seconds; /* until now files were read */
  keep(watch, progress);
  int answer = signals_answer(&watch->bar);
  print_notes(watch);
  progress_bar_trouble(&watch->bar, "sweep", progress->whole.trouble);
  progress_bar_draw_sweep(&watch->bar, progress);
  if (watch->json && (restarted || progress->whole.seconds >= watch->next_line)) {
    json_sweep_progress(progress, &watch->bar);
    watch->next_line = progress->whole.seconds + 0.5;
  }
  return answer;
}

/* "12 of 12 points whole, 120,000 chains counted in 4.20 s, 13.0M chain-steps/s (cpu, v4, NAME)" */
static void report(const struct watch *watch, const seam_sweep *sweep) {
  double rate = watch->seconds > 0 ? watch->chain_steps / watch->seconds : 0;
  printf("%s of %s points whole, %s %s counted in %s", text_count((int64_t)watch->points_done).text,
         text_count((int64_t)watch->points).text, text_count((int64_t)watch->chains).text, watch->bar.counted,
         text_time(watch->seconds).text);
  if (*watch->place) printf(", %s %s/s (%s)", text_si(rate).text, watch->bar.unit, printable(watch->place).text);
  printf("\nwritten to %s, with index.csv and index.jsonl\n", printable(seam_sweep_folder(sweep)).text);
}

/* Names the points that failed, each in a line on stderr. */
static void report_failures(const seam_sweep *sweep) {
  enum { MOST_LINES = 20 };
  uint64_t count = seam_sweep_failures(sweep);
  const seam_sweep_failure *failure;
  for (uint64_t i = 0; i < MOST_LINES && (failure = seam_sweep_failure_at(sweep, i)); i++)
    fprintf(stderr, "seam: point %s: %s\n", text_count((int64_t)failure->point + 1).text, failure->error.message);
  if (count > MOST_LINES) fprintf(stderr, "seam: and %s more points\n", text_count((int64_t)(count - MOST_LINES)).text);
}

static json_t *failures_json(const seam_sweep *sweep) {
  json_t *list = json_array();
  const seam_sweep_failure *failure;
  for (uint64_t i = 0; (failure = seam_sweep_failure_at(sweep, i)); i++) {
    json_t *object = json_object();
    json_object_set_new(object, "point", json_integer((json_int_t)failure->point + 1));
    json_object_set_new(object, "status", json_integer(failure->error.status));
    json_object_set_new(object, "message", json_text(failure->error.message));
    json_array_append_new(list, object);
  }
  return list;
}

static seam_status report_json(const struct watch *watch, const seam_sweep *sweep, bool interrupted,
                               seam_error *error) {
  json_t *object = json_event("sweep");
  json_object_set_new(object, "folder", json_text(seam_sweep_folder(sweep)));
  json_object_set_new(object, "points", json_integer((json_int_t)watch->points));
  json_object_set_new(object, "points_done", json_integer((json_int_t)watch->points_done));
  json_object_set_new(object, "chains", json_integer((json_int_t)watch->chains));
  json_object_set_new(object, "seconds", json_real(watch->seconds));
  json_object_set_new(object, "points_failed", json_integer((json_int_t)seam_sweep_failures(sweep)));
  json_object_set_new(object, "failures", failures_json(sweep));
  if (interrupted) json_object_set_new(object, "interrupted", json_true());
  return json_line(object, error);
}

static seam_status run(struct arguments *arguments, seam_sweep *sweep, seam_error *error) {
  struct watch watch = {.json = arguments->json, .sweep = sweep};
  ranks_say_threads(arguments, seam_sweep_point_at(sweep, 0).config);
  progress_bar_start(&watch.bar, arguments);
  signals_catch();
  int flags = (arguments->force ? SEAM_SWEEP_REPLACE : 0) | (arguments->fail_fast ? SEAM_SWEEP_FAIL_FAST : 0);
  seam_status status = seam_sweep_run(sweep, flags, on_progress, &watch, error);
  progress_bar_clear(&watch.bar);
  report_failures(sweep);
  if (watch.points == 0) return status; /* it ended before the first file was read */
  if (!arguments->json && !arguments->quiet) report(&watch, sweep);
  seam_error lost;
  if (arguments->json && report_json(&watch, sweep, status == SEAM_INTERRUPTED, &lost) != SEAM_OK)
    return *error = lost, lost.status;
  return status;
}

/* The progress bar reads the task from the configuration of the command line. */
static seam_status run_opened(struct arguments *arguments, seam_sweep *sweep, seam_error *error) {
  char task[16];
  snprintf(task, sizeof task, "%s", seam_config_get(seam_sweep_point_at(sweep, 0).config, "task"));
  seam_status status = seam_config_set(arguments->config, "task", task, error);
  if (status) return status;
  return arguments->dry_run ? sweep_dry_run(arguments, sweep, error) : run(arguments, sweep, error);
}

seam_status sweep_run(struct arguments *arguments, seam_error *error) {
  seam_sweep *sweep;
  seam_status status = seam_sweep_open(arguments->files[0], &sweep, error);
  if (status) return status;
  if (arguments->output) status = seam_sweep_set_folder(sweep, arguments->output, error);
  if (status == SEAM_OK) status = run_opened(arguments, sweep, error);
  seam_sweep_close(sweep);
  return status;
}
