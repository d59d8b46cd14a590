/* SPDX-License-Identifier: Apache-2.0 */
/* A thread with too little stack is told how much is needed. A thread with that much can do everything. */
#include <pthread.h>

#include "support/sample_folder.h"
#include "support/sample_result.h"

/* Bytes that seam.h names, that this test's own frames may take, and of a stack that is too small for a run. */
enum { TOLD = 192 << 10, OWN = 32 << 10, SMALL = 64 << 10 };

struct call {
  seam_status status;
  seam_error error;
};

static seam_config *small_run(const char *seed) {
  return sample_config((const char *[]){"first", "buffer", "second", "buffer", "chains", "300", "steps", "20",
                                        "threads", "2", "bins", "32", "backend", "cpu", "seed", seed, NULL});
}

static void check(struct call *call, seam_status status) {
  if (call->status == SEAM_OK) call->status = status;
}

static void write_and_read(struct call *call, const char *path, seam_result **result) {
  seam_output *output = NULL;
  check(call, seam_output_open(path, 1, &output, &call->error));
  if (call->status == SEAM_OK) check(call, seam_output_write(output, *result, &call->error));
  seam_output_close(output);
  seam_result_free(*result);
  *result = NULL;
  if (call->status == SEAM_OK) check(call, seam_result_read(path, result, &call->error));
}

static void sweep(struct call *call) {
  seam_sweep *sweep = NULL;
  char path[96];
  snprintf(path, sizeof path, "%s/plan.json", folder);
  FILE *file = fopen(path, "w");
  fputs("{\"task\": \"train\", \"options\": {\"chains\": 64, \"steps\": 3}, \"grid\": {\"lr\": [0.1, 0.2]}}", file);
  fclose(file);
  check(call, seam_sweep_open(path, &sweep, &call->error));
  if (sweep) check(call, seam_sweep_run(sweep, 0, NULL, NULL, &call->error));
  seam_sweep_close(sweep);
}

/* Trains twice, writes, reads, resumes, merges, compares, predicts and sweeps. */
static void *do_everything(void *argument) {
  struct call *call = argument;
  seam_config *configs[2] = {small_run("1"), small_run("2")};
  seam_result *results[2] = {NULL, NULL}, *merged = NULL, *predicted = NULL;
  seam_comparison *comparison = NULL;
  char paths[2][96];
  for (int i = 0; i < 2 && call->status == SEAM_OK; i++) {
    snprintf(paths[i], sizeof paths[i], "%s/%d.zip", folder, i);
    check(call, seam_train(configs[i], NULL, NULL, &results[i], &call->error));
    if (call->status == SEAM_OK) write_and_read(call, paths[i], &results[i]);
  }
  if (call->status == SEAM_OK) check(call, seam_compare(results[0], results[1], "all", 0, &comparison, &call->error));
  if (call->status == SEAM_OK) check(call, seam_merge((const char *[]){paths[0]}, 1, &merged, &call->error));
  if (call->status == SEAM_OK) check(call, seam_config_read(configs[0], paths[1], &call->error));
  if (call->status == SEAM_OK) check(call, seam_predict(configs[0], NULL, NULL, &predicted, &call->error));
  if (call->status == SEAM_OK) sweep(call);
  seam_comparison_free(comparison);
  seam_result_free(merged);
  seam_result_free(predicted);
  for (int i = 0; i < 2; i++) seam_result_free(results[i]);
  for (int i = 0; i < 2; i++) seam_config_free(configs[i]);
  return NULL;
}

static void run_on_stack(size_t bytes, void *(*run)(void *), void *argument) {
  pthread_t thread;
  pthread_attr_t attributes;
  assert_int_equal(pthread_attr_init(&attributes), 0);
  assert_int_equal(pthread_attr_setstacksize(&attributes, bytes), 0);
  assert_int_equal(pthread_create(&thread, &attributes, run, argument), 0);
  pthread_join(thread, NULL);
  pthread_attr_destroy(&attributes);
}

static void the_stack_that_is_told_suffices(void **state) {
  (void)state;
  struct call call = {.status = SEAM_OK};
  run_on_stack(TOLD + OWN, do_everything, &call);
  if (call.status != SEAM_OK) fail_msg("%s", call.error.message);
}

static void a_smaller_stack_is_an_error_that_says_what_is_needed(void **state) {
  (void)state;
  struct call call = {.status = SEAM_OK};
  run_on_stack(SMALL, do_everything, &call);
  assert_int_equal(call.status, SEAM_ERROR_USAGE);
  assert_non_null(strstr(call.error.message,
                         "KiB left, and seam needs 192: start the thread with a larger stack, or the program "
                         "after `ulimit -s 8192`"));
}

static void *estimate(void *argument) {
  seam_prediction prediction;
  assert_int_equal(seam_result_prediction(argument, &prediction), 1);
  return NULL;
}

/* This call returns no error, so it must not need more. */
static void estimates_need_only_a_small_stack(void **state) {
  (void)state;
  seam_config *config = small_run("3");
  sample_set(config, (const char *[]){"draws", "300", "cells", "64", NULL});
  seam_result *result = sample_run(seam_predict, config);
  run_on_stack(SMALL, estimate, result);
  seam_result_free(result);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      /* In this order, because the C library would give a larger stack to a second thread that asks for a smaller one.
       */
      cmocka_unit_test(a_smaller_stack_is_an_error_that_says_what_is_needed),
      cmocka_unit_test(estimates_need_only_a_small_stack),
      cmocka_unit_test(the_stack_that_is_told_suffices),
  };
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
