/* SPDX-License-Identifier: Apache-2.0 */
/* The CUDA kernels as the host calls them: one table for each pair of kinds that cuda.cu and cuda_train.cu were
 * compiled for. */
#ifndef SEAM_CUDA_H
#define SEAM_CUDA_H

#include "job.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Threads of a block; one chain a thread. Training has up to 255 registers a thread, and two such blocks fit at once.
 */
enum { CUDA_TRAIN_THREADS = 128, CUDA_OBSERVE_THREADS = 256 };

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

/* What every kernel is told. The pointers in `job` are the device's. */
struct cuda_argument {
  struct job job;
  struct cuda_batch batch;
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

#ifdef __cplusplus
}
#endif

#endif
