/* SPDX-License-Identifier: Apache-2.0 */
/* Draws of theta2 that accept, at each level, all cells on one side of some cell, as those do that saturate at both:
 * quadrants of the plane of a first component's cells at level 0 and at level 1.
 *
 * How many of them accept a first component is looked up in a table of sums along both axes (F. C. Crow, "Summed-area
 * tables for texture mapping", SIGGRAPH 1984), however many they are. Such a table is a sheet: of draws that are open
 * to the same sides, and of each block so many as 16 bits can count. */
#ifndef SEAM_SUMMED_TABLE_H
#define SEAM_SUMMED_TABLE_H

#include "kernels/cpu/pairs.h"

/* Bit `level` of a quadrant's sides is set where it accepts a cell and all above, else it is a cell and all below. */
enum { QUADRANT_SIDES = 4, QUADRANT_NONE = -1 };

/* Positions along a level begin where quadrants are open to: a draw has that of the last cell it accepts, a first
 * component that of the cell that it hits last, and works with the draws that come to it at both levels. */
struct census_sheet {
  int sides, stride;
  uint16_t (*draws)[PAIR_BLOCKS]; /* [position at level 0·stride + position at level 1][block]: how many come there */
  uint16_t *reached; /* [position at level 0]: the first position at level 1 where any does; stride: at none */
};

struct census_quadrants {
  int count;
  struct census_sheet *sheets;
  int first[QUADRANT_SIDES]; /* of the sheets for these sides, or QUADRANT_NONE */
};

/* To which sides what a draw accepts, something at both levels, is open; QUADRANT_NONE where that is no quadrant. */
static inline int census_quadrant_sides(const struct pairs_rank *what, int stride) {
  int sides = 0, none = what->broken;
  for (int level = 0; level < 2; level++) {
    int below = what->low[level] == 0, above = what->high[level] == stride - 1;
    none |= !(below | above);
    sides |= !below << level;
  }
  return none ? QUADRANT_NONE : sides;
}

/* How many sheets hold so many draws of a block. */
uint64_t census_quadrant_sheets(uint64_t draws);

size_t census_quadrant_sheet_bytes(int stride);

/* Sheets, for each sides so many; NULL where memory is out. Then all tasks of clearing them are carried out, draws
 * entered, and all tasks of summing along level 1, then along level 0; the tasks of each in any order and several at
 * once; and then, once, the end. */
struct census_quadrants *census_quadrants_create(int stride, const uint64_t sheets[QUADRANT_SIDES]);
void census_quadrants_free(struct census_quadrants *quadrants);

size_t census_quadrants_tasks(const struct census_quadrants *quadrants);
void census_quadrants_clear(struct census_quadrants *quadrants, size_t task);
void census_quadrants_sum_rows(struct census_quadrants *quadrants, size_t task);
void census_quadrants_sum_columns(struct census_quadrants *quadrants, size_t task);
void census_quadrants_end(struct census_quadrants *quadrants);

/* At a level, of a draw that accepts, or a first component that hits, low to high. */
static inline int census_sheet_position(const struct census_sheet *sheet, int level, int low, int high) {
  return sheet->sides >> level & 1 ? low : sheet->stride - 1 - high;
}

/* Enters a draw, the nth of these sides in its block. Those of different blocks may be entered at once. */
void census_quadrants_enter(struct census_quadrants *quadrants, int sides, int block, uint64_t nth,
                            const struct pairs_rank *what);

/* ---- What is found in a sheet ---- */

struct quadrant_point {
  int position[2]; /* at each level */
};

static inline struct quadrant_point census_sheet_point(const struct census_sheet *sheet,
                                                       const struct candidate *candidate) {
  struct quadrant_point point;
  for (int level = 0; level < 2; level++) {
    int low = candidate->row[CANDIDATE_LOW + level] - level * sheet->stride;
    int high = candidate->row[CANDIDATE_HIGH + level] - level * sheet->stride;
    point.position[level] = census_sheet_position(sheet, level, low, high);
  }
  return point;
}

/* The point that draws come to where they come to both. */
static inline struct quadrant_point census_sheet_common(struct quadrant_point a, struct quadrant_point b) {
  for (int level = 0; level < 2; level++)
    if (b.position[level] < a.position[level]) a.position[level] = b.position[level];
  return a;
}

/* Of each block the draws that come there; NULL where none do. */
static inline const uint16_t *census_sheet_find(const struct census_sheet *sheet, struct quadrant_point point) {
  if (point.position[1] < sheet->reached[point.position[0]]) return NULL;
  return sheet->draws[(size_t)point.position[0] * (size_t)sheet->stride + (size_t)point.position[1]];
}

#endif
