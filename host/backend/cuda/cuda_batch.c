/* SPDX-License-Identifier: Apache-2.0 */
/* Counts a range of chains on one card batch by batch, for both tasks. */
#include "backend/cuda/cuda_batch.h"

/* ---- Launches ---- */

seam_status cuda_launch(const void *kernel, uint32_t blocks, uint32_t threads, size_t shared, cudaStream_t stream,
                        struct cuda_argument *argument, seam_error *error) {
  void *arguments[] = {argument};
  TRY(cudaLaunchKernel, kernel, (dim3){blocks, 1, 1}, (dim3){threads, 1, 1}, arguments, shared, stream);
  return SEAM_OK;
}

seam_status cuda_launch_chains(const void *kernel, uint32_t threads, cudaStream_t stream, struct cuda_argument *a,
                               seam_error *error) {
  return cuda_launch(kernel, (a->batch.chains + threads - 1) / threads, threads, 0, stream, a, error);
}

seam_status cuda_wait(const struct cuda_worker *worker, seam_error *error) {
  TRY(cudaEventRecord, worker->end, worker->stream);
  TRY(cudaEventSynchronize, worker->end);
  return SEAM_OK;
}

/* ---- Batches ---- */

/* The kernels' argument for a batch of at most `chains` chains from `first_id` on. */
static struct cuda_argument batch_argument(const struct cuda_device *device, const struct cuda_worker *worker,
                                           uint64_t first_id, uint64_t chains) {
  struct cuda_argument a = device->argument;
  a.batch.first_id = first_id;
  a.batch.chains = (uint32_t)(chains < device->capacity ? chains : device->capacity);
  a.batch.stride = device->capacity;
  a.batch.state = worker->state;
  a.batch.snapshots = worker->snapshots;
  a.batch.counts = worker->counts;
  a.prediction.candidates = worker->candidates;
  a.prediction.partners = worker->partners;
  return a;
}

seam_status cuda_count_range(struct cuda_device *device, struct cuda_worker *worker, struct chain_range *range,
                             struct run_control *control, int64_t *counts, seam_error *error) {
  size_t cells = (size_t)device->argument.job.cells;
  uint64_t counted = range->begin; /* all chains before this one are counted */
  TRY(cudaSetDevice, device->index);
  TRY(cudaMemsetAsync, worker->counts, 0, cells * sizeof *counts, worker->stream);
  while (counted < range->end && !atomic_load(&control->cancel)) {
    bool whole;
    struct cuda_argument a = batch_argument(device, worker, counted, range->end - counted);
    FORWARD(device->program.task->batch(device, worker, &a, control, &whole, error));
    if (whole) counted += a.batch.chains;
  }
  TRY(cudaMemcpyAsync, worker->home, worker->counts, cells * sizeof *counts, cudaMemcpyDeviceToHost, worker->stream);
  FORWARD(cuda_wait(worker, error));
  for (size_t i = 0; i < cells; i++) counts[i] += worker->home[i];
  range->end = counted;
  return SEAM_OK;
}
