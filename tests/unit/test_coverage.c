/* SPDX-License-Identifier: Apache-2.0 */
/* Coverage: no chain is counted twice, none is lost, and ranges stay sorted and joined. */
#include "result/coverage.h"

#include "support/sample_result.h"

static void add(struct coverage *coverage, uint64_t begin, uint64_t end) {
  seam_error error;
  if (coverage_add(coverage, begin, end, &error) != SEAM_OK) fail_msg("%s", error.message);
}

static void expect(const struct coverage *coverage, size_t ranges, const uint64_t *ids) {
  assert_int_equal(coverage->ranges, ranges);
  for (size_t i = 0; i < 2 * ranges; i++) assert_int_equal(coverage->ids[i], ids[i]);
}

static void ranges_are_kept_sorted(void **unused) {
  (void)unused;
  struct coverage coverage = {0};
  add(&coverage, 50, 60);
  add(&coverage, 10, 20);
  add(&coverage, 30, 40);
  expect(&coverage, 3, (uint64_t[]){10, 20, 30, 40, 50, 60});
  assert_int_equal(coverage_size(&coverage), 30);
  coverage_free(&coverage);
}

static void neighbours_are_joined(void **unused) {
  (void)unused;
  struct coverage coverage = {0};
  add(&coverage, 10, 20);
  add(&coverage, 30, 40);
  add(&coverage, 20, 25);
  expect(&coverage, 2, (uint64_t[]){10, 25, 30, 40});
  add(&coverage, 28, 30);
  expect(&coverage, 2, (uint64_t[]){10, 25, 28, 40});
  add(&coverage, 25, 28);
  expect(&coverage, 1, (uint64_t[]){10, 40});
  coverage_free(&coverage);
}

static void an_empty_range_changes_nothing(void **unused) {
  (void)unused;
  struct coverage coverage = {0};
  add(&coverage, 7, 7);
  assert_int_equal(coverage.ranges, 0);
  add(&coverage, 0, 10);
  add(&coverage, 5, 5);
  expect(&coverage, 1, (uint64_t[]){0, 10});
  coverage_free(&coverage);
}

static void an_overlap_is_refused_and_changes_nothing(void **unused) {
  (void)unused;
  static const uint64_t overlaps[][2] = {{10, 20}, {5, 11},  {19, 21}, {12, 15}, {5, 45}, {20, 31},
                                         {15, 35}, {39, 50}, {0, 100}, {20, 45}, {9, 12}, {40, 51}};
  struct coverage coverage = {0};
  add(&coverage, 10, 20);
  add(&coverage, 30, 40);
  add(&coverage, 50, 60);
  for (size_t i = 0; i < sizeof overlaps / sizeof *overlaps; i++) {
    seam_error error;
    assert_int_equal(coverage_add(&coverage, overlaps[i][0], overlaps[i][1], &error), SEAM_ERROR_INTERNAL);
    assert_non_null(strstr(error.message, "please report it"));
    assert_non_null(strstr(error.message, "twice"));
    expect(&coverage, 3, (uint64_t[]){10, 20, 30, 40, 50, 60});
  }
  coverage_free(&coverage);
}

static void a_backward_range_is_refused(void **unused) {
  (void)unused;
  struct coverage coverage = {0};
  assert_int_equal(coverage_add(&coverage, 5, 4, NULL), SEAM_ERROR_INTERNAL);
  assert_int_equal(coverage.ranges, 0);
  coverage_free(&coverage);
}

static void ids_reach_to_the_last_of_64_bits(void **unused) {
  (void)unused;
  struct coverage coverage = {0};
  add(&coverage, UINT64_MAX - 10, UINT64_MAX);
  add(&coverage, 0, 10);
  assert_int_equal(coverage_add(&coverage, UINT64_MAX - 1, UINT64_MAX, NULL), SEAM_ERROR_INTERNAL);
  add(&coverage, 10, UINT64_MAX - 10);
  expect(&coverage, 1, (uint64_t[]){0, UINT64_MAX});
  assert_int_equal(coverage_size(&coverage), UINT64_MAX);
  coverage_free(&coverage);
}

/* Ranges added in any order cover the same ids as an array with one flag for each id. */
static void any_order_covers_the_same(void **unused) {
  (void)unused;
  enum { IDS = 200 };
  for (uint64_t seed = 0; seed < 50; seed++) {
    struct coverage coverage = {0};
    int covered[IDS] = {0};
    uint64_t state = seed, size = 0;
    for (int i = 0; i < 300; i++) {
      uint64_t begin = sample_random(&state, IDS), end = begin + sample_random(&state, IDS - begin + 1) % 9;
      int overlap = 0;
      for (uint64_t id = begin; id < end; id++) overlap |= covered[id];
      seam_status status = coverage_add(&coverage, begin, end, NULL);
      assert_int_equal(status, overlap ? SEAM_ERROR_INTERNAL : SEAM_OK);
      for (uint64_t id = begin; id < end && !overlap; id++) covered[id] = 1;
    }
    for (size_t k = 0; k < coverage.ranges; k++) {
      if (k > 0) assert_true(coverage.ids[2 * k] > coverage.ids[2 * k - 1]);
      for (uint64_t id = coverage.ids[2 * k]; id < coverage.ids[2 * k + 1]; id++) assert_true(covered[id]);
    }
    for (int id = 0; id < IDS; id++) size += (uint64_t)covered[id];
    assert_int_equal(coverage_size(&coverage), size);
    coverage_free(&coverage);
  }
}

static void pairs_are_whole_where_all_ends_are_even(void **unused) {
  (void)unused;
  struct coverage coverage = {0};
  assert_true(coverage_holds_pairs(&coverage));
  add(&coverage, 4, 8);
  add(&coverage, 20, 22);
  assert_true(coverage_holds_pairs(&coverage));
  add(&coverage, 11, 13); /* the range breaks two pairs */
  assert_false(coverage_holds_pairs(&coverage));
  add(&coverage, 10, 11);
  assert_false(coverage_holds_pairs(&coverage));
  add(&coverage, 13, 14);
  assert_true(coverage_holds_pairs(&coverage));
  coverage_free(&coverage);
}

static void what_is_missing_is_the_rest(void **unused) {
  (void)unused;
  struct coverage coverage = {0}, missing = {0};
  assert_int_equal(coverage_missing(&coverage, 5, 9, &missing, NULL), SEAM_OK);
  expect(&missing, 1, (uint64_t[]){5, 9});
  coverage_free(&missing);
  add(&coverage, 10, 20);
  add(&coverage, 30, 40);
  assert_int_equal(coverage_missing(&coverage, 10, 40, &missing, NULL), SEAM_OK);
  expect(&missing, 1, (uint64_t[]){20, 30});
  coverage_free(&missing);
  assert_int_equal(coverage_missing(&coverage, 0, 35, &missing, NULL), SEAM_OK);
  expect(&missing, 2, (uint64_t[]){0, 10, 20, 30});
  coverage_free(&missing);
  assert_int_equal(coverage_missing(&coverage, 15, UINT64_MAX, &missing, NULL), SEAM_OK);
  expect(&missing, 2, (uint64_t[]){20, 30, 40, UINT64_MAX});
  coverage_free(&missing);
  assert_int_equal(coverage_missing(&coverage, 12, 18, &missing, NULL), SEAM_OK);
  expect(&missing, 0, NULL);
  coverage_free(&missing);
  coverage_free(&coverage);
}

/* Missing ids, common ids and the union are the same as those of two arrays with one flag for each id. */
static void missing_common_and_joined_ids_are_right(void **unused) {
  (void)unused;
  enum { IDS = 60 };
  uint64_t state = 7;
  for (int round = 0; round < 300; round++) {
    struct coverage parts[2] = {{0}, {0}}, missing = {0};
    int flags[2][IDS] = {{0}, {0}};
    for (int i = 0; i < 10; i++) {
      uint64_t begin = sample_random(&state, IDS), size = 1 + sample_random(&state, 5),
               which = sample_random(&state, 2);
      if (begin + size > IDS || coverage_add(&parts[which], begin, begin + size, NULL) != SEAM_OK) continue;
      for (uint64_t id = begin; id < begin + size; id++) flags[which][id] = 1;
    }
    uint64_t first = IDS, found, low = sample_random(&state, IDS), high = low + sample_random(&state, IDS - low),
             size = 0;
    for (uint64_t id = IDS; id-- > 0;)
      if (flags[0][id] && flags[1][id]) first = id;
    uint64_t shared = 0;
    for (uint64_t id = 0; id < IDS; id++) shared += flags[0][id] && flags[1][id];
    assert_int_equal(coverage_shared(&parts[0], &parts[1]), shared);
    assert_int_equal(coverage_overlap(&parts[0], &parts[1], &found), first < IDS);
    if (first < IDS) assert_int_equal(found, first);
    assert_int_equal(coverage_missing(&parts[0], low, high, &missing, NULL), SEAM_OK);
    for (uint64_t id = low; id < high; id++) size += !flags[0][id];
    assert_int_equal(coverage_size(&missing), size);
    assert_false(coverage_overlap(&missing, &parts[0], &found));
    uint64_t both = coverage_size(&parts[0]) + coverage_size(&parts[1]), before = coverage_size(&parts[0]);
    assert_int_equal(coverage_join(&parts[0], &parts[1], NULL), first < IDS ? SEAM_ERROR_INTERNAL : SEAM_OK);
    assert_int_equal(coverage_size(&parts[0]), first < IDS ? before : both);
    for (size_t k = 1; k < parts[0].ranges; k++) assert_true(parts[0].ids[2 * k] > parts[0].ids[2 * k - 1]);
    for (uint64_t id = 0; id < IDS && first == IDS; id++)
      assert_int_equal(flags[0][id] | flags[1][id],
                       coverage_overlap(&parts[0], &(struct coverage){(uint64_t[]){id, id + 1}, 1, 1}, &found));
    for (int k = 0; k < 2; k++) coverage_free(&parts[k]);
    coverage_free(&missing);
  }
}

/* Two parts of a million ranges each: in quadratic time, the test would not end. */
static void a_million_ranges_are_joined_at_once(void **unused) {
  (void)unused;
  enum { RANGES = 1000000 };
  struct coverage parts[3] = {{0}, {0}, {0}};
  for (uint64_t id = 0; id < 4 * RANGES; id += 2) add(&parts[id / 2 % 2], id, id + 1);
  for (uint64_t id = 1; id < 4 * RANGES; id += 2) add(&parts[2], id, id + 1);
  assert_int_equal(coverage_join(&parts[0], &parts[1], NULL), SEAM_OK);
  assert_int_equal(parts[0].ranges, 2 * RANGES);
  assert_int_equal(coverage_shared(&parts[0], &parts[1]), RANGES);
  assert_int_equal(coverage_join(&parts[0], &parts[2], NULL), SEAM_OK);
  expect(&parts[0], 1, (uint64_t[]){0, 4 * RANGES});
  for (int k = 0; k < 3; k++) coverage_free(&parts[k]);
}

/* As a run does that fills the gaps of an earlier result in portions. */
static void gaps_are_filled_from_the_left(void **unused) {
  (void)unused;
  enum { RANGES = 200000, PORTION = 1000 };
  struct coverage coverage = {0};
  for (uint64_t k = 0; k < RANGES; k++) add(&coverage, 2 * k, 2 * k + 1);
  for (uint64_t k = 0; k < RANGES; k += PORTION) {
    struct coverage portion = {0};
    for (uint64_t i = k; i < k + PORTION; i++) add(&portion, 2 * i + 1, 2 * i + 2);
    assert_int_equal(coverage_join(&coverage, &portion, NULL), SEAM_OK);
    coverage_free(&portion);
  }
  expect(&coverage, 1, (uint64_t[]){0, 2 * RANGES});
  coverage_free(&coverage);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ranges_are_kept_sorted),
      cmocka_unit_test(neighbours_are_joined),
      cmocka_unit_test(an_empty_range_changes_nothing),
      cmocka_unit_test(an_overlap_is_refused_and_changes_nothing),
      cmocka_unit_test(a_backward_range_is_refused),
      cmocka_unit_test(ids_reach_to_the_last_of_64_bits),
      cmocka_unit_test(any_order_covers_the_same),
      cmocka_unit_test(pairs_are_whole_where_all_ends_are_even),
      cmocka_unit_test(what_is_missing_is_the_rest),
      cmocka_unit_test(missing_common_and_joined_ids_are_right),
      cmocka_unit_test(a_million_ranges_are_joined_at_once),
      cmocka_unit_test(gaps_are_filled_from_the_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
