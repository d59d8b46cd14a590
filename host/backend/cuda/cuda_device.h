/* SPDX-License-Identifier: Apache-2.0 */
/* One card of a session of the CUDA backend: its workers, memory and plans. */
#ifndef SEAM_CUDA_DEVICE_H
#define SEAM_CUDA_DEVICE_H

#include <pthread.h>

#include "backend/backend.h"
#include "kernels/cuda/cuda.h"
#include "backend/cuda/cuda_call.h"
#include "backend/cuda/cuda_autotune.h"

/* Workers of each card. Each has a stream of its own, so that their batches overlap. */
enum { DEVICE_WORKERS = 2 };

/* Tables on a card that all workers read: the edges of each axis, then these. */
enum { TABLE_ADAM = AXES, TABLE_CENTRE, TABLE_PAIRS, TABLES };

struct cuda_device;
struct cuda_worker;
struct cuda_task;

/* The task of a session and its kernels. */
struct cuda_program {
  const struct cuda_task *task;
  const void *any;                        /* one of its kernels, to check whether it was compiled for a card */
  const struct cuda_kernels *pair;        /* training */
  const struct cuda_kind *first, *second; /* predictions */
};

/* The functions that differ between training and predictions. */
struct cuda_task {
  /* Finds the kernels for the job. Returns SEAM_ERROR_BACKEND if this build has none. Uses no card. */
  seam_status (*find)(const struct job *job, struct cuda_program *program, seam_error *error);
  /* Plans how much the current card does at a time and allocates the memory that only this task needs. The job has been
   * uploaded before. */
  seam_status (*open)(struct cuda_device *device, const struct seam_config *config, seam_error *error);
  /* Counts one batch into the worker's counts on the device. `counted` becomes false if it was cancelled before its
   * end. */
  seam_status (*batch)(struct cuda_device *device, const struct cuda_worker *worker, struct cuda_argument *a,
                       struct run_control *control, bool *counted, seam_error *error);
};

extern const struct cuda_task cuda_train_task, cuda_predict_task;

struct cuda_worker {
  cudaStream_t stream;
  cudaEvent_t begin, end;       /* of the latest slice; a thread that waits for `end` sleeps */
  float *state;                 /* training: on the device, see struct cuda_batch */
  int32_t *snapshots;           /* likewise */
  struct candidate *candidates; /* predictions: on the device, see struct cuda_prediction */
  uint64_t *partners;           /* likewise */
  int64_t *counts;              /* on the device */
  int64_t *home;                /* on the host, pinned: the copy of the counts */
};

struct cuda_device {
  int index;
  bool opened; /* cuda_device_close has something to release */
  char name[128];
  struct cuda_program program;
  const void *train;             /* the kernel for the run's math and optimizer */
  struct cuda_argument argument; /* pointers are the device's; each batch completes a copy */
  void *tables[TABLES];          /* on the device */
  uint32_t capacity;             /* chains of a batch */
  uint64_t portion, least;       /* most and fewest chains that a worker takes at a time; the last may be fewer */
  enum cuda_law law;             /* predictions: how pairs count */
  uint32_t blocks_entered;       /* predictions: blocks of theta2 that one launch enters */
  uint32_t blocks_counted;       /* predictions: blocks of theta2 that one launch counts */
  size_t shared_bytes;           /* shared memory of a block of observe */
  uint32_t observe_blocks;       /* blocks of observe that the device runs at once */
  pthread_rwlock_t quiet; /* each slice holds it to read; a measured slice, which runs alone, holds it to write */
  pthread_mutex_t mutex;  /* guards the members below */
  struct cuda_autotune tuning;
  uint32_t entered; /* predictions: blocks of theta2 that the table has */
  struct cuda_worker workers[DEVICE_WORKERS];
};

/* Opens card `index`. `device` must be all zero. Call cuda_device_close afterwards, also after a failure. Both make the
 * card the current device of the calling thread. */
seam_status cuda_device_open(struct cuda_device *device, int index, const struct cuda_program *program,
                             const struct seam_config *config, const struct job *job, seam_error *error);

/* Releases all that was opened. Does nothing to a card that was never opened. */
void cuda_device_close(struct cuda_device *device);

#endif
