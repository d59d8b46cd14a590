/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which draws of theta2 stand in the table of pairs that work. Those that accept nothing at a level work
 * with nobody and are left out. The others of each block are sorted by what they accept, and the k-th of all blocks
 * stand together: neighbours are alike, and so a first component meets most of them in vain. */
#ifndef SEAM_CENSUS_ORDER_H
#define SEAM_CENSUS_ORDER_H

#include "error.h"
#include "pairs.h"

struct census_order;

seam_status census_order_create(const struct job *job, const struct census_kernels *kernels,
                                struct census_order **order, seam_error *error);
void census_order_free(struct census_order *order);

/* Ranks one of PAIR_BLOCKS. Different blocks may be ranked at once. */
void census_order_rank(struct census_order *order, int block);

/* What follows is for when all are. */

/* How many a block has at most. */
uint64_t census_order_ranks(const struct census_order *order);

/* The draw of a block, or PAIRS_NO_DRAW where it has fewer. */
uint64_t census_order_draw(const struct census_order *order, int block, uint64_t rank);

/* What a draw accepts. */
const struct pairs_rank *census_order_what(const struct census_order *order, uint64_t draw);

#endif
