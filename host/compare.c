/* SPDX-License-Identifier: Apache-2.0 */
/* Compares two results: whether they can be, their fractions, and the distances of their histograms. */
#include "compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "distance.h"
#include "option.h"
#include "partition.h"

enum { ENTRIES_PER_CELL = 400, FEWEST_CELLS = 16, MOST_CELLS = 1024 };

/* The standard normal's: 95% lie within. */
static const double z_95 = 1.959963984540054;

/* A choice of outcomes: bit o set takes outcome o. */
struct slice {
  const char *name;
  unsigned outcomes;
};

static const struct slice slices[] = {{"pass", 3}, {"buffer", 1}, {"inverter", 2}, {"fail", 4}, {"all", 7}};

static seam_status out_of_memory(seam_error *error) {
  return error_set(error, SEAM_ERROR_MEMORY, "memory is out: the results cannot be compared");
}

/* ---- Whether two results compare ---- */

/* Appends "--NAME X against Y" for each of the options that differ; returns how many do. */
static int list_differences(const seam_result *a, const seam_result *b, const char *const *names, char *list,
                            size_t size) {
  int count = 0;
  for (list[0] = '\0'; *names; names++) {
    const struct option *option = option_find(*names);
    char values[2][64];
    option->type->print(option, (const char *)&a->config + option->offset, values[0], sizeof values[0]);
    option->type->print(option, (const char *)&b->config + option->offset, values[1], sizeof values[1]);
    if (!strcmp(values[0], values[1])) continue;
    size_t length = strlen(list);
    snprintf(list + length, size - length, "%s--%s %s against %s", count++ ? ", " : "", *names, values[0], values[1]);
  }
  return count;
}

static seam_status check_alike(const seam_result *a, const seam_result *b, bool force, seam_error *error) {
  static const char *const axes[] = {"bins", "range", NULL};
  static const char *const subject[] = {"first", "second", "input-margin", "output-margin", "init-scale", NULL};
  char list[384];
  if (list_differences(a, b, axes, list, sizeof list))
    return error_set(error, SEAM_ERROR_MISMATCH,
                     "%s: interfaces in other bins do not compare; run one again with the other's", list);
  if (!force && list_differences(a, b, subject, list, sizeof list))
    return error_set(error, SEAM_ERROR_MISMATCH, "%s: not the same thing; compare all the same with --force", list);
  const seam_result *const results[2] = {a, b};
  for (int r = 0; r < 2; r++)
    if (!seam_result_histogram(results[r], "interface"))
      return error_set(error, SEAM_ERROR_MISMATCH,
                       "%s was run without histogram interface: run it again with --histograms interface or all",
                       r ? "the second result" : "the first result");
  return SEAM_OK;
}

/* Every sum of entries of both, over all rows, must fit. */
static seam_status check_sizes(const seam_result *a, const seam_result *b, seam_error *error) {
  const uint64_t most = INT64_MAX / PROBES, chains[2] = {coverage_size(&a->coverage), coverage_size(&b->coverage)};
  if (chains[0] <= most && chains[1] <= most - chains[0]) return SEAM_OK;
  return error_set(error, SEAM_ERROR_MISMATCH, "%llu and %llu chains: at most %llu in all compare; take parts of them",
                   (unsigned long long)chains[0], (unsigned long long)chains[1], (unsigned long long)most);
}

static const struct slice *find_slice(const char *name) {
  for (size_t i = 0; i < sizeof slices / sizeof *slices; i++)
    if (strcmp(slices[i].name, name) == 0) return &slices[i];
  return NULL;
}

static uint64_t shared_chains(const seam_result *a, const seam_result *b) {
  uint64_t shared = 0;
  if (a->config.seed != b->config.seed) return 0;
  for (size_t i = 0; i < a->coverage.ranges; i++)
    for (size_t j = 0; j < b->coverage.ranges; j++) {
      const uint64_t *x = a->coverage.ids + 2 * i, *y = b->coverage.ids + 2 * j;
      uint64_t begin = x[0] > y[0] ? x[0] : y[0], end = x[1] < y[1] ? x[1] : y[1];
      if (begin < end) shared += end - begin;
    }
  return shared;
}

/* ---- Fractions ---- */

static seam_fraction fraction_of(const char *name, const char *of, const int64_t part[2], const int64_t whole[2]) {
  seam_fraction f = {.name = name, .of = of};
  double n[2] = {(double)whole[0], (double)whole[1]};
  for (int r = 0; r < 2; r++) {
    f.value[r] = whole[r] ? (double)part[r] / n[r] : NAN;
    f.error[r] = whole[r] ? sqrt(f.value[r] * (1 - f.value[r]) / n[r]) : NAN;
  }
  double pooled = ((double)part[0] + (double)part[1]) / (n[0] + n[1]);
  double error = sqrt(pooled * (1 - pooled) * (1 / n[0] + 1 / n[1]));
  double difference = f.value[0] - f.value[1];
  f.difference = difference == 0 ? 0 : difference / error;
  return f;
}

static void compare_fractions(struct seam_comparison *comparison, const seam_result *a, const seam_result *b) {
  const int64_t *const counts[2] = {a->counts, b->counts};
  int64_t chains[2], pass[2], buffers[2], inverters[2];
  for (int r = 0; r < 2; r++) {
    chains[r] = (int64_t)comparison->chains[r];
    buffers[r] = counts[r][OUTCOME_BUFFER];
    inverters[r] = counts[r][OUTCOME_INVERTER];
    pass[r] = buffers[r] + inverters[r];
  }
  comparison->fractions[0] = fraction_of("pass", "all", pass, chains);
  comparison->fractions[1] = fraction_of("buffer", "pass", buffers, pass);
  comparison->fractions[2] = fraction_of("inverter", "pass", inverters, pass);
}

/* ---- Tables: the slice of a histogram ---- */

/* Rows of tables, one after the other: `rows` distributions, each over the bins of `shape`. */
struct layout {
  int64_t rows, row_bins;
  struct table_shape shape;
  /* Where they lie in the histogram: the first bin of the first row, and from a row to the next, for each outcome. */
  int64_t first, stride, outcome_stride;
  unsigned outcomes;
};

static int64_t extent(const seam_axis *axis) { return axis->bins + 2 * axis->flow; }

/* The last axes, as many as there are from `begin` on. */
static struct table_shape shape_from(const seam_histogram *histogram, int begin) {
  struct table_shape shape = {{1, 1, 1}};
  for (int a = begin; a < histogram->axis_count; a++)
    shape.extent[PARTITION_AXES - histogram->axis_count + a] = extent(&histogram->axes[a]);
  return shape;
}

/* Snapshots know who works, not in which mode: false for a slice that asks for one. */
static bool lay_out_snapshots(const seam_histogram *histogram, const struct slice *slice, struct layout *layout) {
  bool all = slice->outcomes == 7, pass = slice->outcomes == 3;
  if (!all && !pass && slice->outcomes != 4) return false;
  layout->rows = extent(&histogram->axes[0]);
  layout->stride = histogram->cells / layout->rows;
  layout->shape = shape_from(histogram, all ? 1 : 2);
  layout->first = pass ? table_bins(&layout->shape) : 0;
  layout->outcomes = 1;
  return true;
}

static bool lay_out(int h, const seam_histogram *histogram, const struct slice *slice, struct layout *layout) {
  *layout = (struct layout){.rows = 1, .outcomes = slice->outcomes};
  if (h == HISTOGRAM_SNAPSHOTS) {
    if (!lay_out_snapshots(histogram, slice, layout)) return false;
  } else {
    bool rows = histogram_entries_per_chain(h) > 1;
    if (rows) layout->rows = extent(&histogram->axes[1]);
    layout->shape = shape_from(histogram, rows ? 2 : 1);
    layout->stride = table_bins(&layout->shape);
    layout->outcome_stride = histogram->cells / HISTOGRAM_OUTCOMES;
  }
  layout->row_bins = table_bins(&layout->shape);
  return true;
}

/* One row, summed over the slice's outcomes; returns its total. */
static int64_t gather_row(const struct layout *layout, const seam_histogram *histogram, int64_t row, int64_t *counts) {
  int64_t total = 0;
  memset(counts, 0, (size_t)layout->row_bins * sizeof *counts);
  for (int outcome = 0; outcome < HISTOGRAM_OUTCOMES; outcome++) {
    if (!(layout->outcomes >> outcome & 1)) continue;
    const int64_t *from = histogram->values + outcome * layout->outcome_stride + layout->first + row * layout->stride;
    for (int64_t i = 0; i < layout->row_bins; i++) {
      counts[i] += from[i];
      total += from[i];
    }
  }
  return total;
}

/* ---- Distances ---- */

/* Room for one row of both results. */
struct work {
  int64_t *table[3]; /* A's, B's and the pooled counts */
  int32_t *cell;
  int cells;
  int64_t sums[2][MOST_CELLS], room[2 * MOST_CELLS];
  int64_t rows;   /* with entries in both */
  double entries; /* of these rows in both */
  /* Summed over the rows, each weighed by its entries; the errors are of the last row. */
  double value[SEAM_DISTANCES], error[SEAM_DISTANCES];
  double chance[PERMUTATIONS][SEAM_DISTANCES];
};

static void work_free(struct work *work) {
  if (!work) return;
  for (int t = 0; t < 3; t++) free(work->table[t]);
  free(work->cell);
  free(work);
}

static struct work *work_create(int64_t bins) {
  struct work *work = calloc(1, sizeof *work);
  if (!work) return NULL;
  for (int t = 0; t < 3; t++) work->table[t] = malloc((size_t)bins * sizeof *work->table[t]);
  work->cell = malloc((size_t)bins * sizeof *work->cell);
  if (work->table[0] && work->table[1] && work->table[2] && work->cell) return work;
  work_free(work);
  return NULL;
}

static int wanted_cells(int64_t entries, int64_t rows) {
  int64_t most = MOST_CELLS / rows, wanted = entries / ENTRIES_PER_CELL;
  if (wanted > most) wanted = most;
  return wanted < FEWEST_CELLS ? FEWEST_CELLS : (int)wanted;
}

static seam_status compare_cells(struct work *work, const struct layout *layout, int64_t entries, uint32_t purpose,
                                 seam_error *error) {
  for (int64_t i = 0; i < layout->row_bins; i++) work->table[2][i] = work->table[0][i] + work->table[1][i];
  FORWARD(partition_create(work->table[2], &layout->shape, wanted_cells(entries, layout->rows), work->cell,
                           &work->cells, error));
  for (int r = 0; r < 2; r++) partition_sum(work->table[r], work->cell, layout->row_bins, work->cells, work->sums[r]);
  struct count_pair pair = {work->sums[0], work->sums[1], work->cells};
  double value[SEAM_DISTANCES];
  distance_values(&pair, value);
  distance_errors(&pair, work->error);
  double weight = (double)entries;
  distance_permuted(&pair, purpose, weight, work->room, work->chance);
  for (int d = 0; d < SEAM_DISTANCES; d++) work->value[d] += weight * value[d];
  work->entries += weight;
  work->rows++;
  return SEAM_OK;
}

static seam_status compare_rows(struct work *work, const struct layout *layout, const seam_histogram *const pair[2],
                                int h, seam_compared *compared, seam_error *error) {
  for (int64_t row = 0; row < layout->rows; row++) {
    int64_t entries[2];
    for (int r = 0; r < 2; r++) {
      entries[r] = gather_row(layout, pair[r], row, work->table[r]);
      compared->entries[r] += entries[r];
    }
    if (entries[0] == 0 || entries[1] == 0) continue;
    FORWARD(compare_cells(work, layout, entries[0] + entries[1], (uint32_t)h << 16 | (uint32_t)row, error));
    compared->cells += work->cells;
  }
  compared->rows = work->rows;
  return SEAM_OK;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* From sums over the rows to the mean over them, beside the permutations' law. */
static seam_distance judge(const struct work *work, int d, bool independent) {
  if (work->rows == 0) return (seam_distance){NAN, NAN, NAN, NAN, NAN, NAN, NAN};
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
  const double most[SEAM_DISTANCES] = {1, 0x1.62e42fefa39efp-1, INFINITY, INFINITY}; /* 1 and ln 2 */
  distance.chance_95 = sorted[PERMUTATIONS * 95 / 100 - 1];
  distance.low = fmax(0, distance.excess - z_95 * work->error[d]);
  distance.high = fmin(most[d], distance.value + z_95 * work->error[d]);
  distance.p = (1.0 + reach) / (1.0 + PERMUTATIONS);
  return distance;
}

/* ---- The map ---- */

static void add_map(struct seam_comparison *comparison, int index, const seam_histogram *interface, const char *name,
                    const char *label) {
  int64_t cells = interface->cells / HISTOGRAM_OUTCOMES;
  comparison->maps[index] = (seam_histogram){.name = name,
                                             .label = label,
                                             .axis_count = 2,
                                             .axes = {interface->axes[1], interface->axes[2]},
                                             .cells = cells,
                                             .reals = comparison->reals + index * cells};
}

static seam_status make_maps(struct seam_comparison *comparison, const struct work *work,
                             const seam_histogram *interface, seam_error *error) {
  int64_t bins = interface->cells / HISTOGRAM_OUTCOMES;
  comparison->reals = malloc(COMPARISON_MAPS * (size_t)bins * sizeof *comparison->reals);
  if (!comparison->reals) return out_of_memory(error);
  double ratio[MOST_CELLS], spread[MOST_CELLS], total[2] = {0.5 * work->cells, 0.5 * work->cells};
  for (int r = 0; r < 2; r++)
    for (int i = 0; i < work->cells; i++) total[r] += (double)work->sums[r][i];
  for (int i = 0; i < work->cells; i++) {
    double a = (double)work->sums[0][i] + 0.5, b = (double)work->sums[1][i] + 0.5;
    ratio[i] = log(a / total[0] / (b / total[1]));
    spread[i] = sqrt(1 / a - 1 / total[0] + 1 / b - 1 / total[1]);
  }
  for (int64_t i = 0; i < bins; i++) {
    comparison->reals[i] = ratio[work->cell[i]];
    comparison->reals[bins + i] = spread[work->cell[i]];
  }
  add_map(comparison, 0, interface, "log_ratio", "ln of the first result's share over the second's");
  add_map(comparison, 1, interface, "log_ratio_error", "standard error of log_ratio");
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

static seam_status compare_histogram(struct seam_comparison *comparison, const seam_histogram *const pair[2], int h,
                                     const struct layout *layout, seam_error *error) {
  struct work *work = work_create(layout->row_bins);
  if (!work) return out_of_memory(error);
  seam_compared *compared = &comparison->compared[comparison->compared_count++];
  *compared = (seam_compared){.name = histogram_name(h)};
  compared->independent = h != HISTOGRAM_SNAPSHOTS && histogram_entries_per_chain(h) == 1;
  seam_status status = compare_rows(work, layout, pair, h, compared, error);
  for (int d = 0; d < SEAM_DISTANCES; d++) compared->distance[d] = judge(work, d, compared->independent);
  if (status == SEAM_OK && h == HISTOGRAM_INTERFACE && work->rows) status = make_maps(comparison, work, pair[0], error);
  work_free(work);
  return status;
}

static seam_status compare_all(struct seam_comparison *comparison, const seam_result *a, const seam_result *b,
                               const struct slice *slice, seam_error *error) {
  for (int h = 0; h < HISTOGRAMS; h++) {
    const seam_histogram *const pair[2] = {&a->histograms->view[h], &b->histograms->view[h]};
    struct layout layout;
    if (!pair[0]->name || !pair[1]->name || !same_axes(pair[0], pair[1]) || !lay_out(h, pair[0], slice, &layout))
      continue;
    FORWARD(compare_histogram(comparison, pair, h, &layout, error));
  }
  return SEAM_OK;
}

seam_status seam_compare(const seam_result *a, const seam_result *b, const char *slice_name, int force,
                         seam_comparison **out, seam_error *error) {
  const struct slice *slice = find_slice(slice_name);
  *out = NULL;
  if (!slice)
    return error_set(error, SEAM_ERROR_USAGE, "--slice %.60s: unknown; it takes pass, buffer, inverter, fail, all",
                     slice_name);
  FORWARD(check_alike(a, b, force != 0, error));
  FORWARD(check_sizes(a, b, error));
  struct seam_comparison *comparison = calloc(1, sizeof *comparison);
  if (!comparison) return out_of_memory(error);
  comparison->config[0] = a->config;
  comparison->config[1] = b->config;
  comparison->chains[0] = coverage_size(&a->coverage);
  comparison->chains[1] = coverage_size(&b->coverage);
  comparison->shared = shared_chains(a, b);
  comparison->slice = slice->name;
  compare_fractions(comparison, a, b);
  seam_status status = compare_all(comparison, a, b, slice, error);
  if (status != SEAM_OK)
    seam_comparison_free(comparison);
  else
    *out = comparison;
  return status;
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

uint64_t seam_comparison_shared(const seam_comparison *comparison) { return comparison->shared; }
