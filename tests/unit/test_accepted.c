/* SPDX-License-Identifier: Apache-2.0 */
/* Bisection finds the same accepted cells, and the outermost hit cells, as a look at every cell does, even where
 * rounding makes a monotone component turn back. */
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

/* Bisection finds the lowest and the highest cell that a draw accepts, and whether there are gaps between them. */
static void bisection_finds_what_every_draw_accepts(void **state) {
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

/* Rounding decides in these cases: a draw's output equals a bound to the bit, or is the next float; the two bounds are
 * equal; or the parameters are so large that voltages overflow. */
static void bisection_is_right_where_rounding_decides(void **state) {
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

/* Finds where f goes against its overall direction, and returns the higher of the two values there; NaN if f never
 * does. */
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

/* Checks the draws that turn back, with a bound at the turning point and at the floats next to it. */
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

/* Rounding makes some draws turn back within a few neighbouring floats. The test puts the bound right there. */
static void bisection_is_right_where_draws_turn_back_at_a_bound(void **state) {
  (void)state;
  check_turning_ranks(KIND_LOGISTIC, 0.03f, 1.0f, 100);
  check_turning_ranks(KIND_LOGISTIC, 0.1f, 0.5f, 50);
  check_turning_ranks(KIND_LOGISTIC, 0.2f, 0.5f, 10);
  check_turning_ranks(KIND_BUFFER, 1.0f, 0.5f, 3);
}

/* How far a component turns back over the steps from voltage v on, as a share of the bound in component_reversal. The
 * component may rise or fall; the direction that turns back less counts. */
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

/* No component turns back by more than component_reversal says, between neighbouring floats and between cells. Some
 * turn back by more than a hundredth of it, so the bound is not far too wide. */
static void no_component_turns_back_by_more_than_it_says(void **state) {
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

/* Compares the outermost cells of `count` first components with those found among all their cells. Returns how many
 * components are in the range. */
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

/* The search for the outermost cells finds what a look at all cells finds, in and out of the range, also if parameters
 * are infinite. */
static void the_outermost_cells_are_those_among_all_cells(void **state) {
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
      cmocka_unit_test(bisection_finds_what_every_draw_accepts),
      cmocka_unit_test(bisection_is_right_where_rounding_decides),
      cmocka_unit_test(bisection_is_right_where_draws_turn_back_at_a_bound),
      cmocka_unit_test(no_component_turns_back_by_more_than_it_says),
      cmocka_unit_test(the_outermost_cells_are_those_among_all_cells),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
