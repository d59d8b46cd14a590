/* SPDX-License-Identifier: Apache-2.0 */
/* Counts predictions on one card: all second components are entered into a table once, and each batch of first
 * components then counts its partners in the table. */
#include "backend/cuda/cuda_batch.h"

/* The work of one launch for each multiprocessor: first components, cells times second components entered into the
 * table, and pairs counted. A launch should take some milliseconds. */
enum { CHAINS_AT_ONCE = 512, CELLS_AT_ONCE = 1 << 19 };
static const uint64_t pairs_at_once[CUDA_LAWS] = {[CUDA_WORKS] = 1 << 27, [CUDA_GIBBS] = 1 << 24};

/* A copy of the counts to the host is worth its time after so many pairs for each multiprocessor: a fixed number, and
 * some more for each count. */
enum { PAIRS_PER_COPY = 1 << 24, PAIRS_PER_COUNT = 1 << 8 };

static uint64_t block_begin(const struct job *job, uint32_t block) { return job->draws * block / PAIR_BLOCKS; }

static uint32_t clamp_blocks(uint64_t blocks) {
  return blocks < 1 ? 1 : blocks > PAIR_BLOCKS ? PAIR_BLOCKS : (uint32_t)blocks;
}

/* ---- Find, open ---- */

static seam_status find_kinds(const struct job *job, struct cuda_program *program, seam_error *error) {
  (void)error; /* every build has all kinds */
  program->first = cuda_kinds[job->first];
  program->second = cuda_kinds[job->second];
  program->any = cuda_counting.add;
  return SEAM_OK;
}

static void plan_table(struct cuda_device *device, const struct seam_config *config) {
  struct cuda_prediction *prediction = &device->argument.prediction;
  uint64_t most = (device->argument.job.draws + PAIR_BLOCKS - 1) / PAIR_BLOCKS; /* draws of the largest block */
  device->law = config->task == TASK_GIBBS ? CUDA_GIBBS : CUDA_WORKS;
  prediction->pair_bits = config_pair_bits(config);
  prediction->tiles = (uint32_t)((most + CUDA_TILE_DRAWS - 1) / CUDA_TILE_DRAWS);
  for (prediction->sharers = 1; prediction->sharers < prediction->tiles && prediction->sharers < CUDA_WARP;)
    prediction->sharers *= 2;
}

static size_t table_bytes(const struct cuda_device *device) {
  size_t quads = device->argument.prediction.tiles * (device->law == CUDA_GIBBS ? CUDA_TILE_DRAWS / 4 : 1);
  return (size_t)PAIR_BLOCKS * 2 * (size_t)device->argument.job.stride * quads * sizeof(struct cuda_quad);
}

enum { CANDIDATE_BYTES = sizeof(struct candidate) + PAIR_BLOCKS * sizeof(uint64_t) };

static seam_status plan_capacity(struct cuda_device *device, uint32_t multiprocessors, seam_error *error) {
  size_t available = 0, total = 0, table = table_bytes(device);
  size_t count_bytes = (size_t)device->argument.job.cells * sizeof(int64_t);
  TRY(cudaMemGetInfo, &available, &total);
  size_t room = available / 4 * 3; /* the rest is for other programs */
  size_t share = (room > table ? room - table : 0) / DEVICE_WORKERS;
  size_t chains = share > count_bytes ? (share - count_bytes) / CANDIDATE_BYTES : 0;
  size_t wanted = (size_t)multiprocessors * CHAINS_AT_ONCE;
  device->capacity = (uint32_t)(chains < wanted ? chains : wanted) / CUDA_PREDICT_THREADS * CUDA_PREDICT_THREADS;
  if (device->capacity) return SEAM_OK;
  return error_set(error, SEAM_ERROR_MEMORY,
                   "the card has %zu MiB free of %zu MiB, too little for a table of pairs of %zu MiB and counts of %zu "
                   "MiB: use fewer --draws, --cells or --bins, end other programs that use it, or use --backend cpu",
                   available >> 20, total >> 20, table >> 20, count_bytes >> 20);
}

static void plan_launches(struct cuda_device *device, uint64_t multiprocessors) {
  const struct job *job = &device->argument.job;
  uint64_t draws = job->draws / PAIR_BLOCKS + 1; /* of one block */
  device->blocks_entered = clamp_blocks(multiprocessors * CELLS_AT_ONCE / (draws * (uint64_t)job->stride));
  device->blocks_counted = clamp_blocks(multiprocessors * pairs_at_once[device->law] / (draws * device->capacity));
}

static void plan_portion(struct cuda_device *device, uint64_t multiprocessors) {
  const struct job *job = &device->argument.job;
  uint64_t pairs = multiprocessors * (PAIRS_PER_COPY + PAIRS_PER_COUNT * (uint64_t)job->cells);
  uint64_t chains = pairs / job->draws;
  device->least = (chains / CUDA_PREDICT_THREADS + 1) * CUDA_PREDICT_THREADS;
  device->portion = (chains / device->capacity + 1) * device->capacity;
}

static seam_status open_prediction(struct cuda_device *device, const struct seam_config *config, seam_error *error) {
  int multiprocessors = 0;
  TRY(cudaDeviceGetAttribute, &multiprocessors, cudaDevAttrMultiProcessorCount, device->index);
  plan_table(device, config);
  FORWARD(plan_capacity(device, (uint32_t)multiprocessors, error));
  plan_launches(device, (uint64_t)multiprocessors);
  plan_portion(device, (uint64_t)multiprocessors);
  TRY(cudaMalloc, &device->tables[TABLE_PAIRS], table_bytes(device));
  device->argument.prediction.table = device->tables[TABLE_PAIRS];
  for (int w = 0; w < DEVICE_WORKERS; w++) {
    TRY(cudaMalloc, (void **)&device->workers[w].candidates, device->capacity * sizeof(struct candidate));
    TRY(cudaMalloc, (void **)&device->workers[w].partners, device->capacity * PAIR_BLOCKS * sizeof(uint64_t));
  }
  return SEAM_OK;
}

/* ---- The table ---- */

/* Enters the next blocks of theta2 in one launch. */
static seam_status enter_blocks(struct cuda_device *device, const struct cuda_worker *worker, struct cuda_argument *a,
                                seam_error *error) {
  const struct job *job = &a->job;
  uint32_t left = PAIR_BLOCKS - device->entered;
  uint32_t blocks = left < device->blocks_entered ? left : device->blocks_entered;
  uint32_t chunks = ((uint32_t)job->stride + CUDA_ENTER_CELLS - 1) / CUDA_ENTER_CELLS;
  a->prediction.block = device->entered;
  FORWARD(cuda_launch(device->program.second->enter[device->law], blocks * chunks * a->prediction.tiles,
                      CUDA_PREDICT_THREADS, 0, worker->stream, a, error));
  FORWARD(cuda_wait(worker, error));
  device->entered += blocks;
  return SEAM_OK;
}

/* Enters all blocks that are still missing. The first worker does this while the other one waits. */
static seam_status enter_all(struct cuda_device *device, const struct cuda_worker *worker, struct cuda_argument *a,
                             struct run_control *control, seam_error *error) {
  seam_status status = SEAM_OK;
  pthread_mutex_lock(&device->mutex);
  while (status == SEAM_OK && device->entered < PAIR_BLOCKS && !atomic_load(&control->cancel))
    status = enter_blocks(device, worker, a, error);
  pthread_mutex_unlock(&device->mutex);
  return status;
}

/* ---- One batch ---- */

static seam_status count_blocks(const struct cuda_device *device, const struct cuda_worker *worker,
                                struct cuda_argument *a, uint32_t blocks, seam_error *error) {
  uint32_t at_once = CUDA_PREDICT_THREADS / a->prediction.sharers;
  uint32_t groups = (a->batch.chains + at_once - 1) / at_once;
  FORWARD(cuda_launch(cuda_counting.count[device->law], blocks * groups, CUDA_PREDICT_THREADS, 0, worker->stream, a,
                      error));
  return cuda_wait(worker, error);
}

static seam_status count_batch(struct cuda_device *device, const struct cuda_worker *worker, struct cuda_argument *a,
                               struct run_control *control, bool *counted, seam_error *error) {
  *counted = false;
  FORWARD(enter_all(device, worker, a, control, error));
  FORWARD(cuda_launch_chains(device->program.first->find[device->law], CUDA_PREDICT_THREADS, worker->stream, a, error));
  for (uint32_t block = 0; block < PAIR_BLOCKS; block += device->blocks_counted) {
    uint32_t left = PAIR_BLOCKS - block, blocks = left < device->blocks_counted ? left : device->blocks_counted;
    if (atomic_load(&control->cancel)) return SEAM_OK;
    a->prediction.block = block;
    FORWARD(count_blocks(device, worker, a, blocks, error));
    uint64_t draws = block_begin(&a->job, block + blocks) - block_begin(&a->job, block);
    atomic_fetch_add(&control->work_done, a->batch.chains * draws);
  }
  *counted = true;
  FORWARD(cuda_launch_chains(cuda_counting.add, CUDA_PREDICT_THREADS, worker->stream, a, error));
  if (a->job.offset[HISTOGRAM_SWAPS] < 0) return SEAM_OK;
  uint32_t blocks = (2 * a->batch.chains + CUDA_PREDICT_THREADS - 1) / CUDA_PREDICT_THREADS;
  return cuda_launch(cuda_counting.swap, blocks, CUDA_PREDICT_THREADS, 0, worker->stream, a, error);
}

const struct cuda_task cuda_predict_task = {find_kinds, open_prediction, count_batch};
