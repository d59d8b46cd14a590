/* SPDX-License-Identifier: Apache-2.0 */
/* Counts the pairs of a batch that work: first by the summed tables, then tile by tile. Most first components have no
 * partner in most tiles, and the words `reach` and `alive` of the table show which tiles to skip. */
#include "backend/cpu/working_pairs.h"

/* A first component that may have partners: bit k of `alive` is set if tile k of the current ones, or rank k of a
 * tile, may hold some. */
struct visit {
  uint64_t alive;
  uint32_t candidate;
};

struct working_pairs {
  const struct pair_bits *table;
  const struct works_kernels *kernels;
  struct visit *seeking; /* those that may find partners in the current PAIR_BITS_REACH tiles */
  size_t seekers;
  struct visit *visits;              /* those that may find partners in one tile */
  uint64_t (*in_block)[PAIR_BLOCKS]; /* [first component][block]: partners; 0 between batches */
  uint64_t (*in_both)[FINE_BLOCKS];  /* partners of both 2k and 2k + 1, in the block whose seconds they swap */
  bool begun;                        /* in_block and in_both have been set to 0 */
};

const struct works_kernels *const working_pairs_kernels[ISAS] = {
    [ISA_BASELINE] = &works_kernels_baseline,
#if defined(__x86_64__)
    [ISA_V3] = &works_kernels_v3,
    [ISA_V4] = &works_kernels_v4,
#endif
};

struct working_pairs *working_pairs_create(const struct pair_bits *table) {
  struct working_pairs *own = calloc(1, sizeof *own);
  if (!own) return NULL;
  own->table = table;
  own->kernels = table->kernels;
  own->seeking = malloc(WORKING_BATCH * sizeof *own->seeking);
  own->visits = malloc(WORKING_BATCH * sizeof *own->visits);
  own->in_block = pair_vectors(WORKING_BATCH, sizeof *own->in_block);
  own->in_both = pair_vectors(WORKING_BATCH / 2, sizeof *own->in_both);
  if (own->seeking && own->visits && own->in_block && own->in_both) return own;
  working_pairs_free(own);
  return NULL;
}

void working_pairs_free(struct working_pairs *own) {
  if (!own) return;
  free(own->seeking);
  free(own->visits);
  free(own->in_block);
  free(own->in_both);
  free(own);
}

/* The worker that uses the memory is the first to write to it, so that it lies on the worker's NUMA node. If pages were
 * read first, the system would allocate them again at the first write, while all cores wait. */
static void begin(struct working_pairs *own) {
  if (own->begun) return;
  memset(own->in_block, 0, WORKING_BATCH * sizeof *own->in_block);
  memset(own->in_both, 0, WORKING_BATCH / 2 * sizeof *own->in_both);
  own->begun = true;
}

static bool counts_swaps(const struct working_pairs *own) { return own->table->job->offset[HISTOGRAM_SWAPS] >= 0; }

/* ---- By tiles ---- */

/* Lists the first components that may have partners in the tiles from k on. */
static void find_seekers(struct working_pairs *own, size_t k, const struct pair_batch *batch) {
  const uint64_t *reach = own->table->reach + k / PAIR_BITS_REACH * 2 * (size_t)own->table->job->stride;
  own->seekers = 0;
  for (size_t i = 0; i < batch->size; i++) {
    const struct candidate *candidate = &batch->candidates[i];
    if (!candidate->within) continue;
    uint64_t tiles = UINT64_MAX;
    for (int r = 0; r < CANDIDATE_ENDS; r++) tiles &= reach[candidate->row[r]];
    own->seeking[own->seekers] = (struct visit){tiles, (uint32_t)i};
    own->seekers += tiles != 0;
  }
}

/* Lists the seekers that may have partners in tile k. Tests only the first CANDIDATE_ENDS rows. There is no branch on
 * the result, because the processor cannot predict it. */
static size_t find_visits(struct working_pairs *own, size_t k, const struct pair_batch *batch) {
  const struct pairs_tile *tile = &own->table->tiles[k];
  size_t visitors = 0;
  for (size_t s = 0; s < own->seekers; s++) {
    const struct candidate *candidate = &batch->candidates[own->seeking[s].candidate];
    uint64_t alive = -(own->seeking[s].alive >> k % PAIR_BITS_REACH & 1);
    for (int r = 0; r < CANDIDATE_ENDS; r++) alive &= tile->alive[candidate->row[r]];
    own->visits[visitors] = (struct visit){alive, own->seeking[s].candidate};
    visitors += alive != 0;
  }
  return visitors;
}

/* The rows that a candidate must be accepted in. */
static int rows_in(const struct pairs_tile *tile, const struct candidate *candidate) {
  return tile->unbroken ? CANDIDATE_ENDS : candidate->count;
}

/* The word with the bytes of the block, of INTERFACE_BLOCKS, whose seconds first components 2k and 2k + 1 swap. */
static size_t swap_word(int block) { return (size_t)block * FINE_BLOCKS / sizeof(uint64_t); }

/* Adds the draws that work with first components i and i + 1, in the block whose seconds they swap. */
static void count_both(struct working_pairs *own, const struct pairs_tile *tile, const struct pair_batch *batch,
                       size_t i) {
  const struct candidate *two = &batch->candidates[i];
  const int block = tally_swap_block(batch->first_id + i);
  const size_t width = (size_t)tile->vectors * PAIRS_VECTOR_WORDS;
  for (size_t w = swap_word(block); w < width; w += PAIRS_VECTOR_WORDS) {
    uint64_t both = ~(uint64_t)0;
    for (int side = 0; side < 2; side++)
      for (int r = 0; r < rows_in(tile, &two[side]); r++) both &= tile->words[two[side].row[r] * width + w];
    for (int k = 0; k < FINE_BLOCKS && both; k++) {
      const int byte = (block * FINE_BLOCKS + k) % (int)sizeof(uint64_t);
      own->in_both[i / 2][k] += (uint64_t)__builtin_popcountll(both >> 8 * byte & 255);
    }
  }
}

static void count_tile(struct working_pairs *own, size_t k, struct pair_batch *batch) {
  const struct pairs_tile *tile = &own->table->tiles[k];
  const size_t visitors = find_visits(own, k, batch);
  const bool swaps = counts_swaps(own);
  size_t before = SIZE_MAX; /* the last first component with partners here */
  for (size_t v = 0; v < visitors; v++) {
    const size_t i = own->visits[v].candidate;
    const struct candidate *candidate = &batch->candidates[i];
    const int rows = rows_in(tile, candidate);
    if (!own->kernels->count(tile, candidate->row, rows, own->visits[v].alive, own->in_block[i])) continue;
    batch->found[i] = true;
    if (swaps && i % 2 == 1 && before == i - 1) count_both(own, tile, batch, i - 1);
    before = i;
  }
}

/* ---- By summed tables ---- */

/* Adds the draws of a sheet that work with first components i and i + 1, in the block whose seconds they swap. */
static void add_both(struct working_pairs *own, const struct sheet *sheet, const struct pair_batch *batch, size_t i) {
  const struct quadrant_point both =
      sheet_common(sheet_point(sheet, &batch->candidates[i]), sheet_point(sheet, &batch->candidates[i + 1]));
  const uint16_t *draws = sheet_find(sheet, both);
  const int block = tally_swap_block(batch->first_id + i) * FINE_BLOCKS;
  for (int k = 0; k < FINE_BLOCKS && draws; k++) own->in_both[i / 2][k] += draws[block + k];
}

static void count_sheet(struct working_pairs *own, const struct sheet *sheet, struct pair_batch *batch) {
  const bool swaps = counts_swaps(own);
  size_t before = SIZE_MAX; /* the last first component with partners here */
  for (size_t i = 0; i < batch->size; i++) {
    if (!batch->candidates[i].within) continue;
    const uint16_t *draws = sheet_find(sheet, sheet_point(sheet, &batch->candidates[i]));
    if (!draws) continue;
    for (int block = 0; block < PAIR_BLOCKS; block++) own->in_block[i][block] += draws[block];
    batch->found[i] = true;
    if (swaps && i % 2 == 1 && before == i - 1) add_both(own, sheet, batch, i - 1);
    before = i;
  }
}

/* ---- Into the counts of the batch ---- */

/* Adds all ways for first components i and i + 1 to swap seconds of one block of INTERFACE_BLOCKS. */
static void end_swaps(struct working_pairs *own, struct pair_batch *batch, size_t i) {
  const int block = tally_swap_block(batch->first_id + i) * FINE_BLOCKS;
  const uint64_t *of_a = &own->in_block[i][block], *of_b = &own->in_block[i + 1][block];
  const struct candidate *two = &batch->candidates[i];
  int64_t row = -1; /* computed only if it is needed */
  for (int k = 0; k < FINE_BLOCKS; k++) {
    if (!of_a[k] || !of_b[k]) continue;
    if (row < 0) row = tally_swap_row(own->table->job, &two[0], &two[1], batch->first_id + i);
    tally_swaps(of_a[k], of_b[k], own->in_both[i / 2][k], batch->swaps + row);
  }
  memset(own->in_both[i / 2], 0, sizeof own->in_both[i / 2]);
}

/* Adds the partners of first component i by block, and sets them to 0 for the next batch. */
static void end_partners(struct working_pairs *own, struct pair_batch *batch, size_t i) {
  int64_t *pairs = pair_batch_row(batch, i);
  memset(batch->partners[i], 0, sizeof batch->partners[i]);
  for (int block = 0; block < PAIR_BLOCKS; block++) {
    pairs[block] += (int64_t)own->in_block[i][block];
    batch->partners[i][block / FINE_BLOCKS] += own->in_block[i][block];
  }
  memset(own->in_block[i], 0, sizeof own->in_block[i]);
}

static void end_batch(struct working_pairs *own, struct pair_batch *batch) {
  for (size_t i = 0; i + 1 < batch->size && counts_swaps(own); i += 2)
    if (batch->found[i] && batch->found[i + 1]) end_swaps(own, batch, i);
  for (size_t i = 0; i < batch->size; i++)
    if (batch->found[i]) end_partners(own, batch, i);
}

bool working_pairs_count(struct working_pairs *own, struct pair_batch *batch, struct run_control *control) {
  const struct pair_bits *table = own->table;
  const uint64_t draws = table->job->draws;
  uint64_t counted = 0;
  begin(own);
  for (int s = 0; table->quadrants && s < table->quadrants->count; s++)
    count_sheet(own, &table->quadrants->sheets[s], batch);
  for (size_t k = 0; k < table->count; k++) {
    if (pair_cancelled(control)) return false;
    if (k % PAIR_BITS_REACH == 0) find_seekers(own, k, batch);
    if (own->seekers) count_tile(own, k, batch);
    const uint64_t until = (uint64_t)((double)draws * (double)(k + 1) / (double)table->count);
    pair_progress(control, batch->size * (until - counted));
    counted = until;
  }
  pair_progress(control, batch->size * (draws - counted));
  end_batch(own, batch);
  return true;
}
