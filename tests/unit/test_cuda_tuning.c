/* SPDX-License-Identifier: Apache-2.0 */
/* Tuning finds the fastest launch shape and slices of the wanted length, on a device whose times are a formula. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "backend/cuda/cuda_autotune.h"

enum { CHAINS = 1000, NO_END = INT32_MAX };

static const double target = 25;

/* The time of a slice: the launch, and for each chain and step the cost of the shape, in milliseconds. */
struct formula {
  double launch, costs[AUTOTUNE_SHAPES];
};

static double formula_time(const struct formula *formula, struct autotune_choice choice, uint32_t chains) {
  return formula->launch + formula->costs[choice.shape] * chains * choice.steps;
}

static struct autotune_choice run_slice(struct cuda_autotune *tuning, const struct formula *formula, uint32_t chains,
                                        uint32_t left, double *milliseconds) {
  struct autotune_choice choice = autotune_next(tuning, chains, left);
  assert_true(choice.steps >= 1 && choice.steps <= left);
  assert_true(choice.threads >= 32 && choice.threads <= 128 && choice.threads % 32 == 0);
  *milliseconds = formula_time(formula, choice, chains);
  if (choice.measured) autotune_record(tuning, choice, chains, *milliseconds);
  return choice;
}

/* Runs slices until nothing is measured any more; returns how many. */
static int settle(struct cuda_autotune *tuning, const struct formula *formula, uint32_t chains) {
  double milliseconds;
  for (int slices = 0; slices < 1000; slices++)
    if (!run_slice(tuning, formula, chains, NO_END, &milliseconds).measured) return slices;
  fail_msg("still measuring");
  return 0;
}

static void the_fastest_shape_is_found(void **state) {
  (void)state;
  for (int fastest = 0; fastest < AUTOTUNE_SHAPES; fastest++) {
    struct formula formula = {0.01, {3e-5, 3e-5, 3e-5}};
    formula.costs[fastest] = 2.9e-5;
    struct cuda_autotune tuning;
    autotune_begin(&tuning, 25, false, target);
    assert_true(settle(&tuning, &formula, CHAINS) < 20);
    struct autotune_choice choice = autotune_next(&tuning, CHAINS, NO_END);
    assert_int_equal(choice.shape, fastest);
    assert_int_equal(choice.threads, 128 >> fastest);
    for (int k = 0; k < 100; k++) assert_int_equal(autotune_next(&tuning, CHAINS, NO_END).shape, fastest);
  }
}

static void the_first_slice_has_the_largest_block_and_the_guessed_length(void **state) {
  (void)state;
  struct cuda_autotune tuning;
  autotune_begin(&tuning, 25, false, target);
  struct autotune_choice choice = autotune_next(&tuning, CHAINS, NO_END);
  assert_int_equal(choice.threads, 128);
  assert_int_equal(choice.steps, 25);
  assert_true(choice.measured);
}

/* Whatever a step costs, slices reach the wanted time, and none takes much longer on the way. */
static void slices_take_the_wanted_time(void **state) {
  (void)state;
  for (double cost = 1e-9; cost < 1e-2; cost *= 3) {
    const struct formula formula = {0.005, {cost, cost * 1.5, cost * 2}};
    struct cuda_autotune tuning;
    double milliseconds;
    autotune_begin(&tuning, 1, false, target);
    for (int k = 0; k < 40; k++) {
      run_slice(&tuning, &formula, CHAINS, NO_END, &milliseconds);
      assert_true(milliseconds < 2.1 * target);
    }
    run_slice(&tuning, &formula, CHAINS, NO_END, &milliseconds);
    assert_true(milliseconds < 1.01 * target);
    assert_true(milliseconds > 0.5 * target ||
                milliseconds > 1048576 * cost * CHAINS); /* this slice is the longest possible */
  }
}

/* A slice grows only by degrees, even if the measured time would allow a jump. */
static void slices_grow_by_degrees(void **state) {
  (void)state;
  struct cuda_autotune tuning;
  autotune_begin(&tuning, 10, false, target);
  for (uint32_t steps = 10; steps < 1000; steps *= 8) {
    struct autotune_choice choice = autotune_next(&tuning, CHAINS, NO_END);
    assert_int_equal(choice.steps, steps);
    assert_true(choice.measured);
    autotune_record(&tuning, choice, CHAINS, 1e-6);
  }
}

/* A step that takes longer than the wanted time cannot be cut. */
static void a_slice_has_at_least_one_step(void **state) {
  (void)state;
  const struct formula formula = {0, {1, 1, 1}};
  struct cuda_autotune tuning;
  double milliseconds;
  autotune_begin(&tuning, 7, false, target);
  for (int k = 0; k < 20; k++) {
    struct autotune_choice choice = run_slice(&tuning, &formula, CHAINS, NO_END, &milliseconds);
    assert_true(k == 0 || choice.steps == 1);
  }
}

static uint32_t next_random(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

/* Two slices of three are delayed, up to threefold. The least of several trials is seldom wrong, so the slice length is
 * never far off. */
static void noise_seldom_misleads_the_tuning(void **state) {
  (void)state;
  const struct formula formula = {0.01, {3e-5, 2e-5, 4e-5}};
  uint32_t random = 1;
  int right = 0;
  enum { RUNS = 1000 };
  for (int run = 0; run < RUNS; run++) {
    struct cuda_autotune tuning;
    autotune_begin(&tuning, 25, false, target);
    for (int k = 0; k < 40; k++) {
      struct autotune_choice choice = autotune_next(&tuning, CHAINS, NO_END);
      double delay = next_random(&random) % 3 ? 1 + 2 * (next_random(&random) % 1000) / 1000.0 : 1;
      if (choice.measured) autotune_record(&tuning, choice, CHAINS, delay * formula_time(&formula, choice, CHAINS));
    }
    struct autotune_choice choice = autotune_next(&tuning, CHAINS, NO_END);
    assert_false(choice.measured);
    right += choice.shape == 1;
    double milliseconds = formula_time(&formula, choice, CHAINS);
    assert_true(milliseconds > target / 4 && milliseconds < 1.1 * target);
  }
  assert_true(right > RUNS * 85 / 100);
}

static void impossible_times_are_ignored(void **state) {
  (void)state;
  const double wrong[] = {0, -1, (double)NAN, (double)INFINITY, -(double)INFINITY};
  const struct formula formula = {0, {3e-5, 2e-5, 4e-5}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct cuda_autotune tuning;
    autotune_begin(&tuning, 25, false, target);
    int slices = 0;
    for (struct autotune_choice choice; (choice = autotune_next(&tuning, CHAINS, NO_END)).measured; slices++) {
      assert_int_equal(choice.steps, 25);
      assert_int_equal(choice.threads, 128);
      autotune_record(&tuning, choice, CHAINS, wrong[i]);
    }
    assert_true(slices < 100); /* it gives up and keeps its first choice */
    assert_int_equal(autotune_next(&tuning, CHAINS, NO_END).steps, 25);
    assert_int_equal(autotune_next(&tuning, CHAINS, NO_END).threads, 128);

    autotune_begin(&tuning, 25, false, target);
    for (int k = 0; k < 9; k++) {
      double milliseconds;
      struct autotune_choice choice = autotune_next(&tuning, CHAINS, NO_END);
      autotune_record(&tuning, choice, CHAINS, wrong[i]);
      assert_int_equal(autotune_next(&tuning, CHAINS, NO_END).steps, choice.steps); /* the false time has no effect */
      run_slice(&tuning, &formula, CHAINS, NO_END, &milliseconds);
    }
    settle(&tuning, &formula, CHAINS);
    assert_int_equal(autotune_next(&tuning, CHAINS, NO_END).threads, 64);
  }
}

static void the_users_slice_stays(void **state) {
  (void)state;
  const struct formula formula = {0.01, {3e-5, 3e-5, 2e-5}};
  for (uint32_t steps = 1; steps < 100000; steps *= 10) {
    struct cuda_autotune tuning;
    double milliseconds;
    autotune_begin(&tuning, steps, true, target);
    for (int k = 0; k < 100; k++)
      assert_int_equal(run_slice(&tuning, &formula, CHAINS, NO_END, &milliseconds).steps, steps);
    struct autotune_choice choice = autotune_next(&tuning, CHAINS, NO_END);
    assert_false(choice.measured);
    assert_int_equal(choice.threads, steps >= 1000 ? 32 : 128); /* shorter slices are too noisy to measure */
  }
}

static void a_slice_ends_where_the_caller_must_pause(void **state) {
  (void)state;
  const struct formula formula = {0, {3e-5, 3e-5, 3e-5}};
  struct cuda_autotune tuning;
  double milliseconds;
  autotune_begin(&tuning, 25, false, target);
  assert_int_equal(autotune_next(&tuning, CHAINS, 24).steps, 24);
  settle(&tuning, &formula, CHAINS);
  assert_int_equal(run_slice(&tuning, &formula, CHAINS, 1, &milliseconds).steps, 1);
  assert_true(autotune_next(&tuning, CHAINS, NO_END).steps > 800);
}

/* In a run of short slices, only the first one needs the device alone. */
static void short_slices_are_not_measured(void **state) {
  (void)state;
  const struct formula formula = {0.001, {3e-5, 2e-5, 3e-5}};
  struct cuda_autotune tuning;
  double milliseconds;
  autotune_begin(&tuning, 25, false, target);
  for (int k = 0; k < 100; k++)
    assert_int_equal(run_slice(&tuning, &formula, CHAINS, 7, &milliseconds).measured, k == 0);
}

/* Half a batch may take as long as a whole one. A batch larger than any before takes longer, and is measured afresh. */
static void batches_of_other_sizes_are_measured_apart(void **state) {
  (void)state;
  const struct formula small = {0, {1e-5, 1e-4, 1e-4}}, large = {0, {3e-5, 3e-5, 2e-5}};
  struct cuda_autotune tuning;
  double milliseconds;
  autotune_begin(&tuning, 25, false, target);
  for (int k = 0; k < 6; k++) run_slice(&tuning, &small, CHAINS / 10, NO_END, &milliseconds);
  settle(&tuning, &large, CHAINS);
  struct autotune_choice choice = autotune_next(&tuning, CHAINS, NO_END);
  assert_int_equal(choice.threads, 32);
  assert_int_equal(choice.steps, 1250);
  assert_int_equal(autotune_next(&tuning, CHAINS / 2, NO_END).steps, 1250);
  assert_int_equal(autotune_next(&tuning, CHAINS * 2, NO_END).steps, 625);

  autotune_begin(&tuning, 25, false, target);
  run_slice(&tuning, &large, CHAINS, NO_END, &milliseconds);
  assert_false(autotune_next(&tuning, CHAINS - 1, NO_END).measured);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_first_slice_has_the_largest_block_and_the_guessed_length),
      cmocka_unit_test(the_fastest_shape_is_found),
      cmocka_unit_test(slices_take_the_wanted_time),
      cmocka_unit_test(slices_grow_by_degrees),
      cmocka_unit_test(a_slice_has_at_least_one_step),
      cmocka_unit_test(noise_seldom_misleads_the_tuning),
      cmocka_unit_test(impossible_times_are_ignored),
      cmocka_unit_test(the_users_slice_stays),
      cmocka_unit_test(a_slice_ends_where_the_caller_must_pause),
      cmocka_unit_test(short_slices_are_not_measured),
      cmocka_unit_test(batches_of_other_sizes_are_measured_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
