/* SPDX-License-Identifier: Apache-2.0 */
/* Predictions on the CPU: each worker looks at batches of first components and counts their partners in the table. */
#include "backend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "census.h"
#include "floating_point.h"
#include "processor.h"

/* First components that a tile is counted for while it stays in cache, at most and at least. */
enum { LARGEST_BATCH = 16384, LEAST_BATCH = 1024 };

typedef int64_t pair_table[HISTOGRAM_MODES][PAIR_BLOCKS][PAIR_BLOCKS];

/* One worker's: a batch of first components, and what it came to. */
struct batch {
  uint64_t first_id;
  size_t size;
  struct candidate candidate[LARGEST_BATCH];
  uint32_t partners[LARGEST_BATCH][INTERFACE_BLOCKS]; /* by block of theta2 */
  uint32_t in_block[LARGEST_BATCH];                   /* of the block at hand */
  pair_table pairs;
};

struct session {
  const struct job *job;
  const struct census_kernels *kernels;
  pairs_count_function *count;
  struct census_table *table;
  int workers;
  struct batch **batches;
};

/* ---- Sessions ---- */

static const struct census_kernels *const kernels_of[ISAS] = {
    [ISA_BASELINE] = &census_kernels_baseline,
#if defined(__x86_64__)
    [ISA_V3] = &census_kernels_v3,
    [ISA_V4] = &census_kernels_v4,
#endif
};

static pairs_count_function *count_of(int isa) {
#if defined(__x86_64__)
  if (isa == ISA_V4) return processor_counts_bits() ? pairs_count_v4_popcount : pairs_count_v4;
  if (isa == ISA_V3) return pairs_count_v3;
#endif
  (void)isa;
  return pairs_count_baseline;
}

static const char *census_unavailable(void) { return NULL; }

static void census_close(struct session *session) {
  if (!session) return;
  census_table_free(session->table);
  for (int w = 0; session->batches && w < session->workers; w++) free(session->batches[w]);
  free(session->batches);
  free(session);
}

static seam_status allocate(struct session *session, seam_error *error) {
  FORWARD(census_table_create(session->job, session->kernels, &session->table, error));
  session->batches = calloc((size_t)session->workers, sizeof *session->batches);
  bool enough = session->batches != NULL;
  for (int w = 0; enough && w < session->workers; w++)
    enough = (session->batches[w] = malloc(sizeof *session->batches[w])) != NULL;
  return enough ? SEAM_OK : error_set(error, SEAM_ERROR_MEMORY, "out of memory: use fewer --threads");
}

static seam_status census_open(const struct seam_config *config, const struct job *job, struct session **session,
                               struct session_info *info, seam_error *error) {
  int isa;
  FORWARD(processor_isa(config, &isa, error));
  struct session *s = calloc(1, sizeof *s);
  if (!s) return error_set(error, SEAM_ERROR_MEMORY, "out of memory: close other programs");
  s->job = job;
  s->kernels = kernels_of[isa];
  s->count = count_of(isa);
  s->workers = processor_threads(config);
  seam_status status = allocate(s, error);
  if (status != SEAM_OK) {
    census_close(s);
    return status;
  }
  info->backend = census_backend.name;
  snprintf(info->isa, sizeof info->isa, "%s", isa_name(isa));
  processor_name(info->device, sizeof info->device);
  info->workers = s->workers;
  info->batch = LARGEST_BATCH;
  info->least = LEAST_BATCH;
  *session = s;
  return SEAM_OK;
}

/* ---- Counting ---- */

static void look_at_firsts(const struct session *session, struct batch *batch) {
  size_t lanes = (size_t)session->kernels->lanes;
  for (size_t i = 0; i < batch->size; i += lanes) {
    size_t active = batch->size - i < lanes ? batch->size - i : lanes;
    session->kernels->candidates(session->job, batch->first_id + i, (int)active, &batch->candidate[i]);
  }
  memset(batch->partners, 0, batch->size * sizeof *batch->partners);
  memset(batch->pairs, 0, sizeof batch->pairs);
}

static void count_part(const struct session *session, const struct census_part *part, struct batch *batch) {
  for (size_t i = 0; i < batch->size; i++)
    if (batch->candidate[i].within) batch->in_block[i] += session->count(&part->tile, &batch->candidate[i]);
}

static void end_block(struct batch *batch, int block) {
  for (size_t i = 0; i < batch->size; i++) {
    if (!batch->in_block[i]) continue;
    uint64_t id = batch->first_id + i;
    batch->partners[i][block / (PAIR_BLOCKS / INTERFACE_BLOCKS)] += batch->in_block[i];
    batch->pairs[batch->candidate[i].mode][id % PAIR_BLOCKS][block] += batch->in_block[i];
  }
}

/* False when cancelled: then the batch is worth nothing. */
static bool count_batch(const struct session *session, struct batch *batch, struct run_control *control) {
  const struct census_part *parts;
  size_t count = census_table_parts(session->table, &parts);
  for (size_t k = 0; k < count; k++) {
    bool first = k == 0 || parts[k - 1].block != parts[k].block;
    bool last = k + 1 == count || parts[k + 1].block != parts[k].block;
    if (first) memset(batch->in_block, 0, batch->size * sizeof *batch->in_block);
    if (first && atomic_load_explicit(&control->cancel, memory_order_relaxed)) return false;
    count_part(session, &parts[k], batch);
    if (last) end_block(batch, parts[k].block);
    atomic_fetch_add_explicit(&control->trained, batch->size * (parts[k].end - parts[k].begin), memory_order_relaxed);
  }
  return true;
}

/* ---- Into the histograms ---- */

/* Bins of (u0, u1), flow bins included. */
static int64_t axis_square(const struct axis *axis) { return (int64_t)(axis->bins + 2) * (axis->bins + 2); }

static void add_blocks(const struct job *job, const struct candidate *c, uint64_t id, const uint32_t *partners,
                       int64_t *counts) {
  int64_t cell = c->mode * axis_square(&job->axes[AXIS_INTERFACE]) + c->bin;
  int64_t *blocks = counts + cell * INTERFACE_BLOCKS;
  for (int b = 0; b < INTERFACE_BLOCKS; b++) {
    if (job->offset[HISTOGRAM_SECOND_BLOCKS] >= 0) blocks[job->offset[HISTOGRAM_SECOND_BLOCKS] + b] += partners[b];
    if (job->offset[HISTOGRAM_FIRST_BLOCKS] >= 0)
      blocks[job->offset[HISTOGRAM_FIRST_BLOCKS] + (int64_t)(id % INTERFACE_BLOCKS)] += partners[b];
  }
}

/* All pairs of one first component. */
static void add_candidate(const struct job *job, const struct candidate *c, uint64_t id, const uint32_t *partners,
                          int64_t *counts) {
  const int64_t draws = (int64_t)job->draws, square = axis_square(&job->axes[AXIS_INTERFACE]);
  int64_t works = 0;
  for (int b = 0; b < INTERFACE_BLOCKS; b++) works += partners[b];
  if (!c->finite) {
    counts[OUTCOME_DIVERGED] += draws;
    return;
  }
  counts[c->mode] += works;
  counts[OUTCOME_FAIL] += draws - works;
  if (job->offset[HISTOGRAM_INTERFACE] >= 0) {
    int64_t *interface = counts + job->offset[HISTOGRAM_INTERFACE] + c->bin;
    interface[c->mode * square] += works;
    interface[OUTCOME_FAIL * square] += draws - works;
  }
  if (job->offset[HISTOGRAM_COMPONENTS] >= 0) counts[job->offset[HISTOGRAM_COMPONENTS] + c->within * square + c->bin]++;
  if (works) add_blocks(job, c, id, partners, counts);
}

static void add_batch(const struct job *job, const struct batch *batch, int64_t *counts) {
  for (size_t i = 0; i < batch->size; i++)
    add_candidate(job, &batch->candidate[i], batch->first_id + i, batch->partners[i], counts);
  if (job->offset[HISTOGRAM_PAIRS] < 0) return;
  int64_t *pairs = counts + job->offset[HISTOGRAM_PAIRS];
  const int64_t *own = &batch->pairs[0][0][0];
  for (size_t i = 0; i < sizeof batch->pairs / sizeof *own; i++) pairs[i] += own[i];
}

static seam_status census_count(struct session *session, int worker, struct chain_range *range,
                                struct run_control *control, int64_t *counts, seam_error *error) {
  (void)error; /* nothing here can fail */
  struct batch *batch = session->batches[worker];
  struct floating_point_state found = floating_point_enter();
  bool going = census_table_build(session->table, control);
  uint64_t id = range->begin;
  while (going && id < range->end) {
    batch->first_id = id;
    batch->size = range->end - id < LARGEST_BATCH ? (size_t)(range->end - id) : LARGEST_BATCH;
    look_at_firsts(session, batch);
    going = count_batch(session, batch, control);
    if (!going) break;
    add_batch(session->job, batch, counts);
    id += batch->size;
  }
  floating_point_leave(found);
  range->end = id;
  return SEAM_OK;
}

const struct backend census_backend = {"cpu",        census_unavailable, census_open,
                                       census_count, census_close,       processor_devices};
