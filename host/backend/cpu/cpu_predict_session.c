/* SPDX-License-Identifier: Apache-2.0 */
/* Predictions on the CPU: each worker looks at batches of first components and counts their partners in the table. */
#include "backend/backend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/cpu/pair_table.h"
#include "base/floating_point.h"
#include "backend/cpu/processor.h"
#include "kernels/predict_counts.h"
#include "backend/cpu/cpu_backend.h"

typedef int64_t pair_table[HISTOGRAM_MODES * PAIR_BLOCKS * PAIR_BLOCKS];

/* One worker's: a batch of first components, and what it came to. */
struct batch {
  uint64_t first_id;
  size_t size;
  struct candidate *candidate;
  bool *found;                            /* whether a first component has any partners, */
  uint64_t (*partners)[INTERFACE_BLOCKS]; /* and how many by block of theta2, which means nothing where it has none */
  struct pairs_visit *seeking;            /* those that may find partners in the CENSUS_REACH parts at hand */
  struct pairs_visit *visits;             /* and in one of them */
  size_t seekers;
  bool *any;                        /* whether a first component has found something, and in_block is not 0 */
  bool begun;                       /* in_block and in_both have been set to 0, which they are after each batch */
  uint64_t *in_block;               /* [first component][the law's blocks at hand] */
  uint64_t (*in_both)[FINE_BLOCKS]; /* of their block, shared by first components 2k and 2k + 1 */
  int64_t *swaps;
  uint64_t *room; /* for a tile */
  pair_table pairs;
};

struct session {
  const struct job *job;
  const struct census_law *law;
  const struct census_kernels *kernels;
  int pair_bits; /* what is counted is 2^-pair_bits of a pair, and what the kernels sum up 2^-(2·pair_bits) */
  struct census_table *table;
  int workers;
  struct batch *batches;
};

/* ---- Sessions ---- */

static const char *census_unavailable(void) { return NULL; }

static void free_batch(struct batch *batch) {
  free(batch->candidate);
  free(batch->found);
  free(batch->partners);
  free(batch->seeking);
  free(batch->visits);
  free(batch->any);
  free(batch->in_block);
  free(batch->in_both);
  free(batch->swaps);
  free(batch->room);
}

static void census_close(struct session *session) {
  if (!session) return;
  session->law->destroy(session->table);
  for (int w = 0; session->batches && w < session->workers; w++) free_batch(&session->batches[w]);
  free(session->batches);
  free(session);
}

static size_t swap_cells(const struct job *job) {
  return (size_t)(INTERFACE_BLOCKS * 2 * (job->axes[AXIS_DISTANCE].bins + 2) * INTERCHANGE_FITS);
}

/* For whole vectors. */
static void *aligned(size_t count, size_t size) {
  const size_t align = sizeof(uint64_t) * PAIRS_VECTOR_WORDS;
  return aligned_alloc(align, (count * size + align - 1) / align * align);
}

static bool allocate_batch(const struct session *session, struct batch *batch) {
  size_t most = session->law->most, blocks = (size_t)session->law->blocks, room = session->law->room(session->table);
  batch->candidate = malloc(most * sizeof *batch->candidate);
  batch->found = malloc(most * sizeof *batch->found);
  batch->partners = malloc(most * sizeof *batch->partners);
  batch->seeking = malloc(most * sizeof *batch->seeking);
  batch->visits = malloc(most * sizeof *batch->visits);
  batch->any = calloc(most, sizeof *batch->any);
  batch->in_block = aligned(most * blocks, sizeof *batch->in_block);
  batch->in_both = aligned(most / 2, sizeof *batch->in_both);
  batch->swaps = malloc(swap_cells(session->job) * sizeof *batch->swaps);
  batch->room = room ? aligned(room, sizeof *batch->room) : NULL;
  return batch->candidate && batch->found && batch->partners && batch->seeking && batch->visits && batch->any &&
         batch->in_block && batch->in_both && batch->swaps && (batch->room || !room);
}

static seam_status allocate(struct session *session, uint64_t firsts, seam_error *error) {
  FORWARD(session->law->create(session->job, firsts, session->kernels, &session->table, error));
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
  s->law = config->task == TASK_GIBBS ? &census_gibbs : &census_works;
  s->kernels = s->law->kernels[isa];
  s->workers = processor_threads(config);
  seam_status status = allocate(s, config->chains, error);
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
  const struct census_kernels *kernels = session->kernels;
  size_t lanes = (size_t)kernels->lanes;
  pairs_look_function *look = session->table->unbroken ? kernels->look_at_ends : kernels->look;
  for (size_t i = 0; i < batch->size; i += lanes) {
    size_t active = batch->size - i < lanes ? batch->size - i : lanes;
    look(session->job, batch->first_id + i, (int)active, &batch->candidate[i]);
  }
  memset(batch->found, 0, batch->size * sizeof *batch->found);
  memset(batch->pairs, 0, sizeof batch->pairs);
  memset(batch->swaps, 0, swap_cells(session->job) * sizeof *batch->swaps);
}

/* The rows that a candidate must be accepted in. */
static int rows_in(const struct pairs_tile *tile, const struct candidate *candidate) {
  return tile->unbroken ? CANDIDATE_ENDS : candidate->count;
}

/* Of first components i and i + 1: the draws that work with both, in the block whose seconds they swap. */
static void count_both(const struct session *session, const struct pairs_tile *tile, struct batch *batch, size_t i) {
  const struct candidate *two = &batch->candidate[i];
  uint16_t rows[4 * TEST_VOLTAGES];
  const int own = rows_in(tile, &two[0]), other = rows_in(tile, &two[1]);
  memcpy(rows, two[0].row, (size_t)own * sizeof *rows);
  memcpy(rows + own, two[1].row, (size_t)other * sizeof *rows);
  session->kernels->count_both(tile, rows, own + other, tally_swap_block(batch->first_id + i), batch->in_both[i / 2]);
}

static bool count_one(const struct session *session, const struct pairs_tile *tile, struct batch *batch,
                      const struct pairs_visit *visit) {
  const struct candidate *own = &batch->candidate[visit->candidate];
  uint64_t *in_block = &batch->in_block[visit->candidate * (size_t)session->law->blocks];
  bool any = session->kernels->count(tile, own->row, rows_in(tile, own), visit->alive, in_block);
  batch->any[visit->candidate] |= any;
  return any;
}

/* Most first components have nothing to find in most parts, and many in none. */
static void find_reach(const struct session *session, size_t k, struct batch *batch) {
  const uint64_t *reach = session->table->reach;
  if (reach) reach += k / CENSUS_REACH * 2 * (size_t)session->job->stride;
  batch->seekers = 0;
  if (session->table->parts[k].begin == session->table->parts[k].end) return;
  for (size_t i = 0; i < batch->size; i++) {
    const struct candidate *own = &batch->candidate[i];
    if (!own->within) continue;
    uint64_t parts = UINT64_MAX;
    for (int r = 0; reach && r < CANDIDATE_ENDS; r++) parts &= reach[own->row[r]];
    batch->seeking[batch->seekers] = (struct pairs_visit){parts, (uint32_t)i};
    batch->seekers += parts != 0;
  }
}

static void count_part(const struct session *session, size_t k, struct batch *batch) {
  struct pairs_tile tile = session->law->tile(session->table, &session->table->parts[k], batch->room);
  const bool swaps = session->job->offset[HISTOGRAM_SWAPS] >= 0;
  const struct pairs_visit *visit = batch->seeking;
  size_t visitors = batch->seekers, before = SIZE_MAX;
  if (session->kernels->visit) {
    visit = batch->visits;
    visitors = session->kernels->visit(&tile, (int)(k % CENSUS_REACH), batch->candidate, batch->seeking, batch->seekers,
                                       batch->visits);
  }
  for (const struct pairs_visit *end = visit + visitors; visit < end; visit++) {
    const size_t i = visit->candidate;
    if (!count_one(session, &tile, batch, visit)) continue;
    if (swaps && i % 2 == 1 && before == i - 1) count_both(session, &tile, batch, i - 1);
    before = i;
  }
}

/* The draws of the block whose seconds first components i and i + 1 swap that come to both of them on a sheet. */
static void swap_on_sheet(const struct census_sheet *sheet, struct batch *batch, size_t i) {
  const struct quadrant_point both = census_sheet_common(census_sheet_point(sheet, &batch->candidate[i]),
                                                         census_sheet_point(sheet, &batch->candidate[i + 1]));
  const uint16_t *draws = census_sheet_find(sheet, both);
  const int block = tally_swap_block(batch->first_id + i) * FINE_BLOCKS;
  for (int k = 0; k < FINE_BLOCKS && draws; k++) batch->in_both[i / 2][k] += draws[block + k];
}

static void count_sheet(const struct session *session, const struct census_sheet *sheet, struct batch *batch) {
  const bool swaps = session->job->offset[HISTOGRAM_SWAPS] >= 0;
  size_t before = SIZE_MAX;
  for (size_t i = 0; i < batch->size; i++) {
    if (!batch->candidate[i].within) continue;
    const uint16_t *draws = census_sheet_find(sheet, census_sheet_point(sheet, &batch->candidate[i]));
    if (!draws) continue;
    session->kernels->add(draws, &batch->in_block[i * PAIR_BLOCKS]);
    batch->any[i] = true;
    if (swaps && i % 2 == 1 && before == i - 1) swap_on_sheet(sheet, batch, i - 1);
    before = i;
  }
}

/* First components i and i + 1 swap seconds of one block of INTERFACE_BLOCKS. */
static void end_swaps(const struct session *session, struct batch *batch, size_t i) {
  const int block = tally_swap_block(batch->first_id + i);
  const uint64_t *own = &batch->in_block[i * PAIR_BLOCKS + (size_t)(block * FINE_BLOCKS)], *other = own + PAIR_BLOCKS;
  const struct candidate *two = &batch->candidate[i];
  int64_t row = -1;
  for (int k = 0; k < FINE_BLOCKS; k++) {
    if (!own[k] || !other[k]) continue;
    if (row < 0) row = tally_swap_row(session->job, &two[0], &two[1], batch->first_id + i);
    tally_swaps(own[k], other[k], batch->in_both[i / 2][k], batch->swaps + row);
  }
  memset(batch->in_both[i / 2], 0, sizeof batch->in_both[i / 2]);
}

static void end_blocks_of(const struct session *session, int block, struct batch *batch, size_t i) {
  if (!batch->any[i]) return;
  if (!batch->found[i]) memset(batch->partners[i], 0, sizeof batch->partners[i]);
  batch->found[i] = true;
  int64_t *pairs = &batch->pairs[tally_pair_cell(&batch->candidate[i], batch->first_id + i, 0)];
  session->kernels->end(&batch->in_block[i * (size_t)session->law->blocks], block, pairs, batch->partners[i]);
  batch->any[i] = false;
}

/* Blocks of theta2 are whole: what was found there is added up. */
static void end_blocks(const struct session *session, int block, struct batch *batch) {
  const bool swaps = session->job->offset[HISTOGRAM_SWAPS] >= 0;
  for (size_t i = 0; i + 1 < batch->size && swaps; i += 2)
    if (batch->any[i] && batch->any[i + 1]) end_swaps(session, batch, i);
  for (size_t i = 0; i < batch->size; i++) end_blocks_of(session, block, batch, i);
}

/* By its worker, in whose part of the memory they then lie. Pages that were read first would be made anew when written
 * to, with all cores waiting. */
static void begin(const struct session *session, struct batch *batch) {
  const size_t most = session->law->most;
  if (batch->begun) return;
  memset(batch->in_block, 0, most * (size_t)session->law->blocks * sizeof *batch->in_block);
  if (session->job->offset[HISTOGRAM_SWAPS] >= 0) memset(batch->in_both, 0, most / 2 * sizeof *batch->in_both);
  batch->begun = true;
}

/* False when cancelled: then the batch is worth nothing. */
static bool count_batch(const struct session *session, struct batch *batch, struct run_control *control) {
  const struct census_table *table = session->table;
  uint64_t draws = session->job->draws, counted = 0;
  for (int s = 0; table->quadrants && s < table->quadrants->count; s++)
    count_sheet(session, &table->quadrants->sheets[s], batch);
  for (size_t k = 0; k < table->count; k++) {
    const struct census_part *part = &table->parts[k];
    if (atomic_load_explicit(&control->cancel, memory_order_relaxed)) return false;
    if (k % CENSUS_REACH == 0) find_reach(session, k, batch);
    if (batch->seekers) count_part(session, k, batch);
    if (part->last) end_blocks(session, part->block, batch);
    uint64_t until = (uint64_t)((double)draws * (double)(k + 1) / (double)table->count);
    atomic_fetch_add_explicit(&control->trained, batch->size * (until - counted), memory_order_relaxed);
    counted = until;
  }
  return true;
}

/* ---- Into the histograms ---- */

/* The partners of first component i of the batch: all, and as tally_second_block does, but of all blocks at once, which
 * are neighbours. */
static uint64_t add_partners(const struct job *job, const struct batch *batch, size_t i, int64_t *counts) {
  const uint64_t *partners = batch->partners[i];
  uint64_t works = 0;
  if (!batch->found[i]) return 0;
  for (int b = 0; b < INTERFACE_BLOCKS; b++) works += partners[b];
  if (job->offset[HISTOGRAM_SECOND_BLOCKS] < 0) return works;
  int64_t *cells = &counts[tally_block_cell(job, &batch->candidate[i], HISTOGRAM_SECOND_BLOCKS, 0)];
  for (int b = 0; b < INTERFACE_BLOCKS; b++) cells[b] += (int64_t)partners[b];
  return works;
}

static void add_candidate(const struct session *session, const struct batch *batch, size_t i, int64_t *counts) {
  const struct job *job = session->job;
  uint64_t works = add_partners(job, batch, i, counts);
  tally_candidate(job, &batch->candidate[i], batch->first_id + i, works, job->draws << session->pair_bits, counts);
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

static void count_range(struct session *session, struct batch *batch, struct chain_range *range,
                        struct run_control *control, int64_t *counts) {
  uint64_t id = range->begin;
  begin(session, batch);
  while (id < range->end) {
    batch->first_id = id;
    batch->size = range->end - id < session->law->most ? (size_t)(range->end - id) : session->law->most;
    look_at_firsts(session, batch);
    if (!count_batch(session, batch, control)) break;
    add_batch(session, batch, counts);
    id += batch->size;
  }
  range->end = id;
}

static seam_status census_count(struct session *session, int worker, struct chain_range *range,
                                struct run_control *control, int64_t *counts, seam_error *error) {
  struct floating_point_state found = floating_point_enter();
  bool built;
  seam_status status = session->law->build(session->table, control, &built, error);
  if (status == SEAM_OK && !built) range->end = range->begin;
  if (status == SEAM_OK) count_range(session, &session->batches[worker], range, control, counts);
  floating_point_leave(found);
  return status;
}

const struct backend census_backend = {"cpu",        census_unavailable, census_open,
                                       census_count, census_close,       processor_devices};
