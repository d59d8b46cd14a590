/* SPDX-License-Identifier: Apache-2.0 */
/* The CUDA backend: one device, two workers, each with a stream of its own so that their batches overlap. */
#include <cuda_runtime_api.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "cuda.h"

enum { WORKERS = 2 };

struct worker {
  cudaStream_t stream;
  float *state; /* device, as struct cuda_batch has it; likewise the next two */
  int32_t *snapshots;
  int64_t *counts;
  int64_t *home; /* pinned: where the counts come back to */
};

struct session {
  int device;
  const struct cuda_kernels *kernels;
  const void *train;             /* of the kernels, the one for this math mode and optimizer */
  struct cuda_argument argument; /* with the device's pointers; each batch completes a copy of it */
  void *tables[AXES + 1];        /* device: the edges of each axis, and Adam's scales */
  uint32_t capacity;             /* chains of a batch */
  uint32_t slice;                /* steps */
  size_t shared_bytes;           /* of a block of observe */
  uint32_t observe_blocks;       /* as many as the device runs at once */
  struct worker workers[WORKERS];
};

/* ---- Errors ---- */

static seam_status device_error(cudaError_t code, const char *call, seam_error *error) {
  if (code == cudaErrorMemoryAllocation)
    return error_set(error, SEAM_ERROR_MEMORY,
                     "%s: %s: the card's memory, or the host's for its copies, is out: end other programs that use the "
                     "card, ask for fewer --bins or --histograms, or use --backend cpu",
                     call, cudaGetErrorName(code));
  return error_set(error, SEAM_ERROR_DEVICE,
                   "%s: %s (%s): look with nvidia-smi whether the card is well and try again, or use --backend cpu",
                   call, cudaGetErrorName(code), cudaGetErrorString(code));
}

/* Calls a function of the CUDA runtime and hands its failure to the caller. */
#define TRY(function, ...)                                                                                             \
  do {                                                                                                                 \
    cudaError_t code = function(__VA_ARGS__);                                                                          \
    if (code != cudaSuccess) return device_error(code, #function, error);                                              \
  } while (0)

/* ---- What this machine has ---- */

static const char *cuda_unavailable(void) {
  int count = 0, driver = 0;
  cudaError_t code = cudaGetDeviceCount(&count);
  if (code == cudaSuccess && count > 0) return NULL;
  if (cudaDriverGetVersion(&driver) != cudaSuccess || driver == 0)
    return "no NVIDIA driver is installed: install one, until nvidia-smi lists the card, or use --backend cpu";
  if (code == cudaErrorInsufficientDriver)
    return "the NVIDIA driver is too old for CUDA " SEAM_CUDA_VERSION
           ": update the driver, rebuild with the toolkit that nvidia-smi names, or use --backend cpu";
  if (code == cudaSuccess || code == cudaErrorNoDevice)
    return "no NVIDIA card is visible: look at nvidia-smi and CUDA_VISIBLE_DEVICES, or use --backend cpu";
  return "the NVIDIA driver does not answer: look with nvidia-smi whether the card is well, or use --backend cpu";
}

static void describe_card(const struct cudaDeviceProp *card, seam_device *device) {
  int kilohertz = 0;
  snprintf(device->name, sizeof device->name, "%.*s", (int)sizeof device->name - 1, card->name);
  snprintf(device->detail, sizeof device->detail, "compute capability %d.%d, %d multiprocessors, %" PRIu64 " MiB",
           card->major, card->minor, card->multiProcessorCount, (uint64_t)card->totalGlobalMem >> 20);
  device->compute_capability = 10 * card->major + card->minor;
  device->multiprocessors = card->multiProcessorCount;
  if (cudaDeviceGetAttribute(&kilohertz, cudaDevAttrClockRate, device->index) == cudaSuccess && kilohertz > 0)
    device->clock_khz = (uint32_t)kilohertz;
  if (cudaDeviceGetPCIBusId(device->bus, (int)sizeof device->bus, device->index) != cudaSuccess) *device->bus = '\0';
}

static size_t cuda_devices(seam_device *devices, size_t capacity) {
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess) return 0;
  for (int i = 0; i < count && (size_t)i < capacity; i++) {
    struct cudaDeviceProp card;
    devices[i] = (seam_device){.backend = "cuda", .index = i, .name = "does not answer"};
    if (cudaGetDeviceProperties(&card, i) == cudaSuccess) describe_card(&card, &devices[i]);
  }
  return (size_t)count;
}

/* ---- Opening: the pair, the device ---- */

static seam_status find_pair(const struct job *job, const struct cuda_kernels **kernels, seam_error *error) {
  for (int i = 0; cuda_pairs[i]; i++) {
    *kernels = cuda_pairs[i];
    if ((*kernels)->first == job->first && (*kernels)->second == job->second) return SEAM_OK;
  }
  const char *first = kind_name(job->first), *second = kind_name(job->second);
  return error_set(error, SEAM_ERROR_BACKEND,
                   "--first %s --second %s: this pair is not built for CUDA: rebuild with "
                   "-DSEAM_CUDA_PAIRS_EXTRA=%s:%s, or use --backend cpu",
                   first, second, first, second);
}

static seam_status choose_device(struct session *session, const struct seam_config *config, struct session_info *info,
                                 seam_error *error) {
  int count = 0;
  struct cudaDeviceProp card;
  TRY(cudaGetDeviceCount, &count);
  if (config->device >= (uint64_t)count)
    return error_set(error, SEAM_ERROR_BACKEND,
                     "--device %" PRIu64 ": this machine shows %d CUDA device%s, numbered from 0; seam info lists them",
                     config->device, count, count == 1 ? "" : "s");
  session->device = (int)config->device;
  TRY(cudaSetDevice, session->device);
  TRY(cudaSetDeviceFlags, cudaDeviceScheduleBlockingSync); /* waiting for a slice burns no core */
  TRY(cudaGetDeviceProperties, &card, session->device);
  *info = (struct session_info){.backend = "cuda", .workers = WORKERS};
  snprintf(info->device, sizeof info->device, "%.*s", (int)sizeof info->device - 1, card.name);

  struct cudaFuncAttributes attributes;
  cudaError_t code = cudaFuncGetAttributes(&attributes, session->kernels->observe);
  if (code == cudaSuccess) return SEAM_OK;
  return error_set(error, SEAM_ERROR_BACKEND,
                   "%.100s: this seam holds no code for compute capability %d.%d (%s): rebuild with "
                   "-DCMAKE_CUDA_ARCHITECTURES=%d%d, or use --backend cpu",
                   card.name, card.major, card.minor, cudaGetErrorName(code), card.major, card.minor);
}

static seam_status upload(const void *host, size_t bytes, void **device, seam_error *error) {
  TRY(cudaMalloc, device, bytes);
  TRY(cudaMemcpy, *device, host, bytes, cudaMemcpyHostToDevice);
  return SEAM_OK;
}

/* The job as the device sees it. */
static seam_status upload_job(struct session *session, const struct job *job, seam_error *error) {
  struct job *own = &session->argument.job;
  *own = *job;
  for (int a = 0; a < AXES; a++) {
    size_t bytes = ((size_t)job->axes[a].bins + 1) * sizeof *job->axes[a].edges;
    FORWARD(upload(job->axes[a].edges, bytes, &session->tables[a], error));
    own->axes[a].edges = session->tables[a];
  }
  if (job->adam_entries) {
    FORWARD(upload(job->adam, job->adam_entries * sizeof *job->adam, &session->tables[AXES], error));
    own->adam = session->tables[AXES];
  }
  TRY(cudaDeviceSynchronize); /* the workers' streams do not wait for the copies */
  return SEAM_OK;
}

/* ---- Opening: what is counted in shared memory ---- */

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
static void choose_shared(struct session *session, int limit_bytes) {
  const struct job *job = &session->argument.job;
  struct cuda_batch *batch = &session->argument.batch;
  int64_t used = OUTCOMES, limit = limit_bytes / (int64_t)sizeof(uint32_t);
  for (int h = 0; h < HISTOGRAMS; h++) batch->shared_offset[h] = -1;
  for (int h; (h = next_shared(job, batch, limit - used)) >= 0; used += batch->shared_cells[h]) {
    batch->shared_offset[h] = (int32_t)used;
    batch->shared_cells[h] = (int32_t)histogram_cells(job, h);
  }
  session->shared_bytes = (size_t)used * sizeof(uint32_t);
}

static seam_status plan_observe(struct session *session, int multiprocessors, seam_error *error) {
  const void *observe = session->kernels->observe;
  int limit = 0, resident = 0;
  TRY(cudaDeviceGetAttribute, &limit, cudaDevAttrMaxSharedMemoryPerBlockOptin, session->device);
  choose_shared(session, limit);
  /* The limit and not our need: another session may run the same kernel with more. */
  TRY(cudaFuncSetAttribute, observe, cudaFuncAttributeMaxDynamicSharedMemorySize, limit);
  TRY(cudaOccupancyMaxActiveBlocksPerMultiprocessor, &resident, observe, CUDA_OBSERVE_THREADS, session->shared_bytes);
  session->observe_blocks = (uint32_t)(multiprocessors * (resident > 0 ? resident : 1));
  return SEAM_OK;
}

/* ---- Opening: how much at a time ---- */

enum { CHAINS_PER_MULTIPROCESSOR = 1024, SLICE_MILLISECONDS = 50 };

static uint32_t pair_parameters(const struct cuda_kernels *kernels) {
#define PARAMETERS(enumerator, name, family, size, parameters) [KIND_##enumerator] = parameters,
  static const uint32_t of_kind[KINDS] = {COMPONENT_KINDS(PARAMETERS)};
#undef PARAMETERS
  return of_kind[kernels->first] + of_kind[kernels->second];
}

static size_t state_bytes(const struct session *session) {
  const struct job *job = &session->argument.job;
  return pair_parameters(session->kernels) * (job->optimizer == OPTIMIZER_ADAM ? 3 : 1) * sizeof(float);
}

static seam_status plan_capacity(struct session *session, int multiprocessors, seam_error *error) {
  const struct job *job = &session->argument.job;
  size_t available = 0, total = 0;
  size_t chain_bytes = state_bytes(session) + (size_t)job->snapshot_count * sizeof(int32_t);
  size_t count_bytes = (size_t)job->cells * sizeof(int64_t);
  TRY(cudaMemGetInfo, &available, &total);
  size_t room = available / 4 * 3 / WORKERS; /* others use the card too */
  size_t chains = room > count_bytes ? (room - count_bytes) / chain_bytes : 0;
  size_t wanted = (size_t)multiprocessors * CHAINS_PER_MULTIPROCESSOR;
  session->capacity = (uint32_t)(chains < wanted ? chains : wanted) / CUDA_TRAIN_THREADS * CUDA_TRAIN_THREADS;
  if (session->capacity) return SEAM_OK;
  return error_set(
      error, SEAM_ERROR_MEMORY,
      "the card has %zu MiB free of %zu MiB, too little for counts of %zu MiB: end other programs that use "
      "it, ask for fewer --bins or --histograms, or use --backend cpu",
      available >> 20, total >> 20, count_bytes >> 20);
}

/* Few enough steps that a desktop stays responsive: a rough and generous count of the operations of a chain-step,
 * against a quarter of the 64 operations a cycle of the slowest multiprocessor, which both workers share. */
static seam_status plan_slice(struct session *session, const struct seam_config *config, seam_error *error) {
  const struct job *job = &session->argument.job;
  int kilohertz = 0;
  TRY(cudaDeviceGetAttribute, &kilohertz, cudaDevAttrClockRate, session->device);
  uint64_t voltages = (uint64_t)job->voltages, parameters = pair_parameters(session->kernels);
  uint64_t step = parameters * (50 * voltages + 100) + 200 * voltages;
  uint64_t budget = (uint64_t)(kilohertz > 0 ? kilohertz : 1000000) * SLICE_MILLISECONDS * 64 / 4;
  uint64_t steps = budget / (step * CHAINS_PER_MULTIPROCESSOR * WORKERS);
  if (config->slice) steps = config->slice;
  session->slice = (uint32_t)(steps > 0 ? steps : 1);
  return SEAM_OK;
}

static seam_status open_worker(const struct session *session, struct worker *worker, seam_error *error) {
  const struct job *job = &session->argument.job;
  size_t count_bytes = (size_t)job->cells * sizeof(int64_t);
  size_t snapshot_bytes = (size_t)job->snapshot_count * session->capacity * sizeof(int32_t);
  TRY(cudaStreamCreateWithFlags, &worker->stream, cudaStreamNonBlocking);
  TRY(cudaMalloc, (void **)&worker->state, session->capacity * state_bytes(session));
  if (snapshot_bytes) TRY(cudaMalloc, (void **)&worker->snapshots, snapshot_bytes);
  TRY(cudaMalloc, (void **)&worker->counts, count_bytes);
  TRY(cudaMallocHost, (void **)&worker->home, count_bytes);
  return SEAM_OK;
}

static seam_status set_up(struct session *session, const struct seam_config *config, const struct job *job,
                          struct session_info *info, seam_error *error) {
  int multiprocessors = 0;
  FORWARD(find_pair(job, &session->kernels, error));
  session->train = session->kernels->training[config->math]->train[job->optimizer];
  FORWARD(choose_device(session, config, info, error));
  TRY(cudaDeviceGetAttribute, &multiprocessors, cudaDevAttrMultiProcessorCount, session->device);
  FORWARD(upload_job(session, job, error));
  FORWARD(plan_observe(session, multiprocessors, error));
  FORWARD(plan_capacity(session, multiprocessors, error));
  FORWARD(plan_slice(session, config, error));
  for (int w = 0; w < WORKERS; w++) FORWARD(open_worker(session, &session->workers[w], error));

  /* Bringing very many counts home must not outweigh the chains. */
  info->batch = session->capacity * (1 + (uint64_t)job->cells / (16 * (uint64_t)session->capacity));
  return SEAM_OK;
}

static void cuda_close(struct session *session) {
  if (!session) return;
  cudaSetDevice(session->device);
  for (int w = 0; w < WORKERS; w++) {
    struct worker *worker = &session->workers[w];
    if (worker->stream) cudaStreamSynchronize(worker->stream);
    if (worker->stream) cudaStreamDestroy(worker->stream);
    cudaFree(worker->state);
    cudaFree(worker->snapshots);
    cudaFree(worker->counts);
    cudaFreeHost(worker->home);
  }
  for (int t = 0; t < AXES + 1; t++) cudaFree(session->tables[t]);
  free(session);
}

static seam_status cuda_open(const struct seam_config *config, const struct job *job, struct session **session,
                             struct session_info *info, seam_error *error) {
  *session = calloc(1, sizeof **session);
  if (!*session) return error_set(error, SEAM_ERROR_MEMORY, "memory is out: no room for a session of the CUDA backend");
  seam_status status = set_up(*session, config, job, info, error);
  if (status == SEAM_OK) return SEAM_OK;
  cuda_close(*session);
  *session = NULL;
  return status;
}

/* ---- Training ---- */

/* The one place where kernels start. */
static seam_status cuda_launch(const void *kernel, uint32_t blocks, uint32_t threads, size_t shared,
                               cudaStream_t stream, struct cuda_argument *argument, seam_error *error) {
  void *arguments[] = {argument};
  TRY(cudaLaunchKernel, kernel, (dim3){blocks, 1, 1}, (dim3){threads, 1, 1}, arguments, shared, stream);
  return SEAM_OK;
}

/* A kernel with a thread for each chain of the batch. */
static seam_status launch_chains(const void *kernel, cudaStream_t stream, struct cuda_argument *a, seam_error *error) {
  uint32_t blocks = (a->batch.chains + CUDA_TRAIN_THREADS - 1) / CUDA_TRAIN_THREADS;
  return cuda_launch(kernel, blocks, CUDA_TRAIN_THREADS, 0, stream, a, error);
}

static seam_status launch_observe(const struct session *session, cudaStream_t stream, struct cuda_argument *a,
                                  seam_error *error) {
  uint32_t needed = (a->batch.chains + CUDA_OBSERVE_THREADS - 1) / CUDA_OBSERVE_THREADS;
  uint32_t blocks = needed < session->observe_blocks ? needed : session->observe_blocks;
  return cuda_launch(session->kernels->observe, blocks, CUDA_OBSERVE_THREADS, session->shared_bytes, stream, a, error);
}

static seam_status take_snapshot(const struct session *session, cudaStream_t stream, uint32_t step,
                                 struct cuda_argument *a, seam_error *error) {
  a->batch.snapshot = backend_snapshot_at(&a->job, step);
  if (a->batch.snapshot < 0) return SEAM_OK;
  return launch_chains(session->kernels->snapshot, stream, a, error);
}

/* Draws, trains and observes one batch; `counted` says whether it came to the end or was cancelled before. */
static seam_status train_batch(const struct session *session, cudaStream_t stream, struct cuda_argument *a,
                               struct run_control *control, bool *counted, seam_error *error) {
  *counted = false;
  FORWARD(launch_chains(session->kernels->draw, stream, a, error));
  FORWARD(take_snapshot(session, stream, 0, a, error));
  for (uint32_t step = 0, pause; (pause = backend_next_pause(&a->job, step, session->slice)) != step; step = pause) {
    if (atomic_load(&control->cancel)) return SEAM_OK;
    a->batch.begin = step;
    a->batch.end = pause;
    FORWARD(launch_chains(session->train, stream, a, error));
    FORWARD(take_snapshot(session, stream, pause, a, error));
    TRY(cudaStreamSynchronize, stream);
    atomic_fetch_add(&control->trained, (uint64_t)a->batch.chains * (pause - step));
  }
  *counted = true;
  return launch_observe(session, stream, a, error);
}

/* The argument of the batch of `chains` chains from `first_id` on. */
static struct cuda_argument batch_argument(const struct session *session, const struct worker *worker,
                                           uint64_t first_id, uint64_t chains) {
  struct cuda_argument a = session->argument;
  a.batch.first_id = first_id;
  a.batch.chains = (uint32_t)(chains < session->capacity ? chains : session->capacity);
  a.batch.stride = session->capacity;
  a.batch.state = worker->state;
  a.batch.snapshots = worker->snapshots;
  a.batch.counts = worker->counts;
  return a;
}

static seam_status cuda_train(struct session *session, int worker_index, struct chain_range *range,
                              struct run_control *control, int64_t *counts, seam_error *error) {
  struct worker *worker = &session->workers[worker_index];
  size_t cells = (size_t)session->argument.job.cells;
  uint64_t counted = range->begin; /* up to here */
  TRY(cudaSetDevice, session->device);
  TRY(cudaMemsetAsync, worker->counts, 0, cells * sizeof *counts, worker->stream);
  while (counted < range->end && !atomic_load(&control->cancel)) {
    bool whole;
    struct cuda_argument a = batch_argument(session, worker, counted, range->end - counted);
    FORWARD(train_batch(session, worker->stream, &a, control, &whole, error));
    if (whole) counted += a.batch.chains;
  }
  TRY(cudaMemcpyAsync, worker->home, worker->counts, cells * sizeof *counts, cudaMemcpyDeviceToHost, worker->stream);
  TRY(cudaStreamSynchronize, worker->stream);
  for (size_t i = 0; i < cells; i++) counts[i] += worker->home[i];
  range->end = counted;
  return SEAM_OK;
}

const struct backend cuda_backend = {
    .name = "cuda",
    .unavailable = cuda_unavailable,
    .open = cuda_open,
    .train = cuda_train,
    .close = cuda_close,
    .devices = cuda_devices,
};
