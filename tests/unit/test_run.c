/* SPDX-License-Identifier: Apache-2.0 */
/* Whole runs through the public API: counts do not depend on how the work is split, and no chain is lost or counted
 * twice. */
#include "backend/backend.h"
#include "backend/choice.h"
#include "support/sample_result.h"
#include "workers/chain_queue.h"

/* A configuration of small runs; the arguments are NAME, VALUE, ..., NULL. */
static seam_config *configure(const char *name, ...) {
  const char *const small[] = {"chains", "300", "steps", "30", "lr", "0.05", "bins", "32", "backend", "cpu", NULL};
  seam_config *config = sample_config(small);
  va_list rest;
  va_start(rest, name);
  for (; name; name = va_arg(rest, const char *)) {
    const char *value = va_arg(rest, const char *);
    sample_set(config, (const char *[]){name, value, NULL});
  }
  va_end(rest);
  return config;
}

static seam_result *train(seam_config *config) { return sample_run(seam_train, config); }

static int64_t total(const seam_result *result) {
  int64_t sum = 0;
  for (int o = 0; o < SEAM_OUTCOMES; o++) sum += seam_result_count(result, (seam_outcome)o);
  return sum;
}

static void train_and_compare(seam_config *a, seam_config *b) {
  seam_result *one = train(a), *other = train(b);
  assert_true(total(one) > 0);
  assert_same_counts(one, other);
  seam_result_free(one);
  seam_result_free(other);
}

/* ---- Portions ---- */

/* The time when the last of `workers` equally fast workers ends, over the time if none ever waited. */
static double waste(const struct session_info *info, uint64_t chains) {
  uint64_t busy[16] = {0}, left = chains, end = 0; /* each worker is busy until then; time in chains */
  while (left) {
    int first = 0;
    for (int w = 1; w < info->workers; w++)
      if (busy[w] < busy[first]) first = w;
    uint64_t portion = chain_queue_portion(info, left);
    assert_true(portion >= 1 && portion <= left && portion <= info->batch);
    assert_true(portion == left || portion % info->least == 0 || portion == info->batch);
    if (left % 2 == 0) assert_int_equal(portion % 2, 0); /* pairs of chains stay whole */
    busy[first] += portion;
    left -= portion;
    if (busy[first] > end) end = busy[first];
  }
  return (double)end * info->workers / (double)chains;
}

/* No worker waits longer for the last one than the smallest piece takes. */
static void portions_keep_all_workers_busy(void **state) {
  (void)state;
  struct session_info info = {.batch = 135168, .least = 33792};
  for (info.workers = 1; info.workers <= 16; info.workers++)
    for (uint64_t chains = 1000; chains < 100000000; chains += chains / 7) {
      double allowed = 1 + (double)info.least * info.workers / (double)chains;
      assert_true(waste(&info, chains) <= allowed);
    }
  info.workers = 8;
  assert_true(waste(&info, 10000000) < 1.01);
  info.least = info.batch; /* all portions have one size, as on the CPU */
  assert_int_equal(chain_queue_portion(&info, 1000000), info.batch);
  assert_int_equal(chain_queue_portion(&info, 7), 7);
  info = (struct session_info){.workers = 2, .batch = 1, .least = 1};
  assert_int_equal(chain_queue_portion(&info, UINT64_MAX), 1);
  info.batch = UINT64_MAX;
  assert_true(chain_queue_portion(&info, UINT64_MAX) == (uint64_t)1 << 62);
}

static void every_pair_of_kinds_counts_every_chain_once(void **state) {
  (void)state;
  for (const char *const *first = seam_kinds(); *first; first++)
    for (const char *const *second = seam_kinds(); *second; second++) {
      seam_result *result = train(configure("first", *first, "second", *second, "chains", "77", "steps", "5", NULL));
      assert_int_equal(total(result), 77);
      assert_int_equal(seam_result_chains(result), 77);
      seam_result_free(result);
    }
}

static void diverging_runs_count_every_chain_once(void **state) {
  (void)state;
  seam_result *result = train(configure("first", "linear", "second", "linear", "optimizer", "sgd", "lr", "10", NULL));
  assert_int_equal(total(result), 300);
  assert_true(seam_result_count(result, SEAM_DIVERGED) > 0);
  seam_result_free(result);
}

static void counts_do_not_depend_on_threads(void **state) {
  (void)state;
  train_and_compare(configure("threads", "1", "chains", "2000", NULL),
                    configure("threads", "3", "chains", "2000", NULL));
}

static void counts_do_not_depend_on_the_slice(void **state) {
  (void)state;
  const char *const slices[] = {"1", "2", "7", "29", "1000"};
  for (size_t k = 0; k < sizeof slices / sizeof *slices; k++)
    train_and_compare(configure(NULL), configure("slice", slices[k], NULL));
}

static void counts_do_not_depend_on_the_instruction_set(void **state) {
  (void)state;
  const char *const sets[] = {"v3", "v4"};
  for (size_t k = 0; k < sizeof sets / sizeof *sets; k++) {
    seam_config *config = configure("isa", sets[k], NULL);
    seam_result *result = NULL;
    seam_error error;
    seam_status status = seam_train(config, NULL, NULL, &result, &error);
    seam_config_free(config);
    if (status == SEAM_ERROR_BACKEND) {
      print_message("SKIP: %s\n", error.message);
      continue;
    }
    assert_int_equal(status, SEAM_OK);
    seam_result *baseline = train(configure("isa", "baseline", NULL));
    assert_same_counts(baseline, result);
    seam_result_free(baseline);
    seam_result_free(result);
  }
}

/* Adds the counts of chains [begin, end) after that many steps to `counts`. */
static void add_part(int64_t *counts, uint64_t begin, uint64_t end, const char *steps) {
  char first[32], chains[32];
  snprintf(first, sizeof first, "%llu", (unsigned long long)begin);
  snprintf(chains, sizeof chains, "%llu", (unsigned long long)(end - begin));
  seam_result *part = train(configure("first-chain", first, "chains", chains, "steps", steps, NULL));
  for (int64_t cell = 0; cell < part->histograms->cells; cell++) counts[cell] += part->counts[cell];
  seam_result_free(part);
}

static void any_split_of_the_ids_adds_up_to_the_whole(void **state) {
  (void)state;
  seam_result *whole = train(configure("first-chain", "4294967200", "chains", "300", NULL));
  int64_t *counts = calloc((size_t)whole->histograms->cells, sizeof *counts);
  add_part(counts, 4294967200, 4294967201, "30");
  add_part(counts, 4294967201, 4294967331, "30");
  add_part(counts, 4294967331, 4294967500, "30");
  assert_memory_equal(counts, whole->counts, (size_t)whole->histograms->cells * sizeof *counts);
  free(counts);
  seam_result_free(whole);
}

/* ---- Pairs of chains ---- */

static seam_config *configure_pairs(const char *first, const char *chains) {
  return configure("histograms", "interchange", "first", "buffer", "second", "buffer", "steps", "100", "first-chain",
                   first, "chains", chains, NULL);
}

static int64_t pairs_counted(const seam_result *result) {
  const seam_histogram *interchange = seam_result_histogram(result, "interchange");
  int64_t sum = 0;
  for (int64_t cell = 0; cell < interchange->cells; cell++) sum += interchange->values[cell];
  return sum;
}

/* The counts add up only if no part, vector or batch breaks a pair at its end. */
static void pairs_add_up_however_the_ids_are_split(void **state) {
  (void)state;
  static const char *const splits[][2] = {{"4294967200", "2"}, {"4294967202", "150"}, {"4294967352", "1148"}};
  seam_result *whole = train(configure_pairs("4294967200", "1300"));
  int64_t *counts = calloc((size_t)whole->histograms->cells, sizeof *counts);
  assert_true(pairs_counted(whole) > 50);
  for (int k = 0; k < 3; k++) {
    seam_result *part = train(configure_pairs(splits[k][0], splits[k][1]));
    for (int64_t cell = 0; cell < part->histograms->cells; cell++) counts[cell] += part->counts[cell];
    seam_result_free(part);
  }
  assert_memory_equal(counts, whole->counts, (size_t)whole->histograms->cells * sizeof *counts);
  free(counts);
  seam_result_free(whole);
}

static void pairs_do_not_depend_on_threads_slices_and_instruction_sets(void **state) {
  (void)state;
  static const char *const ways[][2] = {{"threads", "3"}, {"slice", "7"}, {"isa", "baseline"}};
  for (int k = 0; k < 3; k++) {
    seam_config *config = configure_pairs("6", "1300");
    assert_int_equal(seam_config_set(config, ways[k][0], ways[k][1], NULL), SEAM_OK);
    train_and_compare(configure_pairs("6", "1300"), config);
  }
}

static void broken_pairs_are_not_trained(void **state) {
  (void)state;
  static const char *const broken[][2] = {{"0", "7"}, {"1", "8"}, {"1", "7"}};
  for (int k = 0; k < 3; k++) {
    seam_config *config = configure_pairs(broken[k][0], broken[k][1]);
    seam_result *result;
    seam_error error;
    assert_int_equal(seam_train(config, NULL, NULL, &result, &error), SEAM_ERROR_USAGE);
    assert_non_null(strstr(error.message, "make it even"));
    assert_null(result);
    seam_config_free(config);
  }
}

static void ids_differ_in_all_64_bits(void **state) {
  (void)state;
  seam_result *low = train(configure("first-chain", "0", NULL));
  seam_result *high = train(configure("first-chain", "18446744073709551000", NULL));
  assert_int_equal(total(high), 300);
  assert_memory_not_equal(low->counts, high->counts, (size_t)low->histograms->cells * sizeof *low->counts);
  seam_result_free(low);
  seam_result_free(high);
}

static void seeds_differ_in_all_64_bits(void **state) {
  (void)state;
  seam_result *one = train(configure("seed", "1", NULL)), *other = train(configure("seed", "4294967297", NULL));
  assert_memory_not_equal(one->counts, other->counts, (size_t)one->histograms->cells * sizeof *one->counts);
  seam_result_free(one);
  seam_result_free(other);
}

static void a_histogram_left_out_changes_no_other(void **state) {
  (void)state;
  seam_result *all = train(configure(NULL)), *some = train(configure("histograms", "loss,slack", NULL));
  assert_null(seam_result_histogram(some, "interface"));
  const char *const names[] = {"loss", "slack"};
  for (int k = 0; k < 2; k++) {
    const seam_histogram *a = seam_result_histogram(all, names[k]), *b = seam_result_histogram(some, names[k]);
    assert_int_equal(a->cells, b->cells);
    assert_memory_equal(a->values, b->values, (size_t)a->cells * sizeof *a->values);
  }
  seam_result_free(all);
  seam_result_free(some);
}

static void the_last_snapshot_holds_the_final_interface(void **state) {
  (void)state;
  seam_result *result = train(configure("steps", "5", NULL));
  const seam_histogram *s = seam_result_histogram(result, "snapshots");
  assert_int_equal(s->axes[0].bins, 5); /* steps 0, 1, 2, 4, 5 */
  int64_t step_cells = s->cells / 5, works = 0;
  for (int64_t cell = step_cells / 2; cell < step_cells; cell++) works += s->values[4 * step_cells + cell];
  assert_int_equal(works, seam_result_count(result, SEAM_BUFFER) + seam_result_count(result, SEAM_INVERTER));
  seam_result_free(result);
}

/* Cancels after `after` chains. */
static int cancel_after(const seam_progress *progress, void *user) {
  return progress->chains_done >= *(const uint64_t *)user;
}

static void a_cancelled_run_holds_exactly_the_chains_it_covers(void **state) {
  (void)state;
  seam_config *config = configure("chains", "1000000000", "threads", "2", "steps", "300", NULL);
  seam_result *part = NULL;
  seam_error error;
  uint64_t after = 1;
  assert_int_equal(seam_train(config, cancel_after, &after, &part, &error), SEAM_INTERRUPTED);
  seam_config_free(config);
  assert_true(seam_result_chains(part) > 0 && seam_result_chains(part) < 1000000000);
  assert_int_equal(total(part), seam_result_chains(part));

  const uint64_t *ranges;
  size_t count = seam_result_coverage(part, &ranges);
  int64_t *counts = calloc((size_t)part->histograms->cells, sizeof *counts);
  for (size_t k = 0; k < count; k++) add_part(counts, ranges[2 * k], ranges[2 * k + 1], "300");
  assert_memory_equal(counts, part->counts, (size_t)part->histograms->cells * sizeof *counts);
  free(counts);
  seam_result_free(part);
}

static void a_cancelled_run_holds_whole_pairs(void **state) {
  (void)state;
  seam_config *config = configure_pairs("2", "1000000000");
  seam_result *part = NULL;
  seam_error error;
  uint64_t after = 1;
  assert_int_equal(seam_train(config, cancel_after, &after, &part, &error), SEAM_INTERRUPTED);
  seam_config_free(config);
  assert_true(coverage_holds_pairs(&part->coverage) && pairs_counted(part) > 0);
  seam_result_free(part);
}

/* A slice ends soon, though the chains of this run take very long. */
static void cancelling_waits_for_a_slice_not_for_a_chain(void **state) {
  (void)state;
  seam_config *config = configure("chains", "1000", "steps", "2000000000", "slice", "1", NULL);
  seam_result *result = NULL;
  seam_error error;
  uint64_t after = 0;
  assert_int_equal(seam_train(config, cancel_after, &after, &result, &error), SEAM_INTERRUPTED);
  assert_int_equal(seam_result_chains(result), 0);
  assert_int_equal(total(result), 0);
  seam_result_free(result);
  seam_config_free(config);
}

/* Remembers in *user whether some of the chains were counted, but not all. */
static int look_for_part(const seam_progress *progress, void *user) {
  bool *part = user;
  *part = *part || (progress->chains_done > 0 && progress->chains_done < progress->chains);
  return *part ? SEAM_STOP : SEAM_CONTINUE;
}

/* So that a checkpoint does not wait for the chains that the same worker trains next. */
static void long_chains_are_counted_as_soon_as_they_end(void **state) {
  (void)state;
  seam_config *config = configure("first", "linear", "second", "linear", "steps", "1048576", "chains", "64", "isa",
                                  "baseline", "threads", "1", NULL);
  seam_result *result = NULL;
  bool part = false;
  seam_train(config, look_for_part, &part, &result, NULL);
  assert_true(part);
  seam_result_free(result);
  seam_config_free(config);
}

struct seen {
  uint64_t calls;
  seam_progress last;
};

static int watch(const seam_progress *progress, void *user) {
  struct seen *seen = user;
  assert_true(progress->chains_done >= seen->last.chains_done && progress->chains_done <= progress->chains);
  seen->calls++;
  seen->last = *progress;
  return 0;
}

static void the_last_progress_tells_the_whole_run(void **state) {
  (void)state;
  seam_config *config = configure(NULL);
  struct seen seen = {0};
  seam_result *result = NULL;
  seam_error error;
  assert_int_equal(seam_train(config, watch, &seen, &result, &error), SEAM_OK);
  assert_true(seen.calls >= 1);
  assert_int_equal(seen.last.chains_done, 300);
  assert_true(seen.last.chain_steps == 300.0 * 30.0);
  assert_string_equal(seen.last.backend, "cpu");
  seam_result_free(result);
  seam_config_free(config);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(portions_keep_all_workers_busy),
      cmocka_unit_test(every_pair_of_kinds_counts_every_chain_once),
      cmocka_unit_test(diverging_runs_count_every_chain_once),
      cmocka_unit_test(counts_do_not_depend_on_threads),
      cmocka_unit_test(counts_do_not_depend_on_the_slice),
      cmocka_unit_test(counts_do_not_depend_on_the_instruction_set),
      cmocka_unit_test(any_split_of_the_ids_adds_up_to_the_whole),
      cmocka_unit_test(pairs_add_up_however_the_ids_are_split),
      cmocka_unit_test(pairs_do_not_depend_on_threads_slices_and_instruction_sets),
      cmocka_unit_test(broken_pairs_are_not_trained),
      cmocka_unit_test(ids_differ_in_all_64_bits),
      cmocka_unit_test(seeds_differ_in_all_64_bits),
      cmocka_unit_test(a_histogram_left_out_changes_no_other),
      cmocka_unit_test(the_last_snapshot_holds_the_final_interface),
      cmocka_unit_test(a_cancelled_run_holds_exactly_the_chains_it_covers),
      cmocka_unit_test(a_cancelled_run_holds_whole_pairs),
      cmocka_unit_test(cancelling_waits_for_a_slice_not_for_a_chain),
      cmocka_unit_test(long_chains_are_counted_as_soon_as_they_end),
      cmocka_unit_test(the_last_progress_tells_the_whole_run),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
