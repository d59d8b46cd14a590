/* SPDX-License-Identifier: Apache-2.0 */
/* The prediction kernels of one kind, SEAM_KIND: first components find the cells that they hit, and second components
 * enter the cells that they accept, or their weights, into the table of pairs. */
#include "predict.h"
#include "cuda_thread.h"

enum { OWN_KIND = KIND(SEAM_KIND) };

/* prefix_KIND */
#define JOIN_KIND(prefix, a) prefix##_##a
#define JOIN_NAME(prefix, a) JOIN_KIND(prefix, a)
#define KIND_NAME(prefix)    JOIN_NAME(prefix, SEAM_KIND)

/* ---- First components ---- */

/* Draws a first component and makes it a candidate. The Gibbs law needs the cells of the interface alone. */
HD void find_cells(const struct cuda_argument *a, enum cuda_law law) {
  uint32_t thread = thread_number();
  if (thread >= a->batch.chains) return;
  struct predict_first first;
  lane theta[MAX_PARAMETERS];
  predict_draw_theta(&a->job, OWN_KIND, thread_chain_id(&a->batch, thread), theta, &first);
  predict_emit_all(&a->job, OWN_KIND, theta, &first);
  const lane u0 = predict_interface(&first, 0), u1 = predict_interface(&first, 1);
  const enum predict_hits hits = law == CUDA_WORKS ? PREDICT_ALL : PREDICT_LEVELS;
  struct predict_cells cells;
  predict_find_cells(&a->job, &first, hits, &cells);
  const struct axis *axis = &a->job.axes[AXIS_INTERFACE];
  struct candidate *own = &a->prediction.candidates[thread];
  own->bin = axis_bin(axis, u0) * axis_extent(axis) + axis_bin(axis, u1);
  own->mode = u1 > u0 ? OUTCOME_BUFFER : OUTCOME_INVERTER;
  own->finite = own->within = first.finite != 0;
  own->u[0] = u0, own->u[1] = u1;
  predict_hit(own, &a->job, &cells, hits, 0);
}

KERNEL(CUDA_PREDICT_THREADS) find_all_cells(KERNEL_ARGUMENT struct cuda_argument a) { find_cells(&a, CUDA_WORKS); }

KERNEL(CUDA_PREDICT_THREADS) find_level_cells(KERNEL_ARGUMENT struct cuda_argument a) { find_cells(&a, CUDA_GIBBS); }

/* ---- Second components ---- */

/* The part of the table that a block of threads fills in, and the draw of this thread. */
struct entry {
  uint32_t tile, block; /* of theta2 */
  int32_t begin, end;   /* cells */
  uint64_t draw;
  int active; /* false for a draw that only fills the tile up */
};

HD struct entry entry_of_thread(const struct cuda_argument *a) {
  const uint32_t chunks = ((uint32_t)a->job.stride + CUDA_ENTER_CELLS - 1) / CUDA_ENTER_CELLS;
  uint32_t number = lane_block();
  struct entry e;
  e.tile = number % a->prediction.tiles;
  e.begin = (int32_t)(number / a->prediction.tiles % chunks) * CUDA_ENTER_CELLS;
  e.end = e.begin + CUDA_ENTER_CELLS < a->job.stride ? e.begin + CUDA_ENTER_CELLS : a->job.stride;
  e.block = a->prediction.block + number / a->prediction.tiles / chunks;
  e.draw = a->job.draws * e.block / PAIR_BLOCKS + (uint64_t)e.tile * CUDA_TILE_DRAWS + lane_thread();
  e.active = e.draw < a->job.draws * (e.block + 1) / PAIR_BLOCKS;
  return e;
}

HD void entry_draw(const struct cuda_argument *a, uint64_t draw, lane *theta) {
  struct lane_id id = {(uint32_t)draw, (uint32_t)(draw >> 32)};
  component_draw(OWN_KIND, a->job.seed, id, PURPOSE_PREDICT_SECOND, a->job.init_scale, theta);
}

/* The row of a level and a cell, in the entry's block of theta2. A row has `quads` quads. */
HD struct cuda_quad *entry_row(const struct cuda_argument *a, const struct entry *e, int level, int32_t cell,
                               uint32_t quads) {
  uint64_t row = ((uint64_t)e->block * 2 + (uint64_t)level) * (uint64_t)a->job.stride + (uint64_t)cell;
  return a->prediction.table + row * quads;
}

/* Whether the draws accept each cell. The draws of a warp are one word of the tile's quad. */
KERNEL(CUDA_PREDICT_THREADS) accept(KERNEL_ARGUMENT struct cuda_argument a) {
  const struct entry e = entry_of_thread(&a);
  lane theta[MAX_PARAMETERS];
  entry_draw(&a, e.draw, theta);
  for (int32_t cell = e.begin; cell < e.end; cell += SAMPLE_BLOCK) {
    lane_mask accepted[2][SAMPLE_BLOCK];
    predict_accept(&a.job, OWN_KIND, theta, a.job.centre + cell, accepted);
    UNROLL
    for (int level = 0; level < 2; level++) UNROLL
    for (int k = 0; k < SAMPLE_BLOCK; k++) {
      uint32_t word = lane_ballot(accepted[level][k] & e.active);
      if (lane_thread() % CUDA_WARP == 0)
        entry_row(&a, &e, level, cell + k, a.prediction.tiles)[e.tile].word[lane_thread() / CUDA_WARP] = word;
    }
  }
}

/* The weight of the draws in each cell. */
KERNEL(CUDA_PREDICT_THREADS) weigh(KERNEL_ARGUMENT struct cuda_argument a) {
  const struct entry e = entry_of_thread(&a);
  const uint32_t quads = a.prediction.tiles * (CUDA_TILE_DRAWS / 4),
                 own = lane_thread() / 4 * a.prediction.tiles + e.tile;
  lane theta[MAX_PARAMETERS];
  entry_draw(&a, e.draw, theta);
  for (int32_t cell = e.begin; cell < e.end; cell += SAMPLE_BLOCK) {
    lane_int weight[2][SAMPLE_BLOCK];
    predict_weigh(&a.job, OWN_KIND, theta, a.job.centre + cell, weight);
    UNROLL
    for (int level = 0; level < 2; level++) UNROLL
    for (int k = 0; k < SAMPLE_BLOCK; k++)
      entry_row(&a, &e, level, cell + k, quads)[own].word[lane_thread() % 4] =
          e.active ? (uint32_t)weight[level][k] : 0;
  }
}

/* ---- The table ---- */

DECLARE_TABLE(cuda_kind, KIND_NAME(cuda_kind));
const struct cuda_kind KIND_NAME(cuda_kind) = {
    {(const void *)find_all_cells, (const void *)find_level_cells},
    {(const void *)accept, (const void *)weigh},
};
