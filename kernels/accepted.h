/* SPDX-License-Identifier: Apache-2.0 */
/* Which cells of u a vector of drawn second components accepts at each level: from the lowest to the highest, and
 * whether all between them.
 *
 * A monotone component accepts one run of cells, whose ends are found by bisection; any other, and one that rounding
 * leaves in doubt, is looked at in every cell. Both ways say the same. */
#ifndef SEAM_ACCEPTED_H
#define SEAM_ACCEPTED_H

#include "census.h"

struct accepted {
  lane_int low[2], high[2]; /* of each level; high < low where no cell is */
  lane_mask broken;         /* a cell between them is not, at some level */
};

/* ---- In every cell ---- */

/* What is accepted at a level, told from block to block of SAMPLE_BLOCK cells. */
struct span {
  lane_uint first, last; /* of the blocks with cells that are accepted: cell·2^SAMPLE_BLOCK + a bit for each cell; 0
                          * while there are none */
  lane_uint carry;       /* whether the cell before is accepted */
  lane_uint broken;      /* not 0: there is a cell between those accepted that is not */
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
    census_accept(job, job->second, theta, job->centre + cell, which);
    for (int level = 0; level < 2; level++) span_add(&span[level], (uint32_t)cell, which[level]);
  }
  for (int level = 0; level < 2; level++) span_tell(&span[level], level, accepted);
  accepted->broken = (span[0].broken | span[1].broken) != 0;
}

/* ---- By bisection ---- */

/* Cells are numbered as f rises: upwards, or, where it falls, downwards. */
HD lane_int ascent_cell(lane_mask falls, int last, lane_int number) {
  return lane_select_int(falls, last - number, number);
}

/* Where f, rising, passes a bound: the last cell before, of -1 and all cells, and f there and in the next; f is -inf
 * before the first cell and inf after the last. */
struct crossing {
  lane_int before;
  lane f_before, f_after;
};

/* Of each level: where f comes to API3's lower bound, and where it leaves the upper behind. */
enum { CROSSINGS = 4 };

HD lane_mask crossing_passed(const struct job *job, int c, lane y) {
  return c % 2 == 0 ? y >= job->accept[c / 2][0] : y > job->accept[c / 2][1];
}

/* Goes on by `step` cells wherever the bound is not passed there. */
HD void crossings_advance(const struct job *job, const lane *theta, lane_mask falls, int step,
                          struct crossing crossing[CROSSINGS]) {
  const int last = job->stride - 1;
  lane u[CROSSINGS], y[CROSSINGS], saved[MAX_SAVED * SAMPLE_BLOCK];
  lane_int next[CROSSINGS];
  for (int c = 0; c < CROSSINGS; c++) {
    next[c] = crossing[c].before + step;
    lane_int there = lane_select_int(next[c] > last, lane_splat_int(last), next[c]);
    u[c] = lane_gather(job->centre, ascent_cell(falls, last, there));
  }
  component_forward(job->second, theta, CROSSINGS, u, y, saved);
  for (int c = 0; c < CROSSINGS; c++) {
    lane_mask within = next[c] <= last, passed = crossing_passed(job, c, y[c]), goes_on = within & ~passed;
    crossing[c].before = lane_select_int(goes_on, next[c], crossing[c].before);
    crossing[c].f_before = lane_select(goes_on, y[c], crossing[c].f_before);
    crossing[c].f_after = lane_select(within & passed, y[c], crossing[c].f_after);
  }
}

/* f in all cells before a crossing is at most f_before and twice what it turns back, and so at the other side: there
 * is no doubt of them where that does not reach the bound. */
HD lane_mask crossings_certain(const struct job *job, lane turn, const struct crossing crossing[CROSSINGS]) {
  lane_mask certain = lane_splat_mask(1);
  for (int c = 0; c < CROSSINGS; c++) {
    const float bound = job->accept[c / 2][c % 2];
    certain = certain & (crossing[c].f_before < bound - 2.0f * turn) & (crossing[c].f_after > bound + 2.0f * turn);
  }
  return certain;
}

HD lane_mask accepted_falls(const struct job *job, const lane *theta) {
  lane u[2] = {lane_splat(job->centre[0]), lane_splat(job->centre[job->stride - 1])}, y[2];
  lane saved[MAX_SAVED * SAMPLE_BLOCK];
  component_forward(job->second, theta, 2, u, y, saved);
  return y[1] < y[0];
}

HD lane_mask accepted_finite(const struct job *job, const lane *theta) {
  lane_mask finite = lane_splat_mask(1);
  for (int j = 0; j < component_parameters(job->second); j++) finite = finite & lane_finite(theta[j]);
  return finite;
}

/* Returns the lanes of which there is no doubt; of others what is told means nothing. */
HD lane_mask accepted_by_bisection(const struct job *job, const lane *theta, lane turn, struct accepted *accepted) {
  const int last = job->stride - 1;
  const lane infinity = lane_splat((float)INFINITY);
  const lane_mask falls = accepted_falls(job, theta);
  struct crossing crossing[CROSSINGS];
  int step = 1;
  for (int c = 0; c < CROSSINGS; c++) crossing[c] = (struct crossing){lane_splat_int(-1), -infinity, infinity};
  while (2 * step <= job->stride) step *= 2;
  for (; step > 0; step /= 2) crossings_advance(job, theta, falls, step, crossing);
  for (int level = 0; level < 2; level++) {
    lane_int first = ascent_cell(falls, last, crossing[2 * level].before + 1);
    lane_int end = ascent_cell(falls, last, crossing[2 * level + 1].before);
    accepted->low[level] = lane_select_int(falls, end, first);
    accepted->high[level] = lane_select_int(falls, first, end);
  }
  accepted->broken = lane_splat_mask(0);
  return crossings_certain(job, turn, crossing) & accepted_finite(job, theta);
}

/* ---- One way or the other ---- */

HD void accepted_find(const struct job *job, const lane *theta, struct accepted *accepted) {
  const lane turn = component_turn(job->second, theta);
  if (lane_any(turn < (float)INFINITY) && !lane_any(~accepted_by_bisection(job, theta, turn, accepted))) return;
  accepted_by_looking(job, theta, accepted);
}

#endif
