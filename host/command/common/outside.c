/* SPDX-License-Identifier: Apache-2.0 */
/* Finds how much of what was counted lies outside the ranges of the histograms, and the option that helps. */
#include "command/common/outside.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/common/text.h"

/* `axes` is the number of last axes that are looked at: the square of interfaces has two. */
static const struct row {
  const char *histogram, *option; /* NULL: no option widens its axis */
  const char *entries;
  int axes;
  bool below; /* whether an entry below the range counts as outside */
} rows[OUTSIDE_HISTOGRAMS] = {{"interface", "range", "interfaces", 2, true},
                              {"mapping", "range", "interface voltages of the mapping", 1, true},
                              {"selection", "range", "interfaces in selection", 2, true},
                              {"snapshots", "range", "interfaces in snapshots", 2, true},
                              {"width", "width-range", "widths", 1, true},
                              {"slack", "slack-range", "slacks", 1, false},
                              {"response", NULL, NULL, 1, true},
                              {"loss", NULL, NULL, 1, false}};

static bool lies_outside(int64_t place, int64_t extent, bool below) {
  return place == extent - 1 || (below && place == 0);
}

static double share_outside(const struct row *row, const seam_histogram *histogram) {
  const seam_axis *last = &histogram->axes[histogram->axis_count - 1];
  int64_t extent = last->bins + 2;
  double total = 0, outside = 0;
  for (int64_t i = 0; i < histogram->cells; i++) {
    bool out = lies_outside(i % extent, extent, row->below);
    if (row->axes == 2) out = out || lies_outside(i / extent % extent, extent, row->below);
    total += (double)histogram->values[i];
    if (out) outside += (double)histogram->values[i];
  }
  return total > 0 ? outside / total : 0;
}

size_t outside_shares(const seam_result *result, struct outside_share shares[OUTSIDE_HISTOGRAMS]) {
  seam_prediction ignored;
  size_t count = 0;
  if (seam_result_prediction(result, &ignored)) return 0;
  for (int i = 0; i < OUTSIDE_HISTOGRAMS; i++) {
    const seam_histogram *histogram = seam_result_histogram(result, rows[i].histogram);
    if (histogram) shares[count++] = (struct outside_share){rows[i].histogram, share_outside(&rows[i], histogram)};
  }
  return count;
}

/* A wider range: twice as wide, or 4 times if much lies outside; about the same middle, or from the same end if it
 * begins at 0. Options take no numbers beyond 1e6. */
static void widen(double range[2], double share) {
  double more = (range[1] - range[0]) * (share > 0.25 ? 3 : 1);
  bool from_zero = range[0] == 0;
  range[0] = from_zero ? 0 : fmax(range[0] - more / 2, -1e6);
  range[1] = fmin(range[1] + (from_zero ? more : more / 2), 1e6);
}

/* The two lists of a warning: "4.6% of interfaces, 10% of slacks" and "--range -5.5:6.5 --slack-range 0:2". */
struct lists {
  char found[120], remedy[120];
};

static void add(struct lists *lists, seam_config *config, double share, const char *entries, const char *option) {
  double range[2];
  char *end;
  size_t found = strlen(lists->found), remedy = strlen(lists->remedy);
  range[0] = strtod(seam_config_get(config, option), &end);
  range[1] = strtod(end + 1, NULL);
  widen(range, share);
  snprintf(lists->found + found, sizeof lists->found - found, "%s%s of %s", found ? ", " : "", text_percent(share).text,
           entries);
  snprintf(lists->remedy + remedy, sizeof lists->remedy - remedy, " --%s %.6g:%.6g", option, range[0], range[1]);
}

static const struct row *row_of(const char *histogram) {
  const struct row *row = rows;
  while (strcmp(row->histogram, histogram) != 0) row++;
  return row;
}

/* The rows of one option follow one another. Only the first of them that has too much outside is told. */
static void add_trained(seam_result *result, struct lists *lists) {
  struct outside_share shares[OUTSIDE_HISTOGRAMS];
  size_t count = outside_shares(result, shares);
  const char *last = "";
  for (size_t i = 0; i < count; i++) {
    const struct row *row = row_of(shares[i].histogram);
    if (!row->option || !strcmp(row->option, last) || shares[i].share <= OUTSIDE_ALLOWED) continue;
    add(lists, seam_result_config(result), shares[i].share, row->entries, row->option);
    last = row->option;
  }
}

bool outside_warning(seam_result *result, struct outside_warning *warning) {
  struct lists lists = {"", ""};
  seam_prediction p;
  add_trained(result, &lists);
  if (seam_result_prediction(result, &p) && p.outside > OUTSIDE_ALLOWED)
    add(&lists, seam_result_config(result), p.outside, "first components", "range");
  snprintf(warning->text, sizeof warning->text, "%s lie outside the range: run again with a wider one, for example%s",
           lists.found, lists.remedy);
  return *lists.found;
}
