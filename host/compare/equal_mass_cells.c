/* SPDX-License-Identifier: Apache-2.0 */
/* Cuts boxes of bins in two until there are enough cells (a k-d partition). */
#include "compare/equal_mass_cells.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct box {
  int64_t low[TABLE_AXES], high[TABLE_AXES]; /* half-open */
};

/* The state that all boxes share. */
struct cutter {
  const int64_t *counts;
  const struct table_shape *shape;
  int32_t *cell;
  int cells;
  int64_t *layers; /* the counts of each layer of a box, axis after axis */
};

/* Where to cut a box. */
struct cut {
  int axis;
  int64_t edge; /* the first layer of the upper part */
  int below;    /* the number of cells of the lower part */
};

int64_t table_bins(const struct table_shape *shape) {
  int64_t bins = 1;
  for (int a = 0; a < TABLE_AXES; a++) bins *= shape->extent[a];
  return bins;
}

static int64_t *layers_of(const struct cutter *cutter, int axis) {
  int64_t *layers = cutter->layers;
  for (int a = 0; a < axis; a++) layers += cutter->shape->extent[a];
  return layers;
}

static int64_t row_of(const struct cutter *cutter, int64_t i, int64_t j) {
  return (i * cutter->shape->extent[1] + j) * cutter->shape->extent[2];
}

/* Sums the counts of a box in each layer of each axis; returns the sum of all. */
static int64_t sum_layers(const struct cutter *cutter, const struct box *box) {
  int64_t *layers[TABLE_AXES], total = 0;
  for (int a = 0; a < TABLE_AXES; a++) {
    layers[a] = layers_of(cutter, a);
    memset(layers[a], 0, (size_t)cutter->shape->extent[a] * sizeof *layers[a]);
  }
  for (int64_t i = box->low[0]; i < box->high[0]; i++)
    for (int64_t j = box->low[1]; j < box->high[1]; j++) {
      const int64_t *row = cutter->counts + row_of(cutter, i, j);
      int64_t sum = 0;
      for (int64_t k = box->low[2]; k < box->high[2]; k++) {
        layers[2][k] += row[k];
        sum += row[k];
      }
      layers[0][i] += sum;
      layers[1][j] += sum;
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

/* The axis along which the counts of the box spread over most layers, and the first and last layer with counts. -1 if
 * all counts are in one bin. */
static int longest_side(const struct cutter *cutter, const struct box *box, int64_t *first, int64_t *last) {
  int axis = -1;
  for (int a = 0; a < TABLE_AXES; a++) {
    const int64_t *layers = layers_of(cutter, a);
    int64_t low = box->low[a], high = box->high[a] - 1;
    while (low < high && layers[low] == 0) low++;
    while (low < high && layers[high] == 0) high--;
    if (high == low || (axis >= 0 && high - low <= *last - *first)) continue;
    axis = a;
    *first = low;
    *last = high;
  }
  return axis;
}

/* Finds the cut. Each part gets counts, and as many cells as fit its share of them. False if all counts are in one bin.
 */
static bool find_cut(const struct cutter *cutter, const struct box *box, int wanted, int64_t total, struct cut *cut) {
  int64_t first, last, below = 0, taken = 0;
  cut->axis = longest_side(cutter, box, &first, &last);
  if (cut->axis < 0) return false;
  const int64_t *layers = layers_of(cutter, cut->axis);
  int half = wanted / 2;
  double target = (double)total * half / wanted, nearest = INFINITY;
  cut->edge = first;
  for (int64_t edge = first + 1; edge <= last; edge++) {
    below += layers[edge - 1];
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
  int64_t total = wanted > 1 ? sum_layers(cutter, box) : 0;
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
  int64_t layers = 0;
  for (int a = 0; a < TABLE_AXES; a++) layers += all.high[a] = shape->extent[a];
  cutter.layers = malloc((size_t)layers * sizeof *cutter.layers);
  if (!cutter.layers)
    return error_set(error, SEAM_ERROR_MEMORY,
                     "out of memory: no room for a partition into cells; close other programs");
  divide(&cutter, &all, wanted);
  free(cutter.layers);
  *cells = cutter.cells;
  return SEAM_OK;
}

void equal_mass_cells_sum(const int64_t *counts, const int32_t *cell, int64_t bins, int cells, int64_t *sums) {
  memset(sums, 0, (size_t)cells * sizeof *sums);
  for (int64_t b = 0; b < bins; b++) sums[cell[b]] += counts[b];
}
