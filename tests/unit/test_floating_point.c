/* SPDX-License-Identifier: Apache-2.0 */
/* A caller's rounding mode and flush-to-zero setting change no count and no number, and are the same after a call. */
#include <fenv.h>
#include <unistd.h>

#include "base/floating_point.h"

#include "support/sample_folder.h"
#include "support/sample_result.h"

static seam_result *train(void) {
  static const char *const options[] = {"first",       "mlp4", "second", "buffer",  "chains",  "500",       "steps",
                                        "40",          "lr",   "0.05",   "threads", "2",       "optimizer", "adam",
                                        "input-noise", "0.1",  "bins",   "64",      "backend", "cpu",       NULL};
  return sample_train(options);
}

#if defined(__x86_64__)

enum { FLAGS = 0x3f }; /* flags of past exceptions, which a run may change */

static void a_caller_s_floating_point_state_changes_no_count_and_survives(void **unused) {
  (void)unused;
  static const unsigned states[] = {
      0x1f80 | 0x8040 | 0x4000, /* flush to zero, denormals are zero, round up */
      0x1f80 | 0x2000,          /* round down */
      0x1f80 | 0x6000,          /* towards zero */
  };
  seam_result *plain = train();
  for (size_t n = 0; n < sizeof states / sizeof *states; n++) {
    unsigned before = _mm_getcsr();
    _mm_setcsr(states[n]);
    seam_result *result = train();
    unsigned after = _mm_getcsr();
    _mm_setcsr(before);
    assert_int_equal(after & ~(unsigned)FLAGS, states[n] & ~(unsigned)FLAGS);
    assert_int_equal(plain->histograms->cells, result->histograms->cells);
    assert_memory_equal(plain->counts, result->counts, (size_t)plain->histograms->cells * sizeof *plain->counts);
    seam_result_free(result);
  }
  seam_result_free(plain);
}

#else

static void a_caller_s_floating_point_state_changes_no_count_and_survives(void **unused) {
  (void)unused;
  seam_result_free(train());
}

#endif

/* ---- Every call that reads, prints or computes numbers ---- */

/* What the calls of one caller gave, as text. */
struct story {
  int rounding;
  char text[1 << 16];
  size_t length;
};

static void tell(struct story *story, const char *text) {
  size_t length = strlen(text);
  assert_true(story->length + length + 2 < sizeof story->text);
  memcpy(story->text + story->length, text, length);
  story->length += length;
  story->text[story->length++] = '\n';
}

static void tell_number(struct story *story, double number) {
  char text[64];
  snprintf(text, sizeof text, "%a", number);
  tell(story, text);
}

/* Makes a call in the caller's rounding mode, and looks whether that is the same afterwards. */
#define CALL(story, call)                                                                                              \
  do {                                                                                                                 \
    fesetround((story)->rounding);                                                                                     \
    call;                                                                                                              \
    int after = fegetround();                                                                                          \
    fesetround(FE_TONEAREST);                                                                                          \
    assert_int_equal(after, (story)->rounding);                                                                        \
  } while (0)

static const struct {
  const char *name, *value;
} odd_values[] = {{"lr", "0.1"},   {"range", "-1.3:2.7"},   {"input-margin", "0.3"},
                  {"beta", "0.7"}, {"input-noise", "0.07"}, {"output-margin", "0.1"}};

static void configure(struct story *story, seam_config *config) {
  static const char *const small[] = {"first", "buffer", "second", "buffer",  "chains", "300", "steps",
                                      "30",    "bins",   "32",     "threads", "2",      NULL};
  sample_set(config, small);
  for (size_t i = 0; i < sizeof odd_values / sizeof *odd_values; i++) {
    const char *text = NULL;
    CALL(story, assert_int_equal(seam_config_set(config, odd_values[i].name, odd_values[i].value, NULL), SEAM_OK));
    CALL(story, text = seam_config_get(config, odd_values[i].name));
    assert_string_equal(text, odd_values[i].value);
  }
  double flops = 0;
  CALL(story, assert_int_equal(seam_config_check(config, NULL), SEAM_OK));
  CALL(story, flops = seam_flops_per_chain_step(config));
  tell_number(story, flops);
}

/* The progress function works in the caller's mode. */
static int look_at_rounding(const seam_progress *progress, void *user) {
  const struct story *story = user;
  (void)progress;
  assert_int_equal(fegetround(), story->rounding);
  return SEAM_CONTINUE;
}

static void write_and_read(struct story *story, const char *path, seam_result **result) {
  seam_output *output = NULL;
  CALL(story, assert_int_equal(seam_output_open(path, 1, &output, NULL), SEAM_OK));
  CALL(story, assert_int_equal(seam_output_write(output, *result, NULL), SEAM_OK));
  seam_output_close(output);
  seam_result_free(*result);
  CALL(story, assert_int_equal(seam_result_read(path, result, NULL), SEAM_OK));
  CALL(story, tell(story, seam_config_get(seam_result_config(*result), "range")));
  const seam_histogram *interface = seam_result_histogram(*result, "interface");
  tell_number(story, interface->axes[1].lower);
  tell_number(story, interface->axes[1].upper);
  for (int64_t i = 0; i < interface->cells; i++)
    if (interface->values[i]) tell_number(story, (double)(i * 100000 + interface->values[i]));
}

static seam_result *make_result(struct story *story, const char *seed) {
  seam_config *config = sample_config((const char *[]){"seed", seed, NULL});
  seam_result *result = NULL;
  char path[96];
  configure(story, config);
  CALL(story, assert_int_equal(seam_train(config, look_at_rounding, story, &result, NULL), SEAM_OK));
  seam_config_free(config);
  snprintf(path, sizeof path, "%s/seed%s.zip", folder, seed);
  write_and_read(story, path, &result);
  return result;
}

static void predict(struct story *story) {
  seam_config *config = sample_config((const char *[]){"draws", "2000", "chains", "2000", NULL});
  seam_result *result = NULL;
  seam_prediction prediction;
  configure(story, config);
  CALL(story, assert_int_equal(seam_predict(config, look_at_rounding, story, &result, NULL), SEAM_OK));
  CALL(story, assert_int_equal(seam_result_prediction(result, &prediction), 1));
  tell_number(story, prediction.acceptance_error);
  tell_number(story, prediction.interface_entropy);
  seam_result_free(result);
  seam_config_free(config);
}

static void compare(struct story *story) {
  seam_result *a = make_result(story, "1"), *b = make_result(story, "2");
  seam_comparison *comparison = NULL;
  char *record = NULL;
  CALL(story, assert_int_equal(seam_compare(a, b, "all", 0, &comparison, NULL), SEAM_OK));
  CALL(story, record = seam_comparison_record(comparison));
  tell(story, record);
  free(record);
  seam_comparison_free(comparison);
  seam_result_free(a);
  seam_result_free(b);
}

static int look_in_sweep(const seam_sweep_progress *progress, void *user) {
  return look_at_rounding(&progress->whole, user);
}

static void sweep(struct story *story) {
  seam_sweep *sweep = NULL;
  char path[96];
  snprintf(path, sizeof path, "%s/plan.json", folder);
  FILE *file = fopen(path, "w");
  fputs("{\"task\": \"train\", \"options\": {\"chains\": 64, \"steps\": 3, \"range\": \"-1.3:2.7\"}, "
        "\"grid\": {\"lr\": {\"from\": 0.001, \"to\": 0.1, \"points\": 7, \"scale\": \"log\"}}}",
        file);
  fclose(file);
  CALL(story, assert_int_equal(seam_sweep_open(path, &sweep, NULL), SEAM_OK));
  for (uint64_t i = 0; i < seam_sweep_points(sweep); i++) {
    seam_sweep_point point;
    CALL(story, assert_int_equal(seam_sweep_look(sweep, i, 0, &point, NULL), SEAM_OK));
    tell(story, point.file);
    CALL(story, tell(story, seam_config_get(point.config, "lr")));
    tell_number(story, point.work);
  }
  CALL(story, assert_int_equal(seam_sweep_run(sweep, 0, look_in_sweep, story, NULL), SEAM_OK));
  seam_sweep_close(sweep);
}

static void tell_all(struct story *story, int rounding) {
  *story = (struct story){.rounding = rounding};
  compare(story);
  predict(story);
  sweep(story);
}

static void a_caller_s_rounding_mode_changes_no_number_and_survives(void **state) {
  (void)state;
  static const int modes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
  static struct story nearest, other;
  char command[128];
  tell_all(&nearest, FE_TONEAREST);
  for (size_t m = 0; m < sizeof modes / sizeof *modes; m++) {
    snprintf(command, sizeof command, "rm -r %s/plan", folder);
    assert_int_equal(system(command), 0);
    tell_all(&other, modes[m]);
    assert_string_equal(other.text, nearest.text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_caller_s_floating_point_state_changes_no_count_and_survives),
      cmocka_unit_test(a_caller_s_rounding_mode_changes_no_number_and_survives),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
