/* SPDX-License-Identifier: Apache-2.0 */
/* One card of a session of the CUDA backend: what is opened on it, and counting a range of chains there. */
#ifndef SEAM_CUDA_DEVICE_H
#define SEAM_CUDA_DEVICE_H

#include <pthread.h>

#include "backend/backend.h"
#include "kernels/cuda/cuda.h"
#include "backend/cuda/cuda_call.h"
#include "backend/cuda/cuda_autotune.h"

/* Of each card, with a stream of its own each, so that their batches overlap. */
enum { DEVICE_WORKERS = 2 };

/* What is uploaded to a card, or made there once: the edges of each axis, then these. */
enum { TABLE_ADAM = AXES, TABLE_CENTRE, TABLE_PAIRS, TABLES };

struct cuda_device;
struct cuda_worker;
struct cuda_task;

/* What of this build a session runs. */
struct cuda_program {
  const struct cuda_task *task;
  const void *any;                        /* one of its kernels, to see whether there is code for a card */
  const struct cuda_kernels *pair;        /* training */
  const struct cuda_kind *first, *second; /* predictions */
};

/* What trainings and predictions do each in their own way. */
struct cuda_task {
  /* The kernels for the job; SEAM_ERROR_BACKEND where this build holds none. Touches no card. */
  seam_status (*find)(const struct job *job, struct cuda_program *program, seam_error *error);
  /* Plans how much the current card, whose job is uploaded, does at a time, and allocates what only this task needs. */
  seam_status (*open)(struct cuda_device *device, const struct seam_config *config, seam_error *error);
  /* Counts one batch into the worker's counts on the device; `counted` is false where it was cancelled before. */
  seam_status (*batch)(struct cuda_device *device, const struct cuda_worker *worker, struct cuda_argument *a,
                       struct run_control *control, bool *counted, seam_error *error);
};

extern const struct cuda_task cuda_train_task, cuda_predict_task;

struct cuda_worker {
  cudaStream_t stream;
  cudaEvent_t begin, end; /* of the latest slice; waiting for `end` burns no core */
  float *state;           /* training: device, as struct cuda_batch has it; likewise the next */
  int32_t *snapshots;
  struct candidate *candidates; /* predictions: device, as struct cuda_prediction has it; likewise the next */
  uint64_t *partners;
  int64_t *counts; /* device */
  int64_t *home;   /* pinned: where the counts come back to */
};

struct cuda_device {
  int index;
  bool opened; /* there may be something to give back */
  char name[128];
  struct cuda_program program;
  const void *train;             /* the kernel for the run's math and optimizer */
  struct cuda_argument argument; /* with the device's pointers; each batch completes a copy of it */
  void *tables[TABLES];          /* device */
  uint32_t capacity;             /* chains of a batch */
  uint64_t portion, least;       /* chains that a worker is handed: most, and fewest but for the last */
  enum cuda_law law;             /* predictions: of pairs */
  uint32_t blocks_entered;       /* predictions: blocks of theta2 of one launch */
  uint32_t blocks_counted;       /* likewise */
  size_t shared_bytes;           /* of a block of observe */
  uint32_t observe_blocks;       /* as many as the device runs at once */
  pthread_rwlock_t quiet;        /* held by each slice; to write by one that is measured, which runs alone */
  pthread_mutex_t mutex;         /* guards what follows */
  struct cuda_tuning tuning;
  uint32_t entered; /* predictions: blocks of theta2 in the table */
  struct cuda_worker workers[DEVICE_WORKERS];
};

/* Opens card `index` into `device`, which is all zero. After a failure cuda_device_close is due all the same. Both
 * leave the card the calling thread's current device. */
seam_status cuda_device_open(struct cuda_device *device, int index, const struct cuda_program *program,
                             const struct seam_config *config, const struct job *job, seam_error *error);

/* Does nothing to a card that was never opened. */
void cuda_device_close(struct cuda_device *device);

#endif
