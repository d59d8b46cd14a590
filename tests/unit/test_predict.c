/* SPDX-License-Identifier: Apache-2.0 */
/* A prediction counts every pair once, counts the same everywhere, and agrees with untrained chains. */
#include "support/science.h"

#include "support/predict_job.h"
#include "backend/cpu/pair_bits.h"
#include "support/sample_result.h"

static const char *const every_isa[] = {"baseline", "v3", "v4"};

/* ---- Against a count pair by pair ---- */

enum { FIRSTS = 96, SECONDS = 1100, SECONDS_MOST = 60000, BINS = 12 };

static const char *const small[] = {"first", "table8", "second",      "buffer", "chains",       "96",   "draws",
                                    "1100",  "cells",  "102",         "range",  "-1:2",         "bins", "12",
                                    "seed",  "5",      "first-chain", "1000",   "input-margin", "0.05", NULL};

/* The bin of x among `bins` bins over [-1, 2): -1 below the range, `bins` above it. */
static int bin_of(float x, int bins) {
  int bin = -1;
  while (bin < bins && x >= (float)(-1.0 + (bin + 1) * 3.0 / bins)) bin++;
  return bin;
}

static bool pair_works(const float u[2 * TEST_VOLTAGES], int kind, const float *second, double output_margin) {
  for (int t = 0; t < 2 * TEST_VOLTAGES; t++) {
    int cell = bin_of(u[t], CELLS);
    double level = t / TEST_VOLTAGES;
    if (cell < 0 || cell >= CELLS) return false;
    float y = respond(kind, second, (float)(-1.0 + (cell + 0.5) * 3.0 / CELLS));
    if (!(y >= (float)(level - output_margin) && y <= (float)(level + output_margin))) return false;
  }
  return true;
}

/* Computes a first component's voltages u at the test voltages. */
static void emit(int kind, const float *theta, float u[2 * TEST_VOLTAGES]) {
  for (int t = 0; t < 2 * TEST_VOLTAGES; t++)
    u[t] = respond(kind, theta, (float)(t / TEST_VOLTAGES + 0.05 * (2 * (t % TEST_VOLTAGES) - 16) / 16.0));
}

/* Changes the value of one option in a copy of `small`. */
static void give(const char *options[64], const char *option, const char *value) {
  size_t k = 0;
  while (strcmp(options[k], option)) k += 2;
  options[k + 1] = value;
}

/* How many pairs work, by bins and mode, and by blocks, counted one by one. */
struct pair_by_pair {
  int64_t works, interface[HISTOGRAM_MODES][BINS + 2][BINS + 2], blocks[PAIR_BLOCKS][PAIR_BLOCKS];
};

static void count_pair(uint64_t i, uint64_t j, uint64_t seconds, const float *u, struct pair_by_pair *count) {
  float u0 = u[TEST_VOLTAGES / 2], u1 = u[TEST_VOLTAGES + TEST_VOLTAGES / 2];
  uint64_t block = 0;
  while (j >= seconds * (block + 1) / PAIR_BLOCKS) block++;
  count->works++;
  count->interface[u1 > u0 ? 0 : 1][bin_of(u0, BINS) + 1][bin_of(u1, BINS) + 1]++;
  count->blocks[i % PAIR_BLOCKS][block]++;
}

/* Bit `cell` of each level says whether a second component accepts the cell's centre. */
struct accepted {
  uint64_t cells[2][(CELLS + 63) / 64];
};

/* Fills in what the second components of all lanes accept. */
static void accept_cells(int kind, uint64_t id, struct accepted accepted[LANES]) {
  lane theta[MAX_PARAMETERS], u[2], y[2], saved[MAX_SAVED * SAMPLE_BLOCK];
  component_draw(kind, 5, science_id(id), PURPOSE_PREDICT_SECOND, 1.0f, theta);
  memset(accepted, 0, LANES * sizeof *accepted);
  for (int cell = 0; cell < CELLS; cell++) {
    u[0] = u[1] = lane_splat((float)(-1.0 + (cell + 0.5) * 3.0 / CELLS));
    component_forward(kind, theta, 2, u, y, saved);
    for (int i = 0; i < LANES; i++)
      for (int level = 0; level < 2; level++)
        if (y[0][i] >= (float)(level - 0.1) && y[0][i] <= (float)(level + 0.1))
          accepted[i].cells[level][cell / 64] |= (uint64_t)1 << cell % 64;
  }
}

/* Fills in the cells that a first component hits; false if it leaves the range of cells. */
static bool hit_cells(const float u[2 * TEST_VOLTAGES], struct accepted *hit) {
  memset(hit, 0, sizeof *hit);
  for (int t = 0; t < 2 * TEST_VOLTAGES; t++) {
    int cell = bin_of(u[t], CELLS);
    if (cell < 0 || cell >= CELLS) return false;
    hit->cells[t / TEST_VOLTAGES][cell / 64] |= (uint64_t)1 << cell % 64;
  }
  return true;
}

static bool accepts_all(const struct accepted *accepted, const struct accepted *hit) {
  uint64_t refused = 0;
  for (int level = 0; level < 2; level++)
    for (int word = 0; word < (CELLS + 63) / 64; word++)
      refused |= hit->cells[level][word] & ~accepted->cells[level][word];
  return refused == 0;
}

static void count_pairs(int first, int second, uint64_t seconds, struct pair_by_pair *count) {
  static struct accepted accepted[SECONDS_MOST + LANES];
  for (uint64_t j = 0; j < seconds; j += LANES) accept_cells(second, j, &accepted[j]);
  for (uint64_t i = 1000; i < 1000 + FIRSTS; i++) {
    float theta[MAX_PARAMETERS], u[2 * TEST_VOLTAGES];
    struct accepted hit;
    draw(first, PURPOSE_PREDICT_FIRST, i, theta);
    emit(first, theta, u);
    bool within = hit_cells(u, &hit);
    for (uint64_t j = 0; j < seconds && within; j++)
      if (accepts_all(&accepted[j], &hit)) count_pair(i, j, seconds, u, count);
  }
}

static void check_every_pair(int first, int second, uint64_t seconds) {
  static struct pair_by_pair count;
  const char *options[64];
  char draws[16];
  memset(&count, 0, sizeof count);
  count_pairs(first, second, seconds, &count);
  assert_true(count.works > 20);
  memcpy(options, small, sizeof small);
  snprintf(draws, sizeof draws, "%d", (int)seconds);
  give(options, "first", science_names[first]);
  give(options, "second", science_names[second]);
  give(options, "draws", draws);
  seam_result *result = sample_predict(options);
  assert_int_equal(seam_result_count(result, SEAM_BUFFER) + seam_result_count(result, SEAM_INVERTER), count.works);
  assert_memory_equal(seam_result_histogram(result, "interface")->values, count.interface, sizeof count.interface);
  const int64_t *pairs = seam_result_histogram(result, "pairs")->values;
  for (int k = 0; k < PAIR_BLOCKS * PAIR_BLOCKS; k++)
    assert_int_equal(pairs[k] + pairs[PAIR_BLOCKS * PAIR_BLOCKS + k], count.blocks[k / PAIR_BLOCKS][k % PAIR_BLOCKS]);
  seam_result_free(result);
}

static void every_pair_is_counted_once(void **state) {
  (void)state;
  check_every_pair(KIND_TABLE8, KIND_BUFFER, SECONDS);
}

/* Every draw accepts one run of cells here, so the ends of the hit cells decide. */
static void every_pair_is_counted_once_if_all_draws_accept_one_run(void **state) {
  (void)state;
  check_every_pair(KIND_TABLE8, KIND_LOGISTIC, SECONDS);
}

/* All first components give 0 V at level 0 here, so second components that do not accept 0 V are left out. */
static void every_pair_is_counted_once_if_all_firsts_give_0_at_0(void **state) {
  (void)state;
  for (int kind = 0; kind < KINDS; kind++)
    for (uint64_t id = 0; id < 1000 && component_zero_at_zero(kind); id++) {
      float theta[MAX_PARAMETERS];
      draw(kind, PURPOSE_PREDICT_FIRST, id, theta);
      assert_true(respond(kind, theta, 0.0f) == 0.0f);
    }
  assert_true(component_zero_at_zero(KIND_LINEAR));
  check_every_pair(KIND_LINEAR, KIND_LOGISTIC, 20 * SECONDS);
  check_every_pair(KIND_LINEAR, KIND_BUFFER, 20 * SECONDS);
  check_every_pair(KIND_LINEAR, KIND_TABLE8, 20 * SECONDS);
}

/* Counts the tiles without a draw with gaps, the tiles with only such draws, and the tiles with both. */
static void sort_tiles(const struct draw_order *order, uint64_t ranks, int sorts[3]) {
  enum { WIDTH = PAIRS_MOST_VECTORS * PAIRS_RANKS };
  for (uint64_t begin = 0; begin < ranks; begin += WIDTH) {
    int with[2] = {0, 0};
    for (int block = 0; block < PAIR_BLOCKS; block++)
      for (uint64_t rank = begin; rank < begin + WIDTH; rank++) {
        uint64_t draw = draw_order_draw(order, block, rank);
        if (draw != PAIRS_NO_DRAW) with[draw_order_what(order, draw)->broken != 0]++;
      }
    sorts[!with[true] ? 0 : !with[false] ? 1 : 2]++;
  }
}

/* Some tiles have draws with gaps, some have draws without, and some have both. */
static void every_pair_is_counted_once_if_draws_have_gaps(void **state) {
  (void)state;
  float centre[STRIDE];
  struct job job = job_of(KIND_MLP8, centre);
  struct draw_order *order;
  int sorts[3] = {0, 0, 0};
  job.draws = SECONDS_MOST;
  assert_int_equal(draw_order_create(&job, &works_kernels_baseline, &order, NULL), SEAM_OK);
  for (int block = 0; block < PAIR_BLOCKS; block++) {
    draw_order_look(order, block);
    draw_order_sort(order, block, NULL);
  }
  sort_tiles(order, draw_order_ranks(order), sorts);
  draw_order_free(order);
  assert_true(sorts[0] && sorts[1] && sorts[2]);
  check_every_pair(KIND_TABLE8, KIND_MLP8, SECONDS_MOST);
}

/* For the second component of each lane: bit `cell` of [level] says whether it sends the cell's centre to within 0.49
 * of the level. */
enum { MANY_FIRSTS = 600, MANY = 900000, FEW_CELLS = 8 };

static void accept_few(int kind, uint64_t id, uint32_t accepted[LANES][2]) {
  lane theta[MAX_PARAMETERS], u[2], y[2], saved[MAX_SAVED * SAMPLE_BLOCK];
  component_draw(kind, 5, science_id(id), PURPOSE_PREDICT_SECOND, 1.0f, theta);
  memset(accepted, 0, LANES * sizeof *accepted);
  for (int cell = 0; cell < FEW_CELLS; cell++) {
    u[0] = u[1] = lane_splat((float)(-1.0 + (cell + 0.5) * 3.0 / FEW_CELLS));
    component_forward(kind, theta, 2, u, y, saved);
    for (int i = 0; i < LANES; i++)
      for (int level = 0; level < 2; level++)
        accepted[i][level] |= (uint32_t)(y[0][i] >= (float)(level - 0.49) && y[0][i] <= (float)(level + 0.49)) << cell;
  }
}

/* The cells that a first component table8 hits at each level; false if it leaves the range of cells. */
static bool hit_few(uint64_t id, uint32_t hit[2]) {
  float theta[MAX_PARAMETERS], u[2 * TEST_VOLTAGES];
  draw(KIND_TABLE8, PURPOSE_PREDICT_FIRST, id, theta);
  emit(KIND_TABLE8, theta, u);
  hit[0] = hit[1] = 0;
  for (int t = 0; t < 2 * TEST_VOLTAGES; t++) {
    int cell = bin_of(u[t], FEW_CELLS);
    if (cell < 0 || cell >= FEW_CELLS) return false;
    hit[t / TEST_VOLTAGES] |= 1u << cell;
  }
  return true;
}

/* There are so many draws that the table has several parts. Several words describe the draws of a part, except for
 * quadrants. The last block has one draw more than the first. */
static void check_many_draws(int kind, const char *name) {
  static uint32_t accepted[MANY + LANES][2];
  static int64_t works[PAIR_BLOCKS][PAIR_BLOCKS];
  const char *const many[] = {"first",  "table8",  "second",      name,    "chains",       "600",  "draws",
                              "900000", "cells",   "8",           "range", "-1:2",         "bins", "12",
                              "seed",   "5",       "first-chain", "1000",  "input-margin", "0.05", "output-margin",
                              "0.49",   "threads", "3",           NULL};
  memset(works, 0, sizeof works);
  seam_result *result = sample_predict(many);
  const int64_t *pairs = seam_result_histogram(result, "pairs")->values;
  int64_t some = 0;
  for (uint64_t j = 0; j < MANY; j += LANES) accept_few(kind, j, &accepted[j]);
  for (uint64_t i = 1000; i < 1000 + MANY_FIRSTS; i++) {
    uint32_t hit[2];
    for (uint64_t block = 0; hit_few(i, hit) && block < PAIR_BLOCKS; block++)
      for (uint64_t j = MANY * block / PAIR_BLOCKS; j < MANY * (block + 1) / PAIR_BLOCKS; j++)
        works[i % PAIR_BLOCKS][block] += !(hit[0] & ~accepted[j][0]) && !(hit[1] & ~accepted[j][1]);
  }
  for (int k = 0; k < PAIR_BLOCKS * PAIR_BLOCKS; k++) {
    int64_t expected = works[k / PAIR_BLOCKS][k % PAIR_BLOCKS];
    assert_int_equal(pairs[k] + pairs[PAIR_BLOCKS * PAIR_BLOCKS + k], expected);
    some += expected;
  }
  assert_true(some > 100000);
  seam_result_free(result);
}

/* How many tiles the table in check_many_draws has. */
static size_t tiles_of_many(int kind) {
  float centre[STRIDE];
  struct job job = job_of(kind, centre);
  struct pair_bits *table;
  struct run_control control;
  seam_error error;
  bool built;
  job.draws = MANY, job.stride = FEW_CELLS;
  for (int cell = 0; cell < FEW_CELLS; cell++) centre[cell] = (float)(-1.0 + (cell + 0.5) * 3.0 / FEW_CELLS);
  for (int level = 0; level < 2; level++)
    job.accept[level][0] = (float)(level - 0.49), job.accept[level][1] = (float)(level + 0.49);
  atomic_init(&control.cancel, false);
  assert_int_equal(pair_bits_create(&job, MANY_FIRSTS, &works_kernels_baseline, &table, &error), SEAM_OK);
  assert_int_equal(pair_bits_build(table, &control, &built, &error), SEAM_OK);
  size_t tiles = table->count;
  pair_bits_free(table);
  return tiles;
}

/* The table has many parts: of draws that are quadrants, of other draws without gaps, and of draws with gaps. */
static void every_pair_is_counted_once_if_draws_are_many(void **state) {
  (void)state;
  assert_true(tiles_of_many(KIND_MLP4) > PAIR_BITS_REACH);
  check_many_draws(KIND_LOGISTIC, "logistic");
  check_many_draws(KIND_BUFFER, "buffer");
  check_many_draws(KIND_MLP4, "mlp4");
}

/* Under the Gibbs law, each bin and each cell of blocks holds the sum of its pairs' weights exp(-beta·L), up to
 * rounding: 2^-23 for a level's weight, float's rounding for a pair's product, and 2^-20 for a block's sum. */
static void every_gibbs_weight_is_counted(void **state) {
  (void)state;
  static double interface[HISTOGRAM_MODES][BINS + 2][BINS + 2], blocks[PAIR_BLOCKS][PAIR_BLOCKS];
  static double weight[SECONDS][CELLS][2];
  for (uint64_t j = 0; j < SECONDS; j++) {
    float second[MAX_PARAMETERS];
    draw(KIND_BUFFER, PURPOSE_PREDICT_SECOND, j, second);
    for (int cell = 0; cell < CELLS; cell++) {
      double y = (double)respond(KIND_BUFFER, second, (float)(-1.0 + (cell + 0.5) * 3.0 / CELLS));
      for (int level = 0; level < 2; level++) weight[j][cell][level] = exp(-0.5 * 4.0 * (y - level) * (y - level));
    }
  }
  memset(interface, 0, sizeof interface);
  memset(blocks, 0, sizeof blocks);
  for (uint64_t i = 1000; i < 1000 + FIRSTS; i++) {
    float theta[MAX_PARAMETERS];
    draw(KIND_TABLE8, PURPOSE_PREDICT_FIRST, i, theta);
    float u0 = respond(KIND_TABLE8, theta, 0.0f), u1 = respond(KIND_TABLE8, theta, 1.0f);
    int low = bin_of(u0, CELLS), high = bin_of(u1, CELLS);
    if (low < 0 || low >= CELLS || high < 0 || high >= CELLS) continue;
    for (uint64_t j = 0; j < SECONDS; j++) {
      double pair = weight[j][low][0] * weight[j][high][1];
      interface[u1 > u0 ? 0 : 1][bin_of(u0, BINS) + 1][bin_of(u1, BINS) + 1] += pair;
      uint64_t block = 0;
      while (j >= SECONDS * (block + 1) / PAIR_BLOCKS) block++;
      blocks[i % PAIR_BLOCKS][block] += pair;
    }
  }
  const char *options[64];
  size_t count = sizeof small / sizeof *small - 1;
  memcpy(options, small, sizeof small);
  memcpy(options + count, (const char *const[]){"task", "gibbs", "beta", "4", NULL}, 5 * sizeof *options);
  seam_result *result = sample_predict(options);
  const int64_t *bins = seam_result_histogram(result, "interface")->values;
  const int64_t *pairs = seam_result_histogram(result, "pairs")->values;
  const double *expected = &interface[0][0][0];
  for (int k = 0; k < HISTOGRAM_MODES * (BINS + 2) * (BINS + 2); k++)
    assert_true(fabs(ldexp((double)bins[k], -PAIR_BITS) - expected[k]) < 4e-7 * expected[k] + 1e-4);
  for (int k = 0; k < PAIR_BLOCKS * PAIR_BLOCKS; k++) {
    double sum = ldexp((double)(pairs[k] + pairs[PAIR_BLOCKS * PAIR_BLOCKS + k]), -PAIR_BITS);
    double wanted = blocks[k / PAIR_BLOCKS][k % PAIR_BLOCKS];
    assert_true(fabs(sum - wanted) < 1e-5 + 4e-7 * wanted);
  }
  seam_result_free(result);
}

/* ---- Swaps ---- */

/* Counts every way in which two first components can swap second components of one of PAIR_BLOCKS blocks, one by one.
 * Returns how many. */
static int64_t swap_each(int kind, const float u[2][2 * TEST_VOLTAGES], float (*second)[MAX_PARAMETERS], uint64_t block,
                         int64_t row[INTERCHANGE_FITS]) {
  enum { MOST = SECONDS / PAIR_BLOCKS + 1 };
  bool works[2][MOST];
  uint64_t begin = SECONDS * block / PAIR_BLOCKS, end = SECONDS * (block + 1) / PAIR_BLOCKS;
  int64_t ways = 0;
  for (int side = 0; side < 2; side++)
    for (uint64_t j = begin; j < end; j++) works[side][j - begin] = pair_works(u[side], kind, second[j], 0.49);
  for (uint64_t j = 0; j < end - begin; j++)
    for (uint64_t k = 0; k < end - begin; k++) {
      if (j == k || !works[0][j] || !works[1][k]) continue;
      row[works[0][k] + works[1][j]]++;
      ways++;
    }
  return ways;
}

static void check_every_swap(int kind, const char *name) {
  enum { ROWS = 66 };
  static int64_t swaps[INTERFACE_BLOCKS][2][ROWS][INTERCHANGE_FITS];
  static float second[SECONDS][MAX_PARAMETERS];
  int64_t ways = 0;
  memset(swaps, 0, sizeof swaps);
  for (uint64_t j = 0; j < SECONDS; j++) draw(kind, PURPOSE_PREDICT_SECOND, j, second[j]);
  for (uint64_t i = 1000; i < 1000 + FIRSTS; i += 2) {
    float theta[MAX_PARAMETERS], u[2][2 * TEST_VOLTAGES];
    for (uint64_t side = 0; side < 2; side++) {
      draw(KIND_TABLE8, PURPOSE_PREDICT_FIRST, i + side, theta);
      emit(KIND_TABLE8, theta, u[side]);
    }
    const float *a = &u[0][TEST_VOLTAGES / 2], *b = &u[1][TEST_VOLTAGES / 2];
    float d0 = fabsf(a[0] - b[0]), d1 = fabsf(a[TEST_VOLTAGES] - b[TEST_VOLTAGES]), distance = d0 > d1 ? d0 : d1;
    bool same = (a[TEST_VOLTAGES] > a[0]) == (b[TEST_VOLTAGES] > b[0]);
    uint64_t block = i / 2 % INTERFACE_BLOCKS;
    int row = distance >= 2.0f ? ROWS - 1 : 1 + (int)(32.0f * distance);
    for (uint64_t fine = 4 * block; fine < 4 * block + 4; fine++)
      ways += swap_each(kind, (const float(*)[2 * TEST_VOLTAGES]) u, second, fine, swaps[block][same][row]);
  }
  assert_true(ways > 50);
  const char *options[64];
  size_t count = sizeof small / sizeof *small - 1;
  memcpy(options, small, sizeof small);
  memcpy(options + count, (const char *const[]){"output-margin", "0.49", NULL}, 3 * sizeof *options);
  give(options, "second", name);
  seam_result *result = sample_predict(options);
  assert_memory_equal(seam_result_histogram(result, "swaps")->values, swaps, sizeof swaps);
  seam_result_free(result);
}

/* A prediction counts all ways in which the working pairs of two first components can swap their second components, by
 * mode and distance. The second components are of one block, without gaps and with gaps. */
static void every_swap_is_counted(void **state) {
  (void)state;
  check_every_swap(KIND_BUFFER, "buffer");
  check_every_swap(KIND_MLP8, "mlp8");
}

/* ---- The same everywhere ---- */

enum { TILE_STRIDE = 8, TILE_WORDS = 2 * TILE_STRIDE * PAIRS_MOST_VECTORS * PAIRS_VECTOR_WORDS };

static void check_counting(pairs_count_function *count, const struct pairs_tile *tile, const uint16_t *rows, int most) {
  const uint64_t alive = UINT64_MAX >> (PAIRS_MOST_VECTORS - tile->vectors) * PAIRS_RANKS;
  for (int k = CANDIDATE_ENDS; k <= most; k++) {
    _Alignas(64) uint64_t counted[PAIR_BLOCKS] = {0}, expected[PAIR_BLOCKS] = {0};
    int64_t some = 0;
    for (size_t bit = 0; bit < (size_t)tile->vectors * PAIRS_VECTOR_DRAWS; bit++) {
      uint64_t both = 1;
      for (int r = 0; r < k; r++)
        both &= tile->words[((size_t)rows[r] * (size_t)tile->vectors * PAIRS_VECTOR_DRAWS + bit) / 64] >> bit % 64;
      expected[bit / PAIRS_RANKS % PAIR_BLOCKS] += both;
      some += (int64_t)both;
    }
    assert_int_equal(count(tile, rows, k, alive, counted), some > 0);
    assert_memory_equal(counted, expected, sizeof expected);
    assert_true(k > CANDIDATE_ENDS || some > 0);
  }
}

/* Every instruction set counts the common bits of rows by block. */
static void common_bits_are_counted_by_block(void **state) {
  (void)state;
  _Alignas(64) static uint64_t words[TILE_WORDS];
  const uint16_t rows[] = {0, 9, 3, 12, 5, 15, 7, 8, 1};
  uint64_t random = 1;
  for (int w = 0; w < TILE_WORDS; w++) {
    words[w] = 0;
    for (int k = 0; k < 3; k++) { /* most bits are set */
      random = random * 6364136223846793005u + 1442695040888963407u;
      words[w] |= random >> 32 | random << 32;
    }
  }
  for (int vectors = 1; vectors <= PAIRS_MOST_VECTORS; vectors += 3) {
    const struct pairs_tile tile = {.words = words, .vectors = vectors, .stride = TILE_STRIDE};
    const int most = sizeof rows / sizeof *rows;
    check_counting(pairs_count_baseline, &tile, rows, most);
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) check_counting(pairs_count_v3, &tile, rows, most);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
      check_counting(pairs_count_v4, &tile, rows, most);
#endif
  }
}

static const char *const tasks[] = {"predict", "gibbs"};

/* Promise 3 for predictions: counts do not depend on the instruction set or the number of threads. */
static void check_same_everywhere(const char *task, const char *first, const char *second, const char *chains,
                                  const char *draws, const char *cells) {
  const char *options[] = {"first",   first, "second", second, "chains",  chains, "draws", draws, "isa", "auto",
                           "threads", "1",   "task",   task,   "backend", "cpu",  "cells", cells, NULL};
  seam_result *expected = sample_predict(options);
  assert_true(seam_result_count(expected, SEAM_BUFFER) > 0);
  options[11] = "3";
  for (size_t k = 0; k < sizeof every_isa / sizeof *every_isa; k++) {
    seam_result *result = NULL;
    seam_error error;
    options[9] = every_isa[k];
    seam_config *config = sample_config(options);
    seam_status status = seam_predict(config, NULL, NULL, &result, &error);
    seam_config_free(config);
    if (status == SEAM_ERROR_BACKEND) continue; /* this processor lacks the instruction set */
    assert_int_equal(status, SEAM_OK);
    assert_same_counts(result, expected);
    seam_result_free(result);
  }
  seam_result_free(expected);
}

static void counts_depend_on_no_instruction_set_or_thread_count(void **state) {
  (void)state;
  for (size_t t = 0; t < sizeof tasks / sizeof *tasks; t++)
    check_same_everywhere(tasks[t], "mlp4", "buffer", "3002", "5000", "200");
  check_same_everywhere("predict", "mlp4", "mlp8", "3002", "40000", "200");
  check_same_everywhere("predict", "buffer", "logistic", "20002", "50000", "64"); /* by quadrants */
  check_same_everywhere("predict", "linear", "logistic", "3002", "40000", "200"); /* sifted */
}

/* Promise 5 for predictions: the counts of parts of the first components add up to those of the whole. */
static void check_parts_add_up(const char *task) {
  const char *options[] = {"first", "buffer", "second",      "buffer", "chains", "1500", "draws", "2000",
                           "bins",  "32",     "first-chain", "0",      "task",   task,   NULL};
  seam_result *whole = sample_predict(options);
  options[5] = "402";
  seam_result *begin = sample_predict(options);
  options[5] = "1098", options[11] = "402";
  seam_result *end = sample_predict(options);
  for (int64_t cell = 0; cell < whole->histograms->cells; cell++)
    assert_int_equal(begin->counts[cell] + end->counts[cell], whole->counts[cell]);
  seam_result_free(whole);
  seam_result_free(begin);
  seam_result_free(end);
}

static void parts_add_up_to_the_whole(void **state) {
  (void)state;
  for (size_t t = 0; t < sizeof tasks / sizeof *tasks; t++) check_parts_add_up(tasks[t]);
}

/* ---- Guess and check ---- */

/* The difference between a prediction and untrained chains in standard errors. `margin` is the prediction's,
 * `chains_margin` the chains'. */
static double disagreement(const char *first, const char *second, const char *margin, const char *chains_margin) {
  const char *options[] = {"first", first,   "second", second, "input-margin", margin, "chains",
                           "40000", "draws", "40000",  "seed", "11",           NULL};
  const char *checked[] = {"first", first, "second", second, "input-margin", chains_margin, "chains", "1M",
                           "steps", "0",   "seed",   "12",   "histograms",   "none",        NULL};
  seam_prediction p;
  seam_result *prediction = sample_predict(options), *chains = sample_train(checked);
  assert_true(seam_result_prediction(prediction, &p));
  double n = (double)seam_result_chains(chains);
  double works = (double)(seam_result_count(chains, SEAM_BUFFER) + seam_result_count(chains, SEAM_INVERTER)) / n;
  double error = sqrt(p.acceptance_error * p.acceptance_error + works * (1 - works) / n);
  seam_result_free(prediction);
  seam_result_free(chains);
  return (p.acceptance - works) / error;
}

/* A prediction's pairs work as often as untrained chains (DESIGN.md, section 7). The error of all 10 tests together is
 * 10^-6. */
static void predictions_agree_with_untrained_chains(void **state) {
  (void)state;
  static const char *const kinds[][2] = {
      {"logistic", "logistic"}, {"buffer", "buffer"}, {"mlp4", "mlp4"}, {"mlp4", "buffer"}, {"table8", "logistic"}};
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
    assert_true(fabs(disagreement(kinds[k][0], kinds[k][1], "0", "0")) < 5.3);
    assert_true(fabs(disagreement(kinds[k][0], kinds[k][1], "0.3", "0.3")) < 5.3);
  }
  /* Planted error: the test rejects an input margin a tenth smaller. */
  assert_true(fabs(disagreement("logistic", "logistic", "0.3", "0.27")) > 5.3);
}

/* The chance that a swapped component fits in pairs of one mode: the mean over the rows of [same
 * mode][distance][fits]. */
static double fit_chance(const int64_t *rows, int64_t distances, double *pairs) {
  double fits = 0;
  *pairs = 0;
  for (int64_t i = distances; i < 2 * distances; i++) {
    const int64_t *row = rows + i * INTERCHANGE_FITS;
    *pairs += (double)(row[0] + row[1] + row[2]);
    fits += 0.5 * (double)row[1] + (double)row[2];
  }
  return fits / *pairs;
}

/* Predicted swaps fit as often as those of untrained chains that work. The error is 10^-6, with Student's t of 15
 * degrees for the blocks' means and at most a binomial error for the chains. */
static void predicted_swaps_agree_with_untrained_interchange(void **state) {
  (void)state;
  const char *options[] = {"first", "logistic",      "second", "logistic", "input-margin",
                           "0",     "output-margin", "0.3",    "chains",   "200000",
                           "draws", "65536",         "seed",   "6",        NULL};
  const char *checked[] = {"first",
                           "logistic",
                           "second",
                           "logistic",
                           "input-margin",
                           "0",
                           "output-margin",
                           "0.3",
                           "chains",
                           "4M",
                           "steps",
                           "0",
                           "histograms",
                           "interface,interchange",
                           "seed",
                           "5",
                           NULL};
  seam_result *prediction = sample_predict(options), *chains = sample_train(checked);
  const seam_histogram *swaps = seam_result_histogram(prediction, "swaps");
  const seam_histogram *swapped = seam_result_histogram(chains, "interchange");
  int64_t distances = swapped->axes[1].bins + 2;
  double mean = 0, square = 0, pairs;
  for (int b = 0; b < INTERFACE_BLOCKS; b++) {
    double chance = fit_chance(swaps->values + b * swapped->cells, distances, &pairs);
    assert_true(pairs > 0);
    mean += chance / INTERFACE_BLOCKS;
    square += chance * chance / INTERFACE_BLOCKS;
  }
  double variance = (square - mean * mean) / (INTERFACE_BLOCKS - 1);
  double chance = fit_chance(swapped->values, distances, &pairs);
  assert_true(pairs > 500);
  assert_true(fabs(chance - mean) < 7.8 * sqrt(variance + chance * (1 - chance) / pairs));
  /* Planted error: the test rejects the chance of components half a volt apart. */
  assert_true(fabs(chance - 0.47) > 7.8 * sqrt(variance + chance * (1 - chance) / pairs));
  seam_result_free(prediction);
  seam_result_free(chains);
}

/* The bias from cells shrinks as cells get finer, and is small by default. Coarser cells with the same components show
 * it. */
static void the_bias_of_cells_is_small(void **state) {
  (void)state;
  static const char *const cells[] = {"64", "1024", "4096"}, *const margins[] = {"0", "0.3"};
  for (int m = 0; m < 2; m++) {
    double acceptance[3];
    for (int c = 0; c < 3; c++) {
      const char *options[] = {"first", "buffer", "second", "buffer", "bins",         "16",       "chains", "40000",
                               "draws", "40000",  "cells",  cells[c], "input-margin", margins[m], NULL};
      seam_prediction p;
      seam_result *result = sample_predict(options);
      assert_true(seam_result_prediction(result, &p));
      acceptance[c] = p.acceptance;
      seam_result_free(result);
    }
    double coarse = fabs(acceptance[0] / acceptance[2] - 1), standard = fabs(acceptance[1] / acceptance[2] - 1);
    assert_true(standard < 0.003 && standard < coarse);
  }
}

/* ---- The estimates ---- */

/* The stated standard error is that of the estimate over 40 seeds: chi^2 with 39 degrees is within 10^-6 of either
 * tail, with allowance for the scatter of the blocks. */
static void the_standard_error_is_true(void **state) {
  (void)state;
  enum { SEEDS = 40 };
  double acceptance[SEEDS], mean = 0, variance = 0, scatter = 0;
  for (int s = 0; s < SEEDS; s++) {
    char seed[16];
    snprintf(seed, sizeof seed, "%d", 100 + s);
    const char *options[] = {"first", "buffer", "second", "logistic",     "chains", "2048", "draws", "4096", "cells",
                             "128",   "bins",   "16",     "input-margin", "0",      "seed", seed,    NULL};
    seam_result *result = sample_predict(options);
    seam_prediction p;
    assert_true(seam_result_prediction(result, &p));
    acceptance[s] = p.acceptance;
    mean += p.acceptance / SEEDS;
    variance += p.acceptance_error * p.acceptance_error / SEEDS;
    double parts = p.first_variance / 2048 + p.second_variance / 4096;
    assert_true(parts < 1.2 * p.acceptance_error * p.acceptance_error);
    seam_result_free(result);
  }
  for (int s = 0; s < SEEDS; s++) scatter += (acceptance[s] - mean) * (acceptance[s] - mean) / (SEEDS - 1);
  assert_true(scatter / variance > 0.25 && scatter / variance < 2.6);
}

/* Interfaces outside the range are never accepted, and their share is told. */
static void what_leaves_the_range_is_told(void **state) {
  (void)state;
  const char *options[] = {"first", "logistic", "second",   "logistic", "chains", "20000", "draws",
                           "256",   "range",    "-0.1:0.5", "bins",     "8",      NULL};
  seam_result *result = sample_predict(options);
  seam_prediction p;
  assert_true(seam_result_prediction(result, &p));
  const seam_histogram *components = seam_result_histogram(result, "components");
  int64_t beyond = 0;
  for (int64_t i = 0; i < components->cells / 2; i++) beyond += components->values[i];
  assert_true(p.outside == (double)beyond / 20000);
  assert_true(p.outside > 0.6 && p.outside < 0.95);
  assert_int_equal(seam_result_count(result, SEAM_BUFFER) + seam_result_count(result, SEAM_INVERTER), 0);
  assert_true(isnan(p.peak[0]));
  seam_result_free(result);
}

/* The two entropies balance at the peak, and their means and the interface's own entropy add up. */
static void the_entropies_balance_and_add_up(void **state) {
  (void)state;
  const char *options[] = {"first", "buffer", "second", "buffer",       "chains", "40000", "draws",
                           "20000", "bins",   "48",     "input-margin", "0",      NULL};
  seam_result *result = sample_predict(options);
  seam_prediction p;
  assert_true(seam_result_prediction(result, &p));
  /* ln P(b) = S1 + S2 - ln Z, and its mean is minus the interface's entropy. */
  assert_true(fabs(p.mean_entropy[0] + p.mean_entropy[1] - log(p.acceptance) + p.interface_entropy) < 1e-9);
  assert_true(p.slope[0][1] * p.slope[1][1] < 0 || p.slope[0][0] * p.slope[1][0] < 0);
  seam_result_free(result);
}

/* ---- Refusals and files ---- */

static void impossible_predictions_are_refused(void **state) {
  (void)state;
  seam_error error;
  seam_result *result;
  const char *many[] = {"chains", "9223372036854775806", "draws", "2", NULL};
  seam_config *config = sample_config(many);
  assert_int_equal(seam_predict(config, NULL, NULL, &result, &error), SEAM_ERROR_USAGE);
  assert_non_null(strstr(error.message, "--draws 2"));
  seam_config_free(config);
}

static int cancel(const seam_progress *progress, void *user) {
  (void)user;
  return progress->chain_steps > 0;
}

/* Promise 5: a cancelled prediction holds whole first components, each with all its pairs. */
static void a_cancelled_prediction_holds_whole_first_components(void **state) {
  (void)state;
  const char *options[] = {"chains", "1000M", "draws", "60000", NULL};
  seam_config *config = sample_config(options);
  seam_result *result = NULL;
  seam_error error;
  assert_int_equal(seam_predict(config, cancel, NULL, &result, &error), SEAM_INTERRUPTED);
  assert_int_equal(result_check(result, SEAM_ERROR_INTERNAL, &error), SEAM_OK);
  assert_true(seam_result_chains(result) < 1000000000);
  seam_config_free(config);
  seam_result_free(result);
}

/* A prediction's file is read back whole, and one pair more in any histogram is refused. */
static void a_prediction_s_file_is_read_back_whole(void **state) {
  (void)state;
  seam_result *result = sample_predict(small), *read = NULL;
  seam_output *output;
  seam_error error;
  const char *path = "test_predict.zip";
  assert_int_equal(seam_output_open(path, 1, &output, &error), SEAM_OK);
  assert_int_equal(seam_output_write(output, result, &error), SEAM_OK);
  seam_output_close(output);
  assert_int_equal(seam_result_read(path, &read, &error), SEAM_OK);
  remove(path);
  assert_same_counts(result, read);
  for (size_t h = 0; seam_result_histogram_at(read, h); h++) {
    const seam_histogram *histogram = seam_result_histogram_at(read, h);
    if (!strcmp(histogram->name, "swaps")) continue; /* no other count tells how many swaps there are */
    int64_t *values = (int64_t *)histogram->values;
    values[0]++;
    assert_int_equal(result_check(read, SEAM_ERROR_FORMAT, &error), SEAM_ERROR_FORMAT);
    values[0]--;
  }
  seam_result_free(result);
  seam_result_free(read);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_pair_is_counted_once),
      cmocka_unit_test(every_pair_is_counted_once_if_all_draws_accept_one_run),
      cmocka_unit_test(every_pair_is_counted_once_if_all_firsts_give_0_at_0),
      cmocka_unit_test(every_pair_is_counted_once_if_draws_have_gaps),
      cmocka_unit_test(every_pair_is_counted_once_if_draws_are_many),
      cmocka_unit_test(every_gibbs_weight_is_counted),
      cmocka_unit_test(every_swap_is_counted),
      cmocka_unit_test(predicted_swaps_agree_with_untrained_interchange),
      cmocka_unit_test(the_bias_of_cells_is_small),
      cmocka_unit_test(common_bits_are_counted_by_block),
      cmocka_unit_test(counts_depend_on_no_instruction_set_or_thread_count),
      cmocka_unit_test(parts_add_up_to_the_whole),
      cmocka_unit_test(predictions_agree_with_untrained_chains),
      cmocka_unit_test(the_standard_error_is_true),
      cmocka_unit_test(what_leaves_the_range_is_told),
      cmocka_unit_test(the_entropies_balance_and_add_up),
      cmocka_unit_test(impossible_predictions_are_refused),
      cmocka_unit_test(a_cancelled_prediction_holds_whole_first_components),
      cmocka_unit_test(a_prediction_s_file_is_read_back_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
