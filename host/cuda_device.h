/* SPDX-License-Identifier: Apache-2.0 */
/* One card of a session of the CUDA backend: what is opened on it, and training a range of chains there. */
#ifndef SEAM_CUDA_DEVICE_H
#define SEAM_CUDA_DEVICE_H

#include <pthread.h>

#include "backend.h"
#include "cuda.h"
#include "cuda_call.h"
#include "cuda_tuning.h"

/* Of each card, with a stream of its own each, so that their batches overlap. */
enum { DEVICE_WORKERS = 2 };

struct cuda_worker {
  cudaStream_t stream;
  cudaEvent_t begin, end; /* of the latest slice; waiting for `end` burns no core */
  float *state;           /* device, as struct cuda_batch has it; likewise the next two */
  int32_t *snapshots;
  int64_t *counts;
  int64_t *home; /* pinned: where the counts come back to */
};

struct cuda_device {
  int index;
  bool opened; /* there may be something to give back */
  char name[128];
  const struct cuda_kernels *kernels;
  const void *train;             /* the kernel for the run's math and optimizer */
  struct cuda_argument argument; /* with the device's pointers; each batch completes a copy of it */
  void *tables[AXES + 1];        /* device: the edges of each axis, and Adam's scales */
  uint32_t capacity;             /* chains of a batch */
  uint32_t wave;                 /* chains that train at the same time, `capacity` at most */
  size_t shared_bytes;           /* of a block of observe */
  uint32_t observe_blocks;       /* as many as the device runs at once */
  pthread_rwlock_t quiet;        /* held by each slice; to write by one that is measured, which runs alone */
  pthread_mutex_t mutex;         /* guards what follows */
  struct cuda_tuning tuning;
  struct cuda_worker workers[DEVICE_WORKERS];
};

/* Opens card `index` into `device`, which is all zero. After a failure cuda_device_close is due all the same. Both
 * leave the card the calling thread's current device. */
seam_status cuda_device_open(struct cuda_device *device, int index, const struct cuda_kernels *kernels,
                             const struct seam_config *config, const struct job *job, seam_error *error);

/* Does nothing to a card that was never opened. */
void cuda_device_close(struct cuda_device *device);

/* As `train` of struct backend. */
seam_status cuda_device_train(struct cuda_device *device, struct cuda_worker *worker, struct chain_range *range,
                              struct run_control *control, int64_t *counts, seam_error *error);

#endif
