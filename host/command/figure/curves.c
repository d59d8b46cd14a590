/* SPDX-License-Identifier: Apache-2.0 */
/* Computes densities that are drawn over one another, for the outcomes of one result or for several results. */
#include "command/figure/curves.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "command/common/colour.h"
#include "command/common/selection.h"

enum { USUAL_BINS = 64, FEWEST_BINS = 16, FEW = 32, FEW_CHAINS = 100 };

/* Ordered results go from light to dark. Others have a colour each, and dashes where the colours are used up. */
static void choose_colour(struct member *member, const struct plot *plot, int r) {
  const char *option = ordering_option(plot);
  member->colour = option ? colour_ordered(order_place(plot, r, option)) : series_colours[r % SERIES_COLOURS];
  member->dashed = !option && r >= SERIES_COLOURS;
}

struct family family_of(const struct plot *plot) {
  struct family family = {0};
  bool several = plot->count > 1;
  for (int i = 0; i < (several ? plot->count : OUTCOMES_COUNTED); i++) {
    if (!several && !(plot->selection->outcomes >> i & 1)) continue;
    struct member *member = &family.members[family.count++];
    const struct selection own = {"", several ? plot->selection->outcomes : 1u << i};
    member->result = plot->results[several ? i : 0];
    member->outcomes = own.outcomes;
    member->chains = (double)selected_chains(member->result, &own);
    member->few = member->chains > 0 && member->chains < FEW_CHAINS;
    member->colour = outcome_colours[i % OUTCOMES_COUNTED];
    if (several) choose_colour(member, plot, i);
  }
  return family;
}

/* ---- Bins ---- */

/* The histograms of one name, one for each member, from one level on. */
struct source {
  const struct family *family;
  const seam_histogram *histograms[MOST_OVERLAID]; /* NULL: not counted */
  int first_level;
};

/* Entries of a member at a level in the bin i of the histogram, its flow bins included. */
static int64_t entries_in(const struct source *source, int member, int level, int64_t i) {
  const seam_histogram *histogram = source->histograms[member];
  int64_t extent = histogram->axes[histogram->axis_count - 1].bins + 2;
  int64_t levels = histogram->axis_count == 3 ? LEVELS : 1, sum = 0;
  for (int outcome = 0; outcome < OUTCOMES_COUNTED; outcome++)
    if (source->family->members[member].outcomes >> outcome & 1)
      sum += histogram->values[(outcome * levels + source->first_level + level) * extent + i];
  return sum;
}

static int64_t entries_merged(const struct source *source, const struct curves *curves, int member, int level,
                              int64_t bin) {
  int64_t merged = curves->axis->bins / curves->bins, sum = 0;
  for (int64_t i = 0; i < merged; i++) sum += entries_in(source, member, level, 1 + bin * merged + i);
  return sum;
}

static int64_t fullest_of(const struct source *source, const struct curves *curves, int member) {
  int64_t most = 0;
  for (int level = 0; level < curves->levels; level++)
    for (int64_t bin = 0; bin < curves->bins; bin++) {
      int64_t entries = entries_merged(source, curves, member, level, bin);
      if (entries > most) most = entries;
    }
  return most;
}

/* Whether some result has chains, but even its fullest bin holds few of them. */
static bool is_sparse(const struct source *source, const struct curves *curves) {
  const struct family *family = source->family;
  for (int m = 0; m < family->count; m++) {
    int64_t most = 0;
    double chains = 0;
    for (int other = 0; other < family->count; other++) {
      if (family->members[other].result != family->members[m].result || !source->histograms[other]) continue;
      if (family->members[other].few) continue;
      most = (int64_t)fmax((double)most, (double)fullest_of(source, curves, other));
      chains += family->members[other].chains;
    }
    if (chains > 0 && most < FEW) return true;
  }
  return false;
}

static void choose_bins(struct curves *curves, const struct source *source) {
  curves->bins = curves->axis->bins;
  while (curves->bins % 2 == 0 && curves->bins > FEWEST_BINS &&
         (curves->bins > USUAL_BINS * 3 / 2 || is_sparse(source, curves)))
    curves->bins /= 2;
}

/* ---- Densities ---- */

static void note(struct curves *curves, double value) {
  if (!(value > 0)) return;
  curves->largest = fmax(curves->largest, value);
  if (curves->least == 0 || value < curves->least) curves->least = value;
}

static void fill_curve(struct curves *curves, const struct source *source, int member, int level) {
  double chains = source->family->members[member].chains;
  double span = (curves->axis->upper - curves->axis->lower) / (double)curves->bins;
  double *values = curves->values + (member * curves->levels + level) * curves->bins;
  for (int64_t bin = 0; bin < curves->bins && chains > 0; bin++) {
    values[bin] = (double)entries_merged(source, curves, member, level, bin) / (chains * span);
    note(curves, values[bin]);
  }
}

/* The share of a result's entries that lie in bin i, over its members. */
static double share_in(const struct source *source, const struct curves *curves, const seam_result *result, int64_t i) {
  double entries = 0, chains = 0;
  for (int m = 0; m < source->family->count; m++) {
    if (source->family->members[m].result != result || !source->histograms[m]) continue;
    chains += source->family->members[m].chains;
    for (int level = 0; level < curves->levels; level++) entries += (double)entries_in(source, m, level, i);
  }
  return chains > 0 ? entries / (chains * curves->levels) : 0;
}

static void fill(struct curves *curves, const struct source *source) {
  for (int m = 0; m < curves->members; m++) {
    const seam_result *result = source->family->members[m].result;
    for (int level = 0; level < curves->levels && source->histograms[m] && !source->family->members[m].few; level++)
      fill_curve(curves, source, m, level);
    curves->below = fmax(curves->below, share_in(source, curves, result, 0));
    curves->above = fmax(curves->above, share_in(source, curves, result, curves->axis->bins + 1));
  }
}

seam_status curves_fill(struct curves *curves, const struct family *family, const char *name, int level,
                        seam_error *error) {
  struct source source = {.family = family, .first_level = level < 0 ? 0 : level};
  *curves = (struct curves){.members = family->count};
  for (int m = 0; m < family->count; m++) {
    const seam_histogram *histogram = seam_result_histogram(family->members[m].result, name);
    source.histograms[m] = histogram;
    if (!histogram) continue;
    curves->axis = &histogram->axes[histogram->axis_count - 1];
    curves->levels = level < 0 && histogram->axis_count == 3 ? LEVELS : 1;
  }
  if (!curves->axis) return SEAM_OK;
  choose_bins(curves, &source);
  curves->values = calloc((size_t)(curves->members * curves->levels * curves->bins), sizeof *curves->values);
  if (!curves->values) return figure_out_of_memory(error);
  fill(curves, &source);
  return SEAM_OK;
}

int64_t curves_entries(const struct member *member, const char *name, int level, int64_t bin) {
  const struct family alone = {1, {*member}};
  const struct source source = {&alone, {seam_result_histogram(member->result, name)}, level < 0 ? 0 : level};
  return source.histograms[0] ? entries_in(&source, 0, 0, 1 + bin) : 0;
}
