/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the chance that swapped parts fit, by mode and by distance, as text or as JSON. */
#include "command/interchange.h"

#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/wilson.h"
#include "command/common/interchange_fit.h"
#include "command/common/result_kind.h"
#include "command/common/terminal.h"
#include "command/common/text.h"
#include "command/json.h"

enum { RANGES = 6, ROOM_FOR_COUNTS = 60 };

/* The lower ends of the ranges of distance, in V. They are edges of bins. The last range includes the overflow. */
static const double begins[RANGES] = {0, 0.125, 0.25, 0.5, 1, 2};
static const char *const range_names[RANGES] = {"to 1/8 V", "to 1/4 V", "to 1/2 V", "to 1 V", "to 2 V", "beyond"};

static const char *const mode_names[] = {"other", "same"}; /* by the first axis of the histogram */

static const struct interval anywhere = {0, INFINITY};

static struct interval range_of(int range) {
  return (struct interval){begins[range], range + 1 < RANGES ? begins[range + 1] : INFINITY};
}

/* ---- Text ---- */

/* If there is a prediction, its chance stands beside that of the result. */
static void fit_line(const char *name, const seam_histogram *const sides[2], int mode, struct interval distance) {
  struct fit fit = interchange_fit(sides[0], mode, distance);
  if (fit.pairs.all == 0) return;
  printf("  %-9s%8s  %s to %s", name, text_percent(fit.chance).text, text_percent(fit.interval.low).text,
         text_percent(fit.interval.high).text);
  struct fit beside = {.chance = NAN};
  if (sides[1]) beside = interchange_fit(sides[1], mode, distance);
  if (!isnan(beside.chance))
    printf(", untrained %s, %s to %s", text_percent(beside.chance).text, text_percent(beside.interval.low).text,
           text_percent(beside.interval.high).text);
  else if (terminal_columns(stdout) >= ROOM_FOR_COUNTS && interchange_blocks(sides[0]) == 1)
    printf("  (%s)", text_count(fit.pairs.all).text);
  putchar('\n');
}

/* There is a prediction, but the result has no counts of its own. */
static void note_uncounted(const seam_result *result) {
  print_wrapped(is_prediction(result)
                    ? "this result did not swap parts, because its pairs are weighed: show the prediction beside a "
                      "result that seam train counted with --histograms all,interchange"
                    : "this run did not count interchange: train it with --histograms all,interchange to set the "
                      "prediction beside it",
                printf("  "), 2);
}

static void note_few(const int64_t *pairs_of_mode, bool trained) {
  enum { FEW = 100 }; /* Wilson's interval is then 20% wide */
  if (pairs_of_mode[0] >= FEW && pairs_of_mode[1] >= FEW) return;
  print_wrapped(
      trained
          ? "few pairs, so these chances are uncertain: use more --chains, or more --steps so that more of them work"
          : "few ways to swap, so these chances are uncertain: predict with more --chains and --draws",
      printf("  "), 2);
}

void interchange_report(const seam_result *result, const seam_result *beside) {
  const seam_histogram *const sides[2] = {interchange_histogram(result), beside ? interchange_histogram(beside) : NULL};
  if (!sides[0] && beside) note_uncounted(result);
  if (!sides[0]) return;
  bool trained = interchange_blocks(sides[0]) == 1;
  print_wrapped(trained
                    ? "chance that swapped parts fit, in pairs of chains that work, by distance of their interfaces "
                      "(95% intervals with the pair as the unit):"
                    : "chance that swapped parts of untrained pairs that work fit, by distance of their "
                      "interfaces (95% intervals from 16 independent blocks):",
                printf("  "), 2);
  int64_t pairs[2];
  for (int mode = 1; mode >= 0; mode--) {
    pairs[mode] = interchange_fit(sides[0], mode, anywhere).pairs.all;
    printf("  of the %s mode: %s %s\n", mode_names[mode], text_count(pairs[mode]).text,
           trained ? "pairs" : "ways to swap");
    fit_line("all", sides, mode, anywhere);
    for (int range = 0; range < RANGES; range++) fit_line(range_names[range], sides, mode, range_of(range));
  }
  note_few(pairs, trained);
}

/* ---- JSON ---- */

static json_t *fit_json(struct fit fit) {
  return json_pack("{s:I, s:[I, I, I], s:o, s:o, s:o}", "pairs", (json_int_t)fit.pairs.all, "fits",
                   (json_int_t)fit.pairs.by_fits[0], (json_int_t)fit.pairs.by_fits[1], (json_int_t)fit.pairs.by_fits[2],
                   "chance", json_number(fit.chance), "low", json_number(fit.interval.low), "high",
                   json_number(fit.interval.high));
}

static json_t *mode_json(const seam_histogram *histogram, int mode) {
  json_t *object = fit_json(interchange_fit(histogram, mode, anywhere)), *list = json_array();
  for (int range = 0; range < RANGES; range++) {
    json_t *row = fit_json(interchange_fit(histogram, mode, range_of(range)));
    json_object_set_new(row, "from", json_real(begins[range]));
    json_object_set_new(row, "to", range + 1 < RANGES ? json_real(begins[range + 1]) : json_null());
    json_array_append_new(list, row);
  }
  json_object_set_new(object, "by_distance", list);
  return object;
}

json_t *interchange_json(const seam_result *result) {
  const seam_histogram *histogram = interchange_histogram(result);
  if (!histogram) return json_null();
  json_t *object = json_object();
  for (int mode = 1; mode >= 0; mode--) json_object_set_new(object, mode_names[mode], mode_json(histogram, mode));
  return object;
}
