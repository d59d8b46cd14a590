/* SPDX-License-Identifier: Apache-2.0 */
/* Several ranks count what one process counts, and the result is right whatever happens to a rank. */
#include <unistd.h>

#include "files/result_file.h"
#include "workers/chain_queue.h"
#include "workers/rank_share.h"
#include "shim/transport_threads.h"
#include "support/sample_result.h"

static const char *const small[] = {"first",   "buffer", "second",  "buffer",     "chains",
                                    "20000",   "steps",  "300",     "histograms", "interface,loss,interchange",
                                    "backend", "cpu",    "threads", "2",          "checkpoint-every",
                                    "0.05s",   NULL};

/* ---- Whole runs ---- */

struct incident {
  uint64_t after;     /* the run is cancelled after this many chains; 0: never */
  int mute, stranger; /* rank numbers; 0: no rank */
  uint64_t told, of;  /* the last progress: chains counted by all ranks, and the wanted chains */
  uint64_t by_rank[MOST_RANKS];
};

static int watch(const seam_progress *progress, void *user) {
  struct incident *incident = user;
  incident->told = progress->chains_done;
  incident->of = progress->chains;
  for (int rank = 0; rank < progress->ranks; rank++) incident->by_rank[rank] = progress->rank_chains[rank];
  if (incident->after == 0 || progress->chains_done < incident->after) return 0;
  if (incident->mute) threads_mute(incident->mute);
  return 1;
}

static seam_status run(int ranks, const char *steps, struct incident *incident, seam_result **result,
                       seam_error *error) {
  seam_config *config = sample_config(small);
  seam_config_set(config, "steps", steps, NULL);
  threads_start(ranks);
  if (incident->stranger) threads_make_stranger(incident->stranger);
  seam_status status = seam_train_resume(config, NULL, watch, incident, result, error);
  seam_ranks_leave();
  seam_config_free(config);
  return status;
}

static void assert_same_coverage_and_counts(const seam_result *a, const seam_result *b) {
  assert_int_equal(a->coverage.ranges, b->coverage.ranges);
  assert_memory_equal(a->coverage.ids, b->coverage.ids, 2 * a->coverage.ranges * sizeof *a->coverage.ids);
  assert_same_counts(a, b);
}

/* One process runs what is missing of a run that was cut short. */
static void assert_completed(seam_result *result, const char *steps) {
  struct incident none = {0};
  seam_result *whole = NULL;
  seam_error error;
  assert_int_equal(result_check(result, SEAM_ERROR_INTERNAL, &error), SEAM_OK);
  assert_true(seam_result_chains(result) < 20000);
  assert_int_equal(run(1, steps, &none, &result, &error), SEAM_OK);
  assert_int_equal(run(1, steps, &none, &whole, &error), SEAM_OK);
  assert_same_coverage_and_counts(result, whole);
  seam_result_free(whole);
}

static void ranks_count_as_one_process_does(void **state) {
  (void)state;
  seam_result *whole = NULL;
  struct incident none = {0};
  seam_error error;
  assert_int_equal(run(1, "300", &none, &whole, &error), SEAM_OK);
  for (int ranks = 2; ranks <= MOST_RANKS; ranks++) {
    seam_result *result = NULL;
    uint64_t sum = 0;
    if (run(ranks, "300", &none, &result, &error) != SEAM_OK) fail_msg("%s", error.message);
    assert_same_coverage_and_counts(result, whole);
    for (int rank = 0; rank < ranks; rank++) sum += none.by_rank[rank];
    assert_int_equal(sum, 20000);
    assert_int_equal(none.told, 20000);
    assert_non_null(strstr(result->device, " ranks"));
    seam_result_free(result);
  }
  seam_result_free(whole);
}

static void every_rank_counts(void **state) {
  (void)state;
  seam_result *result = NULL;
  struct incident none = {0};
  seam_error error;
  assert_int_equal(run(3, "3000", &none, &result, &error), SEAM_OK);
  for (int rank = 0; rank < 3; rank++) assert_true(none.by_rank[rank] > 1000);
  seam_result_free(result);
}

static void an_interrupt_keeps_what_all_ranks_counted(void **state) {
  (void)state;
  seam_result *result = NULL;
  struct incident interrupt = {.after = 1000};
  seam_error error;
  assert_int_equal(run(3, "3000", &interrupt, &result, &error), SEAM_INTERRUPTED);
  assert_int_equal(seam_result_chains(result), interrupt.told);
  assert_completed(result, "3000");
  seam_result_free(result);
}

static void a_rank_that_falls_silent_is_named_and_its_chains_are_missing(void **state) {
  (void)state;
  seam_result *result = NULL;
  struct incident loss = {.after = 6000, .mute = 2};
  seam_error error;
  assert_int_equal(run(3, "3000", &loss, &result, &error), SEAM_ERROR_DEVICE);
  assert_non_null(strstr(error.message, "rank 2 was lost"));
  assert_int_equal(seam_result_chains(result), loss.told);
  assert_completed(result, "3000");
  seam_result_free(result);
}

static void a_rank_that_fails_is_named_and_ends_the_run(void **state) {
  (void)state;
  seam_result *result = NULL;
  struct incident other = {.stranger = 1};
  seam_error error;
  assert_int_equal(run(3, "3000", &other, &result, &error), SEAM_ERROR_BACKEND);
  assert_non_null(strstr(error.message, "rank 1: it runs seam "));
  assert_null(result);
}

/* ---- What the ranks were told ---- */

/* Each rank but 0 has another value of an option. */
static seam_status agree_and_count(const char *option, const char *own, const char *other, char device[256],
                                   seam_error *error) {
  seam_config *configs[] = {sample_config(small), sample_config(small), sample_config(small)};
  seam_result *result = NULL;
  for (int rank = 0; rank < 3; rank++)
    assert_int_equal(seam_config_set(configs[rank], option, rank == 2 ? other : own, NULL), SEAM_OK);
  threads_start_as(3, configs);
  seam_status status = seam_ranks_agree(configs[0], NULL, NULL, error);
  if (status == SEAM_OK) assert_int_equal(seam_train(configs[0], NULL, NULL, &result, error), SEAM_OK);
  seam_ranks_leave();
  if (result) snprintf(device, 256, "%s %s", result->isa, result->device);
  seam_result_free(result);
  for (int rank = 0; rank < 3; rank++) seam_config_free(configs[rank]);
  return status;
}

static void an_option_that_differs_between_ranks_is_named(void **state) {
  (void)state;
  static const char *const options[][3] = {
      {"seed", "1", "12"}, {"output", "a.zip", "b.zip"}, {"shard", "1/2", "2/2"}, {"lr", "0.5", "0.25"}};
  for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
    char expected[128], device[256];
    seam_error error = {.status = SEAM_OK};
    assert_int_equal(agree_and_count(options[i][0], options[i][1], options[i][2], device, &error), SEAM_ERROR_USAGE);
    snprintf(expected, sizeof expected, "--%s is \"%s\" on rank 0 and \"%s\" on rank 2", options[i][0], options[i][1],
             options[i][2]);
    assert_non_null(strstr(error.message, expected));
    assert_non_null(strstr(error.message, "--ranks off"));
  }
}

static void each_rank_has_its_own_threads_and_instruction_set(void **state) {
  (void)state;
  static const char *const options[][3] = {
      {"threads", "1", "2"}, {"slice", "0", "7"}, {"device", "0", "1"}, {"backend", "cpu", "auto"}};
  char device[256];
  seam_error error = {.status = SEAM_OK};
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    if (agree_and_count(options[i][0], options[i][1], options[i][2], device, &error)) fail_msg("%s", error.message);
  assert_int_equal(agree_and_count("isa", "auto", "baseline", device, &error), SEAM_OK);
  assert_non_null(strstr(device, "baseline"));
}

static void the_failure_of_a_rank_is_told_by_rank_0(void **state) {
  (void)state;
  seam_config *configs[] = {sample_config(small), sample_config(small)};
  const seam_error failure = {SEAM_ERROR_USAGE, "--lr 0x: not a number"};
  seam_error error = {.status = SEAM_OK};
  threads_start_as(2, configs);
  assert_int_equal(seam_ranks_agree(configs[0], NULL, &failure, &error), SEAM_ERROR_USAGE);
  seam_ranks_leave();
  assert_string_equal(error.message, "rank 0: --lr 0x: not a number");
  for (int rank = 0; rank < 2; rank++) seam_config_free(configs[rank]);
}

/* ---- Checkpoints ---- */

struct reader {
  char path[64];
  uint64_t chains;
  int files;
};

/* The checkpoint is whole and holds no more than the progress says. */
static int read_checkpoint(const seam_progress *progress, void *user) {
  struct reader *reader = user;
  seam_result *result;
  if (access(reader->path, F_OK) != 0 || seam_result_read(reader->path, &result, NULL) != SEAM_OK) return 0;
  uint64_t chains = seam_result_chains(result);
  assert_true(chains >= reader->chains && chains <= progress->chains_done);
  reader->files += chains > reader->chains && chains < progress->chains;
  reader->chains = chains;
  seam_result_free(result);
  return 0;
}

static void checkpoints_hold_what_all_ranks_counted(void **state) {
  (void)state;
  struct reader reader = {.path = "/tmp/seam-test-ranks-XXXXXX"};
  seam_config *config = sample_config(small);
  seam_result *result = NULL;
  seam_output *output;
  seam_error error;
  assert_non_null(mkdtemp(reader.path));
  strcat(reader.path, "/run.zip");
  seam_config_set(config, "steps", "6000", NULL);
  assert_int_equal(seam_output_open(reader.path, 0, &output, &error), SEAM_OK);
  threads_start(3);
  assert_int_equal(seam_train_resume(config, output, read_checkpoint, &reader, &result, &error), SEAM_OK);
  seam_ranks_leave();
  assert_true(reader.files > 0);
  seam_output_close(output);
  seam_result_free(result);
  seam_config_free(config);
  unlink(reader.path);
  *strrchr(reader.path, '/') = '\0';
  rmdir(reader.path);
}

/* ---- Sweeps ---- */

static const char sweep_plan[] =
    "{\"task\": \"train\", \"options\": {\"first\": \"buffer\", \"second\": \"buffer\", \"chains\": 2000, \"bins\": "
    "32, "
    "\"histograms\": \"interface,interchange\", \"backend\": \"cpu\", \"threads\": 1, \"isa\": \"baseline\"}, "
    "\"grid\": {\"steps\": [0, 1000], \"seed\": [1, 2, 3, 4, 5, 6]}}";

struct sweep_incident {
  uint64_t after; /* the sweep is cancelled after this many chains; 0: never */
  int mute;       /* a rank number; 0: no rank */
  uint64_t by_rank[MOST_RANKS], told, of;
};

static int watch_sweep(const seam_sweep_progress *progress, void *user) {
  struct sweep_incident *incident = user;
  incident->told = progress->whole.chains_done;
  incident->of = progress->whole.chains;
  for (int rank = 0; rank < progress->whole.ranks; rank++) incident->by_rank[rank] = progress->whole.rank_chains[rank];
  if (incident->after == 0 || incident->told < incident->after) return 0;
  if (incident->mute) threads_mute(incident->mute);
  return 1;
}

static seam_status run_sweep(seam_sweep *sweep, int ranks, struct sweep_incident *incident, seam_error *error) {
  threads_start(ranks);
  seam_status status = seam_sweep_run(sweep, 0, watch_sweep, incident, error);
  seam_ranks_leave();
  return status;
}

static seam_sweep *open_sweep(char folder[64]) {
  char path[96];
  seam_sweep *sweep;
  seam_error error;
  strcpy(folder, "/tmp/seam-test-ranks-XXXXXX");
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/plan.json", folder);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs(sweep_plan, file);
  fclose(file);
  if (seam_sweep_open(path, &sweep, &error) != SEAM_OK) fail_msg("%s", error.message);
  return sweep;
}

/* Every file holds what one process counts. Then everything is removed. */
static void close_sweep(seam_sweep *sweep, const char *folder) {
  for (uint64_t point = 0; point < seam_sweep_points(sweep); point++) {
    char path[512];
    seam_result *result, *alone = NULL;
    seam_error error;
    seam_sweep_point at = seam_sweep_point_at(sweep, point);
    snprintf(path, sizeof path, "%.200s/%.200s", seam_sweep_folder(sweep), at.file);
    assert_int_equal(seam_train(at.config, NULL, NULL, &alone, &error), SEAM_OK);
    if (seam_result_read(path, &result, &error) != SEAM_OK) fail_msg("%s", error.message);
    assert_same_coverage_and_counts(result, alone);
    seam_result_free(result);
    seam_result_free(alone);
  }
  char command[96];
  snprintf(command, sizeof command, "rm -r %s", folder);
  assert_int_equal(system(command), 0);
  seam_sweep_close(sweep);
}

static void ranks_count_the_points_of_a_sweep(void **state) {
  (void)state;
  char folder[64];
  struct sweep_incident none = {0};
  seam_error error;
  seam_sweep *sweep = open_sweep(folder);
  if (run_sweep(sweep, 3, &none, &error) != SEAM_OK) fail_msg("%s", error.message);
  assert_int_equal(none.by_rank[0] + none.by_rank[1] + none.by_rank[2], 24000);
  for (int rank = 0; rank < 3; rank++) assert_true(none.by_rank[rank] > 1000);
  close_sweep(sweep, folder);
}

static void a_sweep_of_ranks_continues_after_an_interrupt_and_a_lost_rank(void **state) {
  (void)state;
  char folder[64];
  struct sweep_incident interrupt = {.after = 8000}, loss = {.after = 2000, .mute = 1}, none = {0};
  seam_error error;
  seam_sweep *sweep = open_sweep(folder);
  assert_int_equal(run_sweep(sweep, 3, &interrupt, &error), SEAM_INTERRUPTED);
  assert_int_equal(run_sweep(sweep, 3, &loss, &error), SEAM_ERROR_DEVICE);
  assert_int_equal(loss.of, 24000 - interrupt.told);
  assert_non_null(strstr(error.message, ".zip: rank 1 was lost"));
  if (run_sweep(sweep, 2, &none, &error) != SEAM_OK) fail_msg("%s", error.message);
  assert_int_equal(none.of, loss.of - loss.told);
  close_sweep(sweep, folder);
}

/* ---- The cores and cards of a rank ---- */

static void cores_are_divided_among_the_ranks_that_share_them(void **state) {
  (void)state;
  static const struct {
    int index, count, cores, host, own;
    uint64_t asked, threads;
  } cases[] = {{0, 1, 8, 0, 0, 0, 8}, {0, 3, 8, 0, 0, 0, 2}, {1, 3, 8, 0, 0, 0, 3},  {2, 3, 8, 0, 0, 0, 3},
               {3, 4, 2, 0, 0, 0, 1}, {0, 2, 8, 0, 0, 5, 5}, {0, 1, 8, 12, 0, 0, 3}, {0, 4, 8, 4, 0, 0, 1},
               {0, 1, 8, 0, 3, 0, 3}, {0, 2, 8, 0, 6, 0, 4}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct seam_config config = {.threads = cases[i].asked};
    struct rank_place place = {0, 4, cases[i].index, cases[i].count, 0};
    struct core_limits limits = {{cases[i].cores, ""}, {cases[i].host, "host"}, {cases[i].own, "own"}};
    rank_share(&config, &place, &limits, 0);
    assert_int_equal(config.threads, cases[i].threads);
  }
}

static void cards_are_dealt_to_the_ranks_of_a_host(void **state) {
  (void)state;
  static const struct {
    int index, count, cards;
    struct device_choice asked, own;
  } cases[] = {{0, 1, 4, {1, {0}}, {1, {0}}},       {0, 1, 4, {0, {0}}, {0, {0}}}, {1, 2, 4, {1, {0}}, {2, {1, 3}}},
               {0, 2, 3, {0, {0}}, {2, {0, 2}}},    {2, 4, 2, {1, {0}}, {1, {0}}}, {3, 4, 2, {0, {0}}, {1, {1}}},
               {1, 2, 8, {3, {7, 5, 6}}, {1, {5}}}, {1, 2, 8, {1, {3}}, {1, {3}}}, {1, 2, 0, {1, {0}}, {1, {0}}}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct seam_config config = {.device = cases[i].asked, .threads = 1};
    struct rank_place place = {cases[i].index, cases[i].count, 0, 1, 0};
    const struct core_limits limits = {{1, ""}, {0, NULL}, {0, NULL}};
    rank_share(&config, &place, &limits, cases[i].cards);
    assert_int_equal(config.device.count, cases[i].own.count);
    assert_memory_equal(config.device.index, cases[i].own.index, cases[i].own.count * sizeof *config.device.index);
  }
}

static void leases_are_handed_out_in_the_order_they_came(void **state) {
  (void)state;
  const struct session_info info = {.workers = 1, .batch = 10, .least = 2};
  const struct chain_range leases[] = {{100, 104}, {0, 4}, {50, 54}};
  struct chain_queue queue = {.elsewhere = 1000};
  struct chain_range range;
  assert_int_equal(chain_queue_add(&queue, &leases[0], NULL), SEAM_OK);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(queue.left, 4);
    assert_true(chain_queue_take(&queue, &info, &range));
    assert_int_equal(range.begin, leases[i].begin);
    assert_int_equal(range.end, leases[i].end);
    if (i < 2) assert_int_equal(chain_queue_add(&queue, &leases[i + 1], NULL), SEAM_OK);
  }
  assert_false(chain_queue_take(&queue, &info, &range));
  chain_queue_close(&queue);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ranks_count_as_one_process_does),
      cmocka_unit_test(every_rank_counts),
      cmocka_unit_test(an_interrupt_keeps_what_all_ranks_counted),
      cmocka_unit_test(a_rank_that_falls_silent_is_named_and_its_chains_are_missing),
      cmocka_unit_test(a_rank_that_fails_is_named_and_ends_the_run),
      cmocka_unit_test(an_option_that_differs_between_ranks_is_named),
      cmocka_unit_test(each_rank_has_its_own_threads_and_instruction_set),
      cmocka_unit_test(the_failure_of_a_rank_is_told_by_rank_0),
      cmocka_unit_test(checkpoints_hold_what_all_ranks_counted),
      cmocka_unit_test(ranks_count_the_points_of_a_sweep),
      cmocka_unit_test(a_sweep_of_ranks_continues_after_an_interrupt_and_a_lost_rank),
      cmocka_unit_test(cores_are_divided_among_the_ranks_that_share_them),
      cmocka_unit_test(cards_are_dealt_to_the_ranks_of_a_host),
      cmocka_unit_test(leases_are_handed_out_in_the_order_they_came),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
