/* SPDX-License-Identifier: Apache-2.0 */
/* The histograms of a run: what their axes are, where their bins begin, and where each lies in the counts. */
#include "result/histogram.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const char *const outcome_names[OUTCOMES] = {"buffer", "inverter", "fail", "diverged"};

static const int64_t levels[] = {0, 1};
static const int64_t fits[INTERCHANGE_FITS] = {0, 1, 2};
static const int64_t blocks[PAIR_BLOCKS] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
                                            16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
                                            32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
                                            48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

/* An axis as the kernels bin on it, in numbers. Distances: parts at 2 V from each other hardly ever fit, and bins of
 * 1/32 V tell apart the small distances, at which fitting is lost. */
struct regular {
  int64_t bins;
  double lower, upper;
};

static struct regular regular_of(const struct seam_config *config, int axis) {
  static const struct regular fixed[AXES] = {
      [AXIS_RESPONSE] = {256, -0.5, 1.5}, [AXIS_LOSS] = {280, -12, 2},        [AXIS_SELECTION_LOSS] = {10, -8, 2},
      [AXIS_WIDTH] = {256, 0, 2},         [AXIS_SLACK] = {SLACK_STEPS, 0, 1}, [AXIS_DISTANCE] = {64, 0, 2},
  };
  if (axis == AXIS_CELL) return (struct regular){(int64_t)config->cells, config->range[0], config->range[1]};
  if (axis == AXIS_INTERFACE) return (struct regular){(int64_t)config->bins, config->range[0], config->range[1]};
  if (axis == AXIS_COARSE) return (struct regular){64, config->range[0], config->range[1]};
  return fixed[axis];
}

/* ---- Axes for the kernels ---- */

/* Correcting a guessed bin against its edges works only where the edges, rounded to float, still ascend. */
static seam_status check_edges(const struct axis *axis, seam_error *error) {
  bool good = isfinite(axis->scale) && isfinite(axis->edges[0]) && isfinite(axis->edges[axis->bins]);
  for (int32_t i = 0; i < axis->bins; i++) good = good && axis->edges[i] < axis->edges[i + 1];
  if (good) return SEAM_OK;
  return error_set(error, SEAM_ERROR_USAGE,
                   "range: its %d bins cannot be told apart in single precision: take a range further from such "
                   "limits, or fewer bins",
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

static void add_axis(seam_histogram *view, seam_axis axis) {
  view->axes[view->axis_count++] = axis;
  view->cells *= axis.bins + 2 * axis.flow;
}

static void add_regular(seam_histogram *view, const struct seam_config *config, int axis, const char *name,
                        const char *label) {
  struct regular r = regular_of(config, axis);
  add_axis(view, (seam_axis){.type = SEAM_AXIS_REGULAR,
                             .name = name,
                             .label = label,
                             .bins = r.bins,
                             .lower = r.lower,
                             .upper = r.upper,
                             .flow = 1});
}

static void add_outcome(seam_histogram *view) {
  add_axis(view, (seam_axis){.type = SEAM_AXIS_CATEGORY_STRING,
                             .name = "outcome",
                             .label = "what became of the chain",
                             .bins = HISTOGRAM_OUTCOMES,
                             .names = outcome_names});
}

static void add_numbers(seam_histogram *view, const int64_t *numbers, int64_t count, const char *name,
                        const char *label) {
  add_axis(view, (seam_axis){
                     .type = SEAM_AXIS_CATEGORY_INT, .name = name, .label = label, .bins = count, .numbers = numbers});
}

static void add_mode(seam_histogram *view) {
  add_axis(view, (seam_axis){.type = SEAM_AXIS_CATEGORY_STRING,
                             .name = "mode",
                             .label = "how the pair works",
                             .bins = HISTOGRAM_MODES,
                             .names = outcome_names});
}

static void add_flag(seam_histogram *view, const char *name, const char *label) {
  add_axis(view, (seam_axis){.type = SEAM_AXIS_BOOLEAN, .name = name, .label = label, .bins = 2});
}

static void add_level(seam_histogram *view) { add_numbers(view, levels, 2, "level", "logical level"); }

/* Probes stand at the bins' centres, so this axis needs no flow. */
static void add_probes(seam_histogram *view) {
  add_axis(view, (seam_axis){.type = SEAM_AXIS_REGULAR,
                             .name = "v",
                             .label = "input voltage (V)",
                             .bins = PROBES,
                             .lower = -0.5,
                             .upper = 1.5});
}

static void add_interface(seam_histogram *view, const struct seam_config *config, int axis) {
  add_regular(view, config, axis, "u0", "interface voltage at logical 0 (V)");
  add_regular(view, config, axis, "u1", "interface voltage at logical 1 (V)");
}

static const char log_loss[] = "log10 of the final loss (V^2)";

static void describe(struct histogram_set *set, const struct seam_config *config, int histogram) {
  static const char *const labels[HISTOGRAMS] = {
      [HISTOGRAM_INTERFACE] = "interfaces",
      [HISTOGRAM_MAPPING] = "learned intermediate mappings",
      [HISTOGRAM_RESPONSE] = "responses of the whole chain",
      [HISTOGRAM_LOSS] = "final losses",
      [HISTOGRAM_WIDTH] = "how precise interfaces are made",
      [HISTOGRAM_SLACK] = "how much second components accept",
      [HISTOGRAM_SELECTION] = "interfaces by final loss",
      [HISTOGRAM_SNAPSHOTS] = "interfaces in the course of training",
      [HISTOGRAM_INTERCHANGE] = "pairs of chains that swap their second components",
      [HISTOGRAM_COMPONENTS] = "interfaces of first components",
      [HISTOGRAM_FIRST_BLOCKS] = "interfaces of pairs that work, by blocks of first components",
      [HISTOGRAM_SECOND_BLOCKS] = "interfaces of pairs that work, by blocks of second components",
      [HISTOGRAM_PAIRS] = "pairs that work, by blocks of both components",
      [HISTOGRAM_SWAPS] = "ways for pairs that work to swap their second components",
  };
  seam_histogram *view = &set->view[histogram];
  *view = (seam_histogram){.name = histogram_name(histogram), .label = labels[histogram], .cells = 1};
  if (histogram < HISTOGRAM_SNAPSHOTS) add_outcome(view);
  switch (histogram) {
  case HISTOGRAM_INTERFACE:
    add_interface(view, config, AXIS_INTERFACE);
    break;
  case HISTOGRAM_MAPPING:
    add_probes(view);
    add_regular(view, config, AXIS_INTERFACE, "u", "interface voltage (V)");
    break;
  case HISTOGRAM_RESPONSE:
    add_probes(view);
    add_regular(view, config, AXIS_RESPONSE, "y", "output voltage (V)");
    break;
  case HISTOGRAM_LOSS:
    add_regular(view, config, AXIS_LOSS, "log10_loss", log_loss);
    break;
  case HISTOGRAM_WIDTH:
    add_level(view);
    add_regular(view, config, AXIS_WIDTH, "width", "spread of the interface voltage over a level (V)");
    break;
  case HISTOGRAM_SLACK:
    add_level(view);
    /* Underflow: the second component does not even accept the level's own interface voltage. */
    add_regular(view, config, AXIS_SLACK, "slack", "accepted deviation of the interface voltage (V)");
    break;
  case HISTOGRAM_SELECTION:
    add_regular(view, config, AXIS_SELECTION_LOSS, "log10_loss", log_loss);
    add_interface(view, config, AXIS_COARSE);
    break;
  case HISTOGRAM_SNAPSHOTS:
    add_numbers(view, set->snapshot_steps, set->snapshot_count, "step", "training steps");
    add_flag(view, "works", "works at that step");
    add_interface(view, config, AXIS_COARSE);
    break;
  case HISTOGRAM_SWAPS:
    add_numbers(view, blocks, INTERFACE_BLOCKS, "block", "block of draws of both components");
    /* fall through */
  case HISTOGRAM_INTERCHANGE:
    add_flag(view, "same_mode", "both chains are buffers or both are inverters");
    add_regular(view, config, AXIS_DISTANCE, "distance", "the larger difference of the two interface voltages (V)");
    add_numbers(view, fits, INTERCHANGE_FITS, "fits", "chains that work with swapped second components");
    break;
  case HISTOGRAM_COMPONENTS:
    add_flag(view, "within", "every test voltage's interface voltage lies in the range");
    add_interface(view, config, AXIS_INTERFACE);
    break;
  case HISTOGRAM_FIRST_BLOCKS:
  case HISTOGRAM_SECOND_BLOCKS:
    add_mode(view);
    add_interface(view, config, AXIS_INTERFACE);
    add_numbers(view, blocks, INTERFACE_BLOCKS, "block", "block of draws");
    break;
  case HISTOGRAM_PAIRS:
    add_mode(view);
    add_numbers(view, blocks, PAIR_BLOCKS, "first_block", "block of first components");
    add_numbers(view, blocks, PAIR_BLOCKS, "second_block", "block of second components");
    break;
  }
}

/* ---- The set ---- */

/* 0, 1, 2, 4, ... below `steps`, and `steps` itself. */
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

/* False where a count is negative or the sum leaves 63 bits. */
static bool sum(const int64_t *counts, int64_t cells, int64_t *total) {
  *total = 0;
  for (int64_t i = 0; i < cells; i++)
    if (counts[i] < 0 || __builtin_add_overflow(*total, counts[i], total)) return false;
  return true;
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
      return error_set(error, status, "histogram %s holds a count that is negative or too large", view->name);
    if (total != expected)
      return error_set(error, status, "histogram %s holds %lld entries of outcome %s, but its chains make %lld",
                       view->name, (long long)total, outcome_names[o], (long long)expected);
  }
  return SEAM_OK;
}

static seam_status check_snapshots(const struct histogram_set *set, const int64_t *values, const int64_t *outcomes,
                                   uint64_t chains, seam_status status, seam_error *error) {
  int64_t block = set->view[HISTOGRAM_SNAPSHOTS].cells / set->snapshot_count, total = 0;
  for (int k = 0; k < set->snapshot_count; k++) {
    if (!sum(values + k * block, block, &total))
      return error_set(error, status, "histogram snapshots holds a count that is negative or too large");
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

/* How many pairs there are depends on which chains make them; what their modes allow is known. Pairs of other modes
 * take a buffer and an inverter each, those of the same mode two of what is left. And where all pairs are covered, only
 * so many of the chains that pass can have a partner that does not. */
static seam_status check_interchange(const seam_histogram *view, const int64_t *values, const int64_t *outcomes,
                                     uint64_t chains, seam_status status, seam_error *error) {
  int64_t buffers = outcomes[OUTCOME_BUFFER], inverters = outcomes[OUTCOME_INVERTER], block = view->cells / 2;
  int64_t other, same, least = buffers + inverters - (int64_t)(chains / 2);
  if (!sum(values, block, &other) || !sum(values + block, block, &same))
    return error_set(error, status, "histogram interchange holds a count that is negative or too large");
  bool possible = other <= buffers && other <= inverters && same <= (buffers - other) / 2 + (inverters - other) / 2 &&
                  same + other >= least;
  if (possible) return SEAM_OK;
  return error_set(
      error, status,
      "histogram interchange holds %lld pairs of the same mode and %lld of other modes, which %lld buffers "
      "and %lld inverters among %llu chains cannot make",
      (long long)same, (long long)other, (long long)buffers, (long long)inverters, (unsigned long long)chains);
}

/* A first component is counted once, unless it is not finite: then all its pairs diverge. */
static seam_status check_components(const struct histogram_set *set, const int64_t *values, const int64_t *outcomes,
                                    uint64_t chains, seam_status status, seam_error *error) {
  const seam_histogram *view = &set->view[HISTOGRAM_COMPONENTS];
  int64_t total, diverged = outcomes[OUTCOME_DIVERGED] / set->pairs_per_chain;
  if (!sum(values, view->cells, &total))
    return error_set(error, status, "histogram %s holds a count that is negative or too large", view->name);
  if (outcomes[OUTCOME_DIVERGED] % set->pairs_per_chain == 0 && (uint64_t)total == chains - (uint64_t)diverged)
    return SEAM_OK;
  return error_set(error, status, "histogram %s holds %lld first components, but %llu are covered and %lld diverged",
                   view->name, (long long)total, (unsigned long long)chains, (long long)diverged);
}

/* Blocks divide the pairs that work. */
static seam_status check_modes(const seam_histogram *view, const int64_t *values, const int64_t *outcomes,
                               seam_status status, seam_error *error) {
  int64_t block = view->cells / HISTOGRAM_MODES;
  for (int mode = 0; mode < HISTOGRAM_MODES; mode++) {
    int64_t total;
    if (!sum(values + mode * block, block, &total))
      return error_set(error, status, "histogram %s holds a count that is negative or too large", view->name);
    if (total != outcomes[mode])
      return error_set(error, status, "histogram %s holds %lld pairs of mode %s, but there are %lld", view->name,
                       (long long)total, outcome_names[mode], (long long)outcomes[mode]);
  }
  return SEAM_OK;
}

/* How many ways there are depends on who works with whom. */
static seam_status check_swaps(const seam_histogram *view, const int64_t *values, seam_status status,
                               seam_error *error) {
  int64_t total;
  if (sum(values, view->cells, &total)) return SEAM_OK;
  return error_set(error, status, "histogram %s holds a count that is negative or too large", view->name);
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
