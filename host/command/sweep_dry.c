/* SPDX-License-Identifier: Apache-2.0 */
/* seam sweep --dry-run: prints the points of a plan, the chains that they lack, and how long they would take. */
#include "command/sweep_dry.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "command/arguments.h"
#include "command/command.h"
#include "command/common/failure.h"
#include "command/common/text.h"
#include "command/json.h"
#include "command/progress.h"
#include "command/signals.h"

enum { MOST_PAIRS = 64, FIRST_SHOWN = 12, LAST_SHOWN = 4 };

#define MEASURE_TIME 0.3 /* seconds for each pair of kinds */

/* The speed of this machine for one pair of kinds. */
struct rate {
  char kinds[64];
  double work; /* per second */
};

struct plan {
  size_t count;
  struct rate rates[MOST_PAIRS];
  uint64_t chains, missing;
  double seconds;
  uint64_t failed;    /* points whose files cannot be used */
  seam_error failure; /* of the first of them */
};

/* ---- The measuring ---- */

struct measurement {
  double steps; /* of each chain */
  double fraction, seconds;
};

static int measure(const seam_progress *progress, void *user) {
  struct measurement *m = user;
  m->fraction = progress_fraction(progress, m->steps);
  m->seconds = progress->seconds;
  return progress->seconds >= MEASURE_TIME || signals_came();
}

/* Runs a point for MEASURE_TIME and discards its counts. */
static seam_status measure_point(const seam_sweep_point *point, double *rate, seam_error *error) {
  seam_result *result = NULL;
  bool training = !strcmp(seam_config_get(point->config, "task"), "train");
  struct measurement m = {.steps = atof(seam_config_get(point->config, training ? "steps" : "draws"))};
  seam_status status = training ? seam_train(point->config, measure, &m, &result, error)
                                : seam_predict(point->config, measure, &m, &result, error);
  seam_result_free(result);
  *rate = m.seconds > 0 ? point->work * m.fraction / m.seconds : 0;
  if (status == SEAM_INTERRUPTED && !signals_came()) return SEAM_OK;
  return status;
}

/* Finds the rate of a point. The first point of each pair of kinds is measured. */
static seam_status find_rate(struct plan *plan, const seam_sweep_point *point, double *work, seam_error *error) {
  char kinds[64];
  int length = snprintf(kinds, sizeof kinds, "%s:", seam_config_get(point->config, "first"));
  snprintf(kinds + length, sizeof kinds - (size_t)length, "%s", seam_config_get(point->config, "second"));
  for (size_t i = 0; i < plan->count; i++) {
    *work = plan->rates[i].work;
    if (!strcmp(plan->rates[i].kinds, kinds)) return SEAM_OK;
  }
  struct rate *rate = &plan->rates[plan->count];
  seam_status status = measure_point(point, work, error);
  snprintf(rate->kinds, sizeof rate->kinds, "%s", kinds);
  rate->work = *work;
  plan->count += plan->count + 1 < MOST_PAIRS;
  return status;
}

/* ---- The table ---- */

static void point_line(uint64_t index, const seam_sweep_point *point, double seconds) {
  printf("  %7s  %15s  %15s  %9s  %s\n", text_count((int64_t)index + 1).text, text_count((int64_t)point->chains).text,
         text_count((int64_t)point->left).text, text_time(seconds).text, printable(point->file).text);
}

static seam_status point_json(uint64_t index, const seam_sweep_point *point, double seconds, seam_error *error) {
  json_t *object = json_event("point");
  json_object_set_new(object, "point", json_integer((json_int_t)index + 1));
  json_object_set_new(object, "file", json_text(point->file));
  json_object_set_new(object, "chains", json_integer((json_int_t)point->chains));
  json_object_set_new(object, "missing", json_integer((json_int_t)point->left));
  json_object_set_new(object, "seconds", json_real(seconds));
  return json_line(object, error);
}

/* A point whose file has other options, or is damaged, fails; the others are still told. */
static seam_status look(const struct arguments *arguments, struct plan *plan, seam_sweep *sweep, uint64_t index,
                        seam_sweep_point *point, seam_error *error) {
  seam_error failure;
  seam_status status = seam_sweep_look(sweep, index, arguments->force, point, &failure);
  if (status == SEAM_OK) return SEAM_OK;
  if (plan->failed++ == 0) plan->failure = failure;
  if (arguments->fail_fast) return *error = failure, status;
  return SEAM_OK;
}

static seam_status report_point(const struct arguments *arguments, struct plan *plan, seam_sweep *sweep, uint64_t index,
                                seam_error *error) {
  seam_sweep_point point;
  double rate = 0, seconds = 0;
  seam_status looked = look(arguments, plan, sweep, index, &point, error);
  if (looked) return looked;
  if (point.left > 0) {
    seam_status status = find_rate(plan, &point, &rate, error);
    if (status) return status;
    seconds = rate > 0 ? point.work * (double)point.left / (double)point.chains / rate : 0;
  }
  plan->chains += point.chains;
  plan->missing += point.left;
  plan->seconds += seconds;
  if (arguments->json) return point_json(index, &point, seconds, error);
  uint64_t points = seam_sweep_points(sweep);
  bool few = points <= FIRST_SHOWN + LAST_SHOWN + 1;
  if (few || index < FIRST_SHOWN || index >= points - LAST_SHOWN) point_line(index, &point, seconds);
  if (!few && index == FIRST_SHOWN) printf("  ...\n");
  return SEAM_OK;
}

static seam_status report_whole(const struct arguments *arguments, const struct plan *plan, seam_sweep *sweep,
                                seam_error *error) {
  uint64_t points = seam_sweep_points(sweep);
  const char *task = seam_config_get(arguments->config, "task");
  if (!arguments->json) {
    printf("%s points of %s in %s; %s chains, of which %s are missing: about %s\n", text_count((int64_t)points).text,
           task, printable(seam_sweep_folder(sweep)).text, text_count((int64_t)plan->chains).text,
           text_count((int64_t)plan->missing).text, text_time(plan->seconds).text);
    print_wrapped(
        "(one point of each pair of kinds was measured for up to 0.3 s; the other points are estimated from their "
        "numbers of operations, without the time to write files)",
        0, 0);
    return SEAM_OK;
  }
  json_t *object = json_event("plan");
  json_object_set_new(object, "task", json_text(task));
  json_object_set_new(object, "folder", json_text(seam_sweep_folder(sweep)));
  json_object_set_new(object, "points", json_integer((json_int_t)points));
  json_object_set_new(object, "chains", json_integer((json_int_t)plan->chains));
  json_object_set_new(object, "missing", json_integer((json_int_t)plan->missing));
  json_object_set_new(object, "seconds", json_real(plan->seconds));
  return json_line(object, error);
}

seam_status sweep_dry_run(struct arguments *arguments, seam_sweep *sweep, seam_error *error) {
  struct plan plan = {.count = 0};
  signals_catch();
  if (!arguments->json) printf("  %7s  %15s  %15s  %9s  %s\n", "point", "chains", "missing", "time", "file");
  for (uint64_t index = 0; index < seam_sweep_points(sweep); index++) {
    seam_status status = signals_came() ? fail(error, SEAM_INTERRUPTED, "interrupted: nothing was counted")
                                        : report_point(arguments, &plan, sweep, index, error);
    if (status) return status;
  }
  seam_status status = report_whole(arguments, &plan, sweep, error);
  if (status || plan.failed == 0) return status;
  return fail(error, plan.failure.status, "%s of the files cannot be used; the first: %.400s",
              text_count((int64_t)plan.failed).text, plan.failure.message);
}
