/* SPDX-License-Identifier: Apache-2.0 */
/* Divides the bins of a table into cells that hold nearly equal counts. */
#ifndef SEAM_EQUAL_MASS_CELLS_H
#define SEAM_EQUAL_MASS_CELLS_H

#include "base/error.h"

enum { TABLE_AXES = 3 };

/* The shape of a table in C order. Missing axes have the extent 1. */
struct table_shape {
  int64_t extent[TABLE_AXES];
};

int64_t table_bins(const struct table_shape *shape);

/* Cuts the table into at most `wanted` cells. Sets cell[b] to the cell of bin b, and *cells to the number of cells.
 * Every cell has counts, unless the table has none. `counts` must not be negative, and their sum must be below 2^63.
 *
 * A box that must become k cells is cut across the axis with the most layers from its first to its last count; of equal
 * axes, the earlier one. The cut is at the edge where the counts below come nearest to the share k/2 (rounded down) of
 * k; of equal edges, the lower one. A box whose counts are all in one bin is not cut. */
seam_status equal_mass_cells_create(const int64_t *counts, const struct table_shape *shape, int wanted, int32_t *cell,
                                    int *cells, seam_error *error);

/* Sums the bins of each cell. */
void equal_mass_cells_sum(const int64_t *counts, const int32_t *cell, int64_t bins, int cells, int64_t *sums);

#endif
