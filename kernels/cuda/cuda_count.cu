/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels that count pairs: they look each candidate up in the table and add what they find to the histograms. */
#include "predict.h"
#include "cuda_thread.h"
#include "predict_counts.h"

/* ---- One tile: how many draws work with the candidate, or the sum of their weights ---- */

/* Removes from `both` the draws that do not accept all rows of the candidate. Returns whether any is left. Four rows
 * are read at a time, so that the reads overlap. At the end the last row may be read again, which changes nothing. */
HD int tile_intersect(const struct cuda_quad *tile, uint32_t quads, const struct candidate *candidate,
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

/* How many draws work with the candidate. */
HD uint64_t tile_works(const struct cuda_quad *tile, uint32_t quads, const struct candidate *candidate) {
  struct cuda_quad both = {{~0u, ~0u, ~0u, ~0u}};
  return tile_intersect(tile, quads, candidate, &both) ? quad_count(&both) : 0;
}

/* How many draws work with both candidates. */
HD uint64_t tile_works_with(const struct cuda_quad *tile, uint32_t quads, const struct candidate *two) {
  struct cuda_quad both = {{~0u, ~0u, ~0u, ~0u}};
  return tile_intersect(tile, quads, &two[0], &both) && tile_intersect(tile, quads, &two[1], &both) ? quad_count(&both)
                                                                                                    : 0;
}

/* The sum of the draws' weights with the candidate. The quads of a tile stand `tiles` apart: neighbouring threads have
 * neighbouring tiles, and so they read neighbouring quads. */
HD uint64_t tile_weighs(const struct cuda_quad *tile, uint32_t tiles, const struct candidate *candidate) {
  const size_t quads = (size_t)tiles * (CUDA_TILE_DRAWS / 4);
  const struct cuda_quad *low = tile + candidate->row[0] * quads, *high = tile + candidate->row[1] * quads;
  uint64_t sum = 0;
  for (size_t q = 0; q < quads; q += tiles) {
    struct cuda_quad a = low[q], b = high[q];
    UNROLL
    for (int w = 0; w < 4; w++) sum += (uint64_t)a.word[w] * b.word[w];
  }
  return predict_round(sum);
}

/* ---- One block of theta2: `sharers` threads share a candidate, and each takes every `sharers`-th tile ---- */

HD void count_partners(const struct cuda_argument *a, enum cuda_law law) {
  const struct cuda_prediction *prediction = &a->prediction;
  const uint32_t at_once = lane_threads() / prediction->sharers, groups = (a->batch.chains + at_once - 1) / at_once;
  const uint32_t block = prediction->block + lane_block() / groups;
  const uint32_t chain = lane_block() % groups * at_once + lane_thread() / prediction->sharers;
  const uint32_t own = lane_thread() % prediction->sharers;
  const uint32_t quads = law == CUDA_WORKS ? prediction->tiles : prediction->tiles * (CUDA_TILE_DRAWS / 4);
  const struct cuda_quad *table = prediction->table + (uint64_t)block * 2 * (uint64_t)a->job.stride * quads;
  uint64_t sum = 0;
  if (chain < a->batch.chains && prediction->candidates[chain].within)
    for (uint32_t tile = own; tile < prediction->tiles; tile += prediction->sharers)
      sum += law == CUDA_WORKS ? tile_works(table + tile, quads, &prediction->candidates[chain])
                               : tile_weighs(table + tile, prediction->tiles, &prediction->candidates[chain]);
  sum = lane_sum(sum, prediction->sharers);
  if (own == 0 && chain < a->batch.chains) prediction->partners[(size_t)block * a->batch.stride + chain] = sum;
}

KERNEL(CUDA_PREDICT_THREADS) count_works(KERNEL_ARGUMENT struct cuda_argument a) { count_partners(&a, CUDA_WORKS); }

KERNEL(CUDA_PREDICT_THREADS) count_weights(KERNEL_ARGUMENT struct cuda_argument a) { count_partners(&a, CUDA_GIBBS); }

/* ---- The histograms: one thread for each candidate ---- */

/* Adds the partners in block `block` of INTERFACE_BLOCKS, and returns how many there are. The histogram of pairs has
 * FINE_BLOCKS blocks in it. */
HD uint64_t add_block(const struct cuda_argument *a, const struct candidate *own, uint32_t chain, int block) {
  const int64_t offset = a->job.offset[HISTOGRAM_PAIRS];
  uint64_t works = 0;
  for (int fine = block * FINE_BLOCKS; fine < (block + 1) * FINE_BLOCKS; fine++) {
    uint64_t in_block = a->prediction.partners[(size_t)fine * a->batch.stride + chain];
    uint64_t sum = tally_round(in_block, a->prediction.pair_bits);
    if (sum && offset >= 0)
      tally_add(&a->batch.counts[offset + tally_pair_cell(own, a->batch.first_id + chain, fine)], sum);
    works += sum;
  }
  tally_second_block(&a->job, own, (uint64_t)block, works, a->batch.counts);
  return works;
}

KERNEL(CUDA_PREDICT_THREADS) add(KERNEL_ARGUMENT struct cuda_argument a) {
  const uint32_t chain = thread_number();
  if (chain >= a.batch.chains) return;
  const struct candidate *own = &a.prediction.candidates[chain];
  uint64_t works = 0;
  KEEP_LOOP /* unrolled, it spills on sm_86 */
      for (int block = 0; block < INTERFACE_BLOCKS; block++) works += add_block(&a, own, chain, block);
  tally_candidate(&a.job, own, a.batch.first_id + chain, works, a.job.draws << a.prediction.pair_bits, a.batch.counts);
}

/* ---- Swaps: FINE_BLOCKS threads for each two candidates, one for each fine block of their common block ---- */

KERNEL(CUDA_PREDICT_THREADS) swap(KERNEL_ARGUMENT struct cuda_argument a) {
  const struct cuda_prediction *prediction = &a.prediction;
  const uint32_t chain = thread_number() / FINE_BLOCKS * 2;
  if (chain >= a.batch.chains) return;
  const uint64_t id = a.batch.first_id + chain;
  const uint32_t block = (uint32_t)tally_swap_block(id) * FINE_BLOCKS + thread_number() % FINE_BLOCKS;
  const uint64_t *works = prediction->partners + (size_t)block * a.batch.stride + chain;
  if (works[0] == 0 || works[1] == 0) return;
  const struct candidate *two = &prediction->candidates[chain];
  const struct cuda_quad *table = prediction->table + (uint64_t)block * 2 * (uint64_t)a.job.stride * prediction->tiles;
  uint64_t both = 0;
  for (uint32_t tile = 0; tile < prediction->tiles; tile++)
    both += tile_works_with(table + tile, prediction->tiles, two);
  int64_t row = a.job.offset[HISTOGRAM_SWAPS] + tally_swap_row(&a.job, &two[0], &two[1], id);
  tally_swaps(works[0], works[1], both, a.batch.counts + row);
}

/* ---- The table ---- */

const struct cuda_counting cuda_counting = {
    {(const void *)count_works, (const void *)count_weights}, (const void *)add, (const void *)swap};
