/* SPDX-License-Identifier: Apache-2.0 */
/* The histograms of a run: their axes, their bin edges, and the place of each in the array of counts. */
#include "result/histogram.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const char *const outcome_names[OUTCOMES] = {"buffer", "inverter", "fail", "diverged"};

/* The bins of a regular axis, for the kernels and for readers alike. */
struct regular {
  int64_t bins;
  double lower, upper;
};

/* Distances end at 2 V because components that differ by more hardly ever fit. Their bins are 1/32 V wide because the
 * fit is lost at small distances. */
static struct regular regular_of(const struct seam_config *config, int axis) {
  static const struct regular fixed[AXES] = {
      [AXIS_RESPONSE] = {256, -0.5, 1.5},
      [AXIS_LOSS] = {280, -12, 2},
      [AXIS_SELECTION_LOSS] = {10, -8, 2},
      [AXIS_DISTANCE] = {64, 0, 2},
  };
  const double *range = config->range, *width = config->width_range, *slack = config->slack_range;
  if (axis == AXIS_CELL) return (struct regular){(int64_t)config->cells, range[0], range[1]};
  if (axis == AXIS_INTERFACE) return (struct regular){(int64_t)config->bins, range[0], range[1]};
  if (axis == AXIS_COARSE) return (struct regular){64, range[0], range[1]};
  if (axis == AXIS_WIDTH) return (struct regular){WIDTH_BINS, width[0], width[1]};
  if (axis == AXIS_SLACK) return (struct regular){SLACK_STEPS, slack[0], slack[1]};
  return fixed[axis];
}

/* ---- Axes for the kernels ---- */

/* The kernels guess a bin and correct it against its edges. This needs edges that ascend after rounding to float. */
static seam_status check_edges(const struct axis *axis, seam_error *error) {
  bool good = isfinite(axis->scale) && isfinite(axis->edges[0]) && isfinite(axis->edges[axis->bins]);
  for (int32_t i = 0; i < axis->bins; i++) good = good && axis->edges[i] < axis->edges[i + 1];
  if (good) return SEAM_OK;
  return error_set(error, SEAM_ERROR_USAGE,
                   "range: its %d bins have no width in single precision: choose another range, or fewer bins",
                   (int)axis->bins);
}

static seam_status set_edges(struct histogram_set *set, const struct seam_config *config, seam_error *error) {
  size_t edges = 0;
  for (int a = 0; a < AXES; a++) edges += (size_t)regular_of(config, a).bins + 1;
  float *next = set->edges = malloc(edges * sizeof *next);
  if (!next)
    return error_set(error, SEAM_ERROR_MEMORY, "out of memory: no room for %zu bin edges; ask for fewer bins", edges);
  for (int a = 0; a < AXES; a++) {
    struct regular r = regular_of(config, a);
    for (int64_t i = 0; i <= r.bins; i++) next[i] = (float)(r.lower + (double)i * (r.upper - r.lower) / (double)r.bins);
    set->axes[a] =
        (struct axis){.edges = next, .scale = (float)((double)r.bins / (r.upper - r.lower)), .bins = (int32_t)r.bins};
    FORWARD(check_edges(&set->axes[a], error));
    next += r.bins + 1;
  }
  return SEAM_OK;
}

/* ---- Axes for readers ---- */

enum axis_name {
  NO_AXIS,
  OUTCOME,
  MODE,
  PROBE,
  LEVEL,
  STEP,
  U,
  U0,
  U1,
  COARSE_U0,
  COARSE_U1,
  RESPONSE,
  LOSS,
  SELECTION_LOSS,
  WIDTH,
  SLACK,
  DISTANCE,
  FITS,
  BLOCK,
  SWAP_BLOCK,
  FIRST_BLOCK,
  SECOND_BLOCK,
  SAME_MODE,
  WORKS,
  WITHIN
};

#define U0_LABEL   "interface voltage at logical 0 (V)"
#define U1_LABEL   "interface voltage at logical 1 (V)"
#define LOSS_LABEL "log10 of the final loss (V^2)"

/* The numbers of every axis that counts from 0. */
static const int64_t numbers[PAIR_BLOCKS] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                             16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
                                             32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
                                             48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

/* An axis as readers see it. An axis with flow takes its bins and limits from regular_of(`regular`). */
struct axis_row {
  seam_axis axis;
  int regular;
};

#define NAMED(id, text, count)                                                                                         \
  {                                                                                                                    \
    .axis = { SEAM_AXIS_CATEGORY_STRING, .name = id, .label = text, .bins = (count), .names = outcome_names }          \
  }
#define NUMBERED(id, text, count)                                                                                      \
  {                                                                                                                    \
    .axis = { SEAM_AXIS_CATEGORY_INT, .name = id, .label = text, .bins = (count), .numbers = numbers }                 \
  }
#define BOOLEAN(id, text)                                                                                              \
  {                                                                                                                    \
    .axis = { SEAM_AXIS_BOOLEAN, .name = id, .label = text, .bins = 2 }                                                \
  }
#define REGULAR(id, text, axis_id)                                                                                     \
  { .axis = {SEAM_AXIS_REGULAR, .name = id, .label = text, .flow = 1}, .regular = (axis_id) }

static const struct axis_row axis_rows[] = {
    [OUTCOME] = NAMED("outcome", "what became of the chain", HISTOGRAM_OUTCOMES),
    [MODE] = NAMED("mode", "how the pair works", HISTOGRAM_MODES),
    /* The probe voltages are the centres of the bins, so that no value lies outside and no flow is needed. */
    [PROBE] = {{SEAM_AXIS_REGULAR, "v", "input voltage (V)", .bins = PROBES, .lower = -0.5, .upper = 1.5}, 0},
    [LEVEL] = NUMBERED("level", "logical level", 2),
    [STEP] = NUMBERED("step", "training steps", 0), /* the set has the steps and their number */
    [U] = REGULAR("u", "interface voltage (V)", AXIS_INTERFACE),
    [U0] = REGULAR("u0", U0_LABEL, AXIS_INTERFACE),
    [U1] = REGULAR("u1", U1_LABEL, AXIS_INTERFACE),
    [COARSE_U0] = REGULAR("u0", U0_LABEL, AXIS_COARSE),
    [COARSE_U1] = REGULAR("u1", U1_LABEL, AXIS_COARSE),
    [RESPONSE] = REGULAR("y", "output voltage (V)", AXIS_RESPONSE),
    [LOSS] = REGULAR("log10_loss", LOSS_LABEL, AXIS_LOSS),
    [SELECTION_LOSS] = REGULAR("log10_loss", LOSS_LABEL, AXIS_SELECTION_LOSS),
    [WIDTH] = REGULAR("width", "spread of the interface voltage over a level (V)", AXIS_WIDTH),
    /* Underflow: the second component does not accept even the level's own interface voltage. */
    [SLACK] = REGULAR("slack", "accepted deviation of the interface voltage (V)", AXIS_SLACK),
    [DISTANCE] = REGULAR("distance", "the larger difference of the two interface voltages (V)", AXIS_DISTANCE),
    [FITS] = NUMBERED("fits", "chains that work with swapped second components", INTERCHANGE_FITS),
    [BLOCK] = NUMBERED("block", "block of draws", INTERFACE_BLOCKS),
    [SWAP_BLOCK] = NUMBERED("block", "block of draws of both components", INTERFACE_BLOCKS),
    [FIRST_BLOCK] = NUMBERED("first_block", "block of first components", PAIR_BLOCKS),
    [SECOND_BLOCK] = NUMBERED("second_block", "block of second components", PAIR_BLOCKS),
    [SAME_MODE] = BOOLEAN("same_mode", "both chains are buffers or both are inverters"),
    [WORKS] = BOOLEAN("works", "works at that step"),
    [WITHIN] = BOOLEAN("within", "every test voltage's interface voltage lies in the range"),
};

/* NO_AXIS ends the axes of a histogram that has fewer than SEAM_MAX_AXES. */
static const struct histogram_row {
  const char *label;
  enum axis_name axes[SEAM_MAX_AXES];
} histogram_rows[HISTOGRAMS] = {
    [HISTOGRAM_INTERFACE] = {"interfaces", {OUTCOME, U0, U1}},
    [HISTOGRAM_MAPPING] = {"learned intermediate mappings", {OUTCOME, PROBE, U}},
    [HISTOGRAM_RESPONSE] = {"responses of the whole chain", {OUTCOME, PROBE, RESPONSE}},
    [HISTOGRAM_LOSS] = {"final losses", {OUTCOME, LOSS}},
    [HISTOGRAM_WIDTH] = {"how precise interfaces are made", {OUTCOME, LEVEL, WIDTH}},
    [HISTOGRAM_SLACK] = {"how much second components accept", {OUTCOME, LEVEL, SLACK}},
    [HISTOGRAM_SELECTION] = {"interfaces by final loss", {OUTCOME, SELECTION_LOSS, COARSE_U0, COARSE_U1}},
    [HISTOGRAM_SNAPSHOTS] = {"interfaces in the course of training", {STEP, WORKS, COARSE_U0, COARSE_U1}},
    [HISTOGRAM_INTERCHANGE] = {"pairs of chains that swap their second components", {SAME_MODE, DISTANCE, FITS}},
    [HISTOGRAM_COMPONENTS] = {"interfaces of first components", {WITHIN, U0, U1}},
    [HISTOGRAM_FIRST_BLOCKS] = {"interfaces of pairs that work, by blocks of first components", {MODE, U0, U1, BLOCK}},
    [HISTOGRAM_SECOND_BLOCKS] = {"interfaces of pairs that work, by blocks of second components",
                                 {MODE, U0, U1, BLOCK}},
    [HISTOGRAM_PAIRS] = {"pairs that work, by blocks of both components", {MODE, FIRST_BLOCK, SECOND_BLOCK}},
    [HISTOGRAM_SWAPS] = {"ways for pairs that work to swap their second components",
                         {SWAP_BLOCK, SAME_MODE, DISTANCE, FITS}},
};

static seam_axis axis_of(const struct histogram_set *set, const struct seam_config *config, enum axis_name name) {
  seam_axis axis = axis_rows[name].axis;
  if (name == STEP) {
    axis.numbers = set->snapshot_steps;
    axis.bins = set->snapshot_count;
  }
  if (axis.flow) {
    struct regular r = regular_of(config, axis_rows[name].regular);
    axis.bins = r.bins;
    axis.lower = r.lower;
    axis.upper = r.upper;
  }
  return axis;
}

static void describe(struct histogram_set *set, const struct seam_config *config, int histogram) {
  const struct histogram_row *row = &histogram_rows[histogram];
  seam_histogram *view = &set->view[histogram];
  *view = (seam_histogram){.name = histogram_name(histogram), .label = row->label, .cells = 1};
  while (view->axis_count < SEAM_MAX_AXES && row->axes[view->axis_count] != NO_AXIS) {
    seam_axis axis = axis_of(set, config, row->axes[view->axis_count]);
    view->cells *= axis.bins + 2 * axis.flow;
    view->axes[view->axis_count++] = axis;
  }
}

/* ---- The set ---- */

/* Snapshots are taken at steps 0, 1, 2, 4, ... below `steps`, and at `steps`. */
static void set_snapshots(struct histogram_set *set, int64_t steps) {
  for (int64_t step = 0; step < steps; step = step ? 2 * step : 1) set->snapshot_steps[set->snapshot_count++] = step;
  set->snapshot_steps[set->snapshot_count++] = steps;
}

seam_status histogram_set_create(const struct seam_config *config, struct histogram_set **out, seam_error *error) {
  struct histogram_set *set = calloc(1, sizeof *set);
  *out = NULL;
  if (!set)
    return error_set(error, SEAM_ERROR_MEMORY,
                     "out of memory: no room for the layout of the histograms; close other programs");
  seam_status status = set_edges(set, config, error);
  if (status != SEAM_OK) {
    histogram_set_free(set);
    return status;
  }
  uint32_t filled = config_histograms(config);
  set->pairs_per_chain = config->task == TASK_TRAIN ? 1 : (int64_t)config->draws << config_pair_bits(config);
  if (filled & 1u << HISTOGRAM_SNAPSHOTS) set_snapshots(set, (int64_t)config->steps);
  set->cells = OUTCOMES;
  for (int h = 0; h < HISTOGRAMS; h++) {
    set->offset[h] = -1;
    if (!(filled & 1u << h)) continue;
    describe(set, config, h);
    set->offset[h] = set->cells;
    set->cells += set->view[h].cells;
  }
  *out = set;
  return SEAM_OK;
}

void histogram_set_free(struct histogram_set *set) {
  if (!set) return;
  free(set->edges);
  free(set);
}

int64_t histogram_entries_per_chain(int histogram) {
  switch (histogram) {
  case HISTOGRAM_MAPPING:
  case HISTOGRAM_RESPONSE:
    return PROBES;
  case HISTOGRAM_WIDTH:
  case HISTOGRAM_SLACK:
    return 2;
  default:
    return 1;
  }
}

/* ---- Promise 5 ---- */

/* Returns false if a count is negative or the sum needs more than 63 bits. */
static bool sum(const int64_t *counts, int64_t cells, int64_t *total) {
  *total = 0;
  for (int64_t i = 0; i < cells; i++)
    if (counts[i] < 0 || __builtin_add_overflow(*total, counts[i], total)) return false;
  return true;
}

static seam_status bad_count(const seam_histogram *view, seam_status status, seam_error *error) {
  return error_set(error, status, "histogram %s holds a count that is negative or too large", view->name);
}

static seam_status check_outcomes(const struct histogram_set *set, const int64_t *counts, uint64_t chains,
                                  seam_status status, seam_error *error) {
  int64_t total;
  if (!sum(counts, OUTCOMES, &total))
    return error_set(error, status, "an outcome's count is negative or the outcomes' sum is too large");
  uint64_t expected;
  bool known = !__builtin_mul_overflow(chains, (uint64_t)set->pairs_per_chain, &expected);
  if (!known || (uint64_t)total != expected)
    return error_set(error, status, "the outcomes add up to %lld %s, but %llu%s are covered", (long long)total,
                     set->pairs_per_chain > 1 ? "pairs" : "chains", (unsigned long long)chains,
                     set->pairs_per_chain > 1 ? " times the draws" : "");
  return SEAM_OK;
}

static seam_status check_by_outcome(const seam_histogram *view, const int64_t *values, const int64_t *outcomes,
                                    int64_t entries, seam_status status, seam_error *error) {
  int64_t block = view->cells / HISTOGRAM_OUTCOMES;
  for (int o = 0; o < HISTOGRAM_OUTCOMES; o++) {
    int64_t total, expected;
    if (!sum(values + o * block, block, &total) || __builtin_mul_overflow(outcomes[o], entries, &expected))
      return bad_count(view, status, error);
    if (total != expected)
      return error_set(error, status, "histogram %s holds %lld entries of outcome %s, but its chains make %lld",
                       view->name, (long long)total, outcome_names[o], (long long)expected);
  }
  return SEAM_OK;
}

static seam_status check_snapshots(const struct histogram_set *set, const int64_t *values, const int64_t *outcomes,
                                   uint64_t chains, seam_status status, seam_error *error) {
  const seam_histogram *view = &set->view[HISTOGRAM_SNAPSHOTS];
  int64_t block = view->cells / set->snapshot_count, total = 0;
  for (int k = 0; k < set->snapshot_count; k++) {
    if (!sum(values + k * block, block, &total)) return bad_count(view, status, error);
    if ((uint64_t)total > chains)
      return error_set(error, status, "histogram snapshots holds %lld entries at step %lld, but there are %llu chains",
                       (long long)total, (long long)set->snapshot_steps[k], (unsigned long long)chains);
  }
  uint64_t finite = chains - (uint64_t)outcomes[OUTCOME_DIVERGED];
  if ((uint64_t)total < finite)
    return error_set(error, status,
                     "histogram snapshots holds %lld entries at the last step, but %llu chains are finite",
                     (long long)total, (unsigned long long)finite);
  return SEAM_OK;
}

/* The number of pairs depends on which chains form a pair, but the outcomes limit it. A pair of different modes takes
 * one buffer and one inverter. A pair of the same mode takes two of the chains that are left. There are chains / 2
 * pairs in all, and each chain that passes beyond this number must share a pair with another that passes. */
static seam_status check_interchange(const seam_histogram *view, const int64_t *values, const int64_t *outcomes,
                                     uint64_t chains, seam_status status, seam_error *error) {
  int64_t buffers = outcomes[OUTCOME_BUFFER], inverters = outcomes[OUTCOME_INVERTER], block = view->cells / 2;
  int64_t other, same, least = buffers + inverters - (int64_t)(chains / 2);
  if (!sum(values, block, &other) || !sum(values + block, block, &same)) return bad_count(view, status, error);
  bool possible = other <= buffers && other <= inverters && same <= (buffers - other) / 2 + (inverters - other) / 2 &&
                  same + other >= least;
  if (possible) return SEAM_OK;
  return error_set(
      error, status,
      "histogram interchange holds %lld pairs of the same mode and %lld of other modes, which %lld buffers "
      "and %lld inverters among %llu chains cannot make",
      (long long)same, (long long)other, (long long)buffers, (long long)inverters, (unsigned long long)chains);
}

/* Each finite first component is counted once. All pairs of one that is not finite diverge. */
static seam_status check_components(const struct histogram_set *set, const int64_t *values, const int64_t *outcomes,
                                    uint64_t chains, seam_status status, seam_error *error) {
  const seam_histogram *view = &set->view[HISTOGRAM_COMPONENTS];
  int64_t total, diverged = outcomes[OUTCOME_DIVERGED] / set->pairs_per_chain;
  if (!sum(values, view->cells, &total)) return bad_count(view, status, error);
  if (outcomes[OUTCOME_DIVERGED] % set->pairs_per_chain == 0 && (uint64_t)total == chains - (uint64_t)diverged)
    return SEAM_OK;
  return error_set(error, status, "histogram %s holds %lld first components, but %llu are covered and %lld diverged",
                   view->name, (long long)total, (unsigned long long)chains, (long long)diverged);
}

/* Each pair that works is in one block, so the totals per mode are the outcomes. */
static seam_status check_modes(const seam_histogram *view, const int64_t *values, const int64_t *outcomes,
                               seam_status status, seam_error *error) {
  int64_t block = view->cells / HISTOGRAM_MODES;
  for (int mode = 0; mode < HISTOGRAM_MODES; mode++) {
    int64_t total;
    if (!sum(values + mode * block, block, &total)) return bad_count(view, status, error);
    if (total != outcomes[mode])
      return error_set(error, status, "histogram %s holds %lld pairs of mode %s, but there are %lld", view->name,
                       (long long)total, outcome_names[mode], (long long)outcomes[mode]);
  }
  return SEAM_OK;
}

/* The outcomes do not determine the number of swaps, so only the range of the counts can be checked. */
static seam_status check_swaps(const seam_histogram *view, const int64_t *values, seam_status status,
                               seam_error *error) {
  int64_t total;
  if (sum(values, view->cells, &total)) return SEAM_OK;
  return bad_count(view, status, error);
}

static seam_status check_histogram(const struct histogram_set *set, int h, const int64_t *counts, uint64_t chains,
                                   seam_status status, seam_error *error) {
  const int64_t *values = counts + set->offset[h];
  if (h == HISTOGRAM_SNAPSHOTS) return check_snapshots(set, values, counts, chains, status, error);
  if (h == HISTOGRAM_INTERCHANGE) return check_interchange(&set->view[h], values, counts, chains, status, error);
  if (h == HISTOGRAM_COMPONENTS) return check_components(set, values, counts, chains, status, error);
  if (h == HISTOGRAM_SWAPS) return check_swaps(&set->view[h], values, status, error);
  if (h > HISTOGRAM_COMPONENTS) return check_modes(&set->view[h], values, counts, status, error);
  return check_by_outcome(&set->view[h], values, counts, histogram_entries_per_chain(h), status, error);
}

seam_status histogram_set_check(const struct histogram_set *set, const int64_t *counts, uint64_t chains,
                                seam_status status, seam_error *error) {
  FORWARD(check_outcomes(set, counts, chains, status, error));
  for (int h = 0; h < HISTOGRAMS; h++)
    if (set->offset[h] >= 0) FORWARD(check_histogram(set, h, counts, chains, status, error));
  return SEAM_OK;
}
