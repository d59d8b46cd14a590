/* SPDX-License-Identifier: Apache-2.0 */
/* Opens and closes one card: all that both tasks need on it. */
#include "backend/cuda/cuda_device.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- The card and the job ---- */

/* Makes the card the current one and checks that the kernels were compiled for it. */
static seam_status take_card(struct cuda_device *device, seam_error *error) {
  struct cudaDeviceProp card;
  struct cudaFuncAttributes attributes;
  TRY(cudaSetDevice, device->index);
  pthread_rwlock_init(&device->quiet, NULL);
  pthread_mutex_init(&device->mutex, NULL);
  device->opened = true;
  TRY(cudaGetDeviceProperties, &card, device->index);
  snprintf(device->name, sizeof device->name, "%.*s", (int)sizeof device->name - 1, card.name);
  cudaError_t code = cudaFuncGetAttributes(&attributes, device->program.any);
  if (code == cudaSuccess) return SEAM_OK;
  return error_set(error, SEAM_ERROR_BACKEND,
                   "%.100s: this build of seam has no code for compute capability %d.%d (%s): rebuild with "
                   "-DCMAKE_CUDA_ARCHITECTURES=%d%d, or use --backend cpu",
                   card.name, card.major, card.minor, cudaGetErrorName(code), card.major, card.minor);
}

static seam_status upload(const void *host, size_t bytes, void **device, seam_error *error) {
  TRY(cudaMalloc, device, bytes);
  TRY(cudaMemcpy, *device, host, bytes, cudaMemcpyHostToDevice);
  return SEAM_OK;
}

/* Copies the job and its tables to the device. */
static seam_status upload_job(struct cuda_device *device, const struct job *job, seam_error *error) {
  struct job *own = &device->argument.job;
  *own = *job;
  for (int a = 0; a < AXES; a++) {
    size_t bytes = ((size_t)job->axes[a].bins + 1) * sizeof *job->axes[a].edges;
    FORWARD(upload(job->axes[a].edges, bytes, &device->tables[a], error));
    own->axes[a].edges = device->tables[a];
  }
  if (job->adam_entries) {
    FORWARD(upload(job->adam, job->adam_entries * sizeof *job->adam, &device->tables[TABLE_ADAM], error));
    own->adam = device->tables[TABLE_ADAM];
  }
  FORWARD(upload(job->centre, (size_t)job->stride * sizeof *job->centre, &device->tables[TABLE_CENTRE], error));
  own->centre = device->tables[TABLE_CENTRE];
  TRY(cudaDeviceSynchronize); /* otherwise the workers' streams would not wait for the copies */
  return SEAM_OK;
}

/* ---- The whole ---- */

static seam_status open_worker(const struct cuda_device *device, struct cuda_worker *worker, seam_error *error) {
  size_t count_bytes = (size_t)device->argument.job.cells * sizeof(int64_t);
  TRY(cudaStreamCreateWithFlags, &worker->stream, cudaStreamNonBlocking);
  TRY(cudaEventCreateWithFlags, &worker->begin, cudaEventBlockingSync);
  TRY(cudaEventCreateWithFlags, &worker->end, cudaEventBlockingSync);
  TRY(cudaMalloc, (void **)&worker->counts, count_bytes);
  TRY(cudaMallocHost, (void **)&worker->home, count_bytes);
  return SEAM_OK;
}

seam_status cuda_device_open(struct cuda_device *device, int index, const struct cuda_program *program,
                             const struct seam_config *config, const struct job *job, seam_error *error) {
  device->index = index;
  device->program = *program;
  FORWARD(take_card(device, error));
  FORWARD(upload_job(device, job, error));
  FORWARD(device->program.task->open(device, config, error));
  for (int w = 0; w < DEVICE_WORKERS; w++) FORWARD(open_worker(device, &device->workers[w], error));
  return SEAM_OK;
}

static void close_worker(struct cuda_worker *worker) {
  if (worker->stream) cudaStreamSynchronize(worker->stream);
  if (worker->begin) cudaEventDestroy(worker->begin);
  if (worker->end) cudaEventDestroy(worker->end);
  if (worker->stream) cudaStreamDestroy(worker->stream);
  cudaFree(worker->state);
  cudaFree(worker->snapshots);
  cudaFree(worker->candidates);
  cudaFree(worker->partners);
  cudaFree(worker->counts);
  cudaFreeHost(worker->home);
}

void cuda_device_close(struct cuda_device *device) {
  if (!device->opened) return;
  cudaSetDevice(device->index);
  for (int w = 0; w < DEVICE_WORKERS; w++) close_worker(&device->workers[w]);
  for (int t = 0; t < TABLES; t++) cudaFree(device->tables[t]);
  pthread_mutex_destroy(&device->mutex);
  pthread_rwlock_destroy(&device->quiet);
}
