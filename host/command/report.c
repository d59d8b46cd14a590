/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the outcomes and the options of a result. */
#include "command/report.h"

#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "base/wilson.h"
#include "command/common/outside.h"
#include "command/common/result_kind.h"
#include "command/common/terminal.h"
#include "command/common/text.h"
#include "command/prediction.h"

enum { ROOM_FOR_COUNTS = 60, ROOM_FOR_INTERVALS = 40 };

static void fraction_line(const char *name, int64_t count, int64_t total) {
  int columns = terminal_columns(stdout);
  struct interval interval = wilson((double)count, total);
  double fraction = total > 0 ? (double)count / (double)total : 0;
  printf("  %-9s%8s", name, text_percent(fraction).text);
  if (columns >= ROOM_FOR_INTERVALS)
    printf("  %s to %s", text_percent(interval.low).text, text_percent(interval.high).text);
  if (columns >= ROOM_FOR_COUNTS) printf("  (%s)", text_count(count).text);
  putchar('\n');
}

static void report_outcomes(const seam_result *result) {
  static const char *const names[] = {"buffer", "inverter", "fail", "diverged"};
  int64_t total = (int64_t)seam_result_chains(result);
  int64_t buffers = seam_result_count(result, SEAM_BUFFER), works = buffers + seam_result_count(result, SEAM_INVERTER);
  char heading[64];
  snprintf(heading, sizeof heading, "of %s chains%s", text_count(total).text,
           terminal_columns(stdout) >= ROOM_FOR_INTERVALS ? ", with 95% intervals:" : ":");
  print_wrapped(heading, printf("  "), 2);
  for (int outcome = 0; outcome < SEAM_OUTCOMES; outcome++)
    fraction_line(names[outcome], seam_result_count(result, (seam_outcome)outcome), total);
  fraction_line("works", works, total);
  if (works == 0) return;
  snprintf(heading, sizeof heading, "modes of %s that work:", text_count(works).text);
  print_wrapped(heading, printf("  "), 2);
  fraction_line("buffer", buffers, works);
  fraction_line("inverter", works - buffers, works);
}

static void report_outside(seam_result *result) {
  struct outside_warning warning;
  if (outside_warning(result, &warning)) print_wrapped(warning.text, printf("  warning: "), 2);
}

void report_result(seam_result *result) {
  if (is_prediction(result))
    prediction_report(result);
  else
    report_outcomes(result);
  report_outside(result);
}

void report_config(seam_config *config) {
  char text[4096];
  size_t length = 0;
  for (const seam_option *option = seam_options(); option->name; option++) {
    if (!option_counts(option, config) || length >= sizeof text) continue;
    length += (size_t)snprintf(text + length, sizeof text - length, "%s--%s=%s", length ? " " : "", option->name,
                               seam_config_get(config, option->name));
  }
  make_printable(text);
  print_wrapped(text, printf("  "), 2);
}
