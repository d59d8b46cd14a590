/* SPDX-License-Identifier: Apache-2.0 */
/* Quadrants: which draws are quadrants, how many of them accept a point, and that counting by them changes no count. */
#include "support/science.h"

#include <pthread.h>
#include <stdbool.h>
#include <time.h>

#include "backend/cpu/pair_bits.h"
#include "support/sample_result.h"

enum { CELLS = 40 };

/* ---- Which draws are quadrants ---- */

static int sides_of(int low0, int high0, int low1, int high1, int broken) {
  const struct pairs_rank what = {{(int16_t)low0, (int16_t)low1}, {(int16_t)high0, (int16_t)high1}, (int16_t)broken};
  return quadrant_sides(&what, CELLS);
}

/* A draw is a quadrant if it has no gaps and accepts, at each level, all cells up to one end of the range. */
static void quadrants_are_draws_that_reach_an_end_at_each_level(void **state) {
  (void)state;
  assert_int_equal(sides_of(0, 3, 0, 9, 0), 0);
  assert_int_equal(sides_of(5, CELLS - 1, 0, 9, 0), 1);
  assert_int_equal(sides_of(0, 3, 7, CELLS - 1, 0), 2);
  assert_int_equal(sides_of(5, CELLS - 1, 7, CELLS - 1, 0), 3);
  assert_int_equal(sides_of(0, CELLS - 1, 0, CELLS - 1, 0), 0);
  assert_int_equal(sides_of(0, 3, 0, 9, 1), QUADRANT_NONE);
  assert_int_equal(sides_of(1, CELLS - 2, 0, 9, 0), QUADRANT_NONE);
  assert_int_equal(sides_of(0, 3, 1, CELLS - 2, 0), QUADRANT_NONE);
}

/* ---- How many draws accept a point ---- */

/* What the n-th draw of a block accepts, up to the range's end on these sides. */
static struct pairs_rank draw_of(int sides, int block, int n) {
  struct pairs_rank what = {{0, 0}, {0, 0}, 0};
  uint32_t hash = ((uint32_t)(n * PAIR_BLOCKS + block) * QUADRANT_SIDES + (uint32_t)sides) * 2654435761u;
  for (int level = 0; level < 2; level++) {
    int cell = (int)((hash >> (8 + 12 * level) & 0xfff) % CELLS);
    what.low[level] = (int16_t)(sides >> level & 1 ? cell : 0);
    what.high[level] = (int16_t)(sides >> level & 1 ? CELLS - 1 : cell);
  }
  return what;
}

/* A first component that hits the cells from low to high at each level. */
static struct candidate candidate_of(int low0, int high0, int low1, int high1) {
  return (struct candidate){
      .within = 1, .row = {(uint16_t)low0, (uint16_t)(CELLS + low1), (uint16_t)high0, (uint16_t)(CELLS + high1)}};
}

static bool accepts(const struct pairs_rank *what, const int low[2], const int high[2]) {
  for (int level = 0; level < 2; level++)
    if (what->low[level] > low[level] || what->high[level] < high[level]) return false;
  return true;
}

static void carry_out(struct summed_tables *quadrants, void (*task)(struct summed_tables *, size_t)) {
  for (size_t k = summed_tables_tasks(quadrants); k-- > 0;) task(quadrants, k);
}

/* Sums over all sheets how many draws of a block accept candidate a, or both candidates. */
static int64_t found(const struct summed_tables *quadrants, const struct candidate *a, const struct candidate *b,
                     int block) {
  int64_t sum = 0;
  for (int s = 0; s < quadrants->count; s++) {
    const struct sheet *sheet = &quadrants->sheets[s];
    const uint16_t *draws = sheet_find(sheet, sheet_common(sheet_point(sheet, a), sheet_point(sheet, b)));
    if (draws) sum += draws[block];
  }
  return sum;
}

static void check_points(const struct summed_tables *quadrants, int sides, int block, int count) {
  int64_t some = 0;
  for (int point = 0; point < 60; point++) {
    const int low[2] = {point * 7 % CELLS, point * 11 % CELLS};
    const int high[2] = {low[0] + point % 3 < CELLS ? low[0] + point % 3 : low[0],
                         low[1] + point % 5 < CELLS ? low[1] + point % 5 : low[1]};
    const int other[2] = {(low[0] + 5) % CELLS, (low[1] + 3) % CELLS};
    const struct candidate a = candidate_of(low[0], high[0], low[1], high[1]);
    const struct candidate b = candidate_of(other[0], other[0], other[1], other[1]);
    int64_t alone = 0, both = 0;
    for (int n = 0; n < count; n++) {
      const struct pairs_rank what = draw_of(sides, block, n);
      bool works = accepts(&what, low, high);
      alone += works;
      both += works && accepts(&what, other, other);
    }
    assert_int_equal(found(quadrants, &a, &a, block), alone);
    assert_int_equal(found(quadrants, &a, &b, block), both);
    some += both;
  }
  assert_true(some > 0);
}

/* A sheet tells for each block how many draws accept one first component, and how many accept two; also if a block has
 * so many draws that they need several sheets, and another block has none. */
static void a_sheet_tells_how_many_draws_accept_a_point(void **state) {
  (void)state;
  enum { FEW = 300, MANY = 140000, FULL = 9, EMPTY = 10 };
  for (int sides = 0; sides < QUADRANT_SIDES; sides++) {
    uint64_t sheets[QUADRANT_SIDES] = {0};
    struct summed_tables *quadrants;
    sheets[sides] = quadrant_sheets(MANY);
    assert_int_equal(sheets[sides], 3);
    quadrants = summed_tables_create(CELLS, sheets);
    assert_non_null(quadrants);
    carry_out(quadrants, summed_tables_clear);
    for (int block = 0; block < PAIR_BLOCKS; block++) {
      const int count = block == FULL ? MANY : block == EMPTY ? 0 : FEW;
      for (int n = 0; n < count; n++) {
        const struct pairs_rank what = draw_of(sides, block, n);
        summed_tables_enter(quadrants, sides, block, (uint64_t)n, &what);
      }
    }
    carry_out(quadrants, summed_tables_sum_rows);
    carry_out(quadrants, summed_tables_sum_columns);
    summed_tables_end(quadrants);
    check_points(quadrants, sides, 0, FEW);
    check_points(quadrants, sides, PAIR_BLOCKS - 1, FEW);
    check_points(quadrants, sides, FULL, MANY);
    const struct candidate any = candidate_of(0, 0, 0, 0);
    assert_int_equal(found(quadrants, &any, &any, EMPTY), 0);
    summed_tables_free(quadrants);
  }
}

/* A sheet without draws says that it is empty. */
static void an_empty_sheet_says_so(void **state) {
  (void)state;
  const uint64_t sheets[QUADRANT_SIDES] = {1, 0, 0, 0};
  const struct candidate any = candidate_of(0, 0, 0, 0);
  struct summed_tables *quadrants = summed_tables_create(CELLS, sheets);
  assert_non_null(quadrants);
  carry_out(quadrants, summed_tables_clear);
  carry_out(quadrants, summed_tables_sum_rows);
  carry_out(quadrants, summed_tables_sum_columns);
  summed_tables_end(quadrants);
  assert_null(sheet_find(quadrants->sheets, sheet_point(quadrants->sheets, &any)));
  summed_tables_free(quadrants);
}

/* ---- In a prediction ---- */

/* There are few cells, so that the few draws of a test are enough for quadrants. */
enum { DRAWS = 50000, FEW_CELLS = 16 };

/* The linker's --wrap sends the library's calls of huge_pages_allocate here, so that memory can be refused for sheets
 * only. */
static bool no_sheets;

void *__real_huge_pages_allocate(size_t bytes);
void *__wrap_huge_pages_allocate(size_t bytes);

void *__wrap_huge_pages_allocate(size_t bytes) {
  return no_sheets && bytes == quadrant_sheet_bytes(FEW_CELLS) ? NULL : __real_huge_pages_allocate(bytes);
}

static struct job few_cells_job(int second, float centre[FEW_CELLS]) {
  struct job job = science_job(KIND_LOGISTIC, second, 4, 0, 0.3);
  for (int cell = 0; cell < FEW_CELLS; cell++) centre[cell] = (float)(-2.5 + (cell + 0.5) * 6.0 / FEW_CELLS);
  for (int level = 0; level < 2; level++)
    job.accept[level][0] = (float)(level - 0.49), job.accept[level][1] = (float)(level + 0.49);
  job.draws = DRAWS, job.stride = FEW_CELLS, job.centre = centre;
  return job;
}

/* Whether a prediction of `firsts` first components counts by quadrants, and by tiles. */
static void look_at_table(int second, uint64_t firsts, bool *quadrants, bool *tiles) {
  float centre[FEW_CELLS];
  const struct job job = few_cells_job(second, centre);
  struct run_control control;
  struct pair_bits *table;
  seam_error error;
  bool built;
  atomic_init(&control.cancel, false);
  assert_int_equal(pair_bits_create(&job, firsts, &works_kernels_baseline, &table, &error), SEAM_OK);
  assert_int_equal(pair_bits_build(table, &control, &built, &error), SEAM_OK);
  assert_true(built);
  *quadrants = table->quadrants != NULL;
  *tiles = table->count > 0;
  pair_bits_free(table);
}

/* A worker that helps to build the table and is cancelled after a while. */
struct builder {
  struct pair_bits *table;
  struct run_control *control;
  bool built;
};

static void *build_along(void *own) {
  struct builder *builder = own;
  seam_error error;
  if (pair_bits_build(builder->table, builder->control, &builder->built, &error) != SEAM_OK) builder->built = false;
  return NULL;
}

/* A table whose building is cancelled at any moment is not marked as built, leaves no worker waiting, and can be freed.
 * A table that is not cancelled is built for both workers. */
static void building_can_be_cancelled_at_any_moment(void **state) {
  (void)state;
  float centre[FEW_CELLS];
  const struct job job = few_cells_job(KIND_BUFFER, centre);
  int whole = 0, cut = 0;
  for (long wait = 0; wait < 40; wait++) {
    struct run_control control;
    seam_error error;
    struct builder builders[2] = {{.control = &control}, {.control = &control}};
    pthread_t threads[2];
    atomic_init(&control.cancel, wait == 0);
    assert_int_equal(pair_bits_create(&job, 100000, &works_kernels_baseline, &builders[0].table, &error), SEAM_OK);
    builders[1].table = builders[0].table;
    for (int w = 0; w < 2; w++) assert_int_equal(pthread_create(&threads[w], NULL, build_along, &builders[w]), 0);
    const struct timespec pause = {0, wait * 500000};
    nanosleep(&pause, NULL);
    if (wait < 39) atomic_store(&control.cancel, true);
    for (int w = 0; w < 2; w++) pthread_join(threads[w], NULL);
    assert_true(wait > 0 || (!builders[0].built && !builders[1].built));
    assert_true(wait < 39 || (builders[0].built && builders[1].built));
    whole += builders[0].built, cut += !builders[0].built;
    pair_bits_free(builders[0].table);
  }
  assert_true(whole > 0 && cut > 0);
}

/* Adds up a prediction from `parts` parts. */
static void add_parts(const char *second, uint64_t firsts, uint64_t parts, seam_result **whole) {
  *whole = NULL;
  for (uint64_t part = 0; part < parts; part++) {
    char chains[16], first[16];
    const char *options[] = {"first",         "buffer", "second",      second, "chains",       chains,
                             "draws",         "50000",  "cells",       "16",   "bins",         "16",
                             "seed",          "3",      "first-chain", first,  "input-margin", "0.1",
                             "output-margin", "0.49",   NULL};
    snprintf(chains, sizeof chains, "%d", (int)(firsts / parts));
    snprintf(first, sizeof first, "%d", (int)(firsts / parts * part));
    seam_result *result = sample_predict(options);
    for (int64_t cell = 0; *whole && cell < result->histograms->cells; cell++)
      (*whole)->counts[cell] += result->counts[cell];
    if (*whole)
      seam_result_free(result);
    else
      *whole = result;
  }
}

/* Counting by quadrants, as for many first components, gives the same counts as counting without; also for swaps, and
 * if tiles hold other draws besides. */
static void quadrants_change_no_count(void **state) {
  (void)state;
  enum { FIRSTS = 12000, PARTS = 40 };
  static const struct {
    int kind;
    const char *name;
    bool tiles;
  } seconds[] = {{KIND_LOGISTIC, "logistic", false}, {KIND_BUFFER, "buffer", true}};
  for (size_t k = 0; k < sizeof seconds / sizeof *seconds; k++) {
    bool quadrants, tiles;
    seam_result *together, *apart;
    look_at_table(seconds[k].kind, FIRSTS, &quadrants, &tiles);
    assert_true(quadrants && tiles == seconds[k].tiles);
    look_at_table(seconds[k].kind, FIRSTS / PARTS, &quadrants, &tiles);
    assert_true(!quadrants && tiles);
    add_parts(seconds[k].name, FIRSTS, 1, &together);
    add_parts(seconds[k].name, FIRSTS, PARTS, &apart);
    assert_true(seam_result_count(together, SEAM_BUFFER) > 1000);
    assert_memory_equal(together->counts, apart->counts,
                        (size_t)together->histograms->cells * sizeof *together->counts);
    seam_result_free(together);
    seam_result_free(apart);
  }
}

/* If there is no memory for sheets, the counts are the same without them. */
static void without_memory_for_sheets_counts_are_the_same(void **state) {
  (void)state;
  enum { FIRSTS = 12000 };
  bool quadrants, tiles;
  seam_result *with, *without;
  add_parts("logistic", FIRSTS, 1, &with);
  no_sheets = true;
  look_at_table(KIND_LOGISTIC, FIRSTS, &quadrants, &tiles);
  add_parts("logistic", FIRSTS, 1, &without);
  no_sheets = false;
  assert_true(!quadrants && tiles);
  assert_memory_equal(with->counts, without->counts, (size_t)with->histograms->cells * sizeof *with->counts);
  seam_result_free(with);
  seam_result_free(without);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(quadrants_are_draws_that_reach_an_end_at_each_level),
      cmocka_unit_test(a_sheet_tells_how_many_draws_accept_a_point),
      cmocka_unit_test(an_empty_sheet_says_so),
      cmocka_unit_test(building_can_be_cancelled_at_any_moment),
      cmocka_unit_test(quadrants_change_no_count),
      cmocka_unit_test(without_memory_for_sheets_counts_are_the_same),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
