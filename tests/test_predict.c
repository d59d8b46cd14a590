/* SPDX-License-Identifier: Apache-2.0 */
/* Predictions: every pair counted and counted once, the same everywhere, and what they say of untrained chains. */
#include "science.h"

#include "census_order.h"
#include "census_table.h"
#include "pairs.h"
#include "sample_result.h"

static const char *const every_isa[] = {"baseline", "v3", "v4"};

static void assert_same_counts(const seam_result *a, const seam_result *b) {
  assert_int_equal(a->histograms->cells, b->histograms->cells);
  assert_memory_equal(a->counts, b->counts, (size_t)a->histograms->cells * sizeof *a->counts);
}

/* ---- Against a count pair by pair ---- */

enum { FIRSTS = 96, SECONDS = 1100, SECONDS_MOST = 60000, CELLS = 102, BINS = 12 };

static const char *const small[] = {"first", "table8", "second",      "buffer", "chains",       "96",   "draws",
                                    "1100",  "cells",  "102",         "range",  "-1:2",         "bins", "12",
                                    "seed",  "5",      "first-chain", "1000",   "input-margin", "0.05", NULL};

static void draw_scaled(int kind, uint32_t purpose, uint64_t id, float scale, float *theta) {
  lane parameters[MAX_PARAMETERS];
  component_draw(kind, 5, science_id(id), purpose, scale, parameters);
  for (int j = 0; j < component_parameters(kind); j++) theta[j] = parameters[j][0];
}

static void draw(int kind, uint32_t purpose, uint64_t id, float *theta) { draw_scaled(kind, purpose, id, 1.0f, theta); }

static float respond(int kind, const float *theta, float v) {
  lane parameters[MAX_PARAMETERS], in[2] = {lane_splat(v), lane_splat(v)}, out[2], saved[MAX_SAVED * SAMPLE_BLOCK];
  for (int j = 0; j < component_parameters(kind); j++) parameters[j] = lane_splat(theta[j]);
  component_forward(kind, parameters, 2, in, out, saved);
  return out[0][0];
}

/* The bin of x among `bins` over [-1, 2), -1 and `bins` beyond. */
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

/* What a first component says at the test voltages. */
static void emit(int kind, const float *theta, float u[2 * TEST_VOLTAGES]) {
  for (int t = 0; t < 2 * TEST_VOLTAGES; t++)
    u[t] = respond(kind, theta, (float)(t / TEST_VOLTAGES + 0.05 * (2 * (t % TEST_VOLTAGES) - 16) / 16.0));
}

/* Of `small`, with another value of one option. */
static void give(const char *options[64], const char *option, const char *value) {
  size_t k = 0;
  while (strcmp(options[k], option)) k += 2;
  options[k + 1] = value;
}

/* How many pairs work, by bins and mode, and by blocks, told one by one. */
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

/* Bit `cell` of each level: whether a second accepts the cell's centre. */
struct accepted {
  uint64_t cells[2][(CELLS + 63) / 64];
};

/* Of the seconds of all lanes. */
static void accept_cells(int kind, uint64_t id, struct accepted accepted[LANES]) {
  lane theta[MAX_PARAMETERS], u[2], y[2], saved[MAX_SAVED * SAMPLE_BLOCK];
  component_draw(kind, 5, science_id(id), PURPOSE_CENSUS_SECOND, 1.0f, theta);
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

/* What a first hits; false where it leaves the cells. */
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
    draw(first, PURPOSE_CENSUS_FIRST, i, theta);
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

/* Promise: every pair is counted, and counted once. */
static void test_every_pair(void **state) {
  (void)state;
  check_every_pair(KIND_TABLE8, KIND_BUFFER, SECONDS);
}

/* Promise: also where every draw accepts one run of cells, and the ends of what is hit tell all. */
static void test_every_pair_of_runs(void **state) {
  (void)state;
  check_every_pair(KIND_TABLE8, KIND_LOGISTIC, SECONDS);
}

/* Promise: also where all first components say 0 V at level 0, and seconds that do not accept it are left out. */
static void test_every_pair_of_origin(void **state) {
  (void)state;
  for (int kind = 0; kind < KINDS; kind++)
    for (uint64_t id = 0; id < 1000 && component_origin(kind); id++) {
      float theta[MAX_PARAMETERS];
      draw(kind, PURPOSE_CENSUS_FIRST, id, theta);
      assert_true(respond(kind, theta, 0.0f) == 0.0f);
    }
  assert_true(component_origin(KIND_LINEAR));
  check_every_pair(KIND_LINEAR, KIND_LOGISTIC, 20 * SECONDS);
  check_every_pair(KIND_LINEAR, KIND_BUFFER, 20 * SECONDS);
  check_every_pair(KIND_LINEAR, KIND_TABLE8, 20 * SECONDS);
}

/* As of `small`. */
enum { STRIDE = (CELLS + CELL_BLOCK - 1) / CELL_BLOCK * CELL_BLOCK };

static void check_rank(const struct job *job, uint64_t id, const struct pairs_rank *rank, int found[2]) {
  float second[MAX_PARAMETERS], y[STRIDE];
  bool broken = false;
  draw_scaled(job->second, PURPOSE_CENSUS_SECOND, id, job->init_scale, second);
  for (int cell = 0; cell < job->stride; cell++) y[cell] = respond(job->second, second, job->centre[cell]);
  for (int level = 0; level < 2; level++) {
    int low = PAIRS_NOWHERE, high = PAIRS_NOWHERE, count = 0;
    for (int cell = 0; cell < job->stride; cell++) {
      if (!(y[cell] >= job->accept[level][0] && y[cell] <= job->accept[level][1])) continue;
      if (!count++) low = cell;
      high = cell;
    }
    assert_int_equal(rank->high[level], high);
    if (count) assert_int_equal(rank->low[level], low);
    broken = broken || (count && high - low + 1 != count);
  }
  assert_int_equal(rank->broken != 0, broken);
  found[broken]++;
}

static struct job job_of(int second, float centre[STRIDE]) {
  struct job job = {.seed = 5, .second = second, .init_scale = 1.0f, .stride = STRIDE, .centre = centre};
  for (int cell = 0; cell < STRIDE; cell++)
    centre[cell] = (float)(-1.0 + ((cell < CELLS ? cell : CELLS - 1) + 0.5) * 3.0 / CELLS);
  for (int level = 0; level < 2; level++)
    job.accept[level][0] = (float)(level - 0.1), job.accept[level][1] = (float)(level + 0.1);
  return job;
}

static void check_ranks(const struct census_kernels *kernels, const struct job *job, int found[2]) {
  enum { RANKED = 800 };
  for (uint64_t id = 0; id < RANKED; id += (uint64_t)kernels->ranked) {
    uint64_t draws[PAIRS_MOST_RANKED];
    struct pairs_rank ranks[PAIRS_MOST_RANKED];
    int active = kernels->ranked - (int)(id % 7); /* some full, some not */
    for (int i = 0; i < active; i++) draws[i] = id + (uint64_t)i;
    kernels->rank(job, draws, active, ranks);
    for (int i = 0; i < active; i++) check_rank(job, draws[i], &ranks[i], found);
  }
}

static void check_ranks_everywhere(const struct job *job, int found[2]) {
  check_ranks(&census_works_baseline, job, found);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) check_ranks(&census_works_v3, job, found);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
    check_ranks(&census_works_v4, job, found);
#endif
}

/* Promise: what a draw is found to accept is what it accepts: from the lowest cell to the highest, with gaps or not. */
static void test_rank(void **state) {
  (void)state;
  for (int kind = 0; kind < KINDS; kind++) {
    float centre[STRIDE];
    const struct job job = job_of(kind, centre);
    int found[2] = {0, 0};
    check_ranks_everywhere(&job, found);
    assert_true(found[false] > 10);
    assert_true(kind < KIND_MLP4 ? found[true] == 0 : found[true] > 20);
  }
}

/* Promise: also where rounding decides: some draws say in some cell what is a bound to the bit, or next to it; and
 * where the range of bounds is a point, or parameters are such that voltages overflow. */
static void test_rank_in_doubt(void **state) {
  (void)state;
  static const float scales[] = {1.0f, 1e-3f, 1e30f, 3e38f};
  for (int kind = 0; kind < KIND_MLP4; kind++)
    for (int variant = 0; variant < 16; variant++) {
      float centre[STRIDE], theta[MAX_PARAMETERS];
      struct job job = job_of(kind, centre);
      int found[2] = {0, 0};
      job.init_scale = scales[variant % 4];
      for (int level = 0; level < 2; level++) {
        draw_scaled(kind, PURPOSE_CENSUS_SECOND, (uint64_t)(3 + variant), job.init_scale, theta);
        float y = respond(kind, theta, centre[30 + 40 * level + variant]);
        job.accept[level][variant / 4 % 2] = variant < 8 ? y : nextafterf(y, INFINITY);
        if (variant == 12) job.accept[level][0] = job.accept[level][1] = y;
      }
      check_ranks_everywhere(&job, found);
    }
}

/* Where f falls, though it rises from the first cell to the last, or the other way round, the value before; else NaN.
 */
static float turning_point(const struct job *job, uint64_t id) {
  float theta[MAX_PARAMETERS];
  draw_scaled(job->second, PURPOSE_CENSUS_SECOND, id, job->init_scale, theta);
  float before = respond(job->second, theta, job->centre[0]);
  const float way = respond(job->second, theta, job->centre[STRIDE - 1]) - before;
  for (int cell = 1; cell < STRIDE; cell++) {
    float y = respond(job->second, theta, job->centre[cell]);
    if ((y - before) * way < 0) return way > 0 ? before : y;
    before = y;
  }
  return NAN;
}

/* Of draws that turn back, with a bound at, just below and just above where they do. */
static void check_turning_ranks(int kind, float scale, float first_centre, int expected) {
  enum { TRIED = 16000 };
  float centre[STRIDE];
  struct job job = job_of(kind, centre);
  int found[2] = {0, 0};
  job.init_scale = scale;
  centre[0] = first_centre;
  for (int cell = 1; cell < STRIDE; cell++) centre[cell] = nextafterf(centre[cell - 1], 2.0f);
  for (uint64_t id = 0; id < TRIED; id++) {
    const float y = turning_point(&job, id);
    for (int k = -1; k <= 1 && !isnan(y); k++) {
      const float bound = k == 0 ? y : nextafterf(y, k * INFINITY);
      struct pairs_rank rank;
      job.accept[0][0] = bound - 1.0f, job.accept[0][1] = nextafterf(bound, -INFINITY);
      job.accept[1][0] = bound, job.accept[1][1] = bound + 1.0f;
      census_works_baseline.rank(&job, &id, 1, &rank);
      check_rank(&job, id, &rank, found);
    }
  }
  assert_true(found[true] >= expected);
}

/* Promise: also of a draw that rounding makes turn back within a few neighbouring floats, right at a bound. */
static void test_rank_turning_back(void **state) {
  (void)state;
  check_turning_ranks(KIND_LOGISTIC, 0.03f, 1.0f, 100);
  check_turning_ranks(KIND_LOGISTIC, 0.1f, 0.5f, 50);
  check_turning_ranks(KIND_LOGISTIC, 0.2f, 0.5f, 10);
  check_turning_ranks(KIND_BUFFER, 1.0f, 0.5f, 3);
}

/* How far a component turns back, in whichever way it turns back less, from a voltage on in steps; in units of what it
 * says. */
static double turned(int kind, const float *theta, float v, float step) {
  enum { STEPS = 104 };
  lane parameters[MAX_PARAMETERS];
  double furthest[2] = {-INFINITY, -INFINITY}, back[2] = {0, 0};
  for (int j = 0; j < component_parameters(kind); j++) parameters[j] = lane_splat(theta[j]);
  for (int k = 0; k < STEPS; k++) {
    double y = (double)respond(kind, theta, v + (float)k * step);
    for (int way = 0; way < 2; way++) {
      furthest[way] = fmax(furthest[way], way ? -y : y);
      back[way] = fmax(back[way], furthest[way] - (way ? -y : y));
    }
  }
  double least = fmin(back[0], back[1]);
  return least > 0 ? least / (double)component_turn(kind, parameters)[0] : 0;
}

/* Promise: no component turns back by more than it says, between neighbouring floats and between cells; by a hundredth
 * of it some do. */
static void test_turns(void **state) {
  (void)state;
  for (int kind = 0; kind < KIND_MLP4; kind++) {
    double most = 0;
    for (uint64_t id = 0; id < 16000; id++) {
      float theta[MAX_PARAMETERS];
      draw(kind, PURPOSE_CENSUS_SECOND, id, theta);
      most = fmax(most, turned(kind, theta, 0.5f, 0x1p-24f));
      if (id % 8 == 0) most = fmax(most, fmax(turned(kind, theta, -2.5f, 0.05f), turned(kind, theta, 0.9f, 1e-5f)));
    }
    assert_true(most <= 1);
    assert_true(kind == KIND_LINEAR ? most == 0 : most > 0.01);
  }
  for (int kind = KIND_MLP4; kind < KINDS; kind++) {
    lane parameters[MAX_PARAMETERS] = {{0}};
    assert_true(component_turn(kind, parameters)[0] == INFINITY);
  }
}

/* ---- What first components hit ---- */

/* Bins as wide as 1/16 V, of which one begins at `edge`, which is among them. */
static struct axis axis_from(float edge, float edges[CELLS + 1]) {
  for (int k = 0; k <= CELLS; k++) edges[k] = edge + (float)(k - CELLS / 2) / 16.0f;
  return (struct axis){.edges = edges, .scale = 16.0f, .bins = CELLS};
}

/* Of the first components from `id` on: how often the ends alone are the same as those of all cells. */
static int64_t check_ends(const struct census_kernels *kernels, const struct job *job, uint64_t id, int count) {
  int64_t within = 0;
  for (int i = 0; i < count; i += kernels->lanes) {
    struct candidate all[PAIRS_MOST_LANES], ends[PAIRS_MOST_LANES];
    const int active = count - i < kernels->lanes ? count - i : kernels->lanes;
    kernels->look(job, id + (uint64_t)i, active, all);
    kernels->look_at_ends(job, id + (uint64_t)i, active, ends);
    for (int k = 0; k < active; k++) {
      assert_int_equal(ends[k].finite, all[k].finite);
      assert_int_equal(ends[k].within, all[k].within);
      within += all[k].within;
      if (!all[k].finite) continue;
      assert_int_equal(ends[k].bin, all[k].bin);
      assert_int_equal(ends[k].mode, all[k].mode);
      assert_memory_equal(ends[k].u, all[k].u, sizeof all[k].u);
      if (all[k].within) assert_memory_equal(ends[k].row, all[k].row, CANDIDATE_ENDS * sizeof *all[k].row);
    }
  }
  return within;
}

static struct job ends_job(int kind, float scale, double margin, float edge, float edges[CELLS + 1]) {
  struct job job = science_job(kind, KIND_LINEAR, 4, 0, margin);
  job.seed = 5, job.init_scale = scale, job.stride = STRIDE;
  job.axes[AXIS_CELL] = job.axes[AXIS_INTERFACE] = axis_from(edge, edges);
  return job;
}

/* Promise: the outermost cells are those of all test voltages, though of a monotone first component the outermost
 * voltages alone are looked at; also where an edge is what one says, or saturates at; and where parameters are
 * infinite.
 */
static void test_ends(void **state) {
  (void)state;
  for (int kind = 0; kind < KINDS; kind++)
    for (int variant = 0; variant < 8; variant++) {
      static const float scales[] = {1.0f, 1.0f, 1e-2f, 3e38f};
      float edges[CELLS + 1], theta[MAX_PARAMETERS];
      const float scale = scales[variant % 4];
      draw_scaled(kind, PURPOSE_CENSUS_FIRST, 7, scale, theta);
      const float edge = variant % 4 == 1 ? 1.0f : respond(kind, theta, variant < 4 ? 0.3f : 1.0f);
      struct job job = ends_job(kind, scale, 0.3, fabsf(edge) < 100.0f ? edge : 0.0f, edges);
      int64_t within = check_ends(&census_works_baseline, &job, 0, 500);
#if defined(__x86_64__)
      if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) check_ends(&census_works_v3, &job, 0, 500);
      if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
        check_ends(&census_works_v4, &job, 0, 500);
#endif
      assert_true(variant % 4 == 3 || within > 20);
    }
}

/* Promise: also of one that rounding makes turn back between them, right at an edge. */
static void test_ends_turning_back(void **state) {
  (void)state;
  int turning = 0;
  for (uint64_t id = 0; id < 60000; id++) {
    float edges[CELLS + 1], theta[MAX_PARAMETERS], least = INFINITY, most = -INFINITY;
    struct job job = ends_job(KIND_LOGISTIC, 0.03f, 1e-6, 0.0f, edges);
    const float *test = job.test + TEST_VOLTAGES;
    draw_scaled(KIND_LOGISTIC, PURPOSE_CENSUS_FIRST, id, job.init_scale, theta);
    const float first = respond(KIND_LOGISTIC, theta, test[0]), last = respond(KIND_LOGISTIC, theta, test[16]);
    for (int t = 0; t < TEST_VOLTAGES; t++) {
      float u = respond(KIND_LOGISTIC, theta, test[t]);
      least = fminf(least, u), most = fmaxf(most, u);
    }
    const float low = fminf(first, last), high = fmaxf(first, last);
    if (least == low && most == high) continue;
    job.axes[AXIS_CELL] = axis_from(least < low ? low : most, edges);
    assert_int_equal(check_ends(&census_works_baseline, &job, id, 1), 1);
    turning++;
  }
  assert_true(turning > 5);
}

/* How many tiles have no draw with gaps, only such draws, and both. */
static void sort_tiles(const struct census_order *order, uint64_t ranks, int sorts[3]) {
  enum { WIDTH = PAIRS_MOST_VECTORS * PAIRS_RANKS };
  for (uint64_t begin = 0; begin < ranks; begin += WIDTH) {
    int with[2] = {0, 0};
    for (int block = 0; block < PAIR_BLOCKS; block++)
      for (uint64_t rank = begin; rank < begin + WIDTH; rank++) {
        uint64_t draw = census_order_draw(order, block, rank);
        if (draw != PAIRS_NO_DRAW) with[census_order_what(order, draw)->broken != 0]++;
      }
    sorts[!with[true] ? 0 : !with[false] ? 1 : 2]++;
  }
}

/* Promise: every pair is counted once where tiles have draws with gaps, draws without, and both. */
static void test_every_pair_with_gaps(void **state) {
  (void)state;
  float centre[STRIDE];
  struct job job = job_of(KIND_MLP8, centre);
  struct census_order *order;
  int sorts[3] = {0, 0, 0};
  job.draws = SECONDS_MOST;
  assert_int_equal(census_order_create(&job, &census_works_baseline, &order, NULL), SEAM_OK);
  for (int block = 0; block < PAIR_BLOCKS; block++) {
    census_order_look(order, block);
    census_order_sort(order, block, NULL);
  }
  sort_tiles(order, census_order_ranks(order), sorts);
  census_order_free(order);
  assert_true(sorts[0] && sorts[1] && sorts[2]);
  check_every_pair(KIND_TABLE8, KIND_MLP8, SECONDS_MOST);
}

/* Of a second, for each lane: bit `cell` of [level] where it sends the cell's centre to within 0.49 of the level. */
enum { MANY_FIRSTS = 600, MANY = 900000, FEW_CELLS = 8 };

static void accept_few(int kind, uint64_t id, uint32_t accepted[LANES][2]) {
  lane theta[MAX_PARAMETERS], u[2], y[2], saved[MAX_SAVED * SAMPLE_BLOCK];
  component_draw(kind, 5, science_id(id), PURPOSE_CENSUS_SECOND, 1.0f, theta);
  memset(accepted, 0, LANES * sizeof *accepted);
  for (int cell = 0; cell < FEW_CELLS; cell++) {
    u[0] = u[1] = lane_splat((float)(-1.0 + (cell + 0.5) * 3.0 / FEW_CELLS));
    component_forward(kind, theta, 2, u, y, saved);
    for (int i = 0; i < LANES; i++)
      for (int level = 0; level < 2; level++)
        accepted[i][level] |= (uint32_t)(y[0][i] >= (float)(level - 0.49) && y[0][i] <= (float)(level + 0.49)) << cell;
  }
}

/* The cells that a table8 hits at each level; false where it leaves them. */
static bool hit_few(uint64_t id, uint32_t hit[2]) {
  float theta[MAX_PARAMETERS], u[2 * TEST_VOLTAGES];
  draw(KIND_TABLE8, PURPOSE_CENSUS_FIRST, id, theta);
  emit(KIND_TABLE8, theta, u);
  hit[0] = hit[1] = 0;
  for (int t = 0; t < 2 * TEST_VOLTAGES; t++) {
    int cell = bin_of(u[t], FEW_CELLS);
    if (cell < 0 || cell >= FEW_CELLS) return false;
    hit[t / TEST_VOLTAGES] |= 1u << cell;
  }
  return true;
}

/* Draws so many that the table is cut into parts, and these are told of in several words, but for those that are
 * quadrants; the last block is one draw larger than the first. */
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

/* Of the table that check_many_draws counts by. */
static size_t parts_of_many(int kind) {
  float centre[STRIDE];
  struct job job = job_of(kind, centre);
  struct census_table *table;
  struct run_control control;
  seam_error error;
  bool built;
  job.draws = MANY, job.stride = FEW_CELLS;
  for (int cell = 0; cell < FEW_CELLS; cell++) centre[cell] = (float)(-1.0 + (cell + 0.5) * 3.0 / FEW_CELLS);
  for (int level = 0; level < 2; level++)
    job.accept[level][0] = (float)(level - 0.49), job.accept[level][1] = (float)(level + 0.49);
  atomic_init(&control.cancel, false);
  assert_int_equal(census_works.create(&job, MANY_FIRSTS, &census_works_baseline, &table, &error), SEAM_OK);
  assert_int_equal(census_works.build(table, &control, &built, &error), SEAM_OK);
  size_t parts = table->count;
  census_works.destroy(table);
  return parts;
}

/* Promise: every pair is counted once where the table has many parts, of draws that are quadrants, of others without
 * gaps, and with gaps. */
static void test_many_draws(void **state) {
  (void)state;
  assert_true(parts_of_many(KIND_MLP4) > CENSUS_REACH);
  check_many_draws(KIND_LOGISTIC, "logistic");
  check_many_draws(KIND_BUFFER, "buffer");
  check_many_draws(KIND_MLP4, "mlp4");
}

/* Promise: under the Gibbs law each bin and each cell of blocks holds the sum of its pairs' weights exp(-beta·L), to
 * the roundings: of a level's weight to 2^-23, of a pair's product by float's and of a block's sum to 2^-20. */
static void test_every_weight(void **state) {
  (void)state;
  static double interface[HISTOGRAM_MODES][BINS + 2][BINS + 2], blocks[PAIR_BLOCKS][PAIR_BLOCKS];
  static double weight[SECONDS][CELLS][2];
  for (uint64_t j = 0; j < SECONDS; j++) {
    float second[MAX_PARAMETERS];
    draw(KIND_BUFFER, PURPOSE_CENSUS_SECOND, j, second);
    for (int cell = 0; cell < CELLS; cell++) {
      double y = (double)respond(KIND_BUFFER, second, (float)(-1.0 + (cell + 0.5) * 3.0 / CELLS));
      for (int level = 0; level < 2; level++) weight[j][cell][level] = exp(-0.5 * 4.0 * (y - level) * (y - level));
    }
  }
  memset(interface, 0, sizeof interface);
  memset(blocks, 0, sizeof blocks);
  for (uint64_t i = 1000; i < 1000 + FIRSTS; i++) {
    float theta[MAX_PARAMETERS];
    draw(KIND_TABLE8, PURPOSE_CENSUS_FIRST, i, theta);
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

/* Two first components, with seconds of one of PAIR_BLOCKS: every way to swap, one by one. Returns how many. */
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
  for (uint64_t j = 0; j < SECONDS; j++) draw(kind, PURPOSE_CENSUS_SECOND, j, second[j]);
  for (uint64_t i = 1000; i < 1000 + FIRSTS; i += 2) {
    float theta[MAX_PARAMETERS], u[2][2 * TEST_VOLTAGES];
    for (uint64_t side = 0; side < 2; side++) {
      draw(KIND_TABLE8, PURPOSE_CENSUS_FIRST, i + side, theta);
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

/* Promise: all ways for the pairs that work of two first components to swap their seconds, by mode and distance, with
 * seconds of one block; of draws without gaps and with. */
static void test_every_swap(void **state) {
  (void)state;
  check_every_swap(KIND_BUFFER, "buffer");
  check_every_swap(KIND_MLP8, "mlp8");
}

/* ---- The same everywhere ---- */

static const char *const tasks[] = {"predict", "gibbs"};

/* Promise 3, of predictions: counts depend on no instruction set and no number of threads. */
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
    if (status == SEAM_ERROR_BACKEND) continue; /* this processor does not have it */
    assert_int_equal(status, SEAM_OK);
    assert_same_counts(result, expected);
    seam_result_free(result);
  }
  seam_result_free(expected);
}

static void test_same_everywhere(void **state) {
  (void)state;
  for (size_t t = 0; t < sizeof tasks / sizeof *tasks; t++)
    check_same_everywhere(tasks[t], "mlp4", "buffer", "3002", "5000", "200");
  check_same_everywhere("predict", "mlp4", "mlp8", "3002", "40000", "200");
  check_same_everywhere("predict", "buffer", "logistic", "20002", "50000", "64"); /* by quadrants */
  check_same_everywhere("predict", "linear", "logistic", "3002", "40000", "200"); /* sifted */
}

/* Promise 5, of predictions: parts of the first components add up to the whole. */
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

static void test_parts_add_up(void **state) {
  (void)state;
  for (size_t t = 0; t < sizeof tasks / sizeof *tasks; t++) check_parts_add_up(tasks[t]);
}

/* ---- Guess and check ---- */

/* Of the difference between prediction and untrained chains, in standard errors; `margin` is the chains'. */
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

/* Promise (design.md section 7): a prediction's pairs work as often as untrained chains. 10 tests, 10^-6 in all. */
static void test_guess_and_check(void **state) {
  (void)state;
  static const char *const kinds[][2] = {
      {"logistic", "logistic"}, {"buffer", "buffer"}, {"mlp4", "mlp4"}, {"mlp4", "buffer"}, {"table8", "logistic"}};
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
    assert_true(fabs(disagreement(kinds[k][0], kinds[k][1], "0", "0")) < 5.3);
    assert_true(fabs(disagreement(kinds[k][0], kinds[k][1], "0.3", "0.3")) < 5.3);
  }
  /* And it would be seen if they did not: an input margin a tenth smaller. */
  assert_true(fabs(disagreement("logistic", "logistic", "0.3", "0.27")) > 5.3);
}

/* The chance that a swapped part fits, among pairs of one mode: mean over rows of [same mode][distance][fits]. */
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

/* Promise: what swaps predict is what untrained chains that work do when they swap; 10^-6, by Student's t of 15 degrees
 * for the blocks' means, and at most a binomial's error for the chains. */
static void test_swaps_are_untrained_interchange(void **state) {
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
  /* And it would be seen if they fitted as seldom as parts 1/2 V apart do. */
  assert_true(fabs(chance - 0.47) > 7.8 * sqrt(variance + chance * (1 - chance) / pairs));
  seam_result_free(prediction);
  seam_result_free(chains);
}

/* Promise: the cells' bias, that of the same components in coarser cells, shrinks with them and is small by default. */
static void test_cells_refined(void **state) {
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

/* ---- What it says ---- */

/* Promise: the standard error is that of the estimate, over 40 seeds; chi^2 of 39 degrees within 10^-6 of either tail,
 * and the blocks' own scatter besides. */
static void test_standard_error(void **state) {
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

/* Promise: what leaves the range is never accepted, and its share is told. */
static void test_outside(void **state) {
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

/* Promise: at the peak the two entropies balance, and their means and the interface's own add up. */
static void test_entropies(void **state) {
  (void)state;
  const char *options[] = {"first", "buffer", "second", "buffer",       "chains", "40000", "draws",
                           "20000", "bins",   "48",     "input-margin", "0",      NULL};
  seam_result *result = sample_predict(options);
  seam_prediction p;
  assert_true(seam_result_prediction(result, &p));
  /* ln P(b) = S1 + S2 - ln Z, so that its mean is minus the interface's entropy. */
  assert_true(fabs(p.mean_entropy[0] + p.mean_entropy[1] - log(p.acceptance) + p.interface_entropy) < 1e-9);
  assert_true(p.slope[0][1] * p.slope[1][1] < 0 || p.slope[0][0] * p.slope[1][0] < 0);
  seam_result_free(result);
}

/* ---- Refusals and files ---- */

static void test_refusals(void **state) {
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

/* Promise 5: a cancelled prediction holds whole first components, with all their pairs. */
static void test_cancelled(void **state) {
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

/* A prediction's file is read back whole, and one pair more in any histogram is seen. */
static void test_file(void **state) {
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
    if (!strcmp(histogram->name, "swaps")) continue; /* how many there are nothing else tells */
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
      cmocka_unit_test(test_every_pair),
      cmocka_unit_test(test_every_pair_of_runs),
      cmocka_unit_test(test_every_pair_of_origin),
      cmocka_unit_test(test_every_pair_with_gaps),
      cmocka_unit_test(test_rank),
      cmocka_unit_test(test_rank_in_doubt),
      cmocka_unit_test(test_rank_turning_back),
      cmocka_unit_test(test_turns),
      cmocka_unit_test(test_ends),
      cmocka_unit_test(test_ends_turning_back),
      cmocka_unit_test(test_many_draws),
      cmocka_unit_test(test_every_weight),
      cmocka_unit_test(test_every_swap),
      cmocka_unit_test(test_swaps_are_untrained_interchange),
      cmocka_unit_test(test_cells_refined),
      cmocka_unit_test(test_same_everywhere),
      cmocka_unit_test(test_parts_add_up),
      cmocka_unit_test(test_guess_and_check),
      cmocka_unit_test(test_standard_error),
      cmocka_unit_test(test_outside),
      cmocka_unit_test(test_entropies),
      cmocka_unit_test(test_refusals),
      cmocka_unit_test(test_cancelled),
      cmocka_unit_test(test_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
