/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels that count pairs: candidates meet the table, and what they found goes into the histograms. */
#include "predict.h"
#include "cuda_thread.h"
#include "predict_counts.h"

/* ---- Of a tile: how many draws work with the candidate, or what they weigh with it ---- */

/* Leaves in `both` what accepts the candidate's rows, too; false where that is nothing. Rows are read a few at a time,
 * so that their reads overlap; the last is read again where there are no more. */
HD int tile_meet(const struct cuda_quad *tile, uint32_t quads, const struct candidate *candidate,
                 struct cuda_quad *both) {
  enum { AT_ONCE = 4 };
  const int last = candidate->count - 1;
  for (int r = 0; r <= last; r += AT_ONCE) {
    struct cuda_quad row[AT_ONCE];
    UNROLL
    for (int k = 0; k < AT_ONCE; k++) row[k] = tile[(size_t)candidate->row[r + k < last ? r + k : last] * quads];
    UNROLL
    for (int k = 0; k < AT_ONCE; k++) UNROLL
    for (int w = 0; w < 4; w++) both->word[w] &= row[k].word[w];
    if (!(both->word[0] | both->word[1] | both->word[2] | both->word[3])) return 0;
  }
  return 1;
}

HD uint32_t quad_count(const struct cuda_quad *quad) {
  uint32_t count = 0;
  UNROLL
  for (int w = 0; w < 4; w++) count += lane_count_bits(quad->word[w]);
  return count;
}

HD uint64_t tile_works(const struct cuda_quad *tile, uint32_t quads, const struct candidate *candidate) {
  struct cuda_quad both = {{~0u, ~0u, ~0u, ~0u}};
  return tile_meet(tile, quads, candidate, &both) ? quad_count(&both) : 0;
}

/* How many draws work with both of two. */
HD uint64_t tile_works_with(const struct cuda_quad *tile, uint32_t quads, const struct candidate *two) {
  struct cuda_quad both = {{~0u, ~0u, ~0u, ~0u}};
  return tile_meet(tile, quads, &two[0], &both) && tile_meet(tile, quads, &two[1], &both) ? quad_count(&both) : 0;
}

/* Quads of one tile stand `tiles` apart, so that neighbouring threads, whose tiles are neighbours, read neighbours. */
HD uint64_t tile_weighs(const struct cuda_quad *tile, uint32_t tiles, const struct candidate *candidate) {
  const size_t quads = (size_t)tiles * (CUDA_TILE_DRAWS / 4);
  const struct cuda_quad *low = tile + candidate->row[0] * quads, *high = tile + candidate->row[1] * quads;
  uint64_t sum = 0;
  for (size_t q = 0; q < quads; q += tiles) {
    struct cuda_quad a = low[q], b = high[q];
    UNROLL
    for (int w = 0; w < 4; w++) sum += (uint64_t)a.word[w] * b.word[w];
  }
  return census_round(sum);
}

/* ---- Of a block of theta2: `sharers` threads a candidate, by turns a tile each ---- */

HD void count(const struct cuda_argument *a, enum cuda_law law) {
  const struct cuda_census *census = &a->census;
  const uint32_t at_once = lane_threads() / census->sharers, groups = (a->batch.chains + at_once - 1) / at_once;
  const uint32_t block = census->block + lane_block() / groups;
  const uint32_t chain = lane_block() % groups * at_once + lane_thread() / census->sharers;
  const uint32_t own = lane_thread() % census->sharers;
  const uint32_t quads = law == CUDA_WORKS ? census->tiles : census->tiles * (CUDA_TILE_DRAWS / 4);
  const struct cuda_quad *table = census->table + (uint64_t)block * 2 * (uint64_t)a->job.stride * quads;
  uint64_t sum = 0;
  if (chain < a->batch.chains && census->candidates[chain].within)
    for (uint32_t tile = own; tile < census->tiles; tile += census->sharers)
      sum += law == CUDA_WORKS ? tile_works(table + tile, quads, &census->candidates[chain])
                               : tile_weighs(table + tile, census->tiles, &census->candidates[chain]);
  sum = lane_sum(sum, census->sharers);
  if (own == 0 && chain < a->batch.chains) census->partners[(size_t)block * a->batch.stride + chain] = sum;
}

KERNEL(CUDA_CENSUS_THREADS) count_works(KERNEL_ARGUMENT struct cuda_argument a) { count(&a, CUDA_WORKS); }

KERNEL(CUDA_CENSUS_THREADS) count_weights(KERNEL_ARGUMENT struct cuda_argument a) { count(&a, CUDA_GIBBS); }

/* ---- Into the histograms: a thread a candidate ---- */

/* Its partners in block `block` of INTERFACE_BLOCKS, which the table of pairs cuts further. */
HD uint64_t add_block(const struct cuda_argument *a, const struct candidate *own, uint32_t chain, int block) {
  const int64_t offset = a->job.offset[HISTOGRAM_PAIRS];
  uint64_t works = 0;
  for (int fine = block * FINE_BLOCKS; fine < (block + 1) * FINE_BLOCKS; fine++) {
    uint64_t in_block = a->census.partners[(size_t)fine * a->batch.stride + chain];
    uint64_t sum = tally_round(in_block, a->census.pair_bits);
    if (sum && offset >= 0)
      tally_add(&a->batch.counts[offset + tally_pair_cell(own, a->batch.first_id + chain, fine)], sum);
    works += sum;
  }
  tally_second_block(&a->job, own, (uint64_t)block, works, a->batch.counts);
  return works;
}

KERNEL(CUDA_CENSUS_THREADS) add(KERNEL_ARGUMENT struct cuda_argument a) {
  const uint32_t chain = own_thread();
  if (chain >= a.batch.chains) return;
  const struct candidate *own = &a.census.candidates[chain];
  uint64_t works = 0;
  KEEP_LOOP /* unrolled, it spills on sm_86 */
      for (int block = 0; block < INTERFACE_BLOCKS; block++) works += add_block(&a, own, chain, block);
  tally_candidate(&a.job, own, a.batch.first_id + chain, works, a.job.draws << a.census.pair_bits, a.batch.counts);
}

/* ---- Swaps: a thread for each two candidates and fine block of the one block that is theirs ---- */

KERNEL(CUDA_CENSUS_THREADS) swap(KERNEL_ARGUMENT struct cuda_argument a) {
  const struct cuda_census *census = &a.census;
  const uint32_t chain = own_thread() / FINE_BLOCKS * 2;
  if (chain >= a.batch.chains) return;
  const uint64_t id = a.batch.first_id + chain;
  const uint32_t block = (uint32_t)tally_swap_block(id) * FINE_BLOCKS + own_thread() % FINE_BLOCKS;
  const uint64_t *works = census->partners + (size_t)block * a.batch.stride + chain;
  if (works[0] == 0 || works[1] == 0) return;
  const struct candidate *two = &census->candidates[chain];
  const struct cuda_quad *table = census->table + (uint64_t)block * 2 * (uint64_t)a.job.stride * census->tiles;
  uint64_t both = 0;
  for (uint32_t tile = 0; tile < census->tiles; tile++) both += tile_works_with(table + tile, census->tiles, two);
  int64_t row = a.job.offset[HISTOGRAM_SWAPS] + tally_swap_row(&a.job, &two[0], &two[1], id);
  tally_swaps(works[0], works[1], both, a.batch.counts + row);
}

/* ---- The table ---- */

const struct cuda_counting cuda_counting = {
    {(const void *)count_works, (const void *)count_weights}, (const void *)add, (const void *)swap};
