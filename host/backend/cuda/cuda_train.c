/* SPDX-License-Identifier: Apache-2.0 */
/* Trains on one card: a batch is drawn, trained in slices and observed. */
#include "backend/cuda/cuda_train.h"

#include "backend/cuda/cuda_batch.h"
#include "backend/pauses.h"

static seam_status launch_observe(const struct cuda_device *device, cudaStream_t stream, struct cuda_argument *a,
                                  seam_error *error) {
  uint32_t needed = (a->batch.chains + CUDA_OBSERVE_THREADS - 1) / CUDA_OBSERVE_THREADS;
  uint32_t blocks = needed < device->observe_blocks ? needed : device->observe_blocks;
  return cuda_launch(device->program.pair->observe, blocks, CUDA_OBSERVE_THREADS, device->shared_bytes, stream, a,
                     error);
}

static seam_status take_snapshot(const struct cuda_device *device, cudaStream_t stream, uint32_t step,
                                 struct cuda_argument *a, seam_error *error) {
  a->batch.snapshot = backend_snapshot_at(&a->job, step);
  if (a->batch.snapshot < 0) return SEAM_OK;
  return cuda_launch_chains(device->program.pair->snapshot, CUDA_TRAIN_THREADS, stream, a, error);
}

/* ---- One slice ---- */

/* Trains steps [begin, end) of the batch. The worker's two events enclose the kernel alone. */
static seam_status run_slice(const struct cuda_device *device, const struct cuda_worker *worker, uint32_t threads,
                             struct cuda_argument *a, seam_error *error) {
  TRY(cudaEventRecord, worker->begin, worker->stream);
  FORWARD(cuda_launch_chains(device->train, threads, worker->stream, a, error));
  return cuda_wait(worker, error);
}

static struct autotune_choice choose_launch(struct cuda_device *device, const struct cuda_argument *a) {
  uint32_t left = backend_next_pause(&a->job, a->batch.begin, UINT32_MAX) - a->batch.begin;
  pthread_mutex_lock(&device->mutex);
  struct autotune_choice choice = autotune_next(&device->tuning, a->batch.chains, left);
  pthread_mutex_unlock(&device->mutex);
  return choice;
}

static seam_status record_launch(struct cuda_device *device, const struct cuda_worker *worker,
                                 struct autotune_choice choice, uint32_t chains, seam_error *error) {
  float milliseconds = 0;
  TRY(cudaEventElapsedTime, &milliseconds, worker->begin, worker->end);
  pthread_mutex_lock(&device->mutex);
  autotune_record(&device->tuning, choice, chains, milliseconds);
  pthread_mutex_unlock(&device->mutex);
  return SEAM_OK;
}

/* Trains from a->batch.begin to the next pause and puts that into a->batch.end. Slices of the two workers overlap. Only
 * a measured slice has the card to itself, so that the times of slices can be compared. */
static seam_status train_slice(struct cuda_device *device, const struct cuda_worker *worker, struct cuda_argument *a,
                               seam_error *error) {
  struct autotune_choice choice = choose_launch(device, a);
  a->batch.end = a->batch.begin + choice.steps;
  if (choice.measured)
    pthread_rwlock_wrlock(&device->quiet);
  else
    pthread_rwlock_rdlock(&device->quiet);
  seam_status status = run_slice(device, worker, choice.threads, a, error);
  pthread_rwlock_unlock(&device->quiet);
  if (status != SEAM_OK || !choice.measured) return status;
  return record_launch(device, worker, choice, a->batch.chains, error);
}

/* ---- One batch ---- */

/* Draws, trains and observes one batch. `counted` becomes false if it was cancelled before its end. */
static seam_status train_batch(struct cuda_device *device, const struct cuda_worker *worker, struct cuda_argument *a,
                               struct run_control *control, bool *counted, seam_error *error) {
  *counted = false;
  FORWARD(cuda_launch_chains(device->program.pair->draw, CUDA_TRAIN_THREADS, worker->stream, a, error));
  FORWARD(take_snapshot(device, worker->stream, 0, a, error));
  for (a->batch.begin = 0; a->batch.begin < a->job.steps; a->batch.begin = a->batch.end) {
    if (atomic_load(&control->cancel)) return SEAM_OK;
    FORWARD(train_slice(device, worker, a, error));
    FORWARD(take_snapshot(device, worker->stream, a->batch.end, a, error));
    atomic_fetch_add(&control->work_done, (uint64_t)a->batch.chains * (a->batch.end - a->batch.begin));
  }
  *counted = true;
  return launch_observe(device, worker->stream, a, error);
}

const struct cuda_task cuda_train_task = {cuda_train_find, cuda_train_open, train_batch};
