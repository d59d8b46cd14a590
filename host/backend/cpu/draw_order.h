/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which draws of theta2 stand in the table of pairs that work.
 *
 * Draws that cannot work with any first component are left out: those that accept no cell at a level, or not the cell
 * that every first component hits. Quadrants are left out where they are counted by summed tables. The other draws of
 * each block are sorted by what they accept, and the k-th draws of all blocks stand together. Neighbours then accept
 * similar cells, so most tiles can be skipped. */
#ifndef SEAM_DRAW_ORDER_H
#define SEAM_DRAW_ORDER_H

#include "backend/cpu/summed_table.h"
#include "base/error.h"

struct draw_order;

seam_status draw_order_create(const struct job *job, const struct works_kernels *kernels, struct draw_order **order,
                              seam_error *error);
void draw_order_free(struct draw_order *order);

/* Evaluates the draws of one of PAIR_BLOCKS. Several blocks may be evaluated at the same time. */
void draw_order_look(struct draw_order *order, int block);

/* Returns how many of a block's draws are quadrants open to these sides. Call it when all blocks are evaluated. */
uint64_t draw_order_quadrants(const struct draw_order *order, int block, int sides);

/* Sorts a block when all blocks are evaluated. Quadrants with a sheet for their sides are entered there and leave the
 * order. Several blocks may be sorted at the same time. */
void draw_order_sort(struct draw_order *order, int block, struct summed_tables *quadrants);

/* Call the functions below when all blocks are sorted. */

/* The number of draws in the largest block. */
uint64_t draw_order_ranks(const struct draw_order *order);

/* The draw at a rank of a block, or PAIRS_NO_DRAW if the block has fewer. */
uint64_t draw_order_draw(const struct draw_order *order, int block, uint64_t rank);

/* The cells that a draw accepts. */
const struct pairs_rank *draw_order_what(const struct draw_order *order, uint64_t draw);

#endif
