/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the chosen outcomes in the histograms of each task. */
#include "compare/outcome_choice.h"

#include <string.h>

enum { PASS = 3, FAIL = 4, ALL = 7, EVERY_FLAG = 3 };

static const struct outcome_choice choices[] = {{"pass", "works", PASS},
                                                {"buffer", "buffer", 1},
                                                {"inverter", "inverter", 2},
                                                {"fail", "fail", FAIL},
                                                {"all", "all", ALL}};

const struct outcome_choice *outcome_choice_find(const char *name) {
  for (size_t i = 0; i < sizeof choices / sizeof *choices; i++)
    if (strcmp(choices[i].name, name) == 0 || strcmp(choices[i].shown, name) == 0) return &choices[i];
  return NULL;
}

static int64_t extent(const seam_axis *axis) { return axis->bins + 2 * axis->flow; }

/* The axes from `begin` on; they become the last axes of the shape. */
static struct table_shape shape_from(const seam_histogram *histogram, int begin) {
  struct table_shape shape = {{1, 1, 1}};
  for (int a = begin; a < histogram->axis_count; a++)
    shape.extent[TABLE_AXES - histogram->axis_count + a] = extent(&histogram->axes[a]);
  return shape;
}

/* ---- Trainings ---- */

/* Snapshots hold which chains work, but not their mode. False for a choice that needs the mode. */
static bool lay_out_snapshots(const struct outcome_choice *choice, struct outcome_table *table) {
  bool all = choice->outcomes == ALL, pass = choice->outcomes == PASS;
  if (!all && !pass && choice->outcomes != FAIL) return false;
  table->rows = extent(&table->histogram->axes[0]);
  table->stride = table->histogram->cells / table->rows;
  table->shape = shape_from(table->histogram, all ? 1 : 2);
  table->first = pass ? table_bins(&table->shape) : 0;
  table->outcomes = 1;
  return true;
}

static void lay_out(int64_t rows, struct outcome_table *table) {
  table->rows = rows;
  table->shape = shape_from(table->histogram, rows > 1 ? 2 : 1);
  table->stride = table_bins(&table->shape);
  table->outcome_stride = table->histogram->cells / extent(&table->histogram->axes[0]);
}

/* This histogram holds pairs of chains that both pass. */
static bool lay_out_interchange(const struct outcome_choice *choice, struct outcome_table *table) {
  if (choice->outcomes != PASS) return false;
  table->unit = "pairs of chains";
  table->outcomes = EVERY_FLAG;
  lay_out(1, table);
  return true;
}

static bool trained_table(const struct outcome_choice *choice, const seam_result *result, int h,
                          struct outcome_table *table) {
  const seam_histogram *histogram = &result->histograms->view[h];
  if (!histogram->name) return false;
  *table = (struct outcome_table){.histogram = histogram, .unit = "chains", .outcomes = choice->outcomes};
  if (h == HISTOGRAM_SNAPSHOTS) return lay_out_snapshots(choice, table);
  if (h == HISTOGRAM_INTERCHANGE) return lay_out_interchange(choice, table);
  lay_out(histogram_entries_per_chain(h) > 1 ? extent(&histogram->axes[1]) : 1, table);
  return true;
}

/* ---- Predictions ---- */

static void pair_table(const seam_result *result, const char *unit, struct outcome_table *table) {
  const seam_histogram *view = result->histograms->view;
  *table = (struct outcome_table){.histogram = &view[HISTOGRAM_INTERFACE],
                                  .blocks = {&view[HISTOGRAM_FIRST_BLOCKS], &view[HISTOGRAM_SECOND_BLOCKS]},
                                  .unit = unit,
                                  .count_bits = config_pair_bits(&result->config)};
  lay_out(1, table);
}

/* The interfaces of all pairs are those of the first components, whatever the second components are. */
static bool predicted_table(const struct outcome_choice *choice, const seam_result *result, int h,
                            struct outcome_table *table) {
  if (h != HISTOGRAM_INTERFACE || choice->outcomes == FAIL) return false;
  if (choice->outcomes == ALL) {
    *table = (struct outcome_table){.histogram = &result->histograms->view[HISTOGRAM_COMPONENTS],
                                    .unit = "first components",
                                    .outcomes = EVERY_FLAG};
    lay_out(1, table);
    return true;
  }
  pair_table(result, "pairs", table);
  table->outcomes = choice->outcomes;
  return true;
}

/* The weights of all pairs together, buffers and inverters, are the law of all chains. */
static bool weighed_table(const struct outcome_choice *choice, const seam_result *result, int h,
                          struct outcome_table *table) {
  if (h != HISTOGRAM_INTERFACE || choice->outcomes != ALL) return false;
  pair_table(result, "weighed pairs", table);
  table->outcomes = PASS;
  return true;
}

/* ---- By task ---- */

/* How to find a choice of outcomes in the results of a task, and the message if it is not there. */
struct task_tables {
  bool (*table)(const struct outcome_choice *choice, const seam_result *result, int h, struct outcome_table *table);
  const char *refusal;
};

static const struct task_tables tasks[] = {
    [TASK_TRAIN] = {trained_table,
                    "was run without histogram interface: run it again with --histograms interface or all"},
    [TASK_PREDICT] = {predicted_table,
                      "is a prediction, which counts pairs that work: use --outcome works, buffer, inverter or all"},
    [TASK_GIBBS] = {weighed_table,
                    "is a Gibbs law, which is a law of all chains, whether they work or not: use --outcome all"},
};

bool outcome_table_create(const struct outcome_choice *choice, const seam_result *result, int h,
                          struct outcome_table *table) {
  if (!tasks[result->config.task].table(choice, result, h, table)) return false;
  table->row_bins = table_bins(&table->shape);
  return true;
}

const char *outcome_choice_refusal(const struct outcome_choice *choice, const seam_result *result) {
  struct outcome_table ignored;
  if (outcome_table_create(choice, result, HISTOGRAM_INTERFACE, &ignored)) return NULL;
  return tasks[result->config.task].refusal;
}

/* ---- Counts ---- */

int64_t outcome_gather(const struct outcome_table *table, int64_t row, int64_t *counts) {
  int64_t total = 0;
  memset(counts, 0, (size_t)table->row_bins * sizeof *counts);
  for (int outcome = 0; outcome < HISTOGRAM_OUTCOMES; outcome++) {
    if (!(table->outcomes >> outcome & 1)) continue;
    const int64_t *from =
        table->histogram->values + outcome * table->outcome_stride + table->first + row * table->stride;
    for (int64_t i = 0; i < table->row_bins; i++) {
      counts[i] += from[i];
      total += from[i];
    }
  }
  return total;
}

void outcome_gather_blocks(const struct outcome_table *table, int component, const int32_t *cell,
                           int64_t (*counts)[INTERFACE_BLOCKS]) {
  for (int mode = 0; mode < HISTOGRAM_MODES; mode++) {
    if (!(table->outcomes >> mode & 1)) continue;
    const int64_t *from = table->blocks[component]->values + mode * table->row_bins * INTERFACE_BLOCKS;
    for (int64_t i = 0; i < table->row_bins; i++)
      for (int b = 0; b < INTERFACE_BLOCKS; b++) counts[cell[i]][b] += from[i * INTERFACE_BLOCKS + b];
  }
}
