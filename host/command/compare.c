/* SPDX-License-Identifier: Apache-2.0 */
/* seam compare: prints how far apart two results are, and how far apart chance alone would put them. */
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "command/arguments.h"
#include "command/command.h"
#include "command/common/failure.h"
#include "command/common/selection.h"
#include "command/common/statistics.h"
#include "command/common/text.h"
#include "command/differences.h"
#include "command/json.h"
#include "command/output_note.h"
#include "command/paired.h"

enum { SIDES = 2 };

/* ---- Text ---- */

/* An unknown number is "-". */
static struct text number(double value, int digits) {
  struct text text = {"-"};
  if (!isnan(value)) snprintf(text.text, sizeof text.text, "%.*g", digits, value);
  return text;
}

static struct text interval_text(const seam_distance *d) {
  struct text text = {"-"};
  if (!isnan(d->low)) snprintf(text.text, sizeof text.text, "%.2g to %.2g", d->low, d->high);
  return text;
}

static void distance_line(const char *name, const seam_distance *d) {
  printf("  %-15s%9s%9s%9s%10s%19s%7s\n", name, number(d->value, 3).text, number(d->chance, 3).text,
         number(d->chance_95, 3).text, number(d->excess, 3).text, interval_text(d).text, p_text(d->p).text);
}

static void print_interface(const seam_compared *compared) {
  static const char *const names[SEAM_DISTANCES] = {"total variation", "Jensen-Shannon", "KL of A from B",
                                                    "KL of B from A"};
  printf("\nInterface, %s cells, divergences in nats:\n", text_count(compared->cells).text);
  printf("%26s%18s%10s%19s%7s\n", "distance", "by chance,  95%", "excess", "95% interval", "p");
  for (int d = 0; d < SEAM_DISTANCES; d++) distance_line(names[d], &compared->distance[d]);
}

static void print_others(const seam_comparison *comparison) {
  const seam_compared *compared;
  if (!seam_comparison_histogram_at(comparison, 1)) return;
  printf("\nTotal variation of the other histograms:\n");
  for (size_t i = 1; (compared = seam_comparison_histogram_at(comparison, i)); i++)
    distance_line(compared->name, &compared->distance[SEAM_TOTAL_VARIATION]);
}

/* The decimals of a percentage that is rounded at the second digit of its error. */
static int decimals_of(double error) { return error > 0 ? (int)fmax(1, fmin(9, 1 - floor(log10(100 * error)))) : 1; }

/* In hundredths. An unknown error is left out. */
static struct text percent_text(double value, double error, int decimals) {
  struct text text = {"-"};
  int length = isnan(value) ? 0 : snprintf(text.text, sizeof text.text, "%.*f", decimals, 100 * value);
  if (length && !isnan(error))
    snprintf(text.text + length, sizeof text.text - (size_t)length, " +- %.*f", decimals, 100 * error);
  return text;
}

/* A difference in standard errors. Beyond 100 the number says nothing more. */
static struct text errors_text(double difference) {
  const double most = 100;
  struct text text = {"-"};
  if (fabs(difference) > most)
    snprintf(text.text, sizeof text.text, difference > 0 ? "> %.0f" : "< -%.0f", most);
  else if (!isnan(difference))
    snprintf(text.text, sizeof text.text, "%.1f", fabs(difference) < 0.05 ? 0 : difference);
  return text;
}

static void print_fractions(const seam_comparison *comparison) {
  const seam_fraction *f;
  printf("\n%-18s%18s%18s%17s%8s\n", "Fractions (%):", "A", "B", "A - B (points)", "in s.e.");
  for (size_t i = 0; (f = seam_comparison_fraction_at(comparison, i)); i++) {
    char name[32];
    double a = f->error[0], b = f->error[1], error = f->difference_error;
    snprintf(name, sizeof name, "%s of %s", find_selection(f->name)->name, find_selection(f->of)->name);
    printf("  %-17s %16s %17s %16s %7s\n", name, percent_text(f->value[0], a, decimals_of(a)).text,
           percent_text(f->value[1], b, decimals_of(b)).text,
           percent_text(f->value[0] - f->value[1], error, decimals_of(isnan(error) ? a : error)).text,
           errors_text(f->difference).text);
  }
}

static void print_notes(const seam_comparison *comparison) {
  const seam_compared *interface = seam_comparison_histogram_at(comparison, 0);
  uint64_t shared = seam_comparison_shared(comparison);
  if (interface->rows == 0) {
    putchar('\n');
    print_wrapped("There is no distance, because a result has no chain of this outcome: choose another --outcome.", 0,
                  0);
  } else if (isnan(interface->effective[0] + interface->effective[1])) {
    putchar('\n');
    print_wrapped("Too few pairs work to know what chance does: predict with more --chains and --draws.", 0, 0);
  }
  if (shared == 0 || seam_comparison_blocks(comparison)) return;
  char text[256];
  bool chains = !strcmp(interface->unit[0], "chains");
  snprintf(text, sizeof text,
           "Both drew %s %s alike, by seed and id, so they are not independent: there is no p and no interval. %s",
           text_count((int64_t)shared).text, chains ? "chains" : "components",
           chains ? "--paired 16k tests the same chains pair by pair; or give one of the results another --seed."
                  : "Give one of the results another --seed.");
  putchar('\n');
  print_wrapped(text, 0, 0);
}

/* "A: a.zip: 67,170 chains, outcome works". A second line says how many components the pairs of a prediction share. */
static void print_side(int side, const char *file, const char *outcome, const seam_compared *compared,
                       seam_result *result) {
  int64_t entries = compared->entries[side];
  double effective = compared->effective[side];
  printf("%c: %s: %s %s, outcome %s\n", "AB"[side], printable(file).text, text_count(entries).text,
         compared->unit[side], outcome);
  if (compared->rows == 0 || effective == (double)entries) return;
  char text[160];
  int length = snprintf(text, sizeof text, "of %s first x %s second components",
                        text_count((int64_t)seam_result_chains(result)).text,
                        text_count(strtoll(seam_config_get(seam_result_config(result), "draws"), NULL, 10)).text);
  if (!isnan(effective))
    snprintf(text + length, sizeof text - (size_t)length, "; effective sample size of the interface: %s",
             text_si(effective).text);
  print_wrapped(text, printf("   "), 3);
}

static void print_comparison(const struct arguments *arguments, const char *outcome, const seam_comparison *comparison,
                             seam_result *const results[SIDES]) {
  const seam_compared *interface = seam_comparison_histogram_at(comparison, 0);
  for (int r = 0; r < SIDES; r++) print_side(r, arguments->files[r], outcome, interface, results[r]);
  differences_report(results);
  if (seam_comparison_blocks(comparison))
    printf("The first %s chains that both drew, trained again in %d blocks, pair by pair\n",
           text_count((int64_t)seam_comparison_shared(comparison)).text, seam_comparison_blocks(comparison));
  print_fractions(comparison);
  print_interface(interface);
  print_others(comparison);
  print_notes(comparison);
  if (arguments->output) printf("written to %s\n", printable(arguments->output).text);
}

/* ---- JSON ---- */

static seam_status comparison_json(const struct arguments *arguments, const seam_comparison *comparison,
                                   seam_error *error) {
  char *text = seam_comparison_record(comparison);
  json_t *object = json_event("comparison"), *record = text ? json_loads(text, 0, NULL) : NULL;
  free(text);
  if (!record) {
    json_decref(object);
    return fail(error, SEAM_ERROR_MEMORY, "out of memory for the comparison: close other programs");
  }
  json_object_set_new(object, "a", json_text(arguments->files[0]));
  json_object_set_new(object, "b", json_text(arguments->files[1]));
  json_object_set_new(object, "output", arguments->output ? json_text(arguments->output) : json_null());
  const char *key;
  json_t *value;
  json_object_foreach(record, key, value) {
    if (!json_object_get(object, key)) json_set(object, key, json_incref(value));
  }
  json_decref(record);
  return json_line(object, error);
}

/* ---- The command ---- */

/* Replaces the comparison by one of chains that both results drew, pair by pair. */
static seam_status compare_paired(const struct arguments *arguments, const char *outcome,
                                  seam_result *const results[SIDES], seam_comparison **comparison, seam_error *error) {
  seam_paired *paired;
  seam_status status = paired_train(arguments, results, seam_comparison_shared(*comparison), &paired, error);
  seam_comparison_free(*comparison);
  *comparison = NULL;
  if (status == SEAM_OK) status = seam_paired_compare(paired, outcome, true, comparison, error);
  seam_paired_free(paired);
  return status;
}

static seam_status compare(const struct arguments *arguments, const char *outcome, seam_output *output,
                           seam_result *const results[SIDES], seam_error *error) {
  seam_comparison *comparison;
  seam_status status = seam_compare(results[0], results[1], outcome, arguments->anyway, &comparison, error);
  if (old_force_helps(arguments, status)) {
    status = seam_compare(results[0], results[1], outcome, true, &comparison, error);
    if (status == SEAM_OK) note_old_force();
  }
  if (status == SEAM_OK && arguments->paired) status = compare_paired(arguments, outcome, results, &comparison, error);
  if (status) return status;
  if (output) status = seam_output_write_comparison(output, comparison, error);
  if (status == SEAM_OK && arguments->json) status = comparison_json(arguments, comparison, error);
  if (status == SEAM_OK && !arguments->json) print_comparison(arguments, outcome, comparison, results);
  seam_comparison_free(comparison);
  return status;
}

static seam_status read_and_compare(const struct arguments *arguments, const char *outcome, seam_output *output,
                                    seam_error *error) {
  seam_result *results[SIDES] = {NULL, NULL};
  seam_status status = SEAM_OK;
  for (int r = 0; r < SIDES && status == SEAM_OK; r++)
    status = seam_result_read(arguments->files[r], &results[r], error);
  if (status == SEAM_OK && !arguments->outcome)
    outcome = default_outcome((const seam_result *const *)results, SIDES, outcome);
  if (status == SEAM_OK) status = compare(arguments, outcome, output, results, error);
  for (int r = 0; r < SIDES; r++) seam_result_free(results[r]);
  return status;
}

seam_status compare_run(struct arguments *arguments, seam_error *error) {
  const char *outcome = arguments->outcome ? arguments->outcome : "works";
  seam_output *output = NULL;
  seam_status status = SEAM_OK;
  if (!find_selection(outcome)) return unknown_selection(outcome, error);
  if (arguments->output) status = output_open_and_tell(arguments->output, arguments->force, &output, error);
  if (status) return status;
  status = read_and_compare(arguments, outcome, output, error);
  seam_output_close(output);
  return status;
}
