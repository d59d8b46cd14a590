/* SPDX-License-Identifier: Apache-2.0 */
/* The roof of the made-up kernels in support/roof, from the table that the build makes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "command/roof.h"

static const struct roof_query linear = {"linear", "linear", "sgd", "exact", 90, 4};

static void assert_roof(struct roof_query query, double cycles, const char *pipe) {
  struct roof roof;
  assert_true(roof_find(&roof_table, &query, &roof));
  assert_true(roof.cycles == cycles);
  assert_string_equal(roof.pipe, pipe);
}

static void assert_none(struct roof_query query) {
  struct roof roof;
  assert_false(roof_find(&roof_table, &query, &roof));
}

static void the_busiest_pipe_binds(void **state) {
  (void)state;
  struct roof_query query = linear;
  assert_roof(query, 300, "issue");
  query.samples = 64;
  assert_roof(query, 100 + 64 * 50, "issue");
  query.compute_capability = 80;
  assert_roof(query, 2 * (44 + 64 * 33), "fp32"); /* half the rate on that card */
  assert_roof((struct roof_query){"mlp8", "mlp8", "adam", "fast", 90, 4}, 1800, "issue");
  assert_roof((struct roof_query){"mlp8", "mlp8", "adam", "fast", 90, 1}, 900, "issue");
}

static void what_was_not_counted_has_no_roof(void **state) {
  (void)state;
  struct roof_query query = linear;
  query.first = "mlp8";
  assert_none(query);
  query = linear, query.second = "mlp8";
  assert_none(query);
  query = linear, query.optimizer = "adam";
  assert_none(query);
  query = linear, query.math = "fast";
  assert_none(query);
  query = linear, query.compute_capability = 86;
  assert_none(query);
  query = linear, query.compute_capability = 0;
  assert_none(query);
  assert_none(
      (struct roof_query){"mlp8", "mlp8", "adam", "exact", 90, 4}); /* only the step was counted, not the pair */
}

static void an_empty_table_has_no_roof(void **state) {
  (void)state;
  static const struct roof_row no_rows[] = {{0}};
  static const struct roof_pipe no_pipes[] = {{0}};
  struct roof roof;
  assert_false(roof_find(&(struct roof_table){no_rows, no_pipes}, &linear, &roof));
  assert_false(roof_find(&(struct roof_table){no_rows, roof_table.pipes}, &linear, &roof));
  assert_false(roof_find(&(struct roof_table){roof_table.rows, no_pipes}, &linear, &roof));
}

/* Only one column at a time is not 0, so that none is read in place of another. */
static void every_column_can_bind(void **state) {
  (void)state;
  static const char *const names[] = {"issue", "fp32", "alu", "mufu", "memory", "branch", "uniform", "local"};
  static const struct roof_row rows[] = {
      {"linear", "linear", "sgd", "exact", "sm_90", "step", 1, 2, 3, 4, 5, 6, 7, 8, 32},
      {"linear", "linear", "sgd", "exact", "sm_90", "pair", 10, 20, 30, 40, 50, 60, 70, 80, 32},
      {0}};
  for (int i = 0; i < 8; i++) {
    struct roof_pipe pipes[] = {{"sm_90", names[i], 0.5}, {0}};
    struct roof roof;
    assert_true(roof_find(&(struct roof_table){rows, pipes}, &linear, &roof));
    assert_true(roof.cycles == (i + 1) * 41 * 0.5);
    assert_string_equal(roof.pipe, names[i]);
  }
}

/* An H100 has 132 multiprocessors at 1.755 GHz; each starts four warps' instructions in each cycle. */
static void the_rate_is_that_of_all_schedulers(void **state) {
  (void)state;
  struct roof roof = {1000, "issue"};
  assert_true(roof_rate(&roof, 132, 1.755e9) == 132 * 128 * 1.755e6);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_busiest_pipe_binds),
      cmocka_unit_test(what_was_not_counted_has_no_roof),
      cmocka_unit_test(an_empty_table_has_no_roof),
      cmocka_unit_test(every_column_can_bind),
      cmocka_unit_test(the_rate_is_that_of_all_schedulers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
