/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which draws of theta2 stand in the table of pairs that work. Those that accept nothing at a level, or
 * not what every first component hits, work with nobody and are left out, and quadrants may have sheets instead. The
 * others of each block are sorted by what they accept, and the k-th of all blocks stand together: neighbours are alike,
 * and so a first component meets most of them in vain. */
#ifndef SEAM_CENSUS_ORDER_H
#define SEAM_CENSUS_ORDER_H

#include "census_quadrant.h"
#include "error.h"

struct census_order;

seam_status census_order_create(const struct job *job, const struct works_kernels *kernels, struct census_order **order,
                                seam_error *error);
void census_order_free(struct census_order *order);

/* Looks at the draws of one of PAIR_BLOCKS. Different blocks may be looked at at once. */
void census_order_look(struct census_order *order, int block);

/* When all have been looked at: how many of a block's draws are quadrants open to these sides. */
uint64_t census_order_quadrants(const struct census_order *order, int block, int sides);

/* Then sorts a block; those draws for whose sides there are sheets are entered there and stand in no order. Different
 * blocks may be sorted at once. */
void census_order_sort(struct census_order *order, int block, struct census_quadrants *quadrants);

/* What follows is for when all are. */

/* How many a block has at most. */
uint64_t census_order_ranks(const struct census_order *order);

/* The draw of a block, or PAIRS_NO_DRAW where it has fewer. */
uint64_t census_order_draw(const struct census_order *order, int block, uint64_t rank);

/* What a draw accepts. */
const struct pairs_rank *census_order_what(const struct census_order *order, uint64_t draw);

#endif
