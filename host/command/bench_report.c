/* SPDX-License-Identifier: Apache-2.0 */
/* Prints what seam bench measured, as a table or as a line of JSON, and how near a card came to its roof. */
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "command/bench.h"
#include "command/cards.h"
#include "command/common/statistics.h"
#include "command/common/text.h"
#include "command/json.h"
#include "command/roof.h"

struct spread {
  double median, low, high;
};

static struct spread spread_of(const double *values, size_t count) {
  double sorted[MOST_REPEATS];
  memcpy(sorted, values, count * sizeof *sorted);
  double middle = median(sorted, count); /* sorts */
  return (struct spread){middle, sorted[0], sorted[count - 1]};
}

/* ---- A card and its roof ---- */

/* What the cards of a row achieved; NAN if unknown. */
struct achieved {
  struct roof roof;             /* its pipe is NULL if the roof is unknown */
  double fraction;              /* of the roof at `clock`, or at `greatest_clock` if `clock` is unknown */
  double clock, greatest_clock; /* MHz */
  double power;                 /* W */
  double per_joule;             /* chain-steps */
};

static double number_of(seam_config *config, const char *name) { return atof(seam_config_get(config, name)); }

static void copy_value(seam_config *config, const char *name, const char *otherwise, char *text, size_t size) {
  const char *value = seam_config_get(config, name);
  snprintf(text, size, "%s", value ? value : otherwise);
}

/* The instructions were counted without noise, so there is no roof with noise. */
static bool find_roof(const struct bench *bench, struct roof *roof) {
  char first[32], second[32], optimizer[32], math[32];
  seam_config *config = bench->config;
  copy_value(config, "first", "", first, sizeof first);
  copy_value(config, "second", "", second, sizeof second);
  copy_value(config, "optimizer", "", optimizer, sizeof optimizer);
  copy_value(config, "math", "exact", math, sizeof math);
  struct roof_query query = {
      first, second, optimizer, math, bench->cards.compute_capability, (int)number_of(config, "samples")};
  bool noise = number_of(config, "input-noise") > 0 || number_of(config, "interface-noise") > 0;
  return roof_find(&roof_table, &query, roof) && !noise;
}

static struct achieved achieved_of(const struct bench *bench, const struct row *row) {
  const struct cards *cards = &bench->cards;
  double rate = spread_of(row->rates, bench->repeats).median;
  struct achieved a = {.fraction = NAN,
                       .greatest_clock = cards->count > 0 ? cards->greatest_clock : NAN,
                       .clock = cards_clock(cards),
                       .power = cards_power(cards)};
  a.per_joule = a.power > 0 ? rate / a.power : NAN;
  if (!find_roof(bench, &a.roof)) a.roof.pipe = NULL;
  double clock = isnan(a.clock) ? a.greatest_clock : a.clock;
  if (a.roof.pipe) a.fraction = rate / roof_rate(&a.roof, cards->multiprocessors, clock * 1e6);
  return a;
}

/* ---- JSON ---- */

static json_t *reals_json(const double *values, size_t count) {
  json_t *list = json_array();
  for (size_t i = 0; i < count; i++) json_array_append_new(list, json_real(values[i]));
  return list;
}

static void set_spread(json_t *object, const char *name, const double *values, size_t count) {
  struct spread spread = spread_of(values, count);
  json_object_set_new(object, name,
                      json_pack("{s:f,s:f,s:f,s:o}", "median", spread.median, "min", spread.low, "max", spread.high,
                                "all", reals_json(values, count)));
}

static void set_achieved(json_t *object, const struct bench *bench, const struct row *row) {
  struct achieved a = achieved_of(bench, row);
  json_object_set_new(object, "cards", json_integer(bench->cards.count));
  json_object_set_new(object, "clock_mhz", json_number(a.clock));
  json_object_set_new(object, "clock_max_mhz", json_number(a.greatest_clock));
  json_object_set_new(object, "power_watts", json_number(a.power));
  json_object_set_new(object, "chain_steps_per_joule", json_number(a.per_joule));
  json_object_set_new(object, "roof_fraction", json_number(a.fraction));
  json_object_set_new(object, "roof_cycles", json_number(a.roof.pipe ? a.roof.cycles : NAN));
  json_object_set_new(object, "roof_pipe", a.roof.pipe ? json_text(a.roof.pipe) : json_null());
}

static json_t *row_json(const struct bench *bench, const struct row *row) {
  json_t *object = json_object();
  json_object_set_new(object, "backend", json_text(row->backend));
  json_object_set_new(object, "device", json_text(row->device));
  json_object_set_new(object, "isa", json_text(row->isa));
  json_object_set_new(object, "threads", json_integer(row->threads));
  json_object_set_new(object, "chains", json_integer((json_int_t)row->chains));
  set_spread(object, "chain_steps_per_second", row->rates, bench->repeats);
  if (row->threads == 0) {
    set_achieved(object, bench, row);
    return object;
  }
  set_spread(object, "core_peak_flops", row->peaks, bench->repeats);
  set_spread(object, "peak_flops_per_chain_step", row->costs, bench->repeats);
  return object;
}

seam_status bench_report_json(const struct bench *bench, seam_error *error) {
  json_t *object = json_event("bench"), *rows = json_array();
  for (size_t i = 0; i < bench->row_count; i++) json_array_append_new(rows, row_json(bench, &bench->rows[i]));
  json_object_set_new(object, "version", json_text(seam_version()));
  json_set_configuration(object, json_incref(bench->given));
  json_object_set_new(object, "repeats", json_integer((json_int_t)bench->repeats));
  json_object_set_new(object, "flops_per_chain_step", json_real(bench->flops));
  json_object_set_new(object, "rows", rows);
  if (bench->scalings) set_spread(object, "thread_scaling", bench->scalings, bench->repeats);
  return json_line(object, error);
}

/* ---- The table ---- */

static void print_row(const struct bench *bench, const struct row *row) {
  struct spread rate = spread_of(row->rates, bench->repeats), peak = spread_of(row->peaks, bench->repeats);
  struct spread cost = spread_of(row->costs, bench->repeats);
  char threads[16] = "-";
  if (row->threads) snprintf(threads, sizeof threads, "%d", row->threads);
  printf("%-5s %-8s %7s  %8s %8s %8s  %8s", row->backend, *row->isa ? row->isa : "-", threads,
         text_si(rate.median).text, text_si(rate.low).text, text_si(rate.high).text,
         text_si(rate.median * bench->flops).text);
  if (peak.median > 0) printf("  %8s  %8.0f", text_si(peak.median).text, cost.median);
  putchar('\n');
}

static void print_head(const struct bench *bench) {
  seam_config *config = bench->config;
  printf("training %s", seam_config_get(config, "first"));
  printf(" x %s", seam_config_get(config, "second"));
  printf(", %s", seam_config_get(config, "optimizer"));
  printf(", %s samples", seam_config_get(config, "samples"));
  printf(", %s steps", seam_config_get(config, "steps"));
  printf(", histograms %s\n", seam_config_get(config, "histograms"));
  printf("%zu repeat%s; %.0f flops a chain-step\n", bench->repeats, bench->repeats == 1 ? "" : "s", bench->flops);
  for (size_t i = 0; i < bench->row_count; i++) {
    const struct row *row = &bench->rows[i];
    if (i == 0 || strcmp(row->device, row[-1].device)) printf("%s: %s\n", row->backend, printable(row->device).text);
  }
}

static struct text text_megahertz(double clock) { return text_count(isnan(clock) ? 0 : (int64_t)(clock + 0.5)); }

/* The measured clock and the greatest one. The roof uses the measured clock if it is known. */
static struct text clock_text(const struct achieved *a) {
  struct text text, clock = text_megahertz(a->clock), greatest = text_megahertz(a->greatest_clock);
  if (isnan(a->clock))
    snprintf(text.text, sizeof text.text, "%.10s MHz (maximum)", greatest.text);
  else if (isnan(a->greatest_clock))
    snprintf(text.text, sizeof text.text, "%.10s MHz", clock.text);
  else
    snprintf(text.text, sizeof text.text, "%.10s of %.10s MHz", clock.text, greatest.text);
  return text;
}

static void print_achieved(const struct bench *bench, const struct row *row) {
  struct achieved a = achieved_of(bench, row);
  if (!isnan(a.fraction) || !isnan(a.clock) || !isnan(a.power)) putchar('\n');
  if (!isnan(a.fraction))
    printf("cuda: %s of the roof (%s, %s cycles a warp) at %s\n", text_percent(a.fraction).text, a.roof.pipe,
           text_count((int64_t)ceil(a.roof.cycles)).text, clock_text(&a).text);
  else if (!isnan(a.clock))
    printf("cuda: at %s\n", clock_text(&a).text);
  if (!isnan(a.power)) printf("cuda: %.0f W, %s chain-steps a joule\n", a.power, text_si(a.per_joule).text);
}

void bench_report(const struct bench *bench) {
  print_head(bench);
  printf("\n%24schain-steps/s%25s%10s\n", "", "core peak", "flops at");
  printf("%-5s %-8s %7s  %8s %8s %8s  %8s  %8s  %8s\n", "", "isa", "threads", "median", "min", "max", "flop/s",
         "flop/s", "peak");
  for (size_t i = 0; i < bench->row_count; i++) print_row(bench, &bench->rows[i]);
  const struct row *last = &bench->rows[bench->row_count - 1];
  if (last->threads == 0) print_achieved(bench, last);
  if (!bench->scalings) return;
  struct spread scaling = spread_of(bench->scalings, bench->repeats);
  printf("\n%d threads over one: %.3f (%.3f to %.3f)\n", bench->rows[1].threads, scaling.median, scaling.low,
         scaling.high);
}
