/* SPDX-License-Identifier: Apache-2.0 */
/* Prints JSON lines on stdout: one object a line, each with its schema and event. */
#include "command/json.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "command/common/failure.h"
#include "command/common/outside.h"
#include "command/common/result_kind.h"
#include "command/interchange.h"
#include "command/prediction.h"
#include "command/progress.h"

enum { SCHEMA = 1 };

static bool lost; /* a part of the next line */

int json_set(json_t *object, const char *name, json_t *value) {
  int status = json_object_setn_new(object, name, strlen(name), value);
  lost |= status != 0;
  return status;
}

int json_add(json_t *array, json_t *value) {
  int status = json_array_insert_new(array, json_array_size(array), value);
  lost |= status != 0;
  return status;
}

json_t *json_text(const char *text) {
  json_t *value = json_string(text);
  return value ? value : json_string(printable(text).text); /* JSON has only UTF-8 */
}

json_t *json_number(double value) { return isfinite(value) ? json_real(value) : json_null(); }

json_t *json_event(const char *event) {
  json_t *object = json_object();
  json_object_set_new(object, "schema", json_integer(SCHEMA));
  json_object_set_new(object, "event", json_string(event));
  return object;
}

seam_status json_line(json_t *object, seam_error *error) {
  /* json_dumps leaves out keys for which it finds no memory. json_dumpb needs none for the text. */
  const size_t flags = JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(12); /* a terminal obeys U+009B */
  const size_t size = lost ? 0 : json_dumpb(object, NULL, 0, flags);
  char *line = size ? calloc(size + 1, 1) : NULL;
  bool good = line && json_dumpb(object, line, size, flags) == size;
  lost = false;
  json_decref(object);
  if (good) puts(line);
  if (good) fflush(stdout); /* so that a reader sees each line at once; the program checks stdout at its end */
  free(line);
  return good ? SEAM_OK : fail(error, SEAM_ERROR_MEMORY, "out of memory for a line of JSON: close other programs");
}

json_t *json_config(seam_config *config) {
  json_t *object = json_object();
  for (const seam_option *option = seam_options(); option->name; option++)
    if (option_counts(option, config))
      json_object_set_new(object, option->name, json_text(seam_config_get(config, option->name)));
  return object;
}

void json_set_configuration(json_t *object, json_t *configuration) {
  json_object_set(object, "configuration", configuration);
  json_object_set_new(object, "config", configuration);
}

static void set_count(json_t *object, const char *name, int64_t value) {
  json_object_set_new(object, name, json_integer(value));
}

static void set_real(json_t *object, const char *name, double value) {
  json_object_set_new(object, name, json_real(isfinite(value) ? value : 0));
}

/* "chain_steps_per_second" */
static void set_rate(json_t *object, bool pairs, double work, double seconds) {
  set_real(object, pairs ? "pairs_per_second" : "chain_steps_per_second", seconds > 0 ? work / seconds : 0);
}

static json_t *progress_event(const seam_progress *progress, double fraction, const struct progress_bar *bar) {
  json_t *object = json_event("progress");
  set_count(object, "chains", (int64_t)progress->chains);
  set_count(object, "chains_done", (int64_t)progress->chains_done);
  set_real(object, "fraction", fraction);
  set_real(object, "seconds", progress->seconds);
  set_rate(object, !strcmp(bar->unit, "pairs"), progress->chain_steps, progress->seconds);
  json_t *ranks = json_array();
  for (int rank = 0; rank < progress->ranks; rank++)
    json_array_append_new(ranks, json_integer((json_int_t)progress->rank_chains[rank]));
  json_object_set_new(object, "rank_chains", ranks);
  return object;
}

void json_progress(const seam_progress *progress, const struct progress_bar *bar) {
  seam_error ignored; /* the next line repeats it */
  json_line(progress_event(progress, progress_fraction(progress, bar->steps), bar), &ignored);
}

void json_sweep_progress(const seam_sweep_progress *progress, const struct progress_bar *bar) {
  json_t *object = progress_event(&progress->whole, progress->fraction, bar);
  set_count(object, "points", (int64_t)progress->points);
  set_count(object, "points_done", (int64_t)progress->points_done);
  set_count(object, "point", (int64_t)(progress->point < progress->points ? progress->point + 1 : progress->points));
  json_object_set_new(object, "file", *progress->file ? json_text(progress->file) : json_null());
  seam_error ignored;
  json_line(object, &ignored);
}

/* Ids are text, because many JSON readers round large integers. */
static json_t *json_coverage(const seam_result *result) {
  const uint64_t *ranges;
  size_t count = seam_result_coverage(result, &ranges);
  json_t *list = json_array();
  for (size_t i = 0; i < count; i++) {
    char begin[24], end[24];
    snprintf(begin, sizeof begin, "%" PRIu64, ranges[2 * i]);
    snprintf(end, sizeof end, "%" PRIu64, ranges[2 * i + 1]);
    json_array_append_new(list, json_pack("[ss]", begin, end));
  }
  return list;
}

static json_t *json_outside(const seam_result *result) {
  struct outside_share shares[OUTSIDE_HISTOGRAMS];
  size_t count = outside_shares(result, shares);
  json_t *object = json_object();
  for (size_t i = 0; i < count; i++) set_real(object, shares[i].histogram, shares[i].share);
  return object;
}

static json_t *json_record(seam_result *result, const char *event) {
  json_t *object = json_event(event);
  json_object_set_new(object, "output", json_null());
  set_count(object, "chains", (int64_t)seam_result_chains(result));
  set_count(object, "buffer", seam_result_count(result, SEAM_BUFFER));
  set_count(object, "inverter", seam_result_count(result, SEAM_INVERTER));
  set_count(object, "fail", seam_result_count(result, SEAM_FAIL));
  set_count(object, "diverged", seam_result_count(result, SEAM_DIVERGED));
  seam_run run = seam_result_run(result);
  set_real(object, "seconds", run.seconds);
  set_rate(object, is_prediction(result), run.chain_steps, run.seconds);
  json_object_set_new(object, "backend", json_text(run.backend));
  json_object_set_new(object, "isa", json_text(run.isa));
  json_object_set_new(object, "device", json_text(run.device));
  json_object_set_new(object, "math", json_text(seam_config_get(seam_result_config(result), "math")));
  if (is_prediction(result))
    json_object_set_new(object, "prediction", prediction_json(result));
  else
    json_object_set_new(object, "outside", json_outside(result));
  return object;
}

seam_status json_result(seam_result *result, bool interrupted, const char *output, seam_error *error) {
  json_t *object = json_record(result, "result");
  if (output) json_object_set_new(object, "output", json_text(output));
  if (interrupted) {
    json_object_set_new(object, "interrupted", json_true());
    json_object_set_new(object, "coverage", json_coverage(result));
  }
  return json_line(object, error);
}

seam_status json_file(seam_result *result, const char *file, seam_error *error) {
  json_t *object = json_record(result, "file"), *names = json_array();
  json_object_del(object, "output");
  json_object_set_new(object, "file", json_text(file));
  json_object_set_new(object, "version", json_text(seam_result_run(result).version));
  json_object_set_new(object, "coverage", json_coverage(result));
  json_set_configuration(object, json_config(seam_result_config(result)));
  for (size_t i = 0; seam_result_histogram_at(result, i); i++)
    json_array_append_new(names, json_text(seam_result_histogram_at(result, i)->name));
  json_object_set_new(object, "histograms", names);
  return json_line(object, error);
}

seam_status json_show(seam_result *result, const seam_result *beside, const char *file, seam_error *error) {
  json_t *object = json_record(result, "show");
  json_object_del(object, "output");
  json_object_set_new(object, "file", json_text(file));
  json_object_set_new(object, "interchange", interchange_json(result));
  json_object_set_new(object, "untrained_interchange", beside ? interchange_json(beside) : json_null());
  return json_line(object, error);
}

void json_failure(const seam_error *error) {
  json_t *object = json_event("error");
  set_count(object, "status", error->status);
  json_object_set_new(object, "message", json_text(error->message));
  seam_error ignored; /* stderr has the message, too */
  json_line(object, &ignored);
}
