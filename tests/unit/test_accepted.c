/* SPDX-License-Identifier: Apache-2.0 */
/* The cells that second components accept are the same by bisection as by looking at every cell, wherever rounding
 * makes a monotone component turn back; and the outermost cells that first components hit are found alone. */
#include "support/predict_job.h"

#include <stdbool.h>

/* ---- What second components accept ---- */

static void check_rank(const struct job *job, uint64_t id, const struct pairs_rank *rank, int found[2]) {
  float second[MAX_PARAMETERS], y[STRIDE];
  bool broken = false;
  draw_scaled(job->second, PURPOSE_PREDICT_SECOND, id, job->init_scale, second);
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

static void check_ranks(const struct works_kernels *kernels, const struct job *job, int found[2]) {
  enum { RANKED = 800 };
  for (uint64_t id = 0; id < RANKED; id += (uint64_t)kernels->lanes) {
    uint64_t draws[PAIRS_MOST_LANES];
    struct pairs_rank ranks[PAIRS_MOST_LANES];
    int active = kernels->lanes - (int)(id % 3); /* some full, some not */
    for (int i = 0; i < active; i++) draws[i] = id + (uint64_t)i;
    kernels->rank(job, draws, active, ranks);
    for (int i = 0; i < active; i++) check_rank(job, draws[i], &ranks[i], found);
  }
}

static void check_ranks_everywhere(const struct job *job, int found[2]) {
  const struct works_kernels *kernels[3];
  for (int k = kernels_here(kernels); k-- > 0;) check_ranks(kernels[k], job, found);
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
        draw_scaled(kind, PURPOSE_PREDICT_SECOND, (uint64_t)(3 + variant), job.init_scale, theta);
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
  draw_scaled(job->second, PURPOSE_PREDICT_SECOND, id, job->init_scale, theta);
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
      works_kernels_baseline.rank(&job, &id, 1, &rank);
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
  return least > 0 ? least / (double)component_reversal(kind, parameters)[0] : 0;
}

/* Promise: no component turns back by more than it says, between neighbouring floats and between cells; by a hundredth
 * of it some do. */
static void test_turns(void **state) {
  (void)state;
  for (int kind = 0; kind < KIND_MLP4; kind++) {
    double most = 0;
    for (uint64_t id = 0; id < 16000; id++) {
      float theta[MAX_PARAMETERS];
      draw(kind, PURPOSE_PREDICT_SECOND, id, theta);
      most = fmax(most, turned(kind, theta, 0.5f, 0x1p-24f));
      if (id % 8 == 0) most = fmax(most, fmax(turned(kind, theta, -2.5f, 0.05f), turned(kind, theta, 0.9f, 1e-5f)));
    }
    assert_true(most <= 1);
    assert_true(kind == KIND_LINEAR ? most == 0 : most > 0.01);
  }
  for (int kind = KIND_MLP4; kind < KINDS; kind++) {
    lane parameters[MAX_PARAMETERS] = {{0}};
    assert_true(component_reversal(kind, parameters)[0] == INFINITY);
  }
}

/* ---- What first components hit ---- */

/* Compares the ends of `count` first components with those among all their cells. Returns how many are in the range. */
static int64_t check_ends(const struct works_kernels *kernels, const struct job *job, int count) {
  int64_t within = 0;
  for (int i = 0; i < count; i += kernels->lanes) {
    struct candidate all[PAIRS_MOST_LANES], ends[PAIRS_MOST_LANES];
    const int active = count - i < kernels->lanes ? count - i : kernels->lanes;
    kernels->look(job, (uint64_t)i, active, all);
    kernels->look_at_ends(job, (uint64_t)i, active, ends);
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

/* Promise: the outermost cells alone are found as they are among all cells, in and out of the range, also where
 * parameters are infinite. */
static void test_ends(void **state) {
  (void)state;
  float edges[CELLS + 1];
  for (int k = 0; k <= CELLS; k++) edges[k] = (float)(k - CELLS / 2) / 16.0f;
  for (int kind = 0; kind < KINDS; kind++)
    for (int huge = 0; huge < 2; huge++) {
      struct job job = science_job(kind, KIND_LINEAR, 4, 0, 0.3);
      job.seed = 5, job.init_scale = huge ? 3e38f : 1.0f, job.stride = STRIDE;
      job.axes[AXIS_CELL] = job.axes[AXIS_INTERFACE] = (struct axis){.edges = edges, .scale = 16.0f, .bins = CELLS};
      const struct works_kernels *kernels[3];
      int64_t within = 0;
      for (int k = kernels_here(kernels); k-- > 0;) within = check_ends(kernels[k], &job, 500);
      assert_true(huge || within > 20);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_rank),  cmocka_unit_test(test_rank_in_doubt), cmocka_unit_test(test_rank_turning_back),
      cmocka_unit_test(test_turns), cmocka_unit_test(test_ends),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
