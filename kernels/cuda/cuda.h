/* SPDX-License-Identifier: Apache-2.0 */
/* The CUDA kernels for the host: a table for each pair of kinds that trains, and one for each kind in predictions. */
#ifndef SEAM_CUDA_H
#define SEAM_CUDA_H

#include "candidate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Threads of a block; each thread has one chain. A training thread may use up to 255 registers, and two blocks of such
 * threads fit on a multiprocessor at once. */
enum { CUDA_TRAIN_THREADS = 128, CUDA_OBSERVE_THREADS = 256 };

/* Predictions. A tile is CUDA_TILE_DRAWS draws of theta2. A block of threads enters one tile into the table of pairs,
 * for CUDA_ENTER_CELLS of the cells. */
enum { CUDA_PREDICT_THREADS = 128, CUDA_TILE_DRAWS = CUDA_PREDICT_THREADS, CUDA_ENTER_CELLS = 64, CUDA_WARP = 32 };

/* How pairs count: each works or does not, or under the Gibbs law each has a weight. */
enum cuda_law { CUDA_WORKS, CUDA_GIBBS, CUDA_LAWS };

/* As much of the table as a thread reads at once: a bit for each of 128 draws, or the weights of four draws. */
struct __attribute__((aligned(16))) cuda_quad {
  uint32_t word[4];
};

/* A batch of chains with consecutive ids. Word k of the state of chain i is state[k·stride + i]. The words are the
 * parameters of both components and, for adam alone, their moments. */
struct cuda_batch {
  uint64_t first_id;
  uint32_t chains, stride;
  float *state;
  int32_t *snapshots;  /* [snapshot_count][stride]: the cell of each, counted when the chain has finished */
  uint32_t begin, end; /* train: steps begin ... end - 1 */
  int32_t snapshot;    /* snapshot: its index in the job */

  /* observe: the 64-bit totals, and the histograms that a block first counts in 32 bits of its shared memory. The
   * shared counts begin with the outcomes. shared_offset is -1 for a histogram that is counted in the totals at once.
   */
  int64_t *counts;
  int32_t shared_offset[HISTOGRAMS], shared_cells[HISTOGRAMS];
};

/* A prediction: a batch of first components, which are the chains of cuda_batch, and the table of second components.
 *
 * The table has a row for each block of theta2, level and cell. A row has `tiles` tiles of CUDA_TILE_DRAWS draws. Draws
 * that only fill the last tile up never work. With CUDA_WORKS a tile is one quad. With CUDA_GIBBS it is
 * CUDA_TILE_DRAWS / 4 quads, which stand apart: first come the first quads of all tiles, then the second ones. */
struct cuda_prediction {
  struct candidate *candidates; /* [stride of the batch] */
  uint64_t *partners;           /* [PAIR_BLOCKS][stride of the batch], in units of 2^-(2·pair_bits) of a pair */
  struct cuda_quad *table;      /* [PAIR_BLOCKS][2·stride of the job][quads of a row] */
  uint32_t tiles;
  uint32_t sharers;  /* threads that share a candidate: a power of two, at most CUDA_WARP */
  int32_t pair_bits; /* the unit of the counts is 2^-pair_bits of a pair */
  uint32_t block;    /* enter, count: the first block of theta2 of the launch */
};

/* The one argument of every kernel. The pointers in `job` are the device's. */
struct cuda_argument {
  struct job job;
  struct cuda_batch batch;
  struct cuda_prediction prediction;
};

/* The training kernels of a pair in one enum math_mode. */
struct cuda_training {
  const void *train[OPTIMIZERS];
};

/* The kernels of a pair, for cudaLaunchKernel. Each takes one struct cuda_argument by value. Call draw, then train for
 * the steps 0 ... steps - 1 in any slices, with snapshot between them, then observe. The grid of observe may have any
 * size, since its blocks loop. */
struct cuda_kernels {
  int first, second; /* enum component_kind */
  const void *draw;
  const struct cuda_training *training[MATH_MODES];
  const void *snapshot, *observe;
};

/* The pairs of this build. The last one is NULL. */
extern const struct cuda_kernels *const cuda_pairs[];

/* The kernels of a kind in a prediction. Call enter once for all blocks of theta2. Then for each batch call find, count
 * for all blocks, add, and swap. */
struct cuda_kind {
  const void *find[CUDA_LAWS];  /* as first component; one thread for each chain */
  const void *enter[CUDA_LAWS]; /* as second; one block for each block of theta2, tile and CUDA_ENTER_CELLS cells */
};

/* The kernels that count pairs, for all kinds. */
struct cuda_counting {
  const void *count[CUDA_LAWS]; /* for each block of theta2, `sharers` threads for each chain */
  const void *add;              /* one thread for each chain */
  const void *swap;             /* if the job counts swaps; two threads for each chain */
};

/* Indexed by enum component_kind. */
extern const struct cuda_kind *const cuda_kinds[KINDS];
extern const struct cuda_counting cuda_counting;

#ifdef __cplusplus
}
#endif

#endif
