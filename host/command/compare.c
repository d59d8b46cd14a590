/* SPDX-License-Identifier: Apache-2.0 */
/* seam compare: prints how far apart two results are, and how far apart chance alone would put them. */
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/arguments.h"
#include "command/command.h"
#include "command/common/failure.h"
#include "command/common/selection.h"
#include "command/common/text.h"
#include "command/differences.h"
#include "command/json.h"
#include "command/output_note.h"

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
  struct text p = {"-"};
  if (!isnan(d->p)) snprintf(p.text, sizeof p.text, "%.3f", d->p);
  printf("  %-15s%9s%9s%9s%10s%20s%6s\n", name, number(d->value, 3).text, number(d->chance, 3).text,
         number(d->chance_95, 3).text, number(d->excess, 3).text, interval_text(d).text, p.text);
}

static void print_interface(const seam_compared *compared) {
  static const char *const names[SEAM_DISTANCES] = {"total variation", "Jensen-Shannon", "KL of A from B",
                                                    "KL of B from A"};
  printf("\nInterface, %s cells, divergences in nats:\n", text_count(compared->cells).text);
  printf("%26s%18s%10s%20s%6s\n", "distance", "by chance,  95%", "excess", "95% interval", "p");
  for (int d = 0; d < SEAM_DISTANCES; d++) distance_line(names[d], &compared->distance[d]);
}

static void print_others(const seam_comparison *comparison) {
  const seam_compared *compared;
  if (!seam_comparison_histogram_at(comparison, 1)) return;
  printf("\nTotal variation of the other histograms:\n");
  for (size_t i = 1; (compared = seam_comparison_histogram_at(comparison, i)); i++)
    distance_line(compared->name, &compared->distance[SEAM_TOTAL_VARIATION]);
}

/* In per cent, rounded at the second digit of the error. */
static struct text percent_text(double value, double error) {
  struct text text = {"-"};
  int decimals = error > 0 ? (int)fmax(1, fmin(9, 1 - floor(log10(100 * error)))) : 1;
  int length = isnan(value) ? 0 : snprintf(text.text, sizeof text.text, "%.*f%%", decimals, 100 * value);
  if (length && !isnan(error))
    snprintf(text.text + length, sizeof text.text - (size_t)length, " +- %.*f%%", decimals, 100 * error);
  return text;
}

static void print_fractions(const seam_comparison *comparison) {
  const seam_fraction *f;
  printf("\n%-18s%20s%20s%20s\n", "Fractions:", "A", "B", "A - B");
  for (size_t i = 0; (f = seam_comparison_fraction_at(comparison, i)); i++) {
    char name[32], difference[32] = "-";
    snprintf(name, sizeof name, "%s of %s", f->name, f->of);
    if (!isnan(f->difference)) snprintf(difference, sizeof difference, "%.2f s.e.", f->difference);
    printf("  %-16s %19s %19s %19s\n", name, percent_text(f->value[0], f->error[0]).text,
           percent_text(f->value[1], f->error[1]).text, difference);
  }
}

static void print_notes(const seam_comparison *comparison) {
  const seam_compared *interface = seam_comparison_histogram_at(comparison, 0);
  uint64_t shared = seam_comparison_shared(comparison);
  if (interface->rows == 0) {
    putchar('\n');
    print_wrapped("There is no distance, because a result has no chain of this outcome: choose another --outcome.", 0,
                  0);
  } else if (isnan(interface->distance[0].chance)) {
    putchar('\n');
    print_wrapped("Too few pairs work to know what chance does: predict with more --chains and --draws.", 0, 0);
  }
  if (shared == 0) return;
  char text[256];
  snprintf(text, sizeof text,
           "Both drew %s %s alike, by seed and id: they are not independent, so p, the intervals and the numbers "
           "by chance do not hold; give one of them another --seed.",
           text_count((int64_t)shared).text, strcmp(interface->unit[0], "chains") ? "components" : "chains");
  putchar('\n');
  print_wrapped(text, 0, 0);
}

/* "A: a.zip: 67,170 chains of pass". A second line says how many components the pairs of a prediction share. */
static void print_side(int side, const char *file, const char *outcome, const seam_compared *compared,
                       seam_result *result) {
  int64_t entries = compared->entries[side];
  double effective = compared->effective[side];
  printf("%c: %s: %s %s of %s\n", "AB"[side], file, text_count(entries).text, compared->unit[side], outcome);
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
  print_fractions(comparison);
  print_interface(interface);
  print_others(comparison);
  print_notes(comparison);
  if (arguments->output) printf("written to %s\n", arguments->output);
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
  json_object_update_missing(object, record);
  json_decref(record);
  return json_line(object, error);
}

/* ---- The command ---- */

static seam_status compare(const struct arguments *arguments, const char *outcome, seam_output *output,
                           seam_result *const results[SIDES], seam_error *error) {
  seam_comparison *comparison;
  seam_status status = seam_compare(results[0], results[1], outcome, arguments->force, &comparison, error);
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
  if (status == SEAM_OK) status = compare(arguments, outcome, output, results, error);
  for (int r = 0; r < SIDES; r++) seam_result_free(results[r]);
  return status;
}

seam_status compare_run(struct arguments *arguments, seam_error *error) {
  const char *outcome = arguments->outcome ? arguments->outcome : "pass";
  seam_output *output = NULL;
  seam_status status = SEAM_OK;
  if (!find_selection(outcome)) return unknown_selection(outcome, error);
  if (arguments->output) status = output_open_and_tell(arguments->output, arguments->force, &output, error);
  if (status) return status;
  status = read_and_compare(arguments, outcome, output, error);
  seam_output_close(output);
  return status;
}
