/* SPDX-License-Identifier: Apache-2.0 */
/* Compares two results: computes the distances between their histograms, and a map that shows where they differ.
 *
 * A distance is computed on cells that hold about equally many counts, since most bins hold too few. Sampling alone
 * keeps the distance of two equal laws above 0. Random redistributions of the pooled counts show how far
 * (sample_noise.h). */
#include "base/floating_point.h"
#include "base/stack.h"
#include "compare/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/wilson.h"
#include "compare/equal_mass_cells.h"
#include "compare/paired.h"
#include "compare/sample_noise.h"

enum { ENTRIES_PER_CELL = 400, FEWEST_CELLS = 16 };

static seam_status out_of_memory(seam_error *error) {
  return error_set(error, SEAM_ERROR_MEMORY, "out of memory: the results cannot be compared; close other programs");
}

/* ---- Distances ---- */

const double comparison_most[SEAM_DISTANCES] = {1, 0x1.62e42fefa39efp-1, INFINITY, INFINITY}; /* 1 and ln 2 */

/* One row of both results, and sums over the rows. */
struct work {
  struct outcome_table side[2];
  int64_t *table[3]; /* the counts of A, of B, and pooled */
  int32_t *cell;     /* the cell of each bin */
  int cells;
  struct sample sample[2];
  struct dealt room;
  struct paired_noise *paired; /* NULL unless the chains are matched */
  int64_t rows;                /* rows with entries in both results */
  double entries;              /* effective entries of these rows in both results */
  bool known; /* whether the noise can be estimated: there are enough entries, and the samples share no draws */
  /* Sums over the rows, weighted by effective entries. The errors are those of the last row. */
  double value[SEAM_DISTANCES], error[SEAM_DISTANCES];
  double chance[PERMUTATIONS][SEAM_DISTANCES];
};

static void work_free(struct work *work) {
  if (!work) return;
  for (int t = 0; t < 3; t++) free(work->table[t]);
  free(work->cell);
  paired_noise_free(work->paired);
  free(work);
}

static struct work *work_create(const struct outcome_table sides[2], bool independent) {
  struct work *work = calloc(1, sizeof *work);
  if (!work) return NULL;
  size_t bins = (size_t)sides[0].row_bins;
  memcpy(work->side, sides, sizeof work->side);
  for (int t = 0; t < 3; t++) work->table[t] = malloc(bins * sizeof *work->table[t]);
  work->cell = malloc(bins * sizeof *work->cell);
  work->known = independent;
  if (work->table[0] && work->table[1] && work->table[2] && work->cell) return work;
  work_free(work);
  return NULL;
}

static int wanted_cells(const struct sample samples[2], int64_t rows) {
  double wanted = floor((samples[0].effective + samples[1].effective) / ENTRIES_PER_CELL);
  double most = fmin(samples[0].most_cells, samples[1].most_cells);
  return (int)fmax(FEWEST_CELLS, fmin(wanted, fmin(most, (double)(MOST_CELLS / rows))));
}

static void pool_chains(struct work *work) {
  for (int64_t i = 0; i < work->side[0].row_bins; i++) work->table[2][i] = work->table[0][i] + work->table[1][i];
}

/* Each side counts as its effective entries. Otherwise many pairs that share components would outweigh few chains. */
static void pool_pairs(struct work *work, const int64_t entries[2]) {
  const double a = work->sample[0].effective, b = work->sample[1].effective, scale = 0x1p52 / (a + b);
  for (int64_t i = 0; i < work->side[0].row_bins; i++) {
    double share_a = (double)work->table[0][i] / (double)entries[0];
    double share_b = (double)work->table[1][i] / (double)entries[1];
    work->table[2][i] = (int64_t)((a * share_a + b * share_b) * scale + 0.5);
  }
}

/* Divides the bins into cells by the pooled counts, and sums both sides into them. */
static seam_status divide(struct work *work, const int64_t entries[2], seam_error *error) {
  const struct outcome_table *side = work->side;
  for (int r = 0; r < 2; r++)
    FORWARD(sample_weigh(&work->sample[r], &side[r], work->table[r], entries[r], work->cell, error));
  if (side[0].blocks[0] || side[1].blocks[0])
    pool_pairs(work, entries);
  else
    pool_chains(work);
  FORWARD(equal_mass_cells_create(work->table[2], &side[0].shape, wanted_cells(work->sample, side[0].rows), work->cell,
                                  &work->cells, error));
  for (int r = 0; r < 2; r++) sample_fill(&work->sample[r], &side[r], work->table[r], work->cell, work->cells);
  return SEAM_OK;
}

static void add_distances(struct work *work, int h, int64_t row) {
  const struct sample *a = &work->sample[0], *b = &work->sample[1];
  const struct count_pair pair = {a->count, b->count, work->cells};
  double weight = a->effective + b->effective, value[SEAM_DISTANCES];
  distance_values(&pair, value);
  for (int d = 0; d < SEAM_DISTANCES; d++) work->value[d] += weight * value[d];
  work->entries += weight;
  work->rows++;
  work->known = work->known && a->known && b->known;
  if (!work->known) return;
  if (work->paired) {
    paired_fill(work->paired, work->side, row, work->cell, work->cells);
    paired_add(work->paired, &pair, weight, value, work->chance);
    return;
  }
  sample_distance_errors(work->sample, work->error);
  sample_chance(work->sample, (uint32_t)h << 16 | (uint32_t)row, weight, &work->room, work->chance);
}

static void find_paired_errors(struct work *work) {
  paired_errors(work->paired, work->error);
  for (int d = 0; d < SEAM_DISTANCES; d++) work->error[d] /= work->entries;
}

static seam_status compare_rows(struct work *work, int h, seam_compared *compared, seam_error *error) {
  for (int64_t row = 0; row < work->side[0].rows; row++) {
    int64_t entries[2];
    for (int r = 0; r < 2; r++) {
      entries[r] = outcome_gather(&work->side[r], row, work->table[r]);
      compared->entries[r] += entries[r];
    }
    if (entries[0] == 0 || entries[1] == 0) continue;
    FORWARD(divide(work, entries, error));
    add_distances(work, h, row);
    for (int r = 0; r < 2; r++) compared->effective[r] += work->sample[r].known ? work->sample[r].effective : NAN;
    compared->cells += work->cells;
  }
  compared->rows = work->rows;
  if (work->paired && work->rows) find_paired_errors(work);
  for (int r = 0; r < 2; r++) compared->entries[r] >>= work->side[r].count_bits;
  return SEAM_OK;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Turns sums over the rows into means, and places the value among the values of the permutations. */
static seam_distance distance_of(const struct work *work, int d, bool independent) {
  if (work->rows == 0) return (seam_distance){NAN, NAN, NAN, NAN, NAN, NAN, NAN};
  if (!work->known) return (seam_distance){work->value[d] / work->entries, NAN, NAN, NAN, NAN, NAN, NAN};
  double sorted[PERMUTATIONS], sum = 0, value = work->value[d];
  int reach = 0;
  for (int p = 0; p < PERMUTATIONS; p++) {
    reach += work->chance[p][d] >= value;
    sorted[p] = work->chance[p][d] / work->entries;
    sum += sorted[p];
  }
  qsort(sorted, PERMUTATIONS, sizeof *sorted, ascending);
  seam_distance distance = {.value = value / work->entries, .chance = sum / PERMUTATIONS};
  distance.excess = distance.value - distance.chance;
  distance.chance_95 = distance.low = distance.high = distance.p = NAN;
  if (!independent) return distance;
  distance.chance_95 = sorted[PERMUTATIONS * 95 / 100 - 1];
  distance.low = fmax(0, distance.excess - Z_95 * work->error[d]);
  distance.high = fmin(comparison_most[d], distance.value + Z_95 * work->error[d]);
  distance.p = (1.0 + reach) / (1.0 + PERMUTATIONS);
  return distance;
}

/* ---- The map ---- */

static seam_histogram map_of(const struct outcome_table *table, const char *name, const char *label) {
  const seam_histogram *interface = table->histogram;
  return (seam_histogram){.name = name,
                          .label = label,
                          .axis_count = 2,
                          .axes = {interface->axes[1], interface->axes[2]},
                          .cells = table->row_bins};
}

void comparison_add_maps(struct seam_comparison *comparison, const struct outcome_table *table) {
  comparison->maps[0] = map_of(table, "log_ratio", "ln of the first result's share over the second's");
  comparison->maps[1] = map_of(table, "log_ratio_error", "standard error of log_ratio");
}

seam_status comparison_make_room(struct seam_comparison *comparison, seam_error *error) {
  size_t cells = (size_t)comparison->maps[0].cells;
  comparison->reals = malloc(COMPARISON_MAPS * cells * sizeof *comparison->reals);
  if (!comparison->reals) return out_of_memory(error);
  for (size_t i = 0; i < COMPARISON_MAPS; i++) comparison->maps[i].reals = comparison->reals + i * cells;
  return SEAM_OK;
}

static double log_ratio_error(const struct work *work, int cell) {
  const struct sample *a = &work->sample[0], *b = &work->sample[1];
  if (!work->known) return NAN;
  if (!work->paired) return sqrt(sample_log_variance(a, cell) + sample_log_variance(b, cell));
  return paired_log_ratio_error(work->paired, &(struct count_pair){a->count, b->count, work->cells}, cell);
}

static seam_status make_maps(struct seam_comparison *comparison, const struct work *work, seam_error *error) {
  const struct outcome_table *table = &work->side[0];
  int64_t bins = table->row_bins;
  comparison_add_maps(comparison, table);
  FORWARD(comparison_make_room(comparison, error));
  const struct sample *samples = work->sample;
  double ratio[MOST_CELLS], spread[MOST_CELLS], total[2];
  for (int r = 0; r < 2; r++) total[r] = samples[r].effective + 0.5 * work->cells;
  for (int i = 0; i < work->cells; i++) {
    double a = samples[0].count[i] + 0.5, b = samples[1].count[i] + 0.5;
    ratio[i] = log(a / total[0] / (b / total[1]));
    spread[i] = log_ratio_error(work, i);
  }
  for (int64_t i = 0; i < bins; i++) {
    bool counted = work->table[0][i] > 0 || work->table[1][i] > 0; /* the interface has one row, which is still there */
    comparison->reals[i] = counted ? ratio[work->cell[i]] : NAN;
    comparison->reals[bins + i] = spread[work->cell[i]];
  }
  return SEAM_OK;
}

/* ---- The comparison ---- */

static bool same_axis(const seam_axis *a, const seam_axis *b) {
  if (a->type != b->type || a->bins != b->bins || a->flow != b->flow) return false;
  if (a->type == SEAM_AXIS_CATEGORY_INT)
    return memcmp(a->numbers, b->numbers, (size_t)a->bins * sizeof *a->numbers) == 0;
  return a->type != SEAM_AXIS_REGULAR || (a->lower == b->lower && a->upper == b->upper);
}

static bool same_axes(const seam_histogram *a, const seam_histogram *b) {
  bool same = a->axis_count == b->axis_count;
  for (int i = 0; same && i < a->axis_count; i++) same = same_axis(&a->axes[i], &b->axes[i]);
  return same;
}

/* The interfaces of pairs lie in a histogram with other axes, so their axes are not compared here. compare_check has
 * already compared their bins. */
bool comparison_tables(const struct outcome_choice *choice, const seam_result *a, const seam_result *b, int h,
                       struct outcome_table tables[2]) {
  if (!outcome_table_create(choice, a, h, &tables[0]) || !outcome_table_create(choice, b, h, &tables[1])) return false;
  return h == HISTOGRAM_INTERFACE || same_axes(tables[0].histogram, tables[1].histogram);
}

seam_compared *comparison_add(struct seam_comparison *comparison, const struct outcome_table tables[2], int h) {
  seam_compared *compared = &comparison->compared[comparison->compared_count++];
  *compared = (seam_compared){.name = histogram_name(h), .unit = {tables[0].unit, tables[1].unit}};
  compared->independent = h != HISTOGRAM_SNAPSHOTS && histogram_entries_per_chain(h) == 1;
  return compared;
}

static seam_status compare_histogram(struct seam_comparison *comparison, const struct outcome_table sides[2], int h,
                                     const struct seam_paired *paired, seam_error *error) {
  struct work *work = work_create(sides, paired || comparison->shared == 0);
  if (work && paired) work->paired = paired_noise_create(paired, (uint32_t)h << 16);
  if (!work || (paired && !work->paired)) {
    work_free(work);
    return out_of_memory(error);
  }
  seam_compared *compared = comparison_add(comparison, sides, h);
  seam_status status = compare_rows(work, h, compared, error);
  for (int d = 0; d < SEAM_DISTANCES; d++)
    compared->distance[d] = distance_of(work, d, compared->independent || paired);
  if (status == SEAM_OK && h == HISTOGRAM_INTERFACE && work->rows) status = make_maps(comparison, work, error);
  work_free(work);
  return status;
}

static seam_status compare_all(struct seam_comparison *comparison, const seam_result *a, const seam_result *b,
                               const struct outcome_choice *choice, const struct seam_paired *paired,
                               seam_error *error) {
  for (int h = 0; h < HISTOGRAMS; h++) {
    struct outcome_table sides[2];
    if (comparison_tables(choice, a, b, h, sides)) FORWARD(compare_histogram(comparison, sides, h, paired, error));
  }
  return SEAM_OK;
}

static seam_status create(const seam_result *a, const seam_result *b, const struct seam_paired *paired,
                          const char *outcome, bool anyway, seam_comparison **out, seam_error *error) {
  const struct outcome_choice *choice = outcome_choice_find(outcome);
  *out = NULL;
  if (!choice)
    return error_set(error, SEAM_ERROR_USAGE, "--outcome %.60s: unknown; it takes works, buffer, inverter, fail, all",
                     outcome);
  FORWARD(compare_check(a, b, choice, anyway, error));
  struct seam_comparison *comparison = calloc(1, sizeof *comparison);
  if (!comparison) return out_of_memory(error);
  comparison->schema = COMPARISON_SCHEMA;
  comparison->config[0] = a->config;
  comparison->config[1] = b->config;
  comparison->chains[0] = coverage_size(&a->coverage);
  comparison->chains[1] = coverage_size(&b->coverage);
  comparison->shared = compare_shared(a, b);
  comparison->outcome = choice->name;
  compare_fractions(comparison, a, b);
  if (paired) {
    comparison->blocks = paired->blocks;
    paired_fractions(comparison, paired);
  }
  seam_status status = compare_all(comparison, a, b, choice, paired, error);
  if (status != SEAM_OK)
    seam_comparison_free(comparison);
  else
    *out = comparison;
  return status;
}

void comparison_forget(struct seam_comparison *comparison) {
  for (int h = 0; h < comparison->compared_count; h++)
    for (int d = 0; d < SEAM_DISTANCES; d++) {
      seam_distance *distance = &comparison->compared[h].distance[d];
      *distance = (seam_distance){distance->value, NAN, NAN, NAN, NAN, NAN, NAN};
    }
  for (int f = 0; f < COMPARISON_FRACTIONS; f++)
    comparison->fractions[f].difference = comparison->fractions[f].difference_error = NAN;
  for (int64_t i = 0; comparison->reals && i < comparison->maps[1].cells; i++)
    comparison->reals[comparison->maps[0].cells + i] = NAN;
}

seam_status seam_compare(const seam_result *a, const seam_result *b, const char *outcome, int anyway,
                         seam_comparison **comparison, seam_error *error) {
  OWN_FLOATING_POINT;
  *comparison = NULL;
  FORWARD(stack_check(error));
  return create(a, b, NULL, outcome, anyway != 0, comparison, error);
}

seam_status seam_paired_compare(const seam_paired *paired, const char *outcome, int anyway,
                                seam_comparison **comparison, seam_error *error) {
  OWN_FLOATING_POINT;
  int blocks = paired ? paired->blocks : 0;
  *comparison = NULL;
  FORWARD(stack_check(error));
  if (blocks < SEAM_FEWEST_BLOCKS)
    return error_set(error, SEAM_ERROR_USAGE, "%d blocks of matched chains: at least %d are needed; use more chains",
                     blocks, SEAM_FEWEST_BLOCKS);
  return create(paired->sum[0], paired->sum[1], paired, outcome, anyway != 0, comparison, error);
}

void seam_comparison_free(seam_comparison *comparison) {
  if (!comparison) return;
  free(comparison->reals);
  free(comparison);
}

const seam_compared *seam_comparison_histogram_at(const seam_comparison *comparison, size_t index) {
  return index < (size_t)comparison->compared_count ? &comparison->compared[index] : NULL;
}

const seam_fraction *seam_comparison_fraction_at(const seam_comparison *comparison, size_t index) {
  return index < COMPARISON_FRACTIONS ? &comparison->fractions[index] : NULL;
}

const seam_histogram *seam_comparison_map_at(const seam_comparison *comparison, size_t index) {
  return index < COMPARISON_MAPS && comparison->maps[index].name ? &comparison->maps[index] : NULL;
}

seam_config *seam_comparison_config(seam_comparison *comparison, int side) { return &comparison->config[side != 0]; }

const char *seam_comparison_outcome(const seam_comparison *comparison) {
  return outcome_choice_find(comparison->outcome)->shown;
}

int seam_comparison_blocks(const seam_comparison *comparison) { return comparison->blocks; }

uint64_t seam_comparison_shared(const seam_comparison *comparison) { return comparison->shared; }
