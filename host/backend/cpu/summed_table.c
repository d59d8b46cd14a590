/* SPDX-License-Identifier: Apache-2.0 */
/* Makes summed tables of quadrants: draws are entered at their corners and then summed along both levels. */
#include "backend/cpu/summed_table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/huge_pages.h"

enum { MOST_OF_A_BLOCK = UINT16_MAX };

uint64_t quadrant_sheets(uint64_t draws) { return (draws + MOST_OF_A_BLOCK - 1) / MOST_OF_A_BLOCK; }

static size_t sheet_points(int stride) { return (size_t)stride * (size_t)stride; }

size_t quadrant_sheet_bytes(int stride) { return sheet_points(stride) * PAIR_BLOCKS * sizeof(uint16_t); }

/* ---- Making and freeing ---- */

static bool create_sheet(struct sheet *sheet, int sides, int stride) {
  sheet->sides = sides;
  sheet->stride = stride;
  sheet->draws = huge_pages_allocate(quadrant_sheet_bytes(stride));
  sheet->reached = malloc((size_t)stride * sizeof *sheet->reached);
  return sheet->draws && sheet->reached;
}

static bool create_sheets(struct summed_tables *quadrants, int stride, const uint64_t sheets[QUADRANT_SIDES]) {
  for (int sides = 0; sides < QUADRANT_SIDES; sides++) {
    quadrants->first[sides] = sheets[sides] ? quadrants->count : QUADRANT_NONE;
    for (uint64_t k = 0; k < sheets[sides]; k++)
      if (!create_sheet(&quadrants->sheets[quadrants->count++], sides, stride)) return false;
  }
  return true;
}

struct summed_tables *summed_tables_create(int stride, const uint64_t sheets[QUADRANT_SIDES]) {
  size_t count = 0;
  for (int sides = 0; sides < QUADRANT_SIDES; sides++) count += (size_t)sheets[sides];
  struct summed_tables *quadrants = calloc(1, sizeof *quadrants);
  if (quadrants) quadrants->sheets = calloc(count, sizeof *quadrants->sheets);
  if (quadrants && quadrants->sheets && create_sheets(quadrants, stride, sheets)) return quadrants;
  summed_tables_free(quadrants);
  return NULL;
}

void summed_tables_free(struct summed_tables *quadrants) {
  if (!quadrants) return;
  for (int s = 0; s < quadrants->count; s++) {
    free(quadrants->sheets[s].draws);
    free(quadrants->sheets[s].reached);
  }
  free(quadrants->sheets);
  free(quadrants);
}

/* ---- Entering and summing ---- */

void summed_tables_enter(struct summed_tables *quadrants, int sides, int block, uint64_t nth,
                         const struct pairs_rank *what) {
  const struct sheet *sheet = &quadrants->sheets[(uint64_t)quadrants->first[sides] + nth / MOST_OF_A_BLOCK];
  size_t position[2];
  for (int level = 0; level < 2; level++)
    position[level] = (size_t)sheet_position(sheet, level, what->low[level], what->high[level]);
  sheet->draws[position[0] * (size_t)sheet->stride + position[1]][block]++;
}

/* A task handles CELL_BLOCK rows or columns. */
static size_t sheet_tasks(const struct sheet *sheet) { return (size_t)sheet->stride / CELL_BLOCK; }

size_t summed_tables_tasks(const struct summed_tables *quadrants) {
  return (size_t)quadrants->count * sheet_tasks(quadrants->sheets);
}

static void add(uint16_t to[PAIR_BLOCKS], const uint16_t from[PAIR_BLOCKS]) {
  for (int block = 0; block < PAIR_BLOCKS; block++) to[block] = (uint16_t)(to[block] + from[block]);
}

/* The task's sheet, and its first row or column there. */
static const struct sheet *sheet_of(const struct summed_tables *quadrants, size_t task, size_t *begin) {
  size_t tasks = sheet_tasks(quadrants->sheets);
  *begin = task % tasks * CELL_BLOCK;
  return &quadrants->sheets[task / tasks];
}

void summed_tables_clear(struct summed_tables *quadrants, size_t task) {
  size_t begin;
  const struct sheet *sheet = sheet_of(quadrants, task, &begin);
  const size_t stride = (size_t)sheet->stride;
  memset(sheet->draws[begin * stride], 0, CELL_BLOCK * stride * sizeof *sheet->draws);
}

void summed_tables_sum_rows(struct summed_tables *quadrants, size_t task) {
  size_t begin;
  const struct sheet *sheet = sheet_of(quadrants, task, &begin);
  const size_t stride = (size_t)sheet->stride;
  for (size_t row = begin; row < begin + CELL_BLOCK; row++)
    for (size_t point = row * stride + 1; point < (row + 1) * stride; point++)
      add(sheet->draws[point], sheet->draws[point - 1]);
}

void summed_tables_sum_columns(struct summed_tables *quadrants, size_t task) {
  size_t begin;
  const struct sheet *sheet = sheet_of(quadrants, task, &begin);
  const size_t stride = (size_t)sheet->stride;
  for (size_t row = 1; row < stride; row++)
    for (size_t point = row * stride + begin; point < row * stride + begin + CELL_BLOCK; point++)
      add(sheet->draws[point], sheet->draws[point - stride]);
}

static bool is_zero(const uint16_t draws[PAIR_BLOCKS]) {
  unsigned any = 0;
  for (int block = 0; block < PAIR_BLOCKS; block++) any |= draws[block];
  return any == 0;
}

/* Finds where each row becomes positive. Sums grow along level 0, so the place only moves down from row to row. */
static void find_reached(const struct sheet *sheet) {
  int reached = sheet->stride;
  for (int row = 0; row < sheet->stride; row++) {
    uint16_t(*own)[PAIR_BLOCKS] = sheet->draws + (size_t)row * (size_t)sheet->stride;
    while (reached > 0 && !is_zero(own[reached - 1])) reached--;
    sheet->reached[row] = (uint16_t)reached;
  }
}

void summed_tables_end(struct summed_tables *quadrants) {
  for (int s = 0; s < quadrants->count; s++) find_reached(&quadrants->sheets[s]);
}
