/* SPDX-License-Identifier: Apache-2.0 */
/* Components of a prediction on a vector of lanes; compiled once for each instruction set, which SEAM_ISA names. */
#include "accepted_cells.h"
#include "pairs.h"

/* The name of a function for this instruction set. */
#define JOIN(prefix, x) prefix##x
#define NAME(prefix, x) JOIN(prefix, x)

static struct lane_id ids_from(uint64_t first) {
  struct lane_id id;
  for (int i = 0; i < LANES; i++) {
    id.low[i] = (uint32_t)(first + (uint64_t)i);
    id.high[i] = (uint32_t)((first + (uint64_t)i) >> 32);
  }
  return id;
}

_Static_assert((int)LANES <= (int)PAIRS_MOST_LANES, "room for a vector's draws");

static void draw_seconds(const struct job *job, const uint64_t *draws, int active, lane *theta) {
  struct lane_id id = {{0}, {0}};
  for (int i = 0; i < active; i++) {
    id.low[i] = (uint32_t)draws[i];
    id.high[i] = (uint32_t)(draws[i] >> 32);
  }
  component_draw(job->second, job->seed, id, PURPOSE_PREDICT_SECOND, job->init_scale, theta);
}

static inline __attribute__((always_inline)) void look(const struct job *job, uint64_t first_id, int active,
                                                       struct candidate *out, enum predict_hits hits) {
  lane theta[MAX_PARAMETERS];
  struct predict_first first;
  struct predict_cells cells;
  predict_draw_theta(job, job->first, ids_from(first_id), theta, &first);
  predict_emit_all(job, job->first, theta, &first);
  predict_find_cells(job, &first, hits, &cells);
  const struct axis *axis = &job->axes[AXIS_INTERFACE];
  lane u0 = predict_interface(&first, 0), u1 = predict_interface(&first, 1);
  lane_int bin = axis_bin(axis, u0) * axis_extent(axis) + axis_bin(axis, u1);
  lane_mask buffer = u1 > u0;
  for (int i = 0; i < active; i++) {
    out[i].bin = bin[i];
    out[i].mode = buffer[i] ? OUTCOME_BUFFER : OUTCOME_INVERTER;
    out[i].finite = out[i].within = first.finite[i] != 0;
    out[i].u[0] = u0[i], out[i].u[1] = u1[i];
    predict_hit(&out[i], job, &cells, hits, i);
  }
}

/* ---- Pairs that work ---- */

static void look_at_all(const struct job *job, uint64_t first_id, int active, struct candidate *out) {
  look(job, first_id, active, out, PREDICT_ALL);
}

static void look_at_ends(const struct job *job, uint64_t first_id, int active, struct candidate *out) {
  look(job, first_id, active, out, PREDICT_ENDS);
}

/* Sets bit i if lane i is set. */
static uint64_t mask_bits(lane_mask mask) {
#if defined(__AVX512DQ__)
  return _mm512_movepi32_mask((__m512i)mask);
#else
  uint64_t bits = 0;
  EACH_LANE(i) bits |= (uint64_t)(mask[i] & 1) << i;
  return bits;
#endif
}

static uint64_t sift(const struct job *job, const uint64_t *draws, int active) {
  const lane centre = lane_splat(job->centre[job->common_cell - 1]);
  lane theta[MAX_PARAMETERS], u[2] = {centre, centre}, y[2], saved[MAX_SAVED * SAMPLE_BLOCK];
  draw_seconds(job, draws, active, theta);
  component_forward(job->second, theta, 2, u, y, saved);
  return mask_bits(predict_lands(job, 0, y[0])) & (((uint64_t)1 << active) - 1);
}

static void tell_rank(const struct accepted *accepted, int i, struct pairs_rank *out) {
  for (int level = 0; level < 2; level++) {
    int32_t low = accepted->low[level][i], high = accepted->high[level][i];
    out->low[level] = (int16_t)(low <= high ? low : PAIRS_NOWHERE);
    out->high[level] = (int16_t)(low <= high ? high : PAIRS_NOWHERE);
  }
  out->broken = accepted->broken[i] != 0;
}

static void rank(const struct job *job, const uint64_t *draws, int active, struct pairs_rank *out) {
  lane theta[MAX_PARAMETERS];
  struct accepted accepted;
  draw_seconds(job, draws, active, theta);
  accepted_find(job, theta, &accepted);
  for (int i = 0; i < active; i++) tell_rank(&accepted, i, &out[i]);
}

static void enter_accepted(const struct job *job, const uint64_t *draws, struct pairs_tile *tile, int place) {
  lane theta[MAX_PARAMETERS];
  uint64_t who = 0;
  size_t words = (size_t)tile->vectors * PAIRS_VECTOR_WORDS;
  for (int i = 0; i < LANES; i++) who |= (uint64_t)(draws[i] != PAIRS_NO_DRAW) << i;
  draw_seconds(job, draws, LANES, theta);
  for (int cell = 0; cell < tile->stride; cell += SAMPLE_BLOCK) {
    lane_mask accepted[2][SAMPLE_BLOCK];
    predict_accept(job, job->second, theta, job->centre + cell, accepted);
    for (int level = 0; level < 2; level++)
      for (int k = 0; k < SAMPLE_BLOCK; k++) {
        uint64_t *row = tile->words + (size_t)(level * tile->stride + cell + k) * words;
        row[place / PAIRS_WORD_BITS] |= (mask_bits(accepted[level][k]) & who) << place % PAIRS_WORD_BITS;
      }
  }
}

const struct works_kernels NAME(works_kernels_, SEAM_ISA) = {
    .lanes = LANES,
    .look = look_at_all,
    .look_at_ends = look_at_ends,
    .sift = sift,
    .rank = rank,
    .enter = enter_accepted,
    .count = NAME(pairs_count_, SEAM_ISA),
};

/* ---- Pairs that are weighed ---- */

static void look_at_interface(const struct job *job, uint64_t first_id, int active, struct candidate *out) {
  look(job, first_id, active, out, PREDICT_LEVELS);
}

static void enter_weights(const struct job *job, uint64_t first, int active, const struct weights_tile *tile,
                          int place) {
  lane theta[MAX_PARAMETERS];
  component_draw(job->second, job->seed, ids_from(first), PURPOSE_PREDICT_SECOND, job->init_scale, theta);
  for (int cell = 0; cell < tile->stride; cell += SAMPLE_BLOCK) {
    lane_int weight[2][SAMPLE_BLOCK];
    predict_weigh(job, job->second, theta, job->centre + cell, weight);
    for (int level = 0; level < 2; level++)
      for (int k = 0; k < SAMPLE_BLOCK; k++)
        memcpy(tile->weights + (size_t)(level * tile->stride + cell + k) * (size_t)tile->width + place,
               &weight[level][k], (size_t)active * sizeof *tile->weights);
  }
}

/* A pair's weight is the product of its levels' weights. A tile holds so few draws that the sum fits 63 bits. */
static uint64_t weigh_pairs(const struct weights_tile *tile, const uint16_t rows[2]) {
  const uint32_t *low = tile->weights + (size_t)rows[0] * (size_t)tile->width;
  const uint32_t *high = tile->weights + (size_t)rows[1] * (size_t)tile->width;
  uint64_t sum = 0;
  for (int i = 0; i < tile->width; i++) sum += (uint64_t)low[i] * high[i];
  return predict_round(sum);
}

const struct weights_kernels NAME(weights_kernels_, SEAM_ISA) = {
    .lanes = LANES,
    .look = look_at_interface,
    .enter = enter_weights,
    .weigh = weigh_pairs,
};
