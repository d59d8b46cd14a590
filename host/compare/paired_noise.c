/* SPDX-License-Identifier: Apache-2.0 */
/* The distances that matched chains make by chance, and the errors of their distances, from blocks of chains. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/exact_log.h"
#include "compare/paired.h"

enum { WORD_BITS = 64 };

struct paired_noise *paired_noise_create(const struct seam_paired *paired, uint32_t purpose) {
  struct paired_noise *noise = calloc(1, sizeof *noise);
  if (!noise) return NULL;
  noise->paired = paired;
  noise->count = malloc((size_t)paired->blocks * sizeof *noise->count);
  noise->without = calloc((size_t)paired->blocks, sizeof *noise->without);
  for (int p = 0; p < PERMUTATIONS; p++) {
    struct random_stream stream = distance_stream(p, purpose);
    uint64_t word = 0;
    for (int k = 0; k < paired->blocks; k++) {
      word = k % WORD_BITS ? word >> 1 : random_stream_word(&stream);
      noise->swapped[p][k] = word & 1;
    }
  }
  if (noise->count && noise->without) return noise;
  paired_noise_free(noise);
  return NULL;
}

void paired_noise_free(struct paired_noise *noise) {
  if (!noise) return;
  free(noise->count);
  free(noise->without);
  free(noise);
}

/* ---- Into cells ---- */

/* Where a table's row begins for an outcome, among all counts. */
static int64_t place_of(const seam_result *sum, const struct outcome_table *table, int outcome, int64_t row) {
  return table->histogram->values - sum->counts + outcome * table->outcome_stride + table->first + row * table->stride;
}

static double sum(const double *counts, int cells) {
  double total = 0;
  for (int i = 0; i < cells; i++) total += counts[i];
  return total;
}

/* The first entry at or after a place. */
static const struct paired_entry *entry_from(const struct paired_counts *counts, int64_t place) {
  const struct paired_entry *low = counts->entries, *high = low + counts->size;
  while (low < high) {
    const struct paired_entry *middle = low + (high - low) / 2;
    if (middle->place < place)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static void add_row(const struct paired_counts *counts, int64_t begin, int64_t bins, const int32_t *cell, double *to) {
  const struct paired_entry *end = counts->entries + counts->size;
  for (const struct paired_entry *e = entry_from(counts, begin); e < end && e->place < begin + bins; e++)
    to[cell[e->place - begin]] += (double)e->count;
}

void paired_fill(struct paired_noise *noise, const struct outcome_table tables[2], int64_t row, const int32_t *cell,
                 int cells) {
  const struct seam_paired *paired = noise->paired;
  for (int r = 0; r < 2; r++)
    for (int k = 0; k < paired->blocks; k++) {
      memset(noise->count[k][r], 0, (size_t)cells * sizeof noise->count[k][r][0]);
      for (int outcome = 0; outcome < HISTOGRAM_OUTCOMES; outcome++)
        if (tables[r].outcomes >> outcome & 1)
          add_row(&paired->block[k][r], place_of(paired->sum[r], &tables[r], outcome, row), tables[r].row_bins, cell,
                  noise->count[k][r]);
      noise->total[k][r] = sum(noise->count[k][r], cells);
    }
}

/* ---- Distances ---- */

/* The distances of noise->a and noise->b, or `instead` if one of them is empty. */
static void add_values(struct paired_noise *noise, int cells, double weight, const double instead[SEAM_DISTANCES],
                       double to[SEAM_DISTANCES]) {
  double value[SEAM_DISTANCES];
  if (sum(noise->a, cells) > 0 && sum(noise->b, cells) > 0)
    distance_values(&(struct count_pair){noise->a, noise->b, cells}, value);
  else
    memcpy(value, instead, sizeof value);
  for (int d = 0; d < SEAM_DISTANCES; d++) to[d] += weight * value[d];
}

static void swap_blocks(struct paired_noise *noise, const bool *swapped, int cells) {
  memset(noise->a, 0, sizeof noise->a);
  memset(noise->b, 0, sizeof noise->b);
  for (int k = 0; k < noise->paired->blocks; k++) {
    const double *a = noise->count[k][swapped[k]], *b = noise->count[k][!swapped[k]];
    for (int i = 0; i < cells; i++) {
      noise->a[i] += a[i];
      noise->b[i] += b[i];
    }
  }
}

void paired_add(struct paired_noise *noise, const struct count_pair *pair, double weight,
                const double value[SEAM_DISTANCES], double chance[PERMUTATIONS][SEAM_DISTANCES]) {
  for (int p = 0; p < PERMUTATIONS; p++) {
    swap_blocks(noise, noise->swapped[p], pair->cells);
    add_values(noise, pair->cells, weight, value, chance[p]);
  }
  for (int k = 0; k < noise->paired->blocks; k++) {
    for (int i = 0; i < pair->cells; i++) {
      noise->a[i] = pair->a[i] - noise->count[k][0][i];
      noise->b[i] = pair->b[i] - noise->count[k][1][i];
    }
    add_values(noise, pair->cells, weight, value, noise->without[k]);
  }
}

/* ---- Errors ---- */

/* Of values without one block each, `stride` apart. */
static double jackknife_error(const double *values, int blocks, int stride) {
  double mean = 0, square = 0;
  for (int k = 0; k < blocks; k++) mean += values[k * stride] / blocks;
  for (int k = 0; k < blocks; k++) square += (values[k * stride] - mean) * (values[k * stride] - mean);
  return sqrt(square * (blocks - 1.0) / blocks);
}

void paired_errors(const struct paired_noise *noise, double error[SEAM_DISTANCES]) {
  for (int d = 0; d < SEAM_DISTANCES; d++)
    error[d] = jackknife_error(&noise->without[0][d], noise->paired->blocks, SEAM_DISTANCES);
}

double paired_log_ratio_error(const struct paired_noise *noise, const struct count_pair *pair, int cell) {
  const double total_a = sum(pair->a, pair->cells), total_b = sum(pair->b, pair->cells), more = 0.5 * pair->cells;
  double ratio[SEAM_MOST_BLOCKS];
  for (int k = 0; k < noise->paired->blocks; k++) {
    double a = pair->a[cell] - noise->count[k][0][cell], b = pair->b[cell] - noise->count[k][1][cell];
    double all_a = total_a - noise->total[k][0] + more, all_b = total_b - noise->total[k][1] + more;
    ratio[k] = exact_log((a + 0.5) / all_a / ((b + 0.5) / all_b));
  }
  return jackknife_error(ratio, noise->paired->blocks, 1);
}
