/* SPDX-License-Identifier: Apache-2.0 */
/* Predictions on the CPU: each worker evaluates batches of first components, counts or weighs their pairs with all
 * draws of theta2, and adds these to the histograms. */
#include "backend/backend.h"

#include <stdio.h>

#include "backend/cpu/cpu_backend.h"
#include "backend/cpu/pair_weights.h"
#include "base/floating_point.h"
#include "backend/cpu/processor.h"
#include "backend/cpu/working_pairs.h"

/* A worker's batch, and the memory of the law's path: the other one is NULL. */
struct worker {
  struct pair_batch batch;
  struct working_pairs *working;
  struct pair_weights *weights;
};

struct session {
  const struct job *job;
  int pair_bits;                         /* the histograms count in units of 2^-pair_bits of a pair */
  const struct works_kernels *working;   /* of pairs that work; NULL under the Gibbs law */
  const struct weights_kernels *weights; /* of the Gibbs law; else NULL */
  struct pair_bits *table;               /* of pairs that work; NULL under the Gibbs law */
  size_t most;                           /* first components in a batch */
  int count;
  struct worker *workers;
};

/* ---- Sessions ---- */

static const char *predict_unavailable(void) { return NULL; }

static void free_worker(struct worker *worker) {
  free(worker->batch.candidates);
  free(worker->batch.found);
  free(worker->batch.partners);
  free(worker->batch.swaps);
  working_pairs_free(worker->working);
  pair_weights_free(worker->weights);
}

static void predict_close(struct session *session) {
  if (!session) return;
  for (int w = 0; session->workers && w < session->count; w++) free_worker(&session->workers[w]);
  free(session->workers);
  pair_bits_free(session->table);
  free(session);
}

static size_t swap_cells(const struct job *job) {
  return (size_t)(INTERFACE_BLOCKS * 2 * (job->axes[AXIS_DISTANCE].bins + 2) * INTERCHANGE_FITS);
}

static bool create_worker(const struct session *session, struct worker *worker) {
  struct pair_batch *batch = &worker->batch;
  batch->candidates = malloc(session->most * sizeof *batch->candidates);
  batch->found = malloc(session->most * sizeof *batch->found);
  batch->partners = malloc(session->most * sizeof *batch->partners);
  batch->swaps = malloc(swap_cells(session->job) * sizeof *batch->swaps);
  if (session->working)
    worker->working = working_pairs_create(session->table);
  else
    worker->weights = pair_weights_create(session->job, session->weights);
  return batch->candidates && batch->found && batch->partners && batch->swaps && (worker->working || worker->weights);
}

static seam_status create_workers(struct session *session, uint64_t firsts, seam_error *error) {
  if (session->working) FORWARD(pair_bits_create(session->job, firsts, session->working, &session->table, error));
  session->workers = calloc((size_t)session->count, sizeof *session->workers);
  bool enough = session->workers != NULL;
  for (int w = 0; enough && w < session->count; w++) enough = create_worker(session, &session->workers[w]);
  return enough ? SEAM_OK : error_set(error, SEAM_ERROR_MEMORY, "out of memory: use fewer --threads");
}

static void choose_law(const struct seam_config *config, int isa, struct session *session) {
  if (config->task == TASK_GIBBS) {
    session->weights = pair_weights_kernels[isa];
    session->most = WEIGHTS_BATCH;
  } else {
    session->working = working_pairs_kernels[isa];
    session->most = WORKING_BATCH;
  }
}

static seam_status predict_open(const struct seam_config *config, const struct job *job, struct session **session,
                                struct session_info *info, seam_error *error) {
  int isa;
  FORWARD(processor_isa(config, &isa, error));
  struct session *s = calloc(1, sizeof *s);
  if (!s) return error_set(error, SEAM_ERROR_MEMORY, "out of memory: close other programs");
  s->job = job;
  s->pair_bits = config_pair_bits(config);
  s->count = processor_threads(config);
  choose_law(config, isa, s);
  seam_status status = create_workers(s, config->chains, error);
  if (status != SEAM_OK) {
    predict_close(s);
    return status;
  }
  info->backend = cpu_predict_backend.name;
  snprintf(info->isa, sizeof info->isa, "%s", isa_name(isa));
  processor_name(info->device, sizeof info->device);
  info->workers = s->count;
  info->batch = s->most;
  info->least = s->working ? WORKING_LEAST_BATCH : WEIGHTS_LEAST_BATCH;
  *session = s;
  return SEAM_OK;
}

/* ---- A batch ---- */

/* If no draw accepts with gaps, only the outermost cells of a first component matter. */
static void look_at_firsts(const struct session *session, struct pair_batch *batch) {
  const int lanes = session->working ? session->working->lanes : session->weights->lanes;
  pairs_look_function *look = !session->working          ? session->weights->look
                              : session->table->unbroken ? session->working->look_at_ends
                                                         : session->working->look;
  for (size_t i = 0; i < batch->size; i += (size_t)lanes) {
    const size_t left = batch->size - i;
    look(session->job, batch->first_id + i, left < (size_t)lanes ? (int)left : lanes, &batch->candidates[i]);
  }
}

/* Returns false when cancelled: the batch must then be dropped. */
static bool count_batch(const struct session *session, struct worker *worker, struct run_control *control) {
  struct pair_batch *batch = &worker->batch;
  look_at_firsts(session, batch);
  memset(batch->found, 0, batch->size * sizeof *batch->found);
  memset(batch->pairs, 0, sizeof batch->pairs);
  memset(batch->swaps, 0, swap_cells(session->job) * sizeof *batch->swaps);
  return session->working ? working_pairs_count(worker->working, batch, control)
                          : pair_weights_count(worker->weights, batch, control);
}

/* ---- Into the histograms ---- */

/* Adds the partners of first component i by block, as tally_second_block does but for all blocks at once. Returns how
 * many it has. */
static uint64_t add_partners(const struct job *job, const struct pair_batch *batch, size_t i, int64_t *counts) {
  const uint64_t *partners = batch->partners[i];
  uint64_t works = 0;
  if (!batch->found[i]) return 0;
  for (int b = 0; b < INTERFACE_BLOCKS; b++) works += partners[b];
  if (job->offset[HISTOGRAM_SECOND_BLOCKS] < 0) return works;
  int64_t *cells = &counts[tally_block_cell(job, &batch->candidates[i], HISTOGRAM_SECOND_BLOCKS, 0)];
  for (int b = 0; b < INTERFACE_BLOCKS; b++) cells[b] += (int64_t)partners[b];
  return works;
}

static void add_candidate(const struct session *session, const struct pair_batch *batch, size_t i, int64_t *counts) {
  const struct job *job = session->job;
  uint64_t works = add_partners(job, batch, i, counts);
  tally_candidate(job, &batch->candidates[i], batch->first_id + i, works, job->draws << session->pair_bits, counts);
}

static void add_table(int64_t *counts, int64_t offset, const int64_t *own, size_t cells) {
  for (size_t i = 0; i < cells && offset >= 0; i++) counts[offset + (int64_t)i] += own[i];
}

static void add_batch(const struct session *session, const struct pair_batch *batch, int64_t *counts) {
  const struct job *job = session->job;
  for (size_t i = 0; i < batch->size; i++) add_candidate(session, batch, i, counts);
  add_table(counts, job->offset[HISTOGRAM_PAIRS], batch->pairs, sizeof batch->pairs / sizeof *batch->pairs);
  add_table(counts, job->offset[HISTOGRAM_SWAPS], batch->swaps, swap_cells(job));
}

static void count_range(struct session *session, struct worker *worker, struct chain_range *range,
                        struct run_control *control, int64_t *counts) {
  struct pair_batch *batch = &worker->batch;
  uint64_t id = range->begin;
  while (id < range->end) {
    batch->first_id = id;
    batch->size = range->end - id < session->most ? (size_t)(range->end - id) : session->most;
    if (!count_batch(session, worker, control)) break;
    add_batch(session, batch, counts);
    id += batch->size;
  }
  range->end = id;
}

static seam_status predict_count(struct session *session, int worker, struct chain_range *range,
                                 struct run_control *control, int64_t *counts, seam_error *error) {
  struct floating_point_state found = floating_point_enter();
  bool built = true;
  seam_status status = SEAM_OK;
  if (session->table) status = pair_bits_build(session->table, control, &built, error);
  if (status == SEAM_OK && !built) range->end = range->begin;
  if (status == SEAM_OK) count_range(session, &session->workers[worker], range, control, counts);
  floating_point_leave(found);
  return status;
}

const struct backend cpu_predict_backend = {"cpu",         predict_unavailable, predict_open,
                                            predict_count, predict_close,       processor_devices};
