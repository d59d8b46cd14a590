/* SPDX-License-Identifier: Apache-2.0 */
/* Predictions on the shim's devices give the CPU's counts exactly. */
#include "result/result.h"
#include "shim/run.h"
#include "backend/choice.h"

/* There are few cells, because the shim changes stacks for each cell and each draw. */
static struct seam_config pairs_config(int task, int first, int second) {
  struct seam_config config = small_config(first, second);
  config.task = task;
  config.first_chain &= ~(uint64_t)1; /* whole pairs */
  config.draws = 300;                 /* blocks of 4 and 5, so that some words are filled up */
  config.cells = 22;                  /* two more fill up the rows */
  config.bins = 12;
  config.range[0] = -1;
  config.range[1] = 2;
  config.input_margin = 0.05;
  config.output_margin = 0.3;
  return config;
}

/* How many pairs work, or their weight, counted on the CPU. */
static int64_t passes(const struct seam_config *config) {
  struct counted c = run(&cpu_predict_backend, config, 0, false);
  int64_t works = c.counts[OUTCOME_BUFFER] + c.counts[OUTCOME_INVERTER];
  free(c.counts);
  return works;
}

/* ---- Counts equal to the CPU's ---- */

static void every_kind_is_first_and_second(void **state) {
  (void)state;
  for (int first = 0; first < KINDS; first++) {
    struct seam_config config = pairs_config(TASK_PREDICT, first, (first + 3) % KINDS);
    assert_same(&config, 0);
    assert_true(passes(&config) > 10);
  }
}

static void gibbs_weights_are_the_same(void **state) {
  (void)state;
  for (int first = 0; first < KINDS; first++) {
    struct seam_config config = pairs_config(TASK_GIBBS, first, KINDS - 1 - first);
    config.beta = first % 2 ? 1 : 100;
    assert_same(&config, 0);
    assert_true(passes(&config) > 1000);
  }
}

/* Blocks of theta2 end within a word, within a tile, or within the tiles that one round of threads counts for a
 * candidate. */
static void draws_may_fill_words_and_tiles_in_part(void **state) {
  (void)state;
  static const uint64_t draws[] = {1, 63, 65, 8191, 8193, 30001, 270000};
  for (int task = TASK_PREDICT; task <= TASK_GIBBS; task++)
    for (size_t i = 0; i < sizeof draws / sizeof *draws; i++) {
      struct seam_config config = pairs_config(task, KIND_BUFFER, KIND_LOGISTIC);
      config.draws = draws[i];
      config.cells = 3 + i % 2;
      config.chains = draws[i] > 8000 ? 10 : 150;
      int filled = assert_same(&config, 0);
      if (draws[i] > 8000) assert_true(filled > 40); /* working pairs are in many blocks */
    }
}

/* There are more cells than one block's share of a row, or fewer. */
static void cells_may_be_few_or_many(void **state) {
  (void)state;
  static const uint64_t cells[] = {1, CUDA_ENTER_CELLS, CUDA_ENTER_CELLS + 1, 2 * CUDA_ENTER_CELLS};
  for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
    for (int task = TASK_PREDICT; task <= TASK_GIBBS; task++) {
      struct seam_config config = pairs_config(task, KIND_TABLE8, KIND_BUFFER);
      config.cells = cells[i];
      config.draws = 64;
      assert_same(&config, 0);
    }
}

static void portions_and_batches_change_nothing(void **state) {
  (void)state;
  static const uint64_t portions[] = {2, 100, 128, 1100};
  for (int task = TASK_PREDICT; task <= TASK_GIBBS; task++)
    for (size_t i = 0; i < sizeof portions / sizeof *portions; i++) {
      struct seam_config config = pairs_config(task, KIND_MLP4, KIND_BUFFER);
      config.chains = portions[i] == 2 ? 20 : 1100;
      config.first_chain = 0xFFFFFFC0u + 2 * i;
      config.draws = 64;
      shim_reset();
      assert_same(&config, portions[i]);
      uint64_t whole = shim.launches;
      shim.available = (size_t)(task == TASK_GIBBS ? 2900 : 1000) << 10; /* batches hold few candidates */
      shim.launches = 0;
      assert_same(&config, portions[i]);
      if (portions[i] == 1100) assert_true(shim.launches > whole);
    }
}

/* The draws of theta2 are entered in several launches, and counted in several. */
static void many_draws_take_several_launches(void **state) {
  (void)state;
  for (int task = TASK_PREDICT; task <= TASK_GIBBS; task++) {
    struct seam_config config = pairs_config(task, KIND_BUFFER, KIND_BUFFER);
    config.draws = 60000;
    config.chains = 6;
    shim.launches = 0;
    assert_same(&config, 0);
    assert_int_equal(shim.launches, 3 + 1 + (task == TASK_GIBBS ? 2 : 1) + 1 +
                                        (task == TASK_PREDICT)); /* enter, look, count, add, swap */
    assert_true(passes(&config) > 0);
  }
}

/* Some parameters overflow, and some voltages leave the range of cells. Such candidates are counted, and have no
 * partners. */
static void candidates_may_be_outside_or_diverge(void **state) {
  (void)state;
  for (int task = TASK_PREDICT; task <= TASK_GIBBS; task++) {
    struct seam_config config = pairs_config(task, KIND_BUFFER, KIND_BUFFER);
    config.init_scale = 4e37;
    assert_same(&config, 0);
    struct counted c = run(&cuda_backend, &config, 0, false);
    assert_true(c.counts[OUTCOME_DIVERGED] > 0 && c.counts[OUTCOME_FAIL] > 0);
    free(c.counts);
    config = pairs_config(task, KIND_LOGISTIC, KIND_LOGISTIC);
    config.range[0] = -0.1;
    config.range[1] = 0.5; /* u1 of a buffer is outside */
    assert_same(&config, 0);
  }
}

/* ---- Devices ---- */

static struct seam_config on_all_devices(void) {
  struct seam_config config = pairs_config(TASK_PREDICT, KIND_MLP4, KIND_BUFFER);
  seam_error error;
  assert_int_equal(seam_config_set(&config, "device", "all", &error), SEAM_OK);
  config.backend = BACKEND_CUDA;
  config.cells = 4;
  config.bins = 4;
  return config;
}

static void several_devices_share_a_prediction(void **state) {
  (void)state;
  struct seam_config config = on_all_devices();
  shim.devices = 3;
  assert_same(&config, 20);
  for (int k = 0; k < shim.devices; k++) assert_true(shim.launches_of[k] > 4);
}

/* Each card has two workers, and each worker is a thread. The two workers enter the card's table together. */
static void devices_run_at_the_same_time(void **state) {
  (void)state;
  struct seam_config config = on_all_devices();
  config.chains = 9000; /* several portions */
  config.draws = 8000;
  shim.devices = 2;
  seam_result *result = NULL;
  seam_error error;
  if (seam_predict(&config, NULL, NULL, &result, &error) != SEAM_OK) fail_msg("%s", error.message);
  struct counted cpu = run(&cpu_predict_backend, &config, 0, false);
  assert_string_equal(seam_result_run(result).backend, "cuda");
  assert_memory_equal(result->counts, cpu.counts, (size_t)cpu.cells * sizeof *cpu.counts);
  assert_int_equal(shim.live, 0);
  assert_true(shim.launches > 3 * 4);
  seam_result_free(result);
  free(cpu.counts);
}

/* Promise 7: if a card lacks the memory, --backend auto takes the CPU. */
static void auto_falls_back_to_the_cpu_for_too_large_a_table(void **state) {
  (void)state;
  struct seam_config config = pairs_config(TASK_GIBBS, KIND_BUFFER, KIND_BUFFER);
  seam_result *result = NULL;
  seam_error error;
  shim.available = 1 << 20;
  assert_int_equal(seam_predict(&config, NULL, NULL, &result, &error), SEAM_OK);
  assert_string_equal(seam_result_run(result).backend, "cpu");
  seam_result_free(result);
  config.backend = BACKEND_CUDA;
  assert_int_equal(seam_predict(&config, NULL, NULL, &result, &error), SEAM_ERROR_MEMORY);
  assert_non_null(strstr(error.message, "--draws"));
  assert_null(result);
}

/* Each failed call becomes an error, and everything opened before is closed. */
static void a_failed_call_is_an_error_and_leaves_nothing_open(void **state) {
  (void)state;
  static const struct {
    const char *function;
    seam_status status;
    int calls;
  } cases[] = {{"cudaMalloc", SEAM_ERROR_MEMORY, AXES + 9},
               {"cudaMallocHost", SEAM_ERROR_MEMORY, 2},
               {"cudaLaunchKernel", SEAM_ERROR_DEVICE, 5},
               {"cudaEventSynchronize", SEAM_ERROR_DEVICE, 3},
               {"cudaMemGetInfo", SEAM_ERROR_DEVICE, 1}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (int n = 1; n <= cases[i].calls + 1; n++) {
      struct seam_config config = pairs_config(TASK_PREDICT, KIND_LOGISTIC, KIND_LOGISTIC);
      shim_reset();
      shim.fail = cases[i].function;
      shim.fail_at = n;
      struct counted c = run(&cuda_backend, &config, 0, false);
      assert_int_equal(c.status, n <= cases[i].calls ? cases[i].status : SEAM_OK);
      for (int64_t k = 0; c.status != SEAM_OK && k < c.cells; k++) assert_true(c.counts[k] == 0);
      assert_int_equal(shim.live, 0);
      free(c.counts);
    }
}

/* A card that vanishes costs none of the first components that were counted before. */
static void a_device_that_fails_keeps_what_was_counted(void **state) {
  (void)state;
  struct seam_config config = on_all_devices();
  seam_result *result = NULL;
  seam_error error;
  config.chains = 9000;
  config.draws = 8000;
  shim.broken_at = 56; /* launch 1 enters the draws; five batches of four launches make a portion, so one worker has
                          counted its first one */
  assert_int_equal(seam_predict(&config, NULL, NULL, &result, &error), SEAM_ERROR_DEVICE);
  assert_non_null(strstr(error.message, "CUDA device 0: cudaLaunchKernel"));
  assert_non_null(result);
  assert_int_equal(result_check(result, SEAM_ERROR_INTERNAL, &error), SEAM_OK);
  assert_true(seam_result_chains(result) >= 2560 && seam_result_chains(result) < config.chains);
  seam_result_free(result);
}

/* ---- Cancelling ---- */

/* The run is cancelled at each launch in turn: at the table, at a batch, or at the second batch. Only whole batches are
 * counted. */
static void cancelled_counts_whole_batches(void **state) {
  (void)state;
  bool some = false;
  for (uint64_t launch = 0; launch <= 8; launch++) {
    struct seam_config config = pairs_config(TASK_PREDICT, KIND_BUFFER, KIND_BUFFER);
    config.chains = 1100;
    config.draws = 64;
    shim_reset();
    shim.cancel_at = launch;
    struct counted c = run(&cuda_backend, &config, config.chains, launch == 0);
    assert_int_equal(c.status, SEAM_OK);
    uint64_t whole = c.end - config.first_chain;
    assert_true(whole % 512 == 0 || whole == config.chains);
    some = some || (whole > 0 && whole < config.chains);
    config.chains = whole;
    if (whole > 0) {
      struct counted cpu = run(&cpu_predict_backend, &config, 0, false);
      assert_memory_equal(c.counts, cpu.counts, (size_t)cpu.cells * sizeof *cpu.counts);
      free(cpu.counts);
    } else {
      for (int64_t k = 0; k < c.cells; k++) assert_true(c.counts[k] == 0);
    }
    free(c.counts);
  }
  assert_true(some);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(every_kind_is_first_and_second, reset),
      cmocka_unit_test_setup(gibbs_weights_are_the_same, reset),
      cmocka_unit_test_setup(draws_may_fill_words_and_tiles_in_part, reset),
      cmocka_unit_test_setup(cells_may_be_few_or_many, reset),
      cmocka_unit_test_setup(portions_and_batches_change_nothing, reset),
      cmocka_unit_test_setup(many_draws_take_several_launches, reset),
      cmocka_unit_test_setup(candidates_may_be_outside_or_diverge, reset),
      cmocka_unit_test_setup(several_devices_share_a_prediction, reset),
      cmocka_unit_test_setup(devices_run_at_the_same_time, reset),
      cmocka_unit_test_setup(auto_falls_back_to_the_cpu_for_too_large_a_table, reset),
      cmocka_unit_test_setup(a_failed_call_is_an_error_and_leaves_nothing_open, reset),
      cmocka_unit_test_setup(a_device_that_fails_keeps_what_was_counted, reset),
      cmocka_unit_test_setup(cancelled_counts_whole_batches, reset),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
