/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a comparison are right: logarithm, hypergeometric draws, partition into cells, distances, and their
 * errors. Statistical tests use fixed seeds, share a family-wise error of 1e-6 (Bonferroni), and show that they reject
 * a planted error. */
#include <math.h>

#include "compare/distance.h"
#include "compare/hypergeometric.h"
#include "base/exact_log.h"
#include "compare/equal_mass_cells.h"
#include "support/sample_result.h"

static const double FAMILY_ERROR = 1e-6;

/* ---- The logarithm ---- */

static void logarithms_are_within_two_units_in_the_last_place(void **unused) {
  (void)unused;
  uint64_t state = 1;
  for (int i = 0; i < 200000; i++) {
    double fraction = 1 + (double)sample_random(&state, UINT64_C(1) << 31) * 0x1p-31;
    double x = ldexp(fraction, i < 100000 ? (int)sample_random(&state, 2000) - 1000 : 0);
    long double right = logl((long double)x);
    double unit = fabs(nextafter((double)right, INFINITY) - (double)right);
    if (fabsl((long double)exact_log(x) - right) > 2 * unit) fail_msg("exact_log(%a) is %a", x, exact_log(x));
  }
  assert_true(exact_log(1) == 0);
}

/* ---- Hypergeometric draws ---- */

struct law {
  int64_t total, marked, drawn;
};

static double log_choose(double n, double k) { return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1); }

static double probability(struct law law, int64_t k) {
  double t = (double)law.total, m = (double)law.marked, d = (double)law.drawn, x = (double)k;
  return exp(log_choose(m, x) + log_choose(t - m, d - x) - log_choose(t, d));
}

/* Whether the draws follow the expected law: |z| of each value's count is below a threshold. All `values` cells share
 * the error `error`. Bernstein's bound makes the threshold valid for cells of any size. */
static bool follows(struct law drawn, struct law expected, double error) {
  enum { DRAWS = 100000, VALUES = 512 };
  static int64_t counts[VALUES];
  memset(counts, 0, sizeof counts);
  struct random_stream stream = random_stream_create(7, (uint64_t)drawn.total, 3);
  for (int i = 0; i < DRAWS; i++) {
    int64_t k = hypergeometric_draw(&stream, drawn.total, drawn.marked, drawn.drawn);
    assert_in_range(k, 0, drawn.marked < drawn.drawn ? drawn.marked : drawn.drawn);
    counts[k < VALUES ? k : VALUES - 1]++;
  }
  double bound = log(2 * VALUES / error);
  for (int k = 0; k < VALUES; k++) {
    bool possible =
        k <= expected.marked && k <= expected.drawn && expected.drawn - k <= expected.total - expected.marked;
    double p = possible ? probability(expected, k) : 0, off = fabs((double)counts[k] - DRAWS * p);
    if (off * off > 2 * bound * (DRAWS * p * (1 - p) + off / 3)) return false;
  }
  return true;
}

static void draws_follow_the_hypergeometric_law(void **unused) {
  (void)unused;
  static const struct law laws[] = {
      {12, 5, 7},          {12, 11, 11},           {40, 1, 20}, {1000, 400, 500}, {1000, 60, 900},
      {100000, 30, 50000}, {1000000, 100, 300000}, {90, 45, 45}};
  enum { LAWS = sizeof laws / sizeof *laws };
  for (int i = 0; i < LAWS; i++)
    if (!follows(laws[i], laws[i], FAMILY_ERROR / 2 / LAWS)) fail_msg("draws do not follow law %d", i);
}

static void a_law_with_five_per_cent_more_marked_is_rejected(void **unused) {
  (void)unused;
  assert_false(follows((struct law){1000, 420, 500}, (struct law){1000, 400, 500}, FAMILY_ERROR));
  assert_false(follows((struct law){1000000, 105, 300000}, (struct law){1000000, 100, 300000}, FAMILY_ERROR));
}

/* The worse of mean and variance, in standard errors, for laws too large to tabulate. */
static double worst_moment(struct law law, double marked) {
  enum { DRAWS = 40000 };
  struct random_stream stream = random_stream_create(11, (uint64_t)law.total, 3);
  double n = (double)law.total, share = marked / n, d = (double)law.drawn;
  double mean = d * share, variance = d * share * (1 - share) * ((n - d) / (n - 1)), first = 0, second = 0;
  for (int i = 0; i < DRAWS; i++) {
    double z = ((double)hypergeometric_draw(&stream, law.total, law.marked, law.drawn) - mean) / sqrt(variance);
    first += z;
    second += z * z - 1;
  }
  return fmax(fabs(first) / sqrt(DRAWS), fabs(second) / sqrt(2.0 * DRAWS));
}

static void large_draws_have_the_mean_and_variance_of_the_law(void **unused) {
  (void)unused;
  static const struct law laws[] = {{INT64_C(1) << 40, INT64_C(1) << 30, INT64_C(1) << 39},
                                    {INT64_C(1) << 57, INT64_C(1) << 47, INT64_C(1) << 56},
                                    {INT64_C(1) << 40, 3000000, INT64_C(1) << 38}};
  for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
    double marked = (double)laws[i].marked;
    assert_true(worst_moment(laws[i], marked) < 5.6); /* 6 moments, each at 1e-7 */
    assert_true(worst_moment(laws[i], marked * 1.05) > 5.6);
  }
}

static void a_draw_without_choice_uses_no_random_number(void **unused) {
  (void)unused;
  struct random_stream stream = random_stream_create(1, 1, 1);
  assert_int_equal(hypergeometric_draw(&stream, 10, 0, 5), 0);
  assert_int_equal(hypergeometric_draw(&stream, 10, 10, 5), 5);
  assert_int_equal(hypergeometric_draw(&stream, 10, 4, 0), 0);
  assert_int_equal(hypergeometric_draw(&stream, 10, 4, 10), 4);
  assert_int_equal(hypergeometric_draw(&stream, 0, 0, 0), 0);
  assert_int_equal(stream.draw, 0);
}

static void cells_share_the_drawn_entries(void **unused) {
  (void)unused;
  static const int64_t counts[] = {0, 5, 1000000, 3, 0, 70};
  for (uint64_t id = 0; id < 1000; id++) {
    int64_t taken[6], sum = 0;
    struct random_stream stream = random_stream_create(5, id, 0);
    hypergeometric_cells(&stream, counts, 6, 1000078, 400000, taken);
    for (int i = 0; i < 6; i++) {
      assert_in_range(taken[i], 0, counts[i]);
      sum += taken[i];
    }
    assert_int_equal(sum, 400000);
  }
}

/* Every machine must draw these integers. Change them only for a good reason, because published comparisons would
 * change with them. */
static void draws_are_the_same_on_every_machine(void **unused) {
  (void)unused;
  static const int64_t expected[] = {128,          2152,          34195,           546746,
                                     8740255,      139814731,     2236974412,      35791512131,
                                     572662374377, 9162595652530, 146601540994512, 2345624783246649};
  struct random_stream stream = random_stream_create(0x7365616d, 42, 7);
  for (int i = 0; i < (int)(sizeof expected / sizeof *expected); i++) {
    int64_t total = INT64_C(1000) << (4 * i);
    int64_t k = hypergeometric_draw(&stream, total, total / 3, total / 5 * 2);
    if (k != expected[i]) fail_msg("draw %d is %lld", i, (long long)k);
  }
}

/* ---- The partition ---- */

enum { MOST = 1 << 16 };

struct parts {
  int64_t bins;
  int cells;
  int32_t cell[MOST];
  int64_t mass[MOST];
};

static void divide(const int64_t *counts, struct table_shape shape, int wanted, struct parts *parts) {
  seam_error error;
  parts->bins = table_bins(&shape);
  assert_in_range(parts->bins, 1, MOST);
  memset(parts->cell, 0xff, sizeof parts->cell);
  assert_int_equal(equal_mass_cells_create(counts, &shape, wanted, parts->cell, &parts->cells, &error), SEAM_OK);
  assert_in_range(parts->cells, 1, wanted);
  for (int64_t i = 0; i < parts->bins; i++) assert_in_range(parts->cell[i], 0, parts->cells - 1);
  equal_mass_cells_sum(counts, parts->cell, parts->bins, parts->cells, parts->mass);
}

/* Whether cell c is a box: it has as many bins as its bounding box. */
static bool is_box(const struct parts *parts, struct table_shape shape, int c) {
  int64_t low[3] = {MOST, MOST, MOST}, high[3] = {-1, -1, -1}, bins = 0;
  for (int64_t i = 0; i < parts->bins; i++) {
    if (parts->cell[i] != c) continue;
    const int64_t at[3] = {i / shape.extent[2] / shape.extent[1], i / shape.extent[2] % shape.extent[1],
                           i % shape.extent[2]};
    for (int a = 0; a < 3; a++) {
      if (at[a] < low[a]) low[a] = at[a];
      if (at[a] > high[a]) high[a] = at[a];
    }
    bins++;
  }
  return bins > 0 && bins == (high[0] - low[0] + 1) * (high[1] - low[1] + 1) * (high[2] - low[2] + 1);
}

static void equal_bins_make_equal_cells(void **unused) {
  (void)unused;
  static struct parts parts;
  static int64_t counts[32 * 32];
  for (int i = 0; i < 32 * 32; i++) counts[i] = 3;
  static const int wanted[] = {1, 2, 16, 64, 1024};
  for (int w = 0; w < 5; w++) {
    divide(counts, (struct table_shape){{1, 32, 32}}, wanted[w], &parts);
    assert_int_equal(parts.cells, wanted[w]);
    for (int c = 0; c < parts.cells; c++) assert_int_equal(parts.mass[c], 3 * 32 * 32 / wanted[w]);
  }
  divide(counts, (struct table_shape){{1, 1, 30}}, 3, &parts);
  for (int c = 0; c < 3; c++) assert_int_equal(parts.mass[c], 30);
}

/* A bell-shaped table of 256 x 256 bins, like an interface. */
static void cells_of_a_smooth_table_are_boxes_of_nearly_equal_mass(void **unused) {
  (void)unused;
  static struct parts parts;
  static int64_t counts[MOST];
  struct table_shape shape = {{1, 256, 256}};
  uint64_t state = 3;
  for (int i = 0; i < MOST; i++) {
    double x = (i / 256 - 100) / 50.0, y = (i % 256 - 150) / 30.0;
    counts[i] = (int64_t)(60 * exp(-0.5 * (x * x + y * y - x * y))) + (int64_t)sample_random(&state, 2);
  }
  static const int wanted[] = {16, 17, 100, 333};
  for (int w = 0; w < 4; w++) {
    divide(counts, shape, wanted[w], &parts);
    assert_int_equal(parts.cells, wanted[w]);
    double mean = 0;
    for (int c = 0; c < parts.cells; c++) mean += (double)parts.mass[c] / parts.cells;
    for (int c = 0; c < parts.cells; c++) {
      assert_true(is_box(&parts, shape, c));
      if (fabs((double)parts.mass[c] - mean) > 0.25 * mean)
        fail_msg("of %d cells one holds %lld, the mean is %g", parts.cells, (long long)parts.mass[c], mean);
    }
  }
}

static void cells_in_three_dimensions_are_boxes_too(void **unused) {
  (void)unused;
  static struct parts parts;
  static int64_t counts[12 * 20 * 20];
  struct table_shape shape = {{12, 20, 20}};
  uint64_t state = 8;
  for (int i = 0; i < 12 * 20 * 20; i++) counts[i] = (int64_t)sample_random(&state, 5);
  divide(counts, shape, 50, &parts);
  assert_int_equal(parts.cells, 50);
  for (int c = 0; c < 50; c++) {
    assert_true(is_box(&parts, shape, c));
    assert_in_range(parts.mass[c], 100, 300); /* 192 on average */
  }
}

/* One row of 6 bins holds {5, 0, 0, 1, 2, 2}. Half of 10 is below edges 1, 2 and 3, so the lowest edge is taken. The
 * rest is cut into 1 + 2 and 2, which is nearer to equal than 1 and 2 + 2. */
static void ties_go_to_the_lower_edge_and_the_earlier_axis(void **unused) {
  (void)unused;
  static struct parts parts;
  static const int64_t row[] = {5, 0, 0, 1, 2, 2}, square[] = {1, 1, 1, 1};
  divide(row, (struct table_shape){{1, 1, 6}}, 4, &parts);
  static const int32_t expected[] = {0, 1, 1, 1, 1, 2};
  assert_int_equal(parts.cells, 3);
  assert_memory_equal(parts.cell, expected, sizeof expected);
  divide(square, (struct table_shape){{1, 2, 2}}, 2, &parts);
  assert_int_equal(parts.cell[0], parts.cell[1]);
  assert_int_not_equal(parts.cell[0], parts.cell[2]);
}

static void a_heavy_bin_stays_whole_and_no_cell_is_empty(void **unused) {
  (void)unused;
  static struct parts parts;
  static int64_t counts[100];
  counts[44] = INT64_C(1) << 60;
  counts[7] = counts[99] = 1;
  divide(counts, (struct table_shape){{1, 10, 10}}, 16, &parts);
  assert_int_equal(parts.cells, 3);
  for (int c = 0; c < 3; c++) assert_true(parts.mass[c] > 0);
  memset(counts, 0, sizeof counts);
  divide(counts, (struct table_shape){{1, 10, 10}}, 16, &parts);
  assert_int_equal(parts.cells, 1);
}

/* ---- Distances ---- */

/* {1, 3} against {2, 2}: the shares are 1/4, 3/4 and 1/2, 1/2; with half a count added to each cell they are 0.3, 0.7
 * and 0.5, 0.5. */
static void distances_of_two_tables_are_as_computed_by_hand(void **unused) {
  (void)unused;
  static const double a[] = {1, 3}, b[] = {2, 2};
  double value[SEAM_DISTANCES];
  distance_values(&(struct count_pair){a, b, 2}, value);
  double js =
      0.5 * (0.25 * log(0.25 / 0.375) + 0.75 * log(0.75 / 0.625) + 0.5 * log(0.5 / 0.375) + 0.5 * log(0.5 / 0.625));
  assert_true(value[SEAM_TOTAL_VARIATION] == 0.25);
  assert_true(fabs(value[SEAM_JENSEN_SHANNON] - js) < 1e-15);
  assert_true(fabs(value[SEAM_KULLBACK_LEIBLER] - (0.3 * log(0.6) + 0.7 * log(1.4))) < 1e-15);
  assert_true(fabs(value[SEAM_KULLBACK_LEIBLER_REVERSE] - (0.5 * log(1 / 0.6) + 0.5 * log(1 / 1.4))) < 1e-15);
}

static void tables_without_a_common_cell_are_at_the_greatest_distance(void **unused) {
  (void)unused;
  static const double a[] = {4, 0, 0}, b[] = {0, 3, 0};
  double value[SEAM_DISTANCES];
  distance_values(&(struct count_pair){a, b, 3}, value);
  assert_true(value[SEAM_TOTAL_VARIATION] == 1);
  assert_true(fabs(value[SEAM_JENSEN_SHANNON] - log(2)) < 1e-15);
  assert_true(isfinite(value[SEAM_KULLBACK_LEIBLER]) && isfinite(value[SEAM_KULLBACK_LEIBLER_REVERSE]));
}

/* Slopes -1/2, 1/2 with shares 1/4, 3/4 of 4 entries give 3/16 over 4; slopes 1/2, -1/2 with shares 1/2, 1/2 of 4
 * entries give 1/4 over 4. */
static void the_variance_of_total_variation_is_as_computed_by_hand(void **unused) {
  (void)unused;
  static const double a[] = {1, 3}, b[] = {2, 2};
  double variance[2][SEAM_DISTANCES];
  distance_variances(&(struct count_pair){a, b, 2}, variance);
  assert_true(fabs(variance[0][SEAM_TOTAL_VARIATION] - 0.1875 / 4) < 1e-15);
  assert_true(fabs(variance[1][SEAM_TOTAL_VARIATION] - 0.25 / 4) < 1e-15);
}

/* The distance's standard deviation over many pairs of samples equals its stated error. The two laws are far apart. */
static void variances_equal_the_spread_over_samples(void **unused) {
  (void)unused;
  enum { CELLS = 8, ENTRIES = 20000, SAMPLES = 2000 };
  double first[SEAM_DISTANCES] = {0}, second[SEAM_DISTANCES] = {0}, expected[SEAM_DISTANCES] = {0};
  uint64_t state = 99;
  for (int s = 0; s < SAMPLES; s++) {
    double a[CELLS] = {0}, b[CELLS] = {0};
    double value[SEAM_DISTANCES], variance[2][SEAM_DISTANCES];
    for (int i = 0; i < ENTRIES; i++) {
      a[sample_random(&state, CELLS)]++;
      uint64_t x = sample_random(&state, CELLS), y = sample_random(&state, CELLS);
      b[x > y ? x : y]++;
    }
    distance_values(&(struct count_pair){a, b, CELLS}, value);
    distance_variances(&(struct count_pair){a, b, CELLS}, variance);
    for (int d = 0; d < SEAM_DISTANCES; d++) {
      first[d] += value[d] / SAMPLES;
      second[d] += value[d] * value[d] / SAMPLES;
      expected[d] += sqrt(variance[0][d] + variance[1][d]) / SAMPLES;
    }
  }
  for (int d = 0; d < SEAM_DISTANCES; d++) {
    double ratio = sqrt(second[d] - first[d] * first[d]) / expected[d];
    if (fabs(ratio - 1) > 0.08)
      fail_msg("distance %d spreads %g times its error", d, ratio); /* 5 standard errors of the spread */
  }
}

static void permutations_keep_both_sample_sizes_and_differ(void **unused) {
  (void)unused;
  static const double a[] = {100, 300, 200}, b[] = {30, 40, 50};
  static double chance[PERMUTATIONS][SEAM_DISTANCES], again[PERMUTATIONS][SEAM_DISTANCES];
  static struct dealt room;
  struct count_pair pair = {a, b, 3};
  distance_permuted(&pair, 5, 1, &room, chance);
  distance_permuted(&pair, 5, 1, &room, again);
  assert_memory_equal(chance, again, sizeof chance);
  assert_int_equal(room.taken[0] + room.taken[1] + room.taken[2], 600);
  for (int i = 0; i < 3; i++) assert_int_equal((int64_t)(room.a[i] + room.b[i]), (int64_t)(a[i] + b[i]));
  int different = 0;
  for (int p = 1; p < PERMUTATIONS; p++) different += chance[p][0] != chance[p - 1][0];
  assert_true(different > PERMUTATIONS / 2);
  memset(again, 0, sizeof again);
  distance_permuted(&pair, 6, 2, &room, again);
  assert_true(again[0][0] != 2 * chance[0][0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(logarithms_are_within_two_units_in_the_last_place),
      cmocka_unit_test(draws_follow_the_hypergeometric_law),
      cmocka_unit_test(a_law_with_five_per_cent_more_marked_is_rejected),
      cmocka_unit_test(large_draws_have_the_mean_and_variance_of_the_law),
      cmocka_unit_test(a_draw_without_choice_uses_no_random_number),
      cmocka_unit_test(cells_share_the_drawn_entries),
      cmocka_unit_test(draws_are_the_same_on_every_machine),
      cmocka_unit_test(equal_bins_make_equal_cells),
      cmocka_unit_test(cells_of_a_smooth_table_are_boxes_of_nearly_equal_mass),
      cmocka_unit_test(cells_in_three_dimensions_are_boxes_too),
      cmocka_unit_test(ties_go_to_the_lower_edge_and_the_earlier_axis),
      cmocka_unit_test(a_heavy_bin_stays_whole_and_no_cell_is_empty),
      cmocka_unit_test(distances_of_two_tables_are_as_computed_by_hand),
      cmocka_unit_test(tables_without_a_common_cell_are_at_the_greatest_distance),
      cmocka_unit_test(the_variance_of_total_variation_is_as_computed_by_hand),
      cmocka_unit_test(variances_equal_the_spread_over_samples),
      cmocka_unit_test(permutations_keep_both_sample_sizes_and_differ),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
