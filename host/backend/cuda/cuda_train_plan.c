/* SPDX-License-Identifier: Apache-2.0 */
/* Training on one card, before it begins: its kernels, what they count in shared memory, how much they train at a time.
 */
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

/* ---- What is counted in shared memory ---- */

/* Cells of histogram h: up to where the next one begins. */
static int64_t histogram_cells(const struct job *job, int h) {
  int64_t end = job->cells;
  for (int other = 0; other < HISTOGRAMS; other++)
    if (job->offset[other] > job->offset[h] && job->offset[other] < end) end = job->offset[other];
  return end - job->offset[h];
}

/* The smallest histogram not yet in shared memory, or -1 where it does not fit into the `room` left. */
static int next_shared(const struct job *job, const struct cuda_batch *batch, int64_t room) {
  int smallest = -1;
  for (int h = 0; h < HISTOGRAMS; h++) {
    if (job->offset[h] < 0 || batch->shared_offset[h] >= 0 || histogram_cells(job, h) > room) continue;
    if (smallest < 0 || histogram_cells(job, h) < histogram_cells(job, smallest)) smallest = h;
  }
  return smallest;
}

/* Small histograms first: they are the most contended. No 32-bit count overflows, as a chain adds at most one to a cell
 * and a launch counts less than 2^32 chains. */
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
  /* The limit and not our need: another session may run the same kernel with more. */
  TRY(cudaFuncSetAttribute, observe, cudaFuncAttributeMaxDynamicSharedMemorySize, limit);
  TRY(cudaOccupancyMaxActiveBlocksPerMultiprocessor, &resident, observe, CUDA_OBSERVE_THREADS, device->shared_bytes);
  device->observe_blocks = (uint32_t)(multiprocessors * (resident > 0 ? resident : 1));
  return SEAM_OK;
}

/* ---- How much at a time ---- */

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
  size_t room = available / 4 * 3 / DEVICE_WORKERS; /* others use the card too */
  size_t chains = room > count_bytes ? (room - count_bytes) / chain_bytes : 0;
  size_t wanted = (size_t)multiprocessors * CHAINS_PER_MULTIPROCESSOR;
  device->capacity = (uint32_t)(chains < wanted ? chains : wanted) / CUDA_TRAIN_THREADS * CUDA_TRAIN_THREADS;
  if (device->capacity) return SEAM_OK;
  return error_set(
      error, SEAM_ERROR_MEMORY,
      "the card has %zu MiB free of %zu MiB, too little for counts of %zu MiB: end other programs that use "
      "it, ask for fewer --bins or --histograms, or use --backend cpu",
      available >> 20, total >> 20, count_bytes >> 20);
}

/* To hand out fewer chains than train at the same time would leave multiprocessors idle. Bringing very many counts home
 * must not outweigh the chains. */
static seam_status plan_portion(struct cuda_device *device, int multiprocessors, seam_error *error) {
  int resident = 0;
  TRY(cudaOccupancyMaxActiveBlocksPerMultiprocessor, &resident, device->train, CUDA_TRAIN_THREADS, 0);
  uint32_t wave = (uint32_t)multiprocessors * (uint32_t)(resident > 0 ? resident : 1) * CUDA_TRAIN_THREADS;
  uint64_t launches = 1 + (uint64_t)device->argument.job.cells / (16 * (uint64_t)device->capacity);
  device->portion = device->capacity * launches;
  device->least = (wave < device->capacity ? wave : device->capacity) * launches;
  return SEAM_OK;
}

/* A slice alone on the card takes its worker's share of the time: when both train, each takes as long as both. The
 * first slices, before any is measured, go by a rough and generous count of the operations of a chain-step, against a
 * quarter of the 64 operations a cycle of the slowest multiprocessor. */
static seam_status plan_slice(struct cuda_device *device, const struct seam_config *config, seam_error *error) {
  const double share = (double)SLICE_MILLISECONDS / DEVICE_WORKERS;
  const struct job *job = &device->argument.job;
  int kilohertz = 0;
  TRY(cudaDeviceGetAttribute, &kilohertz, cudaDevAttrClockRate, device->index);
  uint64_t voltages = (uint64_t)job->voltages, parameters = pair_parameters(device->program.pair);
  uint64_t step = (parameters * (50 * voltages + 100) + 200 * voltages) * CHAINS_PER_MULTIPROCESSOR;
  uint64_t budget = (uint64_t)(share * (kilohertz > 0 ? kilohertz : 1000000)) * 64 / 4;
  uint64_t steps = config->slice ? config->slice : budget / step;
  tuning_begin(&device->tuning, (uint32_t)(steps > 0 ? steps : 1), config->slice > 0, share);
  return SEAM_OK;
}

/* ---- The whole ---- */

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
