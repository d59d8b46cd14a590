/* SPDX-License-Identifier: Apache-2.0 */
/* The CUDA kernels as the host calls them: one table for each pair of kinds that cuda.cu and cuda_train.cu were
 * compiled for, and for predictions one for each kind. */
#ifndef SEAM_CUDA_H
#define SEAM_CUDA_H

#include "candidate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Threads of a block; one chain a thread. Training has up to 255 registers a thread, and two such blocks fit at once.
 */
enum { CUDA_TRAIN_THREADS = 128, CUDA_OBSERVE_THREADS = 256 };

/* Of a prediction. A block enters a tile of so many draws of theta2 into the table of pairs, for some of the cells. */
enum { CUDA_CENSUS_THREADS = 128, CUDA_TILE_DRAWS = CUDA_CENSUS_THREADS, CUDA_ENTER_CELLS = 64, CUDA_WARP = 32 };

/* Pairs work or do not; or they weigh something, as the Gibbs law has it. */
enum cuda_law { CUDA_WORKS, CUDA_GIBBS, CUDA_LAWS };

/* What a thread reads of the table at once: of 128 draws whether they accept, or of four what they weigh. */
struct __attribute__((aligned(16))) cuda_quad {
  uint32_t word[4];
};

/* A batch of chains with consecutive ids. Chain i's k-th state word is state[k·stride + i]: both components'
 * parameters, then, for adam alone, their moments. */
struct cuda_batch {
  uint64_t first_id;
  uint32_t chains, stride;
  float *state;
  int32_t *snapshots;  /* [snapshot_count][stride]: the cell of each snapshot, counted when the chain has finished */
  uint32_t begin, end; /* train: updates begin + 1 ... end */
  int32_t snapshot;    /* snapshot: which of the job's */

  /* observe: 64-bit totals, and which histograms a block counts in 32 bits of its shared memory first. There the
   * outcomes come first, then those with shared_offset >= 0; the others' is -1. */
  int64_t *counts;
  int32_t shared_offset[HISTOGRAMS], shared_cells[HISTOGRAMS];
};

/* A prediction's batch, whose chains are first components, and its table. In the table a row, of a cell at a level, has
 * for each block of theta2 `tiles` tiles of CUDA_TILE_DRAWS draws, the last ones filled up with such as never work.
 * CUDA_WORKS: a quad a tile. CUDA_GIBBS: CUDA_TILE_DRAWS / 4 quads a tile, the first quads of all tiles first. */
struct cuda_census {
  struct candidate *candidates; /* [stride of the batch] */
  uint64_t *partners;           /* [PAIR_BLOCKS][stride of the batch], in units of 2^-(2·pair_bits) */
  struct cuda_quad *table;      /* [PAIR_BLOCKS][2·stride of the job][quads of a row] */
  uint32_t tiles;
  uint32_t sharers;  /* threads that share a candidate: a power of two, CUDA_WARP at most */
  int32_t pair_bits; /* what is counted is 2^-pair_bits of a pair */
  uint32_t block;    /* enter, count: the first block of theta2 of the launch */
};

/* What every kernel is told. The pointers in `job` are the device's. */
struct cuda_argument {
  struct job job;
  struct cuda_batch batch;
  struct cuda_census census;
};

/* The training kernels of a pair in one enum math_mode. */
struct cuda_training {
  const void *train[OPTIMIZERS];
};

/* The kernels of a pair, for cudaLaunchKernel; each takes one struct cuda_argument by value. Call draw, then train over
 * [0, steps) in any slices with snapshot between them, then observe, whose grid may be of any size: its blocks loop. */
struct cuda_kernels {
  int first, second; /* enum component_kind */
  const void *draw;
  const struct cuda_training *training[MATH_MODES];
  const void *snapshot, *observe;
};

/* The built pairs, ended by NULL. */
extern const struct cuda_kernels *const cuda_pairs[];

/* The kernels of a kind in a prediction. Call enter for all blocks of theta2 once; then, for each batch, look, count
 * for all blocks, add, and swap. */
struct cuda_kind {
  const void *look[CUDA_LAWS];  /* as first component: a thread a chain */
  const void *enter[CUDA_LAWS]; /* as second: for each block of theta2, CUDA_ENTER_CELLS cells and tile a block */
};

struct cuda_counting {
  const void *count[CUDA_LAWS]; /* for each block of theta2 enough blocks for all chains and their sharers */
  const void *add;              /* a thread a chain */
  const void *swap;             /* where the job counts swaps: two threads a chain */
};

/* By enum component_kind. */
extern const struct cuda_kind *const cuda_kinds[KINDS];
extern const struct cuda_counting cuda_counting;

#ifdef __cplusplus
}
#endif

#endif
