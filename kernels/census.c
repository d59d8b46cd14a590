/* SPDX-License-Identifier: Apache-2.0 */
/* Components of a prediction on a vector of lanes; compiled once for each instruction set, which SEAM_ISA names. */
#include "census.h"
#include "pairs.h"

#include <stdbool.h>

static struct lane_id ids_from(uint64_t first) {
  struct lane_id id;
  for (int i = 0; i < LANES; i++) {
    id.low[i] = (uint32_t)(first + (uint64_t)i);
    id.high[i] = (uint32_t)((first + (uint64_t)i) >> 32);
  }
  return id;
}

/* What both laws ask of a first component; `cell` is of all lanes then. */
static struct census_first look(const struct job *job, uint64_t first_id, int active, struct candidate *out) {
  struct census_first first;
  census_draw_first(job, ids_from(first_id), &first);
  const struct axis *axis = &job->axes[AXIS_INTERFACE];
  lane_int bin = axis_bin(axis, first.u[0]) * axis_extent(axis) + axis_bin(axis, first.u[1]);
  lane_mask buffer = first.u[1] > first.u[0];
  for (int i = 0; i < active; i++)
    out[i] = (struct candidate){.bin = bin[i],
                                .mode = buffer[i] ? OUTCOME_BUFFER : OUTCOME_INVERTER,
                                .finite = first.finite[i] != 0,
                                .within = first.finite[i] != 0};
  return first;
}

static bool is_within(const struct job *job, int32_t cell) { return cell >= 1 && cell <= job->axes[AXIS_CELL].bins; }

/* ---- Pairs that work ---- */

/* One lane's cells of all levels, and the outermost of each. */
struct cells_hit {
  int32_t cell[2 * TEST_VOLTAGES], low[2], high[2];
};

/* Lists the rows of the cells. The outermost are the least often accepted: they stand first, so that hopeless
 * candidates are soon known. A cell that is hit again is left out where that is cheap to tell, as along any monotone
 * mapping. */
static void list_rows(struct candidate *candidate, const struct cells_hit *hit, int stride) {
  uint16_t row[2 * (TEST_VOLTAGES + 2)];
  int count = 0;
  for (int level = 0; level < 2; level++) {
    row[count++] = (uint16_t)(level * stride + hit->low[level] - 1);
    row[count] = (uint16_t)(level * stride + hit->high[level] - 1);
    count += hit->high[level] != hit->low[level];
  }
  for (int level = 0; level < 2; level++) {
    int32_t before = hit->low[level];
    for (const int32_t *cell = hit->cell + level * TEST_VOLTAGES; cell < hit->cell + (level + 1) * TEST_VOLTAGES;
         cell++) {
      row[count] = (uint16_t)(level * stride + *cell - 1);
      count += (*cell != before) & (*cell != hit->low[level]) & (*cell != hit->high[level]);
      before = *cell;
    }
  }
  candidate->count = (uint8_t)count;
  memcpy(candidate->row, row, (size_t)count * sizeof *row);
}

static lane_int outermost(const lane_int *cell, bool high) {
  lane_int most = cell[0];
  for (int t = 1; t < TEST_VOLTAGES; t++) {
    lane_mask further = high ? cell[t] > most : cell[t] < most;
    most = (cell[t] & further) | (most & ~further);
  }
  return most;
}

static void look_at_all(const struct job *job, uint64_t first_id, int active, struct candidate *out) {
  struct census_first first = look(job, first_id, active, out);
  lane_int low[2], high[2];
  for (int level = 0; level < 2; level++) {
    low[level] = outermost(first.cell + level * TEST_VOLTAGES, false);
    high[level] = outermost(first.cell + level * TEST_VOLTAGES, true);
  }
  int stride = pairs_stride(job->axes[AXIS_CELL].bins);
  for (int i = 0; i < active; i++) {
    struct cells_hit hit = {.low = {low[0][i], low[1][i]}, .high = {high[0][i], high[1][i]}};
    for (int level = 0; level < 2; level++)
      out[i].within &= is_within(job, hit.low[level]) && is_within(job, hit.high[level]);
    if (!out[i].within) continue;
    for (int t = 0; t < 2 * TEST_VOLTAGES; t++) hit.cell[t] = first.cell[t][i];
    list_rows(&out[i], &hit, stride);
  }
}

/* Bit i is set where lane i is. */
static uint64_t mask_bits(lane_mask mask) {
#if defined(__AVX512DQ__)
  return _mm512_movepi32_mask((__m512i)mask);
#else
  uint64_t bits = 0;
  EACH_LANE(i) bits |= (uint64_t)(mask[i] & 1) << i;
  return bits;
#endif
}

static void accept(const struct job *job, uint64_t first_draw, int active, struct pairs_tile *tile, int place) {
  lane theta[MAX_PARAMETERS];
  uint64_t who = ((uint64_t)1 << active) - 1;
  size_t words = (size_t)tile->vectors * PAIRS_VECTOR_WORDS;
  component_draw(job->second, job->seed, ids_from(first_draw), PURPOSE_CENSUS_SECOND, job->init_scale, theta);
  for (int cell = 0; cell < tile->stride; cell += SAMPLE_BLOCK) {
    lane_mask accepted[2][SAMPLE_BLOCK];
    census_accept(job, theta, job->centre + cell, accepted);
    for (int level = 0; level < 2; level++)
      for (int k = 0; k < SAMPLE_BLOCK; k++) {
        uint64_t *row = tile->words + (size_t)(level * tile->stride + cell + k) * words;
        row[place / 64] |= (mask_bits(accepted[level][k]) & who) << place % 64;
      }
  }
}

/* ---- Weights ---- */

/* The interface alone: a cell at each level, the first two of a candidate's rows. */
static void look_at_levels(const struct job *job, uint64_t first_id, int active, struct candidate *out) {
  struct census_first first = look(job, first_id, active, out);
  int stride = pairs_stride(job->axes[AXIS_CELL].bins);
  for (int i = 0; i < active; i++)
    for (int level = 0; level < 2; level++) {
      int32_t cell = first.cell[TEST_VOLTAGES / 2 + level * TEST_VOLTAGES][i];
      out[i].within &= is_within(job, cell);
      if (out[i].within) out[i].row[out[i].count++] = (uint16_t)(level * stride + cell - 1);
    }
}

static void weigh(const struct job *job, uint64_t first_draw, int active, struct pairs_tile *tile, int place) {
  lane theta[MAX_PARAMETERS];
  uint32_t *weights = (uint32_t *)tile->words + place;
  size_t width = (size_t)tile->vectors * PAIRS_VECTOR_WEIGHTS;
  component_draw(job->second, job->seed, ids_from(first_draw), PURPOSE_CENSUS_SECOND, job->init_scale, theta);
  for (int cell = 0; cell < tile->stride; cell += SAMPLE_BLOCK) {
    lane_int weight[2][SAMPLE_BLOCK];
    census_weigh(job, theta, job->centre + cell, weight);
    for (int level = 0; level < 2; level++)
      for (int k = 0; k < SAMPLE_BLOCK; k++)
        memcpy(weights + (size_t)(level * tile->stride + cell + k) * width, &weight[level][k],
               (size_t)active * sizeof *weights);
  }
}

/* A pair's weight is the product of its levels'. A tile holds too few draws for the sum to leave 63 bits. */
static uint64_t weigh_pairs(const struct pairs_tile *tile, const struct candidate *candidate) {
  enum { SHIFT = 2 * WEIGHT_BITS - 2 * PAIR_BITS };
  int width = tile->vectors * PAIRS_VECTOR_WEIGHTS;
  const uint32_t *weights = (const uint32_t *)tile->words;
  const uint32_t *low = weights + (size_t)candidate->row[0] * (size_t)width;
  const uint32_t *high = weights + (size_t)candidate->row[1] * (size_t)width;
  uint64_t sum = 0;
  for (int i = 0; i < width; i++) sum += (uint64_t)low[i] * high[i];
  return (sum + (1u << SHIFT >> 1)) >> SHIFT;
}

#define JOIN(prefix, x) prefix##x
#define NAME(prefix, x) JOIN(prefix, x)

const struct census_kernels NAME(census_works_, SEAM_ISA) = {LANES, look_at_all, accept, NAME(pairs_count_, SEAM_ISA)};
const struct census_kernels NAME(census_gibbs_, SEAM_ISA) = {LANES, look_at_levels, weigh, weigh_pairs};
