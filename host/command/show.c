/* SPDX-License-Identifier: Apache-2.0 */
/* seam show: prints a result in the terminal, with the interface as a heat map. */
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
#include "command/common/selection.h"
#include "command/common/statistics.h"
#include "command/common/terminal.h"
#include "command/common/text.h"
#include "command/heatmap.h"
#include "command/interchange.h"
#include "command/json.h"
#include "command/report.h"

static seam_status draw_interface(const seam_result *result, const struct selection *selection, enum colours colours,
                                  seam_error *error) {
  const seam_histogram *interface = seam_result_histogram(result, "interface");
  if (!interface) {
    printf("(the run did not count the interface: run it with --histograms interface to see it)\n");
    return SEAM_OK;
  }
  const struct unit unit = unit_of(result);
  int64_t *counts = sum_outcomes(interface, counted_outcomes(result, selection));
  if (!counts) return fail(error, SEAM_ERROR_MEMORY, "out of memory for the interface: close other programs");
  heatmap_draw(&interface->axes[1], &interface->axes[2], counts, &unit, colours);
  free(counts);
  return SEAM_OK;
}

/* A quantile as text. If it lies in a flow bin, only the end of the axis is known. */
static struct text quantile_text(const seam_axis *axis, const int64_t *row, double fraction, bool power) {
  struct text text;
  double value = histogram_quantile(axis, row, fraction);
  double shown = isinf(value) ? value < 0 ? axis->lower : axis->upper : value;
  const char *beyond = isinf(value) ? value < 0 ? "<" : ">" : "";
  if (power)
    snprintf(text.text, sizeof text.text, "%s%.2g", beyond, pow(10, shown));
  else
    snprintf(text.text, sizeof text.text, "%s%.3f", beyond, shown);
  return text;
}

static void quantile_line(const char *name, const seam_axis *axis, const int64_t *row, bool power) {
  char line[160];
  snprintf(line, sizeof line, "%-11s%7s  %s to %s", name, quantile_text(axis, row, 0.5, power).text,
           quantile_text(axis, row, 0.05, power).text, quantile_text(axis, row, 0.95, power).text);
  print_wrapped(line, printf("  "), 4);
}

/* Prints one line for each level, or one line if the histogram has no levels. */
static seam_status quantile_lines(const seam_result *result, const char *name, const struct selection *selection,
                                  seam_error *error) {
  const seam_histogram *histogram = seam_result_histogram(result, name);
  if (!histogram) return SEAM_OK;
  int64_t *counts = sum_outcomes(histogram, selection);
  if (!counts) return fail(error, SEAM_ERROR_MEMORY, "out of memory for the quantiles: close other programs");
  const seam_axis *axis = &histogram->axes[histogram->axis_count - 1];
  bool levels = histogram->axis_count == 3;
  int64_t extent = axis->bins + 2 * axis->flow;
  for (int level = 0; level < (levels ? 2 : 1); level++) {
    char title[32];
    snprintf(title, sizeof title, levels ? "%s at %d" : "%s, V^2", name, level);
    quantile_line(title, axis, counts + level * extent, !levels);
  }
  free(counts);
  return SEAM_OK;
}

static seam_status print_quantiles(const seam_result *result, const struct selection *selection, seam_error *error) {
  static const char *const names[] = {"width", "slack", "loss", NULL};
  const char *const *name = names;
  while (*name && !seam_result_histogram(result, *name)) name++;
  if (!*name || selected_chains(result, selection) == 0) return SEAM_OK;
  char heading[64];
  snprintf(heading, sizeof heading, "median, 5%% to 95%% of chains%s, in V:", selection_words(selection));
  print_wrapped(heading, printf("  "), 2);
  seam_status status = SEAM_OK;
  for (; *name && status == SEAM_OK; name++) status = quantile_lines(result, *name, selection, error);
  return status;
}

static seam_status print_result(seam_result *result, const seam_result *beside, const struct arguments *arguments,
                                const struct selection *selection, seam_error *error) {
  const char *note = "";
  const struct unit unit = unit_of(result);
  if (!is_gibbs_law(result) && selected_chains(result, selection) == 0 && selection == find_selection(NULL)) {
    note = " (none works)";
    selection = find_selection("all");
  }
  bool law = is_gibbs_law(result) && counted_outcomes(result, selection) == find_selection(NULL);
  printf("%s: %s%s %s%s%s\n", printable(arguments->files[0]).text, law ? "the Gibbs law: " : "",
         unit_text(&unit, (double)selected_chains(result, selection)).text, unit.name,
         law ? "" : selection_words(selection), note);
  seam_status status = draw_interface(result, selection, terminal_colours(stdout, arguments->colour), error);
  if (status) return status;
  report_result(result);
  status = print_quantiles(result, selection, error);
  if (status) return status;
  interchange_report(result, beside);
  printf("  made with:\n");
  report_config(seam_result_config(result));
  return SEAM_OK;
}

/* The second file must be a prediction of the same pairs of kinds, margins and prior. */
static seam_status check_beside(seam_result *result, seam_result *beside, const char *file, seam_error *error) {
  static const char *const subject[] = {"first", "second", "input-margin", "output-margin", "init-scale"};
  if (!seam_result_histogram(beside, "swaps"))
    return fail(error, SEAM_ERROR_MISMATCH,
                "%.200s is not a prediction: the second file must be what seam predict wrote without --beta", file);
  for (size_t i = 0; i < sizeof subject / sizeof *subject; i++) {
    char own[64];
    snprintf(own, sizeof own, "%s", seam_config_get(seam_result_config(result), subject[i]));
    const char *other = seam_config_get(seam_result_config(beside), subject[i]);
    if (strcmp(own, other))
      return fail(error, SEAM_ERROR_MISMATCH,
                  "%.200s: its --%s is %s, but the result has %s; run seam predict with --%s %s", file, subject[i],
                  other, own, subject[i], own);
  }
  return SEAM_OK;
}

static seam_status show(seam_result *result, const struct arguments *arguments, const struct selection *selection,
                        seam_error *error) {
  seam_result *beside = NULL;
  const char *file = arguments->file_count > 1 ? arguments->files[1] : NULL;
  seam_status status = file ? seam_result_read(file, &beside, error) : SEAM_OK;
  if (status == SEAM_OK && beside) status = check_beside(result, beside, file, error);
  if (status == SEAM_OK)
    status = arguments->json ? json_show(result, beside, arguments->files[0], error)
                             : print_result(result, beside, arguments, selection, error);
  seam_result_free(beside);
  return status;
}

seam_status show_run(struct arguments *arguments, seam_error *error) {
  const struct selection *selection = find_selection(arguments->outcome);
  const char *colour = arguments->colour ? arguments->colour : "auto";
  if (!selection) return unknown_selection(arguments->outcome, error);
  if (strcmp(colour, "auto") && strcmp(colour, "always") && strcmp(colour, "never"))
    return fail(error, SEAM_ERROR_USAGE, "--colour %.60s: unknown; it takes always, never, auto", colour);
  seam_result *result = NULL;
  seam_status status = seam_result_read(arguments->files[0], &result, error);
  if (status) return status;
  status = check_law(result, arguments->files[0], selection, error);
  if (status == SEAM_OK) status = show(result, arguments, selection, error);
  seam_result_free(result);
  return status;
}
