/* SPDX-License-Identifier: Apache-2.0 */
/* Summed tables that count quadrants.
 *
 * A draw of theta2 that saturates accepts, at each level, all cells on one side of some cell. In the plane of cells at
 * level 0 and cells at level 1 that is a quadrant. A table of sums along both axes tells how many quadrants hold a
 * point, by one access however many there are (F. C. Crow, "Summed-area tables for texture mapping", SIGGRAPH 1984).
 * Such a table is called a sheet here. It holds draws that are open to the same sides, of each block as many as 16 bits
 * can count. */
#ifndef SEAM_SUMMED_TABLE_H
#define SEAM_SUMMED_TABLE_H

#include "kernels/cpu/pairs.h"

/* Bit `level` of a quadrant's sides is set if it accepts a cell and all cells above it, and clear if it accepts a cell
 * and all cells below it. */
enum { QUADRANT_SIDES = 4, QUADRANT_NONE = -1 };

/* Positions along a level are counted from the side that the quadrants are open to. A draw has the position of the last
 * cell that it accepts, and a first component that of the last cell that it hits. */
struct sheet {
  int sides, stride;
  uint16_t (
      *draws)[PAIR_BLOCKS]; /* [position at level 0·stride + position at level 1][block]: draws that accept the point */
  uint16_t *reached; /* [position at level 0]: the first position at level 1 with such draws; stride if there is none */
};

struct summed_tables {
  int count;
  struct sheet *sheets;
  int first[QUADRANT_SIDES]; /* of the sheets for these sides, or QUADRANT_NONE */
};

/* The sides that a draw's quadrant is open to; QUADRANT_NONE if it is not a quadrant. The draw accepts some cell at
 * both levels. */
static inline int quadrant_sides(const struct pairs_rank *what, int stride) {
  int sides = 0, none = what->broken;
  for (int level = 0; level < 2; level++) {
    int below = what->low[level] == 0, above = what->high[level] == stride - 1;
    none |= !(below | above);
    sides |= !below << level;
  }
  return none ? QUADRANT_NONE : sides;
}

/* How many sheets are needed for this number of draws in a block. */
uint64_t quadrant_sheets(uint64_t draws);

size_t quadrant_sheet_bytes(int stride);

/* Creates `sheets[sides]` sheets for each combination of sides; NULL if no memory is left. They are made in this order:
 * clear, enter the draws, sum rows (along level 1), sum columns (along level 0), end. Each of clear and the sums has
 * summed_tables_tasks tasks, which may run in any order and at the same time. */
struct summed_tables *summed_tables_create(int stride, const uint64_t sheets[QUADRANT_SIDES]);
void summed_tables_free(struct summed_tables *quadrants);

size_t summed_tables_tasks(const struct summed_tables *quadrants);
void summed_tables_clear(struct summed_tables *quadrants, size_t task);
void summed_tables_sum_rows(struct summed_tables *quadrants, size_t task);
void summed_tables_sum_columns(struct summed_tables *quadrants, size_t task);
void summed_tables_end(struct summed_tables *quadrants);

/* The position at a level of a draw that accepts, or a first component that hits, cells low to high. */
static inline int sheet_position(const struct sheet *sheet, int level, int low, int high) {
  return sheet->sides >> level & 1 ? low : sheet->stride - 1 - high;
}

/* Enters a draw, which is the nth of these sides in its block. Draws of different blocks may be entered at the same
 * time. */
void summed_tables_enter(struct summed_tables *quadrants, int sides, int block, uint64_t nth,
                         const struct pairs_rank *what);

/* ---- Reading a sheet ---- */

struct quadrant_point {
  int position[2]; /* at each level */
};

static inline struct quadrant_point sheet_point(const struct sheet *sheet, const struct candidate *candidate) {
  struct quadrant_point point;
  for (int level = 0; level < 2; level++) {
    int low = candidate->row[CANDIDATE_LOW + level] - level * sheet->stride;
    int high = candidate->row[CANDIDATE_HIGH + level] - level * sheet->stride;
    point.position[level] = sheet_position(sheet, level, low, high);
  }
  return point;
}

/* The point that counts the draws that work with both. */
static inline struct quadrant_point sheet_common(struct quadrant_point a, struct quadrant_point b) {
  for (int level = 0; level < 2; level++)
    if (b.position[level] < a.position[level]) a.position[level] = b.position[level];
  return a;
}

/* The number of draws of each block that accept the point; NULL if none does. */
static inline const uint16_t *sheet_find(const struct sheet *sheet, struct quadrant_point point) {
  if (point.position[1] < sheet->reached[point.position[0]]) return NULL;
  return sheet->draws[(size_t)point.position[0] * (size_t)sheet->stride + (size_t)point.position[1]];
}

#endif
