/* SPDX-License-Identifier: Apache-2.0 */
/* The k-d partition: cuts boxes of bins in two until the cells asked for are made. */
#include "compare/equal_mass_cells.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct box {
  int64_t low[TABLE_AXES], high[TABLE_AXES]; /* half-open */
};

/* What all boxes share. */
struct cutter {
  const int64_t *counts;
  const struct table_shape *shape;
  int32_t *cell;
  int cells;
  int64_t *slices; /* the counts of each slice of a box, axis after axis */
};

/* Where to cut a box. */
struct cut {
  int axis;
  int64_t edge; /* the first slice of the upper part */
  int below;    /* how many cells the lower part becomes */
};

int64_t table_bins(const struct table_shape *shape) {
  int64_t bins = 1;
  for (int a = 0; a < TABLE_AXES; a++) bins *= shape->extent[a];
  return bins;
}

static int64_t *slices_of(const struct cutter *cutter, int axis) {
  int64_t *slices = cutter->slices;
  for (int a = 0; a < axis; a++) slices += cutter->shape->extent[a];
  return slices;
}

static int64_t row_of(const struct cutter *cutter, int64_t i, int64_t j) {
  return (i * cutter->shape->extent[1] + j) * cutter->shape->extent[2];
}

/* Adds up the counts of a box along each axis; returns their sum. */
static int64_t sum_slices(const struct cutter *cutter, const struct box *box) {
  int64_t *slices[TABLE_AXES], total = 0;
  for (int a = 0; a < TABLE_AXES; a++) {
    slices[a] = slices_of(cutter, a);
    memset(slices[a], 0, (size_t)cutter->shape->extent[a] * sizeof *slices[a]);
  }
  for (int64_t i = box->low[0]; i < box->high[0]; i++)
    for (int64_t j = box->low[1]; j < box->high[1]; j++) {
      const int64_t *row = cutter->counts + row_of(cutter, i, j);
      int64_t sum = 0;
      for (int64_t k = box->low[2]; k < box->high[2]; k++) {
        slices[2][k] += row[k];
        sum += row[k];
      }
      slices[0][i] += sum;
      slices[1][j] += sum;
      total += sum;
    }
  return total;
}

static void fill_cell(struct cutter *cutter, const struct box *box) {
  for (int64_t i = box->low[0]; i < box->high[0]; i++)
    for (int64_t j = box->low[1]; j < box->high[1]; j++)
      for (int64_t k = box->low[2]; k < box->high[2]; k++) cutter->cell[row_of(cutter, i, j) + k] = cutter->cells;
  cutter->cells++;
}

/* The axis along which the box's counts spread over most bins, first and last slice included; -1 for a single bin. */
static int longest_side(const struct cutter *cutter, const struct box *box, int64_t *first, int64_t *last) {
  int axis = -1;
  for (int a = 0; a < TABLE_AXES; a++) {
    const int64_t *slices = slices_of(cutter, a);
    int64_t low = box->low[a], high = box->high[a] - 1;
    while (low < high && slices[low] == 0) low++;
    while (low < high && slices[high] == 0) high--;
    if (high == low || (axis >= 0 && high - low <= *last - *first)) continue;
    axis = a;
    *first = low;
    *last = high;
  }
  return axis;
}

/* Finds the cut that gives each part counts, and cells by its counts. False for a single bin. */
static bool find_cut(const struct cutter *cutter, const struct box *box, int wanted, int64_t total, struct cut *cut) {
  int64_t first, last, below = 0, taken = 0;
  cut->axis = longest_side(cutter, box, &first, &last);
  if (cut->axis < 0) return false;
  const int64_t *slices = slices_of(cutter, cut->axis);
  int half = wanted / 2;
  double target = (double)total * half / wanted, nearest = INFINITY;
  cut->edge = first;
  for (int64_t edge = first + 1; edge <= last; edge++) {
    below += slices[edge - 1];
    double off = fabs((double)below - target);
    if (off >= nearest) continue;
    nearest = off;
    cut->edge = edge;
    taken = below;
  }
  double share = floor((double)taken / (double)total * wanted + 0.5);
  cut->below = share < 1 ? 1 : share > wanted - 1 ? wanted - 1 : (int)share;
  return true;
}

static void divide(struct cutter *cutter, const struct box *box, int wanted) {
  struct cut cut;
  int64_t total = wanted > 1 ? sum_slices(cutter, box) : 0;
  if (total == 0 || !find_cut(cutter, box, wanted, total, &cut)) {
    fill_cell(cutter, box);
    return;
  }
  struct box lower = *box, upper = *box;
  lower.high[cut.axis] = upper.low[cut.axis] = cut.edge;
  divide(cutter, &lower, cut.below);
  divide(cutter, &upper, wanted - cut.below);
}

seam_status equal_mass_cells_create(const int64_t *counts, const struct table_shape *shape, int wanted, int32_t *cell,
                                    int *cells, seam_error *error) {
  struct cutter cutter = {.counts = counts, .shape = shape, .cell = cell};
  struct box all = {{0}, {0}};
  int64_t slices = 0;
  for (int a = 0; a < TABLE_AXES; a++) slices += all.high[a] = shape->extent[a];
  cutter.slices = malloc((size_t)slices * sizeof *cutter.slices);
  if (!cutter.slices)
    return error_set(error, SEAM_ERROR_MEMORY,
                     "out of memory: no room for a partition into cells; close other programs");
  divide(&cutter, &all, wanted);
  free(cutter.slices);
  *cells = cutter.cells;
  return SEAM_OK;
}

void equal_mass_cells_sum(const int64_t *counts, const int32_t *cell, int64_t bins, int cells, int64_t *sums) {
  memset(sums, 0, (size_t)cells * sizeof *sums);
  for (int64_t b = 0; b < bins; b++) sums[cell[b]] += counts[b];
}
