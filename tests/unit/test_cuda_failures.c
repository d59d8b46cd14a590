/* SPDX-License-Identifier: Apache-2.0 */
/* If the CUDA backend cannot do something, or a call fails, the user gets an error that says what to do. */
#include "shim/run.h"
#include "backend/choice.h"

/* Makes the calls of `function` fail one at a time, run after run. Returns how many calls a run makes. */
static int fail_each_call(const char *function, seam_status expected) {
  struct seam_config config = small_config(KIND_LOGISTIC, KIND_LOGISTIC);
  for (int n = 1;; n++) {
    shim_reset();
    shim.fail = function;
    shim.fail_at = n;
    struct counted c = run(&cuda_backend, &config, 0, false);
    bool failed = shim.calls >= n;
    assert_int_equal(shim.live, 0);
    if (failed && c.status != expected) fail_msg("call %d of %s: status %d", n, function, (int)c.status);
    if (failed) assert_non_null(strstr(c.error.message, "cudaError"));
    if (failed && expected == SEAM_ERROR_DEVICE) assert_non_null(strstr(c.error.message, function));
    for (int64_t i = 0; failed && i < c.cells; i++) assert_true(c.counts[i] == 0);
    free(c.counts);
    if (!failed) return n - 1;
  }
}

static void a_failed_call_is_an_error_and_leaves_nothing_open(void **state) {
  (void)state;
  assert_true(fail_each_call("cudaMalloc", SEAM_ERROR_MEMORY) >= AXES + 5);
  assert_int_equal(fail_each_call("cudaMallocHost", SEAM_ERROR_MEMORY), 2);
  assert_true(fail_each_call("cudaLaunchKernel", SEAM_ERROR_DEVICE) >= 4);
  assert_int_equal(fail_each_call("cudaMemcpyAsync", SEAM_ERROR_DEVICE), 1);
  assert_int_equal(fail_each_call("cudaMemsetAsync", SEAM_ERROR_DEVICE), 1);
  assert_int_equal(fail_each_call("cudaMemcpy", SEAM_ERROR_DEVICE), AXES + 2);
  assert_true(fail_each_call("cudaEventSynchronize", SEAM_ERROR_DEVICE) >= 2);
  assert_true(fail_each_call("cudaEventRecord", SEAM_ERROR_DEVICE) >= 4);
  assert_int_equal(fail_each_call("cudaStreamCreateWithFlags", SEAM_ERROR_DEVICE), 2);
  assert_int_equal(fail_each_call("cudaEventCreateWithFlags", SEAM_ERROR_DEVICE), 4);
  static const char *const others[] = {"cudaGetDeviceCount",    "cudaSetDevice",        "cudaGetDeviceProperties",
                                       "cudaDeviceSynchronize", "cudaFuncSetAttribute", "cudaMemGetInfo",
                                       "cudaEventElapsedTime"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    assert_true(fail_each_call(others[i], SEAM_ERROR_DEVICE) >= 1);
}

static void refusals_say_what_to_do(void **state) {
  (void)state;
  struct seam_config config = small_config(KIND_LINEAR, KIND_MLP16);
  assert_refused(&config, SEAM_ERROR_BACKEND, "-DSEAM_CUDA_PAIRS_EXTRA=linear:mlp16");
  config = small_config(KIND_LINEAR, KIND_LINEAR);
  config.device.index[0] = 1;
  assert_refused(&config, SEAM_ERROR_BACKEND, "--device 1: this machine shows 1 CUDA device, ");
  config.device.index[0] = 0;
  shim.without_image = true;
  assert_refused(&config, SEAM_ERROR_BACKEND, "-DCMAKE_CUDA_ARCHITECTURES=90");
  shim_reset();
  shim.available = 1 << 16;
  assert_refused(&config, SEAM_ERROR_MEMORY, "--bins");
}

/* Promise 7: if the device cannot do something, --backend auto takes the CPU, and --backend cuda is an error. */
static void auto_falls_back_to_the_cpu_for_a_pair_not_built(void **state) {
  (void)state;
  struct seam_config config;
  config_defaults(&config);
  config.first = KIND_TABLE8;
  config.second = KIND_MLP16;
  config.chains = 10;
  config.steps = 3;
  seam_result *result = NULL;
  seam_error error;
  assert_int_equal(seam_train(&config, NULL, NULL, &result, &error), SEAM_OK);
  assert_string_equal(seam_result_run(result).backend, "cpu");
  seam_result_free(result);
  config.backend = BACKEND_CUDA;
  assert_int_equal(seam_train(&config, NULL, NULL, &result, &error), SEAM_ERROR_BACKEND);
  assert_null(result);
  assert_non_null(strstr(error.message, "SEAM_CUDA_PAIRS"));
}

/* Only CUDA has fast math. The CPU must not take over with another arithmetic. */
static void fast_math_never_falls_back(void **state) {
  (void)state;
  struct seam_config config;
  config_defaults(&config);
  config.first = KIND_TABLE8;
  config.second = KIND_MLP16;
  config.math = MATH_FAST;
  seam_result *result = NULL;
  seam_error error;
  assert_int_equal(seam_train(&config, NULL, NULL, &result, &error), SEAM_ERROR_BACKEND);
  assert_non_null(strstr(error.message, "SEAM_CUDA_PAIRS"));
  shim.devices = 0;
  assert_int_equal(seam_train(&config, NULL, NULL, &result, &error), SEAM_ERROR_BACKEND);
  assert_non_null(strstr(error.message, "--math fast"));
  config.backend = BACKEND_CPU;
  assert_int_equal(seam_train(&config, NULL, NULL, &result, &error), SEAM_ERROR_USAGE);
  assert_null(result);
}

static void an_absent_device_is_explained(void **state) {
  (void)state;
  assert_null(cuda_backend.unavailable());
  shim.devices = 0;
  assert_non_null(strstr(cuda_backend.unavailable(), "no NVIDIA card"));
  assert_int_equal(cuda_backend.devices(NULL, 0), 0);
  shim.driver = 12000;
  assert_non_null(strstr(cuda_backend.unavailable(), "too old"));
  shim.driver = 0;
  assert_non_null(strstr(cuda_backend.unavailable(), "no NVIDIA driver"));
  shim_reset();
}

static void a_device_is_described(void **state) {
  (void)state;
  seam_device device;
  shim.multiprocessors = 3;
  assert_int_equal(cuda_backend.devices(&device, 1), 1);
  assert_string_equal(device.name, "shim");
  assert_string_equal(device.bus, "0000:17:00.0");
  assert_int_equal(device.compute_capability, 90);
  assert_int_equal(device.multiprocessors, 3);
  assert_int_equal(device.clock_khz, 1000000);
}

/* A card that answers only some questions is listed with the answers it gave. */
static void a_device_that_answers_little_is_listed(void **state) {
  (void)state;
  static const char *const silent[] = {"cudaGetDeviceProperties", "cudaDeviceGetPCIBusId", "cudaDeviceGetAttribute"};
  for (size_t i = 0; i < sizeof silent / sizeof *silent; i++) {
    seam_device device;
    shim_reset();
    shim.fail = silent[i];
    shim.fail_at = 1;
    assert_int_equal(cuda_backend.devices(&device, 1), 1);
    assert_string_equal(device.name, i == 0 ? "does not answer" : "shim");
    assert_string_equal(device.bus, i <= 1 ? "" : "0000:17:00.0");
    assert_int_equal(device.multiprocessors, i == 0 ? 0 : 1);
    assert_int_equal(device.clock_khz, i == 1 ? 1000000 : 0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_failed_call_is_an_error_and_leaves_nothing_open, reset),
      cmocka_unit_test_setup(refusals_say_what_to_do, reset),
      cmocka_unit_test_setup(auto_falls_back_to_the_cpu_for_a_pair_not_built, reset),
      cmocka_unit_test_setup(fast_math_never_falls_back, reset),
      cmocka_unit_test_setup(an_absent_device_is_explained, reset),
      cmocka_unit_test_setup(a_device_is_described, reset),
      cmocka_unit_test_setup(a_device_that_answers_little_is_listed, reset),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
