/* SPDX-License-Identifier: Apache-2.0 */
/* Plans training on one card: its kernels, the histograms in shared memory, and how many chains and steps at a time. */
#include "backend/cuda/cuda_train.h"

/* ---- The pair ---- */

seam_status cuda_train_find(const struct job *job, struct cuda_program *program, seam_error *error) {
  for (int i = 0; cuda_pairs[i]; i++) {
    program->pair = cuda_pairs[i];
    program->any = program->pair->observe;
    if (program->pair->first == job->first && program->pair->second == job->second) return SEAM_OK;
  }
  const char *first = kind_name(job->first), *second = kind_name(job->second);
  return error_set(error, SEAM_ERROR_BACKEND,
                   "--first %s --second %s: this pair is not built for CUDA: rebuild with "
                   "-DSEAM_CUDA_PAIRS_EXTRA=%s:%s, or use --backend cpu",
                   first, second, first, second);
}

/* ---- The histograms in shared memory ---- */

/* The cells of histogram h. They end where the next histogram begins. */
static int64_t histogram_cells(const struct job *job, int h) {
  int64_t end = job->cells;
  for (int other = 0; other < HISTOGRAMS; other++)
    if (job->offset[other] > job->offset[h] && job->offset[other] < end) end = job->offset[other];
  return end - job->offset[h];
}

/* The smallest histogram that is not yet in shared memory and has at most `room` cells, or -1. */
static int next_shared(const struct job *job, const struct cuda_batch *batch, int64_t room) {
  int smallest = -1;
  for (int h = 0; h < HISTOGRAMS; h++) {
    if (job->offset[h] < 0 || batch->shared_offset[h] >= 0 || histogram_cells(job, h) > room) continue;
    if (smallest < 0 || histogram_cells(job, h) < histogram_cells(job, smallest)) smallest = h;
  }
  return smallest;
}

/* Takes the smallest histograms first, because threads meet most often in their cells. No 32-bit count overflows: a
 * chain adds at most 1 to a cell, and a launch counts less than 2^32 chains. */
static void choose_shared(struct cuda_device *device, int limit_bytes) {
  const struct job *job = &device->argument.job;
  struct cuda_batch *batch = &device->argument.batch;
  int64_t used = OUTCOMES, limit = limit_bytes / (int64_t)sizeof(uint32_t);
  for (int h = 0; h < HISTOGRAMS; h++) batch->shared_offset[h] = -1;
  for (int h; (h = next_shared(job, batch, limit - used)) >= 0; used += batch->shared_cells[h]) {
    batch->shared_offset[h] = (int32_t)used;
    batch->shared_cells[h] = (int32_t)histogram_cells(job, h);
  }
  device->shared_bytes = (size_t)used * sizeof(uint32_t);
}

static seam_status plan_observe(struct cuda_device *device, int multiprocessors, seam_error *error) {
  const void *observe = device->program.pair->observe;
  int limit = 0, resident = 0;
  TRY(cudaDeviceGetAttribute, &limit, cudaDevAttrMaxSharedMemoryPerBlockOptin, device->index);
  choose_shared(device, limit);
  /* Allow as much as the card can, not as much as this session needs: another one may run the same kernel with more. */
  TRY(cudaFuncSetAttribute, observe, cudaFuncAttributeMaxDynamicSharedMemorySize, limit);
  TRY(cudaOccupancyMaxActiveBlocksPerMultiprocessor, &resident, observe, CUDA_OBSERVE_THREADS, device->shared_bytes);
  device->observe_blocks = (uint32_t)(multiprocessors * (resident > 0 ? resident : 1));
  return SEAM_OK;
}

/* ---- Chains and steps at a time ---- */

enum { CHAINS_PER_MULTIPROCESSOR = 1024, SLICE_MILLISECONDS = 50 };

static uint32_t pair_parameters(const struct cuda_kernels *kernels) {
#define PARAMETERS(enumerator, name, family, size, parameters) [KIND_##enumerator] = parameters,
  static const uint32_t of_kind[KINDS] = {COMPONENT_KINDS(PARAMETERS)};
#undef PARAMETERS
  return of_kind[kernels->first] + of_kind[kernels->second];
}

static size_t state_bytes(const struct cuda_device *device) {
  const struct job *job = &device->argument.job;
  return pair_parameters(device->program.pair) * (job->optimizer == OPTIMIZER_ADAM ? 3 : 1) * sizeof(float);
}

static seam_status plan_capacity(struct cuda_device *device, int multiprocessors, seam_error *error) {
  const struct job *job = &device->argument.job;
  size_t available = 0, total = 0;
  size_t chain_bytes = state_bytes(device) + (size_t)job->snapshot_count * sizeof(int32_t);
  size_t count_bytes = (size_t)job->cells * sizeof(int64_t);
  TRY(cudaMemGetInfo, &available, &total);
  size_t room = available / 4 * 3 / DEVICE_WORKERS; /* the rest is for other programs */
  size_t chains = room > count_bytes ? (room - count_bytes) / chain_bytes : 0;
  size_t wanted = (size_t)multiprocessors * CHAINS_PER_MULTIPROCESSOR;
  device->capacity = (uint32_t)(chains < wanted ? chains : wanted) / CUDA_TRAIN_THREADS * CUDA_TRAIN_THREADS;
  if (device->capacity) return SEAM_OK;
  return error_set(
      error, SEAM_ERROR_MEMORY,
      "the card has %zu MiB free of %zu MiB, too little for counts of %zu MiB: end other programs that use "
      "it, use fewer --bins or --histograms, or use --backend cpu",
      available >> 20, total >> 20, count_bytes >> 20);
}

/* A worker takes at least as many chains as train at the same time, so that no multiprocessor is idle. If there are
 * very many counts, it takes more, so that copying them to the host takes little of the time. */
static seam_status plan_portion(struct cuda_device *device, int multiprocessors, seam_error *error) {
  int resident = 0;
  TRY(cudaOccupancyMaxActiveBlocksPerMultiprocessor, &resident, device->train, CUDA_TRAIN_THREADS, 0);
  uint32_t wave = (uint32_t)multiprocessors * (uint32_t)(resident > 0 ? resident : 1) * CUDA_TRAIN_THREADS;
  uint64_t launches = 1 + (uint64_t)device->argument.job.cells / (16 * (uint64_t)device->capacity);
  device->portion = device->capacity * launches;
  device->least = (wave < device->capacity ? wave : device->capacity) * launches;
  return SEAM_OK;
}

/* A slice that is alone on the card should take SLICE_MILLISECONDS / DEVICE_WORKERS, because slices that run at the
 * same time slow each other down. The first slices, before any is measured, have a number of steps from a rough and
 * generous count of the operations of one step of a chain. A multiprocessor is expected to do a quarter of 64
 * operations a cycle; the slowest ones can do 64. */
static seam_status plan_slice(struct cuda_device *device, const struct seam_config *config, seam_error *error) {
  const double share = (double)SLICE_MILLISECONDS / DEVICE_WORKERS;
  const struct job *job = &device->argument.job;
  int kilohertz = 0;
  TRY(cudaDeviceGetAttribute, &kilohertz, cudaDevAttrClockRate, device->index);
  uint64_t voltages = (uint64_t)job->voltages, parameters = pair_parameters(device->program.pair);
  uint64_t step = (parameters * (50 * voltages + 100) + 200 * voltages) * CHAINS_PER_MULTIPROCESSOR;
  uint64_t budget = (uint64_t)(share * (kilohertz > 0 ? kilohertz : 1000000)) * 64 / 4;
  uint64_t steps = config->slice ? config->slice : budget / step;
  autotune_begin(&device->tuning, (uint32_t)(steps > 0 ? steps : 1), config->slice > 0, share);
  return SEAM_OK;
}

/* ---- Open ---- */

seam_status cuda_train_open(struct cuda_device *device, const struct seam_config *config, seam_error *error) {
  const struct job *job = &device->argument.job;
  int multiprocessors = 0;
  device->train = device->program.pair->training[config->math]->train[job->optimizer];
  TRY(cudaDeviceGetAttribute, &multiprocessors, cudaDevAttrMultiProcessorCount, device->index);
  FORWARD(plan_observe(device, multiprocessors, error));
  FORWARD(plan_capacity(device, multiprocessors, error));
  FORWARD(plan_portion(device, multiprocessors, error));
  FORWARD(plan_slice(device, config, error));
  size_t snapshot_bytes = (size_t)job->snapshot_count * device->capacity * sizeof(int32_t);
  for (int w = 0; w < DEVICE_WORKERS; w++) {
    TRY(cudaMalloc, (void **)&device->workers[w].state, device->capacity * state_bytes(device));
    if (snapshot_bytes) TRY(cudaMalloc, (void **)&device->workers[w].snapshots, snapshot_bytes);
  }
  return SEAM_OK;
}
