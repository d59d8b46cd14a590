/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the cells of u that a vector of second components accepts at each level: the lowest, the highest, and whether
 * every cell between them is accepted.
 *
 * A monotone component accepts one run of cells, and bisection finds its ends. Any other component is evaluated in
 * every cell, and so is one where rounding leaves the ends in doubt. Both ways give the same answer. This is for
 * vectors of lanes only: the GPU enters accepted cells into its table one by one. */
#ifndef SEAM_ACCEPTED_CELLS_H
#define SEAM_ACCEPTED_CELLS_H

#include "predict.h"

struct accepted {
  lane_int low[2], high[2]; /* of each level; high < low if no cell is accepted */
  lane_mask broken;         /* at some level, a cell between them is not accepted */
};

/* ---- In every cell ---- */

/* The cells accepted at a level, gathered from blocks of SAMPLE_BLOCK cells. */
struct span {
  lane_uint first, last; /* of the blocks with cells that are accepted: cell·2^SAMPLE_BLOCK + a bit for each cell; 0
                          * while there are none */
  lane_uint carry;       /* whether the previous cell is accepted */
  lane_uint broken;      /* not 0 if a cell between two accepted cells is not accepted */
};

HD void span_add(struct span *span, uint32_t cell, const lane_mask accepted[SAMPLE_BLOCK]) {
  lane_uint bits = lane_splat_uint(0);
  for (int k = 0; k < SAMPLE_BLOCK; k++) bits |= (lane_uint)accepted[k] & lane_splat_uint(1u << k);
  lane_uint begun = bits & ~(bits << 1 | span->carry), block = bits | cell << SAMPLE_BLOCK;
  lane_mask any = bits != 0, had = span->last != 0;
  span->broken |= (begun & (begun - 1)) | (begun & (lane_uint)had);
  span->first = (lane_uint)lane_select_int(any & ~had, (lane_int)block, (lane_int)span->first);
  span->last = (lane_uint)lane_select_int(any, (lane_int)block, (lane_int)span->last);
  span->carry = bits >> (SAMPLE_BLOCK - 1);
}

HD void span_tell(const struct span *span, int level, struct accepted *accepted) {
  const uint32_t mask = (1u << SAMPLE_BLOCK) - 1;
  accepted->low[level] = lane_splat_int(0);
  accepted->high[level] = lane_splat_int(-1);
  EACH_LANE(i) {
    const uint32_t first = span->first[i], last = span->last[i];
    if (!last) continue;
    accepted->low[level][i] = (int32_t)((first >> SAMPLE_BLOCK) + (uint32_t)__builtin_ctz(first & mask));
    accepted->high[level][i] = (int32_t)((last >> SAMPLE_BLOCK) + 31 - (uint32_t)__builtin_clz(last & mask));
  }
}

HD void accepted_by_looking(const struct job *job, const lane *theta, struct accepted *accepted) {
  struct span span[2];
  memset(span, 0, sizeof span);
  for (int cell = 0; cell < job->stride; cell += SAMPLE_BLOCK) {
    lane_mask which[2][SAMPLE_BLOCK];
    predict_accept(job, job->second, theta, job->centre + cell, which);
    for (int level = 0; level < 2; level++) span_add(&span[level], (uint32_t)cell, which[level]);
  }
  for (int level = 0; level < 2; level++) span_tell(&span[level], level, accepted);
  accepted->broken = (span[0].broken | span[1].broken) != 0;
}

/* ---- By bisection ---- */

/* Cells are numbered in the direction in which f rises: upwards, or downwards if f falls. */
struct ascent {
  lane_mask falls;
  int last;
  lane f_first, f_last;
};

HD lane_int ascent_cell(const struct ascent *ascent, lane_int number) {
  return lane_select_int(ascent->falls, ascent->last - number, number);
}

HD struct ascent ascent_of(const struct job *job, const lane *theta) {
  struct ascent ascent = {.last = job->stride - 1};
  lane u[2] = {lane_splat(job->centre[0]), lane_splat(job->centre[ascent.last])}, y[2];
  lane saved[MAX_SAVED * SAMPLE_BLOCK];
  component_forward(job->second, theta, 2, u, y, saved);
  ascent.falls = y[1] < y[0];
  ascent.f_first = lane_select(ascent.falls, y[1], y[0]);
  ascent.f_last = lane_select(ascent.falls, y[0], y[1]);
  return ascent;
}

/* The place where the rising f passes a bound: the last cell below the bound, and f there and in the next cell. Cells
 * are numbered from 0. Before the first cell f counts as -inf, and `before` is then -1. After the last cell f counts as
 * inf. */
struct crossing {
  lane_int before;
  lane f_before, f_after;
  lane_mask sought; /* the place is between the first and the last cell */
};

/* For each level: where f reaches API3's lower bound, and where it passes the upper bound. */
enum { CROSSINGS = 4 };

HD lane_mask crossing_passed(const struct job *job, int c, lane y) {
  return c % 2 == 0 ? y >= job->accept[c / 2][0] : y > job->accept[c / 2][1];
}

HD void crossing_begin(const struct job *job, const struct ascent *ascent, int c, struct crossing *crossing) {
  const lane infinity = lane_splat((float)INFINITY);
  lane_mask early = crossing_passed(job, c, ascent->f_first), late = ~crossing_passed(job, c, ascent->f_last);
  late = late & ~early;
  crossing->before = lane_select_int(early, lane_splat_int(-1),
                                     lane_select_int(late, lane_splat_int(ascent->last), lane_splat_int(0)));
  crossing->f_before = lane_select(early, -infinity, lane_select(late, ascent->f_last, ascent->f_first));
  crossing->f_after = lane_select(early, ascent->f_first, lane_select(late, infinity, ascent->f_last));
  crossing->sought = ~(early | late);
}

/* The voltages of the cells that are `step` after those before the crossings. */
HD void crossings_aim(const struct job *job, const struct ascent *ascent, int step,
                      const struct crossing crossing[CROSSINGS], lane u[CROSSINGS]) {
  for (int c = 0; c < CROSSINGS; c++) {
    lane_int next = crossing[c].before + step;
    next = lane_select_int(next > ascent->last, lane_splat_int(ascent->last), next);
    u[c] = lane_gather(job->centre, ascent_cell(ascent, next));
  }
}

/* Advances the lanes where f is still below the bound there. */
HD void crossings_go(const struct job *job, const struct ascent *ascent, int step, const lane y[CROSSINGS],
                     struct crossing crossing[CROSSINGS]) {
  for (int c = 0; c < CROSSINGS; c++) {
    struct crossing *own = &crossing[c];
    lane_mask there = own->sought & (own->before + step < ascent->last), passed = crossing_passed(job, c, y[c]);
    own->before = lane_select_int(there & ~passed, own->before + step, own->before);
    own->f_before = lane_select(there & ~passed, y[c], own->f_before);
    own->f_after = lane_select(there & passed, y[c], own->f_after);
  }
}

HD void crossings_find(const struct job *job, const lane *theta, const struct ascent *ascent,
                       struct crossing crossing[CROSSINGS]) {
  lane u[CROSSINGS], y[CROSSINGS], saved[MAX_SAVED * SAMPLE_BLOCK];
  int step = 1;
  for (int c = 0; c < CROSSINGS; c++) crossing_begin(job, ascent, c, &crossing[c]);
  while (2 * step < ascent->last) step *= 2;
  for (; step > 0; step /= 2) {
    crossings_aim(job, ascent, step, crossing, u);
    component_forward(job->second, theta, CROSSINGS, u, y, saved);
    crossings_go(job, ascent, step, y, crossing);
  }
}

/* Whether rounding cannot have hidden another crossing. In the cells before a crossing, f is at most f_before plus its
 * greatest reversal, and likewise on the other side. The test allows twice that, because where f hardly changes,
 * rounding alone may have decided whether f falls. The crossing is certain if f stays below the bound even then. */
HD lane_mask crossings_certain(const struct job *job, lane turn, const struct crossing crossing[CROSSINGS]) {
  lane_mask certain = lane_splat_mask(1);
  for (int c = 0; c < CROSSINGS; c++) {
    const float bound = job->accept[c / 2][c % 2];
    certain = certain & (crossing[c].f_before < bound - 2.0f * turn) & (crossing[c].f_after > bound + 2.0f * turn);
  }
  return certain;
}

HD void crossings_tell(const struct ascent *ascent, const struct crossing crossing[CROSSINGS],
                       struct accepted *accepted) {
  for (int level = 0; level < 2; level++) {
    lane_int first = ascent_cell(ascent, crossing[2 * level].before + 1);
    lane_int end = ascent_cell(ascent, crossing[2 * level + 1].before);
    accepted->low[level] = lane_select_int(ascent->falls, end, first);
    accepted->high[level] = lane_select_int(ascent->falls, first, end);
  }
  accepted->broken = lane_splat_mask(0);
}

/* Returns the lanes that are in doubt. `accepted` is undefined for these. */
HD lane_mask accepted_by_bisection(const struct job *job, const lane *theta, struct accepted *accepted) {
  const struct ascent ascent = ascent_of(job, theta);
  struct crossing crossing[CROSSINGS];
  crossings_find(job, theta, &ascent, crossing);
  crossings_tell(&ascent, crossing, accepted);
  return ~(crossings_certain(job, component_reversal(job->second, theta), crossing) &
           predict_finite(job->second, theta));
}

/* ---- The choice between both ways ---- */

HD void accepted_find(const struct job *job, const lane *theta, struct accepted *accepted) {
  const lane turn = component_reversal(job->second, theta);
  if (lane_any(turn < (float)INFINITY) && !lane_any(accepted_by_bisection(job, theta, accepted))) return;
  accepted_by_looking(job, theta, accepted);
}

#endif
