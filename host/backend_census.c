/* SPDX-License-Identifier: Apache-2.0 */
/* Predictions on the CPU: each worker looks at batches of first components and counts their partners in the table. */
#include "backend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "census.h"
#include "floating_point.h"
#include "processor.h"
#include "tally.h"

/* A law of pairs: how its table is laid out, and how it is worked through. */
struct law {
  struct census_form form;
  size_t most;     /* first components in a batch, for which a tile stays in cache, or is worth being made */
  uint64_t fewest; /* but for the last batches */
};

static const struct law law_works = {{PAIRS_VECTOR_BITS, true}, 16384, 1024};
static const struct law law_gibbs = {{PAIRS_VECTOR_WEIGHTS, false}, 131072, 16384};

typedef int64_t pair_table[HISTOGRAM_MODES * PAIR_BLOCKS * PAIR_BLOCKS];

/* One worker's: a batch of first components, and what it came to. */
struct batch {
  uint64_t first_id;
  size_t size;
  struct candidate *candidate;
  uint64_t (*partners)[INTERFACE_BLOCKS]; /* by block of theta2 */
  uint64_t *in_block;                     /* of the block at hand */
  uint64_t *in_both;                      /* likewise, shared by first components 2k and 2k + 1 */
  int64_t *swaps;
  uint64_t *room; /* for a tile */
  pair_table pairs;
};

struct session {
  const struct job *job;
  const struct law *law;
  struct census_kernels kernels;
  int pair_bits; /* what is counted is 2^-pair_bits of a pair, and what the kernels sum up 2^-(2·pair_bits) */
  struct census_table *table;
  int workers;
  struct batch *batches;
};

/* ---- Sessions ---- */

static const struct census_kernels *const works_kernels[ISAS] = {
    [ISA_BASELINE] = &census_works_baseline,
#if defined(__x86_64__)
    [ISA_V3] = &census_works_v3,
    [ISA_V4] = &census_works_v4,
#endif
};

static const struct census_kernels *const gibbs_kernels[ISAS] = {
    [ISA_BASELINE] = &census_gibbs_baseline,
#if defined(__x86_64__)
    [ISA_V3] = &census_gibbs_v3,
    [ISA_V4] = &census_gibbs_v4,
#endif
};

static void choose_kernels(struct session *session, int task, int isa) {
  session->law = task == TASK_GIBBS ? &law_gibbs : &law_works;
  session->kernels = task == TASK_GIBBS ? *gibbs_kernels[isa] : *works_kernels[isa];
#if defined(__x86_64__)
  if (task != TASK_GIBBS && isa == ISA_V4 && processor_counts_bits()) session->kernels.count = pairs_count_v4_popcount;
#endif
}

static const char *census_unavailable(void) { return NULL; }

static void free_batch(struct batch *batch) {
  free(batch->candidate);
  free(batch->partners);
  free(batch->in_block);
  free(batch->in_both);
  free(batch->swaps);
  free(batch->room);
}

static void census_close(struct session *session) {
  if (!session) return;
  census_table_free(session->table);
  for (int w = 0; session->batches && w < session->workers; w++) free_batch(&session->batches[w]);
  free(session->batches);
  free(session);
}

static size_t swap_cells(const struct job *job) {
  return (size_t)(INTERFACE_BLOCKS * 2 * (job->axes[AXIS_DISTANCE].bins + 2) * INTERCHANGE_FITS);
}

static bool allocate_batch(const struct session *session, struct batch *batch) {
  size_t most = session->law->most, room = census_table_room(session->table);
  batch->candidate = malloc(most * sizeof *batch->candidate);
  batch->partners = malloc(most * sizeof *batch->partners);
  batch->in_block = malloc(most * sizeof *batch->in_block);
  batch->in_both = malloc(most / 2 * sizeof *batch->in_both);
  batch->swaps = malloc(swap_cells(session->job) * sizeof *batch->swaps);
  batch->room = room ? aligned_alloc(PAIRS_VECTOR_BITS / 8, room * sizeof *batch->room) : NULL;
  return batch->candidate && batch->partners && batch->in_block && batch->in_both && batch->swaps &&
         (batch->room || !room);
}

static seam_status allocate(struct session *session, seam_error *error) {
  FORWARD(census_table_create(session->job, &session->kernels, &session->law->form, &session->table, error));
  session->batches = calloc((size_t)session->workers, sizeof *session->batches);
  bool enough = session->batches != NULL;
  for (int w = 0; enough && w < session->workers; w++) enough = allocate_batch(session, &session->batches[w]);
  return enough ? SEAM_OK : error_set(error, SEAM_ERROR_MEMORY, "out of memory: use fewer --threads");
}

static seam_status census_open(const struct seam_config *config, const struct job *job, struct session **session,
                               struct session_info *info, seam_error *error) {
  int isa;
  FORWARD(processor_isa(config, &isa, error));
  struct session *s = calloc(1, sizeof *s);
  if (!s) return error_set(error, SEAM_ERROR_MEMORY, "out of memory: close other programs");
  s->job = job;
  s->pair_bits = config_pair_bits(config);
  choose_kernels(s, config->task, isa);
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
  info->batch = s->law->most;
  info->least = s->law->fewest;
  *session = s;
  return SEAM_OK;
}

/* ---- Counting ---- */

static void look_at_firsts(const struct session *session, struct batch *batch) {
  size_t lanes = (size_t)session->kernels.lanes;
  for (size_t i = 0; i < batch->size; i += lanes) {
    size_t active = batch->size - i < lanes ? batch->size - i : lanes;
    session->kernels.look(session->job, batch->first_id + i, (int)active, &batch->candidate[i]);
  }
  memset(batch->partners, 0, batch->size * sizeof *batch->partners);
  memset(batch->pairs, 0, sizeof batch->pairs);
  memset(batch->swaps, 0, swap_cells(session->job) * sizeof *batch->swaps);
}

/* With how many draws of the tile both of two first components work. */
static uint64_t count_both(const struct session *session, const struct pairs_tile *tile, const struct candidate *two) {
  uint16_t rows[4 * TEST_VOLTAGES];
  memcpy(rows, two[0].row, two[0].count * sizeof *rows);
  memcpy(rows + two[0].count, two[1].row, two[1].count * sizeof *rows);
  return session->kernels.count(tile, rows, two[0].count + two[1].count);
}

/* Whether first components i and i + 1 swap seconds of the block, where each has some. */
static bool may_swap(const struct session *session, const struct batch *batch, size_t i, int block) {
  return session->job->offset[HISTOGRAM_SWAPS] >= 0 && tally_swaps_in(batch->first_id + i, block) &&
         batch->in_block[i] > 0 && batch->in_block[i + 1] > 0;
}

static void count_part(const struct session *session, const struct census_part *part, struct batch *batch) {
  struct pairs_tile tile = census_table_tile(session->table, part, batch->room);
  const struct candidate *candidate = batch->candidate;
  for (size_t i = 0; i < batch->size; i++)
    if (candidate[i].within) batch->in_block[i] += session->kernels.count(&tile, candidate[i].row, candidate[i].count);
  for (size_t i = 0; i + 1 < batch->size; i += 2)
    if (may_swap(session, batch, i, part->block)) batch->in_both[i / 2] += count_both(session, &tile, &candidate[i]);
}

static void end_swaps(const struct session *session, struct batch *batch, int block) {
  for (size_t i = 0; i + 1 < batch->size; i += 2) {
    if (!may_swap(session, batch, i, block)) continue;
    const struct candidate *two = &batch->candidate[i];
    int64_t row = tally_swap_row(session->job, &two[0], &two[1], batch->first_id + i);
    tally_swaps(batch->in_block[i], batch->in_block[i + 1], batch->in_both[i / 2], batch->swaps + row);
  }
}

static void end_block(const struct session *session, struct batch *batch, int block) {
  for (size_t i = 0; i < batch->size; i++) {
    if (!batch->in_block[i]) continue;
    uint64_t id = batch->first_id + i, sum = tally_round(batch->in_block[i], session->pair_bits);
    batch->partners[i][block / (PAIR_BLOCKS / INTERFACE_BLOCKS)] += sum;
    batch->pairs[tally_pair_cell(&batch->candidate[i], id, block)] += (int64_t)sum;
  }
  end_swaps(session, batch, block);
}

static void begin_block(struct batch *batch) {
  memset(batch->in_block, 0, batch->size * sizeof *batch->in_block);
  memset(batch->in_both, 0, batch->size / 2 * sizeof *batch->in_both);
}

/* False when cancelled: then the batch is worth nothing. */
static bool count_batch(const struct session *session, struct batch *batch, struct run_control *control) {
  const struct census_part *parts;
  size_t count = census_table_parts(session->table, &parts);
  for (size_t k = 0; k < count; k++) {
    bool first = k == 0 || parts[k - 1].block != parts[k].block;
    bool last = k + 1 == count || parts[k + 1].block != parts[k].block;
    if (first) begin_block(batch);
    if (first && atomic_load_explicit(&control->cancel, memory_order_relaxed)) return false;
    count_part(session, &parts[k], batch);
    if (last) end_block(session, batch, parts[k].block);
    atomic_fetch_add_explicit(&control->trained, batch->size * (parts[k].end - parts[k].begin), memory_order_relaxed);
  }
  return true;
}

/* ---- Into the histograms ---- */

/* All pairs of first component i of the batch. */
static void add_candidate(const struct session *session, const struct batch *batch, size_t i, int64_t *counts) {
  const struct job *job = session->job;
  const struct candidate *own = &batch->candidate[i];
  uint64_t works = 0;
  for (uint64_t b = 0; b < INTERFACE_BLOCKS; b++) {
    works += batch->partners[i][b];
    tally_second_block(job, own, b, batch->partners[i][b], counts);
  }
  tally_candidate(job, own, batch->first_id + i, works, job->draws << session->pair_bits, counts);
}

static void add_table(int64_t *counts, int64_t offset, const int64_t *own, size_t cells) {
  for (size_t i = 0; i < cells && offset >= 0; i++) counts[offset + (int64_t)i] += own[i];
}

static void add_batch(const struct session *session, const struct batch *batch, int64_t *counts) {
  const struct job *job = session->job;
  for (size_t i = 0; i < batch->size; i++) add_candidate(session, batch, i, counts);
  add_table(counts, job->offset[HISTOGRAM_PAIRS], batch->pairs, sizeof batch->pairs / sizeof *batch->pairs);
  add_table(counts, job->offset[HISTOGRAM_SWAPS], batch->swaps, swap_cells(job));
}

static seam_status census_count(struct session *session, int worker, struct chain_range *range,
                                struct run_control *control, int64_t *counts, seam_error *error) {
  (void)error; /* nothing here can fail */
  struct batch *batch = &session->batches[worker];
  struct floating_point_state found = floating_point_enter();
  bool going = census_table_build(session->table, control);
  uint64_t id = range->begin;
  while (going && id < range->end) {
    batch->first_id = id;
    batch->size = range->end - id < session->law->most ? (size_t)(range->end - id) : session->law->most;
    look_at_firsts(session, batch);
    going = count_batch(session, batch, control);
    if (!going) break;
    add_batch(session, batch, counts);
    id += batch->size;
  }
  floating_point_leave(found);
  range->end = id;
  return SEAM_OK;
}

const struct backend census_backend = {"cpu",        census_unavailable, census_open,
                                       census_count, census_close,       processor_devices};
