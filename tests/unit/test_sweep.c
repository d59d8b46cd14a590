/* SPDX-License-Identifier: Apache-2.0 */
/* Sweeps: plans are read or refused, points have names, and only what is missing is run. */
#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/result_file.h"
#include "base/wilson.h"
#include "support/sample_folder.h"
#include "support/sample_result.h"
#include "sweep/sweep.h"

struct path {
  char text[512];
};

static struct path in_folder(const char *name) {
  struct path path;
  snprintf(path.text, sizeof path.text, "%s/%s", folder, name);
  return path;
}

static void write_text(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs(text, file);
  assert_int_equal(fclose(file), 0);
}

static seam_sweep *open_plan(const char *name, const char *plan) {
  seam_sweep *sweep;
  seam_error error;
  struct path path = in_folder(name);
  write_text(path.text, plan);
  if (seam_sweep_open(path.text, &sweep, &error) != SEAM_OK) fail_msg("%s", error.message);
  return sweep;
}

/* ---- Plans ---- */

static void assert_refused(const char *plan, const char *part) {
  seam_sweep *sweep;
  seam_error error;
  struct path path = in_folder("wrong.json");
  write_text(path.text, plan);
  if (seam_sweep_open(path.text, &sweep, &error) != SEAM_ERROR_USAGE) fail_msg("not refused: %s", plan);
  assert_null(sweep);
  if (!strstr(error.message, "wrong.json:")) fail_msg("'%s' does not name the plan", error.message);
  if (!strstr(error.message, part)) fail_msg("'%s' does not say '%s'", error.message, part);
}

#define GRID(values) "{\"task\": \"train\", \"grid\": {" values "}}"
#define RANGE(range) GRID("\"lr\": {" range "}")

static void wrong_plans_are_refused_by_key_and_value(void **state) {
  (void)state;
  static const struct {
    const char *plan, *part;
  } cases[] = {
      {"{\"task\": \"train\",", "a plan is a JSON object"},
      {"{\"task\": \"train\", \"seeds\": 1, \"grid\": {\"lr\": [1]}}", "it takes \"shared\" or \"own\""},
      {"{\"task\": \"train\", \"seeds\": \"own\", \"grid\": {\"seed\": [1]}}", "the grid has an axis \"seed\""},
      {"[1]", "not a JSON object"},
      {"{\"task\": \"train\", \"grid\": {\"lr\": [1]}, \"task\": \"train\"}", "duplicate"},
      {"{\"task\": \"train\", \"grid\": {\"lr\": [1]}, \"gird\": 1}", "key gird: unknown; a plan has task, options"},
      {"{\"grid\": {\"lr\": [1]}}", "task: missing; it takes train, predict or gibbs"},
      {"{\"task\": \"trian\", \"grid\": {\"lr\": [1]}}", "did you mean train?"},
      {"{\"task\": \"train\"}", "grid: this is not a JSON object"},
      {"{\"task\": \"train\", \"grid\": {}}", "grid: this is not a JSON object"},
      {"{\"task\": \"train\", \"options\": [], \"grid\": {\"lr\": [1]}}", "options: this is not a JSON object"},
      {"{\"task\": \"train\", \"options\": {\"step\": 5}, \"grid\": {\"lr\": [1]}}", "did you mean steps?"},
      {"{\"task\": \"train\", \"options\": {\"steps\": -5}, \"grid\": {\"lr\": [1]}}",
       "--steps -5: negative; it takes"},
      {"{\"task\": \"train\", \"options\": {\"steps\": [5]}, \"grid\": {\"lr\": [1]}}",
       "an array is not a possible value"},
      {"{\"task\": \"train\", \"options\": {\"output\": \"a\"}, \"grid\": {\"lr\": [1]}}", "the grid names the files"},
      {"{\"task\": \"train\", \"options\": {\"task\": \"train\"}, \"grid\": {\"lr\": [1]}}", "it belongs beside "},
      {"{\"task\": \"train\", \"options\": {\"draws\": 9}, \"grid\": {\"lr\": [1]}}", "task train ignores it"},
      {"{\"task\": \"predict\", \"grid\": {\"lr\": [1]}}", "grid lr: task predict ignores it"},
      {"{\"task\": \"train\", \"options\": {\"lr\": 1}, \"grid\": {\"lr\": [1]}}", "lr is set elsewhere"},
      {"{\"task\": \"train\", \"options\": {\"first\": \"mlp4\"}, \"grid\": {\"pair\": [\"mlp4:mlp4\"]}}",
       "first is set elsewhere"},
      {GRID("\"second\": [\"mlp4\"], \"pair\": [\"mlp4:mlp4\"]"), "second is set elsewhere"},
      {GRID("\"lr\": 1"), "grid lr: this is not a list"},
      {GRID("\"lr\": []"), "an empty list"},
      {GRID("\"lr\": [0.1, 0]"), "--lr 0: too small; it takes"},
      {GRID("\"lr\": [0.1, \"1e-1\"]"), "0.1 is there twice"},
      {GRID("\"rl\": [1]"), "rl: unknown option"},
      {GRID("\"output\": [\"a\"]"), "the grid names the files"},
      {GRID("\"pair\": [\"mlp4\"]"), "mlp4: this is not a pair of kinds"},
      {GRID("\"pair\": [4]"), "it takes FIRST:SECOND"},
      {GRID("\"pair\": [\"mlp4:mlp5\"]"), "--second mlp5: unknown"},
      {GRID("\"pair\": {\"from\": 1, \"to\": 2, \"points\": 2}"), "only a number takes a range"},
      {GRID("\"loss\": {\"from\": 1, \"to\": 2, \"points\": 2}"), "only a number takes a range"},
      {RANGE("\"from\": 1, \"too\": 2, \"points\": 2"), "too: unknown in a range"},
      {RANGE("\"from\": 1, \"points\": 2"), "to is missing"},
      {RANGE("\"from\": 0, \"to\": 2, \"points\": 2"), "--lr 0: too small"},
      {RANGE("\"from\": 1, \"to\": 2"), "points: missing"},
      {RANGE("\"from\": 1, \"to\": 2, \"points\": 1"), "it takes a whole number from 2 on"},
      {RANGE("\"from\": 1, \"to\": 2, \"points\": 2.5"), "it takes a whole number from 2 on"},
      {RANGE("\"from\": 1, \"to\": 2, \"points\": 2, \"scale\": \"cubic\""),
       "scale cubic: unknown; it takes linear or"},
      {RANGE("\"from\": 1, \"to\": 2, \"points\": 2000000"), "it takes at most 1000000"},
      {RANGE("\"from\": 1, \"to\": 1, \"points\": 2"), "1 is there twice"},
      {GRID("\"steps\": {\"from\": 0, \"to\": 9, \"points\": 3, \"scale\": \"log\"}"), "both ends must be above 0"},
      {GRID("\"steps\": {\"from\": 1, \"to\": 3, \"points\": 4}"), "is there twice"},
      {GRID("\"seed\": {\"from\": 1, \"to\": 2000, \"points\": 2000}, \"steps\": {\"from\": 1, \"to\": 2000, "
            "\"points\": "
            "2000}"),
       "more than 1000000 points"},
      {GRID("\"first-chain\": [0, 18446744073709551614]"), "put numbers this large in quotes"},
      {GRID("\"first-chain\": [0, \"18446744073709551614\"]"),
       "point first-chain=18446744073709551614.zip: --first-chain"},
      {"{\"task\": \"train\", \"grid\": {\"lr\": [1]}, \"folder\": 4}", "folder: this is not a name"},
      {GRID("\"histograms\": [\"all\"], \"device\": "
            "[\"0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,"
            "27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57\"]"),
       "the longest file name would have"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) assert_refused(cases[i].plan, cases[i].part);
}

static void a_plan_that_cannot_be_read_is_refused(void **state) {
  (void)state;
  seam_sweep *sweep;
  seam_error error;
  assert_int_equal(seam_sweep_open(in_folder("absent.json").text, &sweep, &error), SEAM_ERROR_IO);
  struct path path = in_folder("nameless");
  write_text(path.text, GRID("\"lr\": [1]"));
  assert_int_equal(seam_sweep_open(path.text, &sweep, &error), SEAM_ERROR_USAGE);
  assert_non_null(strstr(error.message, "does not end in .json; name one"));
}

static void a_byte_order_mark_before_a_plan_is_skipped(void **state) {
  (void)state;
  seam_sweep *sweep = open_plan("plan.json", "\xef\xbb\xbf" GRID("\"lr\": [1, 2]"));
  assert_int_equal(seam_sweep_points(sweep), 2);
  seam_sweep_close(sweep);
}

static void the_output_folder_is_beside_the_plan(void **state) {
  (void)state;
  static const struct {
    const char *folder, *end;
  } cases[] = {{"", "/plan"}, {", \"folder\": \"other/place\"", "/other/place"}, {", \"folder\": \"/far\"", "/far"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char plan[128], expected[128];
    snprintf(plan, sizeof plan, "{\"task\": \"train\", \"grid\": {\"lr\": [1]}%s}", cases[i].folder);
    snprintf(expected, sizeof expected, "%s%s", i < 2 ? folder : "", cases[i].end);
    seam_sweep *sweep = open_plan("plan.json", plan);
    assert_string_equal(seam_sweep_folder(sweep), expected);
    seam_sweep_close(sweep);
  }
}

/* ---- Points ---- */

static void assert_values(const char *grid, const char *option, const char *const *values) {
  seam_sweep *sweep = open_plan("plan.json", grid);
  uint64_t point = 0;
  for (; values[point]; point++) {
    assert_true(point < seam_sweep_points(sweep));
    assert_string_equal(seam_config_get(seam_sweep_point_at(sweep, point).config, option), values[point]);
  }
  assert_int_equal(seam_sweep_points(sweep), point);
  seam_sweep_close(sweep);
}

static void ranges_end_at_their_last_value(void **state) {
  (void)state;
  assert_values(GRID("\"lr\": {\"from\": 0.001, \"to\": 0.1, \"points\": 5, \"scale\": \"log\"}"), "lr",
                (const char *[]){"0.001", "0.00316228", "0.01", "0.0316228", "0.1", NULL});
  assert_values(GRID("\"lr\": {\"from\": 0.1, \"to\": 0.7, \"points\": 3, \"scale\": \"linear\"}"), "lr",
                (const char *[]){"0.1", "0.4", "0.7", NULL});
  assert_values(GRID("\"lr\": {\"from\": 0.30000000000000004, \"to\": 0.1, \"points\": 2}"), "lr",
                (const char *[]){"0.30000000000000004", "0.1", NULL});
  assert_values(GRID("\"steps\": {\"from\": \"1k\", \"to\": \"1M\", \"points\": 4, \"scale\": \"log\"}"), "steps",
                (const char *[]){"1000", "10000", "100000", "1000000", NULL});
  assert_values(GRID("\"steps\": {\"from\": 9, \"to\": 0, \"points\": 4}"), "steps",
                (const char *[]){"9", "6", "3", "0", NULL});
  assert_values(GRID("\"steps\": {\"from\": 0, \"to\": 10, \"points\": 4}"), "steps",
                (const char *[]){"0", "3", "7", "10", NULL});
  assert_values(GRID("\"seed\": {\"from\": 0, \"to\": \"18446744073709551615\", \"points\": 4}"), "seed",
                (const char *[]){"0", "6148914691236517205", "12297829382473034410", "18446744073709551615", NULL});
}

static void the_last_axis_changes_fastest(void **state) {
  (void)state;
  static const char *const files[] = {
      "seed=1_pair=mlp4-buffer_range=-1-2.zip", "seed=1_pair=mlp4-buffer_range=-2-2.zip",
      "seed=1_pair=logistic-mlp4_range=-1-2.zip", "seed=1_pair=logistic-mlp4_range=-2-2.zip"};
  seam_sweep *sweep =
      open_plan("plan.json",
                GRID("\"seed\": [\"1\", 2, 3], \"pair\": [\"mlp4:buffer\", \"logistic:mlp4\"], \"range\": [\"-1:2\", "
                     "\"-2:2\"]"));
  assert_int_equal(seam_sweep_points(sweep), 12);
  for (uint64_t point = 0; point < 4; point++)
    assert_string_equal(seam_sweep_point_at(sweep, point).file, files[point]);
  seam_sweep_point last = seam_sweep_point_at(sweep, 11);
  assert_string_equal(last.file, "seed=3_pair=logistic-mlp4_range=-2-2.zip");
  assert_string_equal(seam_config_get(last.config, "first"), "logistic");
  assert_string_equal(seam_config_get(last.config, "second"), "mlp4");
  assert_int_equal(last.left, 262144);
  seam_sweep_close(sweep);
}

/* ---- Runs ---- */

#define OPTIONS                                                                                                        \
  "\"chains\": 600, \"steps\": 40, \"lr\": 0.05, \"bins\": 16, \"histograms\": \"interface,loss\", \"threads\": 2, "   \
  "\"backend\": \"cpu\""
#define SMALL                                                                                                          \
  "{\"task\": \"train\", \"options\": {" OPTIONS "}, \"grid\": {\"pair\": [\"buffer:buffer\", \"logistic:buffer\"], "  \
  "\"seed\": {\"from\": 1, \"to\": 4, \"points\": 4}}}"

struct watch {
  uint64_t after; /* the sweep is cancelled after this many chains; 0: never */
  seam_sweep_progress last;
  bool ended, may_fall; /* chains_done may fall, because the end of a point loses its unfinished chains */
  const char *intruder; /* a file that appears at the first call with a point, unless NULL */
};

static int watch(const seam_sweep_progress *progress, void *user) {
  struct watch *watch = user;
  bool onward = watch->ended || watch->may_fall || progress->fraction >= watch->last.fraction - 1e-9;
  assert_true(onward && progress->fraction <= 1);
  assert_true(progress->points_done <= progress->points);
  watch->last = *progress;
  if (watch->intruder && progress->point < progress->points) {
    write_text(watch->intruder, "mine");
    watch->intruder = NULL;
  }
  watch->ended = watch->ended || (watch->after > 0 && progress->whole.chains_done >= watch->after);
  return watch->ended;
}

static seam_status run(seam_sweep *sweep, int flags, struct watch *watcher, seam_error *error) {
  watcher->last = (seam_sweep_progress){.points = 0};
  return seam_sweep_run(sweep, flags, watch, watcher, error);
}

static void run_well(seam_sweep *sweep, struct watch *watcher) {
  seam_error error;
  if (run(sweep, 0, watcher, &error) != SEAM_OK) fail_msg("%s", error.message);
}

static struct path file_of(seam_sweep *sweep, uint64_t point) {
  struct path path;
  snprintf(path.text, sizeof path.text, "%.200s/%.250s", seam_sweep_folder(sweep),
           seam_sweep_point_at(sweep, point).file);
  return path;
}

/* Each file has the counts of a single run of that point. */
static void assert_whole(seam_sweep *sweep) {
  for (uint64_t point = 0; point < seam_sweep_points(sweep); point++) {
    seam_result *result, *alone = NULL;
    seam_error error;
    seam_config *config = seam_sweep_point_at(sweep, point).config;
    bool training = !strcmp(seam_config_get(config, "task"), "train");
    assert_int_equal(training ? seam_train(config, NULL, NULL, &alone, &error)
                              : seam_predict(config, NULL, NULL, &alone, &error),
                     SEAM_OK);
    if (seam_result_read(file_of(sweep, point).text, &result, &error) != SEAM_OK) fail_msg("%s", error.message);
    assert_int_equal(seam_result_chains(result), seam_result_chains(alone));
    assert_memory_equal(result->counts, alone->counts, (size_t)alone->histograms->cells * sizeof *alone->counts);
    seam_result_free(result);
    seam_result_free(alone);
  }
}

static ino_t number_of(seam_sweep *sweep, uint64_t point) {
  struct stat info;
  assert_int_equal(stat(file_of(sweep, point).text, &info), 0);
  return info.st_ino;
}

static void a_sweep_counts_what_single_runs_count(void **state) {
  (void)state;
  struct watch watcher = {0};
  seam_sweep *sweep = open_plan("single.json", SMALL);
  run_well(sweep, &watcher);
  assert_int_equal(watcher.last.whole.chains_done, 8 * 600);
  assert_int_equal(watcher.last.points_done, 8);
  assert_true(watcher.last.whole.chain_steps == 8 * 600 * 40);
  assert_true(watcher.last.fraction > 1 - 1e-9);
  assert_whole(sweep);
  seam_sweep_close(sweep);
}

/* One file is missing, one holds half of its chains, and the others stay as they are. */
static void only_what_is_missing_is_run(void **state) {
  (void)state;
  struct watch watcher = {0};
  seam_sweep *sweep = open_plan("missing.json", SMALL);
  run_well(sweep, &watcher);
  unlink(file_of(sweep, 1).text);
  seam_config *half = seam_sweep_point_at(sweep, 6).config;
  seam_config_set(half, "first-chain", "200", NULL);
  seam_config_set(half, "chains", "100", NULL);
  seam_result *part = NULL;
  seam_output *output;
  assert_int_equal(seam_train(half, NULL, NULL, &part, NULL), SEAM_OK);
  assert_int_equal(seam_output_open(file_of(sweep, 6).text, 1, &output, NULL), SEAM_OK);
  assert_int_equal(seam_output_write(output, part, NULL), SEAM_OK);
  seam_output_close(output);
  seam_result_free(part);
  ino_t before[8];
  for (uint64_t point = 0; point < 8; point++) before[point] = point == 1 ? 0 : number_of(sweep, point);

  for (uint64_t point = 0; point < 8; point++) {
    seam_sweep_point seen;
    assert_int_equal(seam_sweep_look(sweep, point, 0, &seen, NULL), SEAM_OK);
    assert_int_equal(seen.left, point == 1 ? 600 : point == 6 ? 500 : 0);
  }
  run_well(sweep, &watcher);
  assert_int_equal(watcher.last.whole.chains, 1100);
  assert_int_equal(watcher.last.whole.chains_done, 1100);
  for (uint64_t point = 0; point < 8; point++)
    assert_true((number_of(sweep, point) == before[point]) == (point != 1 && point != 6));
  assert_whole(sweep);
  seam_sweep_close(sweep);
}

/* The chains in all existing files. *parts counts those of unfinished points. */
static uint64_t count_files(seam_sweep *sweep, uint64_t *parts) {
  uint64_t counted = 0;
  *parts = 0;
  for (uint64_t point = 0; point < seam_sweep_points(sweep); point++) {
    seam_result *result;
    struct path path = file_of(sweep, point);
    if (access(path.text, F_OK) != 0) continue;
    assert_int_equal(seam_result_read(path.text, &result, NULL), SEAM_OK);
    uint64_t chains = seam_result_chains(result);
    counted += chains;
    if (chains < seam_sweep_point_at(sweep, point).chains) *parts += chains;
    seam_result_free(result);
  }
  return counted;
}

/* Points last for several calls of the progress function, so that one of them is cut short. */
static void an_interrupted_sweep_is_completed(void **state) {
  (void)state;
  struct watch watcher = {.after = 1};
  seam_error error;
  seam_sweep *sweep =
      open_plan("interrupted.json",
                "{\"task\": \"train\", \"options\": {\"second\": \"buffer\", \"chains\": 2000, \"steps\": "
                "2000, \"histograms\": \"interface\", \"threads\": 1, \"isa\": \"baseline\", "
                "\"backend\": \"cpu\"}, \"grid\": {\"first\": [\"buffer\", \"logistic\"], \"seed\": [1, 2]}}");
  uint64_t parts;
  assert_int_equal(run(sweep, 0, &watcher, &error), SEAM_INTERRUPTED);
  assert_non_null(strstr(error.message, "of 4 points are complete"));
  uint64_t counted = count_files(sweep, &parts);
  assert_int_equal(counted, watcher.last.whole.chains_done);
  assert_true(parts > 0 && counted < 4 * 2000);
  watcher = (struct watch){0};
  run_well(sweep, &watcher);
  assert_int_equal(watcher.last.whole.chains_done, 4 * 2000 - counted);
  assert_whole(sweep);
  seam_sweep_close(sweep);
}

static void files_of_other_options_are_refused_or_replaced(void **state) {
  (void)state;
  struct watch watcher = {0};
  seam_error error;
  seam_sweep *sweep = open_plan("other.json", SMALL);
  run_well(sweep, &watcher);
  seam_result *other = NULL;
  seam_output *output;
  seam_config *config = seam_sweep_point_at(sweep, 3).config;
  seam_config_set(config, "lr", "0.06", NULL);
  assert_int_equal(seam_train(config, NULL, NULL, &other, NULL), SEAM_OK);
  assert_int_equal(seam_output_open(file_of(sweep, 3).text, 1, &output, NULL), SEAM_OK);
  assert_int_equal(seam_output_write(output, other, NULL), SEAM_OK);
  seam_output_close(output);
  seam_result_free(other);
  unlink(file_of(sweep, 0).text);

  assert_int_equal(run(sweep, SEAM_SWEEP_FAIL_FAST, &watcher, &error), SEAM_ERROR_MISMATCH);
  assert_non_null(strstr(error.message, "seed=4.zip has --lr 0.06, but the plan has 0.05"));
  assert_int_equal(access(file_of(sweep, 0).text, F_OK), -1); /* nothing was run */
  write_text(file_of(sweep, 5).text, "PK but no more");
  assert_int_equal(run(sweep, SEAM_SWEEP_REPLACE, &watcher, &error), SEAM_OK);
  assert_int_equal(watcher.last.whole.chains_done, 3 * 600);
  assert_whole(sweep);
  seam_sweep_close(sweep);
}

#define FAILING                                                                                                        \
  "{\"task\": \"train\", \"options\": {\"first\": \"buffer\", \"second\": \"buffer\", \"chains\": 1000, "              \
  "\"histograms\": \"interface\", \"threads\": 1, \"isa\": \"baseline\", \"backend\": \"cpu\", \"steps\": 2000}, "     \
  "\"grid\": {\"seed\": [1, 2, 3, 4, 5]}}"

static void assert_text(const char *path, const char *expected) {
  char found[16] = "";
  FILE *file = fopen(path, "r");
  assert_non_null(fgets(found, sizeof found, file));
  fclose(file);
  assert_string_equal(found, expected);
}

/* A file that cannot be resumed appears after the sweep has looked at the files. */
static void a_point_that_fails_ends_the_sweep_if_asked(void **state) {
  (void)state;
  seam_error error;
  seam_sweep *sweep = open_plan("failing.json", FAILING);
  struct path last = file_of(sweep, 4);
  struct watch watcher = {.intruder = last.text, .may_fall = true};
  assert_int_equal(run(sweep, SEAM_SWEEP_FAIL_FAST, &watcher, &error), SEAM_ERROR_FORMAT);
  watcher.may_fall = false;
  assert_non_null(strstr(error.message, "seed=5.zip: "));
  assert_text(last.text, "mine");
  unlink(last.text);
  run_well(sweep, &watcher);
  assert_true(watcher.last.whole.chains < 5 * 1000);
  assert_whole(sweep);
  seam_sweep_close(sweep);
}

/* Points 1 and 3 are damaged from the start, and point 4 during the sweep. The second call finds the same failures. */
static void points_that_fail_leave_the_others(void **state) {
  (void)state;
  seam_error error;
  seam_sweep *sweep = open_plan("leaving.json", FAILING);
  struct path last = file_of(sweep, 4);
  struct watch watcher = {.intruder = last.text, .may_fall = true};
  assert_int_equal(mkdir(seam_sweep_folder(sweep), 0777), 0);
  write_text(file_of(sweep, 1).text, "mine");
  write_text(file_of(sweep, 3).text, "mine");
  for (int call = 0; call < 2; call++) {
    assert_int_equal(run(sweep, 0, &watcher, &error), SEAM_ERROR_FORMAT);
    assert_non_null(strstr(error.message, "3 of 5 points could not be run; the first is "));
    assert_non_null(strstr(error.message, "seed=2.zip"));
    assert_int_equal(watcher.last.points_done, 2);
    assert_int_equal(watcher.last.whole.chains_done, call == 0 ? 2000 : 0);
    assert_int_equal(seam_sweep_failures(sweep), 3);
    static const uint64_t points[] = {1, 3, 4};
    for (uint64_t i = 0; i < 3; i++) {
      const seam_sweep_failure *failure = seam_sweep_failure_at(sweep, i);
      assert_true(failure->point == points[i] && failure->error.status == SEAM_ERROR_FORMAT);
      assert_non_null(strstr(failure->error.message, seam_sweep_point_at(sweep, points[i]).file));
      assert_text(file_of(sweep, points[i]).text, "mine");
    }
    assert_null(seam_sweep_failure_at(sweep, 3));
  }
  assert_int_equal(run(sweep, SEAM_SWEEP_REPLACE, &watcher, &error), SEAM_OK);
  assert_int_equal(seam_sweep_failures(sweep), 0);
  assert_whole(sweep);
  seam_sweep_close(sweep);
}

/* The disk concerns all points: the sweep ends. */
static void a_disk_that_fails_ends_the_sweep(void **state) {
  (void)state;
  struct watch watcher = {.may_fall = true};
  seam_error error;
  seam_sweep *sweep = open_plan("disk.json", FAILING);
  assert_int_equal(mkdir(seam_sweep_folder(sweep), 0777), 0);
  assert_int_equal(mkdir(file_of(sweep, 1).text, 0777), 0); /* a folder cannot be read as a file */
  assert_int_equal(run(sweep, 0, &watcher, &error), SEAM_ERROR_IO);
  assert_int_equal(access(file_of(sweep, 4).text, F_OK), -1);
  seam_sweep_close(sweep);
}

static void a_sweep_takes_another_folder(void **state) {
  (void)state;
  struct watch watcher = {0};
  seam_error error;
  seam_sweep *sweep = open_plan("moved.json", SMALL);
  assert_int_equal(seam_sweep_set_folder(sweep, "", &error), SEAM_ERROR_USAGE);
  assert_int_equal(seam_sweep_set_folder(sweep, in_folder("elsewhere").text, &error), SEAM_OK);
  run_well(sweep, &watcher);
  assert_int_equal(access(in_folder("moved").text, F_OK), -1);
  assert_int_equal(access(in_folder("elsewhere/index.csv").text, F_OK), 0);
  assert_whole(sweep);
  seam_sweep_close(sweep);
}

static void two_sweeps_do_not_run_in_one_folder(void **state) {
  (void)state;
  struct watch watcher = {0};
  seam_error error;
  seam_output *output;
  seam_sweep *sweep = open_plan("locked.json", SMALL);
  assert_int_equal(mkdir(seam_sweep_folder(sweep), 0777), 0);
  assert_int_equal(seam_output_open(in_folder("locked/index.csv").text, 1, &output, NULL), SEAM_OK);
  assert_int_equal(run(sweep, 0, &watcher, &error), SEAM_ERROR_LOCKED);
  seam_output_close(output);
  run_well(sweep, &watcher);
  seam_sweep_close(sweep);
}

/* ---- Seeds ---- */

#define SEEDED(grid)                                                                                                   \
  "{\"task\": \"train\", \"seeds\": \"own\", \"options\": {\"seed\": \"18446744073709551615\"}, \"grid\": {" grid "}}"

static uint64_t seed_of(seam_sweep *sweep, uint64_t point) {
  return strtoull(seam_config_get(seam_sweep_point_at(sweep, point).config, "seed"), NULL, 10);
}

/* The expected seed was computed in Python from the definition in seam.h. */
static void own_seeds_differ_and_stay_when_the_grid_grows(void **state) {
  (void)state;
  seam_sweep *small = open_plan("seeds.json", SEEDED("\"lr\": [0.1, 0.2]"));
  seam_sweep *large = open_plan("grown.json", SEEDED("\"lr\": [0.05, 0.1, 0.2]"));
  assert_string_equal(seam_sweep_point_at(small, 0).file, "lr=0.1.zip");
  assert_true(seed_of(small, 0) == 8754275681853989173u);
  assert_true(seed_of(small, 0) == seed_of(large, 1) && seed_of(small, 1) == seed_of(large, 2));
  assert_true(seed_of(small, 0) != seed_of(small, 1));
  seam_sweep_close(small);
  seam_sweep_close(large);
}

/* ---- The index ---- */

/* Reads line `line` of a file, without its line end. */
static void read_line(const char *path, int line, char *text, int size) {
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  for (int i = 0; i <= line; i++) assert_non_null(fgets(text, size, file));
  fclose(file);
  text[strcspn(text, "\n")] = '\0';
}

static double number(const json_t *object, const char *key) {
  const json_t *value = json_object_get(object, key);
  if (!json_is_number(value)) fail_msg("%s is no number", key);
  return json_number_value(value);
}

static json_t *index_line(const char *path, int line) {
  char text[4096];
  read_line(path, line, text, sizeof text);
  json_t *object = json_loads(text, 0, NULL);
  assert_non_null(object);
  return object;
}

static void assert_interval(const json_t *object, const char *name, int64_t part, int64_t whole) {
  char low[64], high[64];
  struct interval interval = wilson((double)part, whole);
  snprintf(low, sizeof low, "%s_low", name);
  snprintf(high, sizeof high, "%s_high", name);
  assert_true(fabs(number(object, name) - (double)part / (double)whole) < 1e-11);
  assert_true(fabs(number(object, low) - interval.low) < 1e-11);
  assert_true(fabs(number(object, high) - interval.high) < 1e-11);
}

static void the_index_agrees_with_the_files(void **state) {
  (void)state;
  struct watch watcher = {0};
  seam_sweep *sweep = open_plan("index.json", SMALL);
  char csv[4096];
  run_well(sweep, &watcher);
  read_line(in_folder("index/index.csv").text, 0, csv, sizeof csv);
  assert_string_equal(csv,
                      "file,pair,seed,counted,buffer,inverter,fail,diverged,pass,pass_low,pass_high,buffer_of_pass,"
                      "buffer_of_pass_low,buffer_of_pass_high,passed,passed_low,passed_high");
  for (int point = 0; point < 8; point++) {
    seam_result *result;
    assert_int_equal(seam_result_read(file_of(sweep, (uint64_t)point).text, &result, NULL), SEAM_OK);
    json_t *line = index_line(in_folder("index/index.jsonl").text, point);
    int64_t buffer = seam_result_count(result, SEAM_BUFFER), inverter = seam_result_count(result, SEAM_INVERTER);
    assert_string_equal(json_string_value(json_object_get(line, "file")),
                        seam_sweep_point_at(sweep, (uint64_t)point).file);
    assert_true(number(line, "counted") == 600 && number(line, "buffer") == (double)buffer);
    assert_true(number(line, "inverter") == (double)inverter);
    assert_true(number(line, "fail") == (double)seam_result_count(result, SEAM_FAIL));
    assert_interval(line, "pass", buffer + inverter, 600);
    assert_interval(line, "passed", buffer + inverter, 600);
    assert_interval(line, "buffer_of_pass", buffer, buffer + inverter);
    char begin[256];
    snprintf(begin, sizeof begin, "%s,%s,%d,600,%lld,", seam_sweep_point_at(sweep, (uint64_t)point).file,
             point < 4 ? "buffer:buffer" : "logistic:buffer", point % 4 + 1, (long long)buffer);
    read_line(in_folder("index/index.csv").text, point + 1, csv, sizeof csv);
    assert_memory_equal(csv, begin, strlen(begin));
    json_decref(line);
    seam_result_free(result);
  }
  seam_sweep_close(sweep);
}

static void predictions_have_their_acceptance_in_the_index(void **state) {
  (void)state;
  struct watch watcher = {0};
  seam_sweep *sweep = open_plan("predicted.json",
                                "{\"task\": \"predict\", \"options\": {\"first\": \"buffer\", \"second\": \"buffer\", "
                                "\"chains\": 512, \"bins\": 32, \"backend\": \"cpu\"}, \"grid\": {\"draws\": [256, "
                                "1024], \"input-margin\": [0.1, 0.2]}}");
  run_well(sweep, &watcher);
  assert_whole(sweep);
  for (int point = 0; point < 4; point++) {
    seam_result *result;
    seam_prediction p;
    assert_int_equal(seam_result_read(file_of(sweep, (uint64_t)point).text, &result, NULL), SEAM_OK);
    assert_int_equal(seam_result_prediction(result, &p), 1);
    json_t *line = index_line(in_folder("predicted/index.jsonl").text, point);
    assert_true(number(line, "draws") == (point < 2 ? 256 : 1024));
    assert_true(p.acceptance > 0 && fabs(number(line, "acceptance") / p.acceptance - 1) < 1e-10);
    assert_true(fabs(number(line, "acceptance_error") / p.acceptance_error - 1) < 1e-10);
    assert_true(fabs(number(line, "acceptance_high") - p.acceptance - Z_95 * p.acceptance_error) < 1e-10);
    assert_true(fabs(number(line, "buffer_of_pass") - p.buffer) < 1e-10);
    assert_true(fabs(number(line, "interface_entropy") - p.interface_entropy) < 1e-10);
    json_decref(line);
    seam_result_free(result);
  }
  seam_sweep_close(sweep);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(wrong_plans_are_refused_by_key_and_value),
      cmocka_unit_test(a_plan_that_cannot_be_read_is_refused),
      cmocka_unit_test(a_byte_order_mark_before_a_plan_is_skipped),
      cmocka_unit_test(the_output_folder_is_beside_the_plan),
      cmocka_unit_test(ranges_end_at_their_last_value),
      cmocka_unit_test(the_last_axis_changes_fastest),
      cmocka_unit_test(a_sweep_counts_what_single_runs_count),
      cmocka_unit_test(only_what_is_missing_is_run),
      cmocka_unit_test(an_interrupted_sweep_is_completed),
      cmocka_unit_test(files_of_other_options_are_refused_or_replaced),
      cmocka_unit_test(a_point_that_fails_ends_the_sweep_if_asked),
      cmocka_unit_test(points_that_fail_leave_the_others),
      cmocka_unit_test(a_disk_that_fails_ends_the_sweep),
      cmocka_unit_test(a_sweep_takes_another_folder),
      cmocka_unit_test(own_seeds_differ_and_stay_when_the_grid_grows),
      cmocka_unit_test(two_sweeps_do_not_run_in_one_folder),
      cmocka_unit_test(the_index_agrees_with_the_files),
      cmocka_unit_test(predictions_have_their_acceptance_in_the_index),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
