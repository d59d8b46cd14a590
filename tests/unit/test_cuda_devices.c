/* SPDX-License-Identifier: Apache-2.0 */
/* Several CUDA devices share a run, and a device that fails costs no counted chain. */
#include "result/result.h"
#include "shim/run.h"
#include "backend/choice.h"

static struct seam_config on_devices(const char *devices) {
  struct seam_config config = small_config(KIND_MLP4, KIND_MLP4);
  config.backend = BACKEND_CUDA;
  seam_error error;
  if (seam_config_set(&config, "device", devices, &error) != SEAM_OK) fail_msg("%s", error.message);
  return config;
}

static void several_devices_share_a_run(void **state) {
  (void)state;
  static const char *const lists[] = {"0", "2", "0,2", "2,1", "all"};
  static const int used[] = {1, 4, 5, 6, 7}; /* bit k: device k */
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    struct seam_config config = on_devices(lists[i]);
    config.chains = 1000;
    shim_reset();
    shim.devices = 3;
    shim.multiprocessors_of[1] = 2;
    assert_same(&config, 100);
    for (int k = 0; k < shim.devices; k++) assert_int_equal(shim.launches_of[k] > 0, used[i] >> k & 1);
    for (int k = 0; k < shim.devices; k++) assert_int_equal(shim.touched[k], used[i] >> k & 1);
  }
}

/* The slices are long enough for the launch to be tuned. */
static double eleven_milliseconds_a_step(const void *kernel, unsigned threads, const struct cuda_argument *a) {
  (void)kernel, (void)threads;
  return a->batch.end > a->batch.begin ? 11 * (a->batch.end - a->batch.begin) : 0.5;
}

/* Each card has two workers, and each worker is a thread. */
static void devices_run_at_the_same_time(void **state) {
  (void)state;
  for (int devices = 1; devices <= 3; devices++) {
    struct seam_config config = on_devices("all");
    seam_result *result = NULL;
    seam_error error;
    config.chains = 6000;
    config.steps = 20;
    config.histograms = 1u << HISTOGRAM_INTERFACE | 1u << HISTOGRAM_MAPPING;
    shim.devices = devices;
    shim.milliseconds = eleven_milliseconds_a_step;
    if (seam_train(&config, NULL, NULL, &result, &error) != SEAM_OK) fail_msg("%s", error.message);
    struct counted cpu = run(&cpu_backend, &config, 0, false);
    assert_memory_equal(result->counts, cpu.counts, (size_t)cpu.cells * sizeof *cpu.counts);
    assert_int_equal(shim.live, 0);
    seam_result_free(result);
    free(cpu.counts);
  }
}

static void the_caller_s_current_device_stays(void **state) {
  (void)state;
  struct seam_config config = on_devices("2");
  seam_result *result = NULL;
  int current = -1;
  shim.devices = 3;
  assert_int_equal(cudaSetDevice(1), cudaSuccess);
  assert_int_equal(seam_train(&config, NULL, NULL, &result, NULL), SEAM_OK);
  assert_int_equal(cudaGetDevice(&current), cudaSuccess);
  assert_int_equal(current, 1);
  assert_false(shim.touched[0]);
  seam_result_free(result);
}

static void a_refused_choice_touches_no_device(void **state) {
  (void)state;
  struct seam_config config = on_devices("all");
  config.first = KIND_LINEAR;
  config.second = KIND_MLP16;
  assert_refused(&config, SEAM_ERROR_BACKEND, "-DSEAM_CUDA_PAIRS_EXTRA=linear:mlp16");
  shim.devices = 2;
  config = on_devices("0,3");
  assert_refused(&config, SEAM_ERROR_BACKEND,
                 "--device 3: this machine shows 2 CUDA devices, numbered from 0; seam info lists them");
  config = on_devices("all");
  shim.devices = 65;
  assert_refused(&config, SEAM_ERROR_BACKEND, "--device all: this machine shows 65 CUDA devices");
  for (int k = 0; k < SHIM_DEVICES; k++) assert_false(shim.touched[k]);
}

/* The devices before it are closed again. Those after it are not touched. */
static void a_device_that_does_not_open_is_named(void **state) {
  (void)state;
  struct seam_config config = on_devices("2,1,0");
  int allocations = 0; /* how many allocations one device makes */
  for (int n = 1;; n++) {
    shim_reset();
    shim.devices = 3;
    shim.fail = "cudaMalloc";
    shim.fail_at = n;
    struct counted c = run(&cuda_backend, &config, 0, false);
    assert_int_equal(shim.live, 0);
    free(c.counts);
    if (c.status == SEAM_OK) break;
    assert_int_equal(c.status, SEAM_ERROR_MEMORY);
    if (strstr(c.error.message, "CUDA device 2: ")) allocations = n;
    int failed = 2 - (n - 1) / allocations;
    char expected[64];
    snprintf(expected, sizeof expected, "CUDA device %d: cudaMalloc", failed);
    if (!strstr(c.error.message, expected)) fail_msg("call %d: %s, not %s", n, c.error.message, expected);
    for (int k = 0; k < 3; k++) assert_int_equal(shim.touched[k], k >= failed);
  }
  assert_true(allocations >= AXES + 5);
}

static void assert_names(const char *first, const char *second, const char *third, const char *joined) {
  struct seam_config config = on_devices("all");
  seam_result *result = NULL;
  shim.devices = 3;
  shim.name_of[0] = first;
  shim.name_of[1] = second;
  shim.name_of[2] = third;
  assert_int_equal(seam_train(&config, NULL, NULL, &result, NULL), SEAM_OK);
  assert_string_equal(seam_result_run(result).device, joined);
  seam_result_free(result);
}

static void the_names_of_devices_are_joined(void **state) {
  (void)state;
  const char *const hundred = "0123456789abcdefghijklmnopqrstuvwxyz 123456789abcdefghijklmnopqrstuvwxyz 123456789abcde"
                              "fghijklmnopqrs";
  assert_names("A", "A", "A", "3 x A");
  assert_names("A", "B", "C", "A, B, C");
  assert_names("NVIDIA L4", "NVIDIA H100", "NVIDIA L4", "2 x NVIDIA L4, NVIDIA H100");
  assert_names("A", "B", "B", "A, 2 x B");
  char joined[256]; /* a session's name has 127 characters at most */
  snprintf(joined, sizeof joined, "%s, NVIDIA H100 80GB HBM3, NVIDIA L4", hundred);
  strcpy(joined + 124, "...");
  assert_names(hundred, "NVIDIA H100 80GB HBM3", "NVIDIA L4", joined);
}

/* The CPU counts the same for the chains that the result covers. */
static void assert_counts_are_of_its_coverage(const seam_result *result) {
  struct seam_config config = result->config;
  size_t cells = (size_t)result->histograms->cells;
  int64_t *expected = calloc(cells, sizeof *expected);
  for (size_t k = 0; k < result->coverage.ranges; k++) {
    config.first_chain = result->coverage.ids[2 * k];
    config.chains = result->coverage.ids[2 * k + 1] - config.first_chain;
    struct counted part = run(&cpu_backend, &config, 0, false);
    for (size_t i = 0; i < cells; i++) expected[i] += part.counts[i];
    free(part.counts);
  }
  assert_memory_equal(result->counts, expected, cells * sizeof *expected);
  free(expected);
}

static seam_result *train_on_failing(const struct seam_config *config, const char *named) {
  seam_result *result = NULL;
  seam_error error;
  assert_int_equal(seam_train(config, NULL, NULL, &result, &error), SEAM_ERROR_DEVICE);
  if (!strstr(error.message, named)) fail_msg("'%s' does not name %s", error.message, named);
  assert_int_equal(shim.live, 0);
  return result;
}

static void a_device_that_fails_during_a_run_costs_no_counted_chain(void **state) {
  (void)state;
  struct seam_config config = on_devices("0");
  const int batch = 8; /* launches: draw, 6 slices, observe */
  config.chains = 4000;
  config.slice = 1;
  config.histograms = 1u << HISTOGRAM_INTERFACE | 1u << HISTOGRAM_SLACK; /* few cells make small batches */
  for (int launch = 1; launch <= 60; launch += 6) {
    shim_reset();
    shim.broken_at = (uint64_t)launch;
    seam_result *result = train_on_failing(&config, "CUDA device 0: cudaLaunchKernel");
    if (launch <= batch) assert_null(result);
    if (launch > 2 * batch) assert_non_null(result); /* one of the two batches had ended */
    if (!result) continue;
    assert_true(seam_result_chains(result) >= 256 && seam_result_chains(result) < config.chains);
    assert_counts_are_of_its_coverage(result);
    seam_result_free(result);
  }
}

/* Device 0 is in the middle of two batches when device 1 fails. These batches are counted, and no others are begun. */
static void the_other_devices_finish_what_they_have(void **state) {
  (void)state;
  struct seam_config config = on_devices("0,1");
  config.chains = 8000;
  config.slice = 1;
  config.histograms = 1u << HISTOGRAM_INTERFACE | 1u << HISTOGRAM_SLACK;
  for (int launch = 1; launch <= 31; launch += 10) {
    shim_reset();
    shim.devices = 2;
    shim.broken = 1;
    shim.broken_at = (uint64_t)launch;
    shim.held = 0;
    shim.held_at = 3;
    seam_result *result = train_on_failing(&config, "CUDA device 1: cudaLaunchKernel");
    assert_non_null(result);
    assert_true(seam_result_chains(result) >= 256 && seam_result_chains(result) < config.chains);
    assert_counts_are_of_its_coverage(result);
    seam_result_free(result);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(several_devices_share_a_run, reset),
      cmocka_unit_test_setup(devices_run_at_the_same_time, reset),
      cmocka_unit_test_setup(the_caller_s_current_device_stays, reset),
      cmocka_unit_test_setup(a_refused_choice_touches_no_device, reset),
      cmocka_unit_test_setup(a_device_that_does_not_open_is_named, reset),
      cmocka_unit_test_setup(the_names_of_devices_are_joined, reset),
      cmocka_unit_test_setup(a_device_that_fails_during_a_run_costs_no_counted_chain, reset),
      cmocka_unit_test_setup(the_other_devices_finish_what_they_have, reset),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
