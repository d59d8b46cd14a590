/* SPDX-License-Identifier: Apache-2.0 */
/* Cells of nearly equal mass: a k-d partition of the bins of a table. */
#ifndef SEAM_EQUAL_MASS_CELLS_H
#define SEAM_EQUAL_MASS_CELLS_H

#include "base/error.h"

enum { TABLE_AXES = 3 };

/* A table in C order; missing axes have the extent 1. */
struct table_shape {
  int64_t extent[TABLE_AXES];
};

int64_t table_bins(const struct table_shape *shape);

/* Cuts the table into at most `wanted` cells: a box that is to become k cells is cut across the side along which it
 * has more bins between its first and last count, the earlier axis where two are equal, at the edge that comes nearest
 * to leaving k/2 cells' share of its counts below, the lower edge where two are equal; a box of one bin with counts
 * stays whole. cell[b] is set to the cell of bin b, for every bin; *cells to how many there are, each with a count
 * where `counts` has any. `counts` must be non-negative with a sum below 2^63. */
seam_status equal_mass_cells_create(const int64_t *counts, const struct table_shape *shape, int wanted, int32_t *cell,
                                    int *cells, seam_error *error);

/* Adds up the bins of each cell. */
void equal_mass_cells_sum(const int64_t *counts, const int32_t *cell, int64_t bins, int cells, int64_t *sums);

#endif
