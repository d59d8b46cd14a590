/* SPDX-License-Identifier: Apache-2.0 */
/* A tile of the table of pairs that work, from what its draws accept. */
#ifndef SEAM_PAIR_FILL_H
#define SEAM_PAIR_FILL_H

#include "backend/cpu/draw_order.h"
#include "kernels/cpu/pairs.h"

/* Of the draws of all blocks from rank `begin` of the order on, as many as the tile has room for. */
void census_fill(const struct job *job, const struct census_kernels *kernels, const struct census_order *order,
                 uint64_t begin, struct pairs_tile *tile);

#endif
