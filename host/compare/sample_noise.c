/* SPDX-License-Identifier: Apache-2.0 */
/* Sums samples into cells and estimates their noise, for independent chains and for pairs that share components. */
#include "compare/sample_noise.h"

#include <math.h>
#include <string.h>

#include "base/exact_log.h"

enum { WEIGHING_CELLS = 64, HALF = INTERFACE_BLOCKS / 2 };

/* The mean number of effective pairs in a cell. With fewer, many blocks would be empty, and the noise would be
 * estimated too low: empty blocks do not scatter, and a share below 0 is cut to 0. */
enum { EFFECTIVE_PER_CELL = 16 };

/* With fewer effective pairs than this most blocks are empty, and their scatter says little. */
enum { FEWEST_EFFECTIVE = INTERFACE_BLOCKS };

static const double jackknife = (INTERFACE_BLOCKS - 1.0) / INTERFACE_BLOCKS;

/* The pooled shares are written as counts with this sum. It is so large that drawing chains does not change the shares.
 */
static const double population = 0x1p62;

/* The noise of a kind of sample. */
struct scatter {
  /* How much the sampling of samples[side] adds to the variances of the distances. */
  void (*distances)(const struct sample samples[2], int side, double variance[SEAM_DISTANCES]);
  /* The variance of the logarithm of a cell's share. */
  double (*log_share)(const struct sample *sample, int cell);
  /* Draws a sample like this one from the law in room->pooled. */
  void (*deal)(const struct sample *sample, struct random_stream *stream, struct dealt *room, double *count);
};

/* ---- Chains ---- */

static void chain_distances(const struct sample samples[2], int side, double variance[SEAM_DISTANCES]) {
  double both[2][SEAM_DISTANCES];
  distance_variances(&(struct count_pair){samples[0].count, samples[1].count, samples[0].cells}, both);
  memcpy(variance, both[side], sizeof both[side]);
}

static double chain_log_share(const struct sample *sample, int cell) {
  return 1 / (sample->count[cell] + 0.5) - 1 / (sample->effective + 0.5 * sample->cells);
}

static void deal_chains(const struct sample *sample, struct random_stream *stream, struct dealt *room, double *count) {
  int64_t total = 0;
  for (int i = 0; i < sample->cells; i++) total += room->pooled[i];
  hypergeometric_cells(stream, room->pooled, sample->cells, total, (int64_t)sample->effective, room->taken);
  for (int i = 0; i < sample->cells; i++) count[i] = (double)room->taken[i];
}

static const struct scatter scatter_of_chains = {chain_distances, chain_log_share, deal_chains};

/* ---- Pairs ---- */

static double jackknife_variance(const double x[REPLICATES]) {
  double sum = 0;
  for (const double *block = x; block < x + REPLICATES; block += INTERFACE_BLOCKS) {
    double mean = 0;
    for (int b = 0; b < INTERFACE_BLOCKS; b++) mean += block[b] / INTERFACE_BLOCKS;
    for (int b = 0; b < INTERFACE_BLOCKS; b++) sum += jackknife * (block[b] - mean) * (block[b] - mean);
  }
  return sum;
}

static void pair_distances(const struct sample samples[2], int side, double variance[SEAM_DISTANCES]) {
  double value[SEAM_DISTANCES][REPLICATES];
  for (int k = 0; k < REPLICATES; k++) {
    const double *count[2] = {samples[0].count, samples[1].count};
    double without[SEAM_DISTANCES];
    count[side] = samples[side].without[k];
    distance_values(&(struct count_pair){count[0], count[1], samples[side].cells}, without);
    for (int d = 0; d < SEAM_DISTANCES; d++) value[d][k] = without[d];
  }
  for (int d = 0; d < SEAM_DISTANCES; d++) variance[d] = jackknife_variance(value[d]);
}

static double pair_log_share(const struct sample *sample, int cell) {
  double x[REPLICATES];
  for (int k = 0; k < REPLICATES; k++) x[k] = exact_log(sample->without[k][cell] + 0.5);
  return jackknife_variance(x);
}

/* Half the difference between two random halves of the blocks has the noise of the whole. The halves have equal sizes:
 * with random signs, a part of the shares themselves would remain, and all cells would vary together. */
static void add_halves(const double without[INTERFACE_BLOCKS][MOST_CELLS], int cells, struct random_stream *stream,
                       double *count) {
  static const int64_t each[INTERFACE_BLOCKS] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  int64_t upper[INTERFACE_BLOCKS];
  hypergeometric_cells(stream, each, INTERFACE_BLOCKS, INTERFACE_BLOCKS, HALF, upper);
  for (int b = 0; b < INTERFACE_BLOCKS; b++)
    for (int i = 0; i < cells; i++) count[i] += jackknife * (upper[b] ? without[b][i] : -without[b][i]);
}

static void deal_pairs(const struct sample *sample, struct random_stream *stream, struct dealt *room, double *count) {
  double total = 0;
  for (int i = 0; i < sample->cells; i++) count[i] = sample->effective * ((double)room->pooled[i] / population);
  add_halves(sample->without, sample->cells, stream, count);
  add_halves(sample->without + INTERFACE_BLOCKS, sample->cells, stream, count);
  for (int i = 0; i < sample->cells; i++) {
    if (count[i] < 0) count[i] = 0;
    total += count[i];
  }
  for (int i = 0; i < sample->cells; i++) count[i] *= sample->effective / total;
}

static const struct scatter scatter_of_pairs = {pair_distances, pair_log_share, deal_pairs};

/* ---- Into cells ---- */

/* False if a block holds all counts, since nothing is left without it. */
static bool fill_without(struct sample *sample, int component, double total) {
  bool known = true;
  for (int b = 0; b < INTERFACE_BLOCKS; b++) {
    double *without = sample->without[component * INTERFACE_BLOCKS + b], left = total;
    for (int i = 0; i < sample->cells; i++) left -= (double)sample->blocks[i][b];
    if (!(left > 0)) known = false;
    for (int i = 0; i < sample->cells && known; i++) {
      double count = sample->effective * ((double)(sample->sums[i] - sample->blocks[i][b]) / left);
      without[i] = sample->count[i] + sample->noise * (count - sample->count[i]);
    }
  }
  return known;
}

void sample_fill(struct sample *sample, const struct outcome_table *table, const int64_t *counts, const int32_t *cell,
                 int cells) {
  double total = 0;
  sample->cells = cells;
  equal_mass_cells_sum(counts, cell, table->row_bins, cells, sample->sums);
  for (int i = 0; i < cells; i++) total += (double)sample->sums[i];
  for (int i = 0; i < cells; i++)
    sample->count[i] =
        table->blocks[0] ? sample->effective * ((double)sample->sums[i] / total) : (double)sample->sums[i];
  for (int component = 0; component < 2 && table->blocks[0]; component++) {
    memset(sample->blocks, 0, (size_t)cells * sizeof *sample->blocks);
    outcome_gather_blocks(table, component, cell, sample->blocks);
    sample->known = fill_without(sample, component, total) && sample->known;
  }
}

/* Estimates `noise` and `effective` from the scatter of all cells. The blocks of first and of second components both
 * contain the noise that a pair has on its own, so it is counted twice and subtracted once. For counted pairs, which
 * are few of all, it is as large as if the pairs were independent. For weights it is not known, but small. */
static void estimate_noise(struct sample *sample, double entries, bool counted) {
  double independent = 0, variance = 0;
  for (int i = 0; i < sample->cells; i++) {
    double x[REPLICATES];
    for (int k = 0; k < REPLICATES; k++) x[k] = sample->without[k][i];
    independent += sample->count[i] * (1 - sample->count[i]);
    variance += jackknife_variance(x);
  }
  double twice = counted ? fmin(independent / entries, variance / 2) : 0;
  sample->known = sample->known && variance > 0 && independent / (variance - twice) >= FEWEST_EFFECTIVE;
  if (!sample->known) return;
  sample->effective = fmin(independent / (variance - twice), entries);
  sample->noise = sqrt((variance - twice) / variance);
}

seam_status sample_weigh(struct sample *sample, const struct outcome_table *table, const int64_t *counts,
                         int64_t entries, int32_t *cell, seam_error *error) {
  int cells;
  sample->scatter = table->blocks[0] ? &scatter_of_pairs : &scatter_of_chains;
  sample->known = true;
  sample->effective = (double)entries;
  sample->most_cells = MOST_CELLS;
  if (!table->blocks[0]) return SEAM_OK;
  FORWARD(equal_mass_cells_create(counts, &table->shape, WEIGHING_CELLS, cell, &cells, error));
  sample->effective = sample->noise = 1;
  sample_fill(sample, table, counts, cell, cells);
  estimate_noise(sample, ldexp((double)entries, -table->count_bits), table->count_bits == 0);
  sample->most_cells = sample->effective / EFFECTIVE_PER_CELL;
  return SEAM_OK;
}

/* ---- The noise ---- */

void sample_distance_errors(const struct sample samples[2], double error[SEAM_DISTANCES]) {
  double variance[2][SEAM_DISTANCES];
  for (int r = 0; r < 2; r++) samples[r].scatter->distances(samples, r, variance[r]);
  for (int d = 0; d < SEAM_DISTANCES; d++) error[d] = sqrt(variance[0][d] + variance[1][d]);
}

double sample_log_variance(const struct sample *sample, int cell) { return sample->scatter->log_share(sample, cell); }

/* The pooled law of both samples, each weighted by its effective entries. */
static void pool(const struct sample samples[2], struct dealt *room) {
  double total = samples[0].effective + samples[1].effective;
  for (int i = 0; i < samples[0].cells; i++)
    room->pooled[i] = (int64_t)((samples[0].count[i] + samples[1].count[i]) / total * population);
}

void sample_chance(const struct sample samples[2], uint32_t purpose, double weight, struct dealt *room,
                   double chance[PERMUTATIONS][SEAM_DISTANCES]) {
  const struct count_pair pair = {samples[0].count, samples[1].count, samples[0].cells};
  if (samples[0].scatter == &scatter_of_chains && samples[1].scatter == &scatter_of_chains) {
    distance_permuted(&pair, purpose, weight, room, chance);
    return;
  }
  pool(samples, room);
  for (int p = 0; p < PERMUTATIONS; p++) {
    struct random_stream stream = distance_stream(p, purpose);
    double value[SEAM_DISTANCES];
    samples[0].scatter->deal(&samples[0], &stream, room, room->a);
    samples[1].scatter->deal(&samples[1], &stream, room, room->b);
    distance_values(&(struct count_pair){room->a, room->b, pair.cells}, value);
    for (int d = 0; d < SEAM_DISTANCES; d++) chance[p][d] += weight * value[d];
  }
}
