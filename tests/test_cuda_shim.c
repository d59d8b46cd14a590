/* SPDX-License-Identifier: Apache-2.0 */
/* The CUDA backend and the very kernels of cuda.cu, on devices made of fibres, against the CPU backend to the bit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "backend.h"
#include "cuda.h"
#include "plan.h"
#include "result.h"
#include "shim.h"

/* ---- One run on one backend ---- */

struct counted {
  seam_status status;
  seam_error error;
  int64_t cells;
  int64_t *counts;
  uint64_t trained; /* chain-steps */
  uint64_t end;     /* counted up to this id */
};

struct setting {
  struct histogram_set *set;
  struct plan *plan;
};

static struct setting setting_of(const struct seam_config *config) {
  struct setting s;
  seam_error error;
  if (seam_config_check(config, &error) != SEAM_OK) fail_msg("%s", error.message);
  assert_int_equal(histogram_set_create(config, &s.set, &error), SEAM_OK);
  assert_int_equal(plan_create(config, s.set, &s.plan, &error), SEAM_OK);
  return s;
}

static void setting_free(struct setting s) {
  plan_free(s.plan);
  histogram_set_free(s.set);
}

/* All chains of the configuration in portions, handed to the workers in turn. */
static void train_portions(const struct backend *backend, const struct seam_config *config, struct session *session,
                           int workers, uint64_t portion, struct run_control *control, struct counted *c) {
  uint64_t last = config->first_chain + config->chains;
  for (int turn = 0; c->end < last && c->status == SEAM_OK; turn++) {
    struct chain_range range = {c->end, last - c->end < portion ? last : c->end + portion};
    uint64_t asked = range.end;
    c->status = backend->train(session, turn % workers, &range, control, c->counts, &c->error);
    if (c->status == SEAM_OK) c->end = range.end;
    if (range.end < asked) break;
  }
}

static struct counted run(const struct backend *backend, const struct seam_config *config, uint64_t portion,
                          bool cancel) {
  struct setting s = setting_of(config);
  struct counted c = {.cells = s.set->cells, .end = config->first_chain};
  struct session_info info = {0};
  struct session *session = NULL;
  struct run_control control;
  atomic_init(&control.cancel, cancel);
  atomic_init(&control.trained, 0);
  shim.cancel = &control.cancel;
  c.counts = calloc((size_t)c.cells, sizeof *c.counts);
  assert_non_null(c.counts);
  c.status = backend->open(config, &s.plan->job, &session, &info, &c.error);
  if (c.status == SEAM_OK) {
    train_portions(backend, config, session, info.workers, portion ? portion : info.batch, &control, &c);
    shim.fail = NULL; /* closing has nobody to tell of a failure */
    backend->close(session);
  } else {
    assert_null(session);
  }
  c.trained = atomic_load(&control.trained);
  setting_free(s);
  return c;
}

static struct seam_config small_config(int first, int second) {
  struct seam_config config;
  config_defaults(&config);
  config.first = first;
  config.second = second;
  config.chains = 150; /* a block and a part of one */
  config.first_chain = 5;
  config.steps = 6;
  config.seed = 20251106;
  config.threads = 1;
  config.bins = 32;
  return config;
}

static void describe(const struct seam_config *config) {
  print_error("%s:%s %s %s noise %g steps %d slice %d\n", kind_name(config->first), kind_name(config->second),
              optimizer_name(config->optimizer), loss_name(config->loss), config->input_noise, (int)config->steps,
              (int)config->slice);
}

/* Runs on the shim and on the CPU and wants the same counts; returns the number of cells that are not 0. */
static int assert_same(const struct seam_config *config, uint64_t portion) {
  struct counted cuda = run(&cuda_backend, config, portion, false);
  struct counted cpu = run(&cpu_backend, config, 0, false);
  if (cuda.status != SEAM_OK) fail_msg("%s", cuda.error.message);
  assert_int_equal(cpu.status, SEAM_OK);
  assert_int_equal(shim.live, 0);
  assert_true(cuda.end == config->first_chain + config->chains);
  assert_true(cuda.trained == config->chains * config->steps);
  assert_true(cuda.cells == cpu.cells);
  int filled = 0, different = 0;
  for (int64_t i = 0; i < cpu.cells; i++) {
    filled += cpu.counts[i] != 0;
    different += cpu.counts[i] != cuda.counts[i];
  }
  if (different) describe(config);
  assert_int_equal(different, 0);
  int64_t chains = 0;
  for (int o = 0; o < OUTCOMES; o++) chains += cuda.counts[o];
  assert_true((uint64_t)chains == config->chains);
  free(cuda.counts);
  free(cpu.counts);
  return filled;
}

/* ---- Counts equal to the CPU's ---- */

static int reset(void **state) {
  (void)state;
  shim_reset();
  return 0;
}

static void every_pair_optimizer_loss_and_noise(void **state) {
  (void)state;
  for (int p = 0; cuda_pairs[p]; p++)
    for (int variant = 0; variant < OPTIMIZERS * 4; variant++) {
      struct seam_config config = small_config(cuda_pairs[p]->first, cuda_pairs[p]->second);
      config.optimizer = variant % OPTIMIZERS;
      config.loss = variant / OPTIMIZERS % 2 ? LOSS_HINGE : LOSS_MSE;
      config.input_noise = variant / OPTIMIZERS / 2 ? 0.05 : 0.0;
      config.interface_noise = variant / OPTIMIZERS / 2 ? 0.1 : 0.0;
      config.samples = variant % 2 ? 4 : 3;
      assert_true(assert_same(&config, 0) > 100);
    }
}

static void all_equal_pairs_are_built(void **state) {
  (void)state;
  int equal = 0;
  for (int p = 0; cuda_pairs[p]; p++) equal += cuda_pairs[p]->first == cuda_pairs[p]->second;
  assert_int_equal(equal, KINDS);
}

static void slices_and_portions_change_nothing(void **state) {
  (void)state;
  static const struct {
    uint64_t steps, slice, chains, portion, samples;
  } cases[] = {{0, 0, 150, 0, 4},  {1, 1, 1, 0, 1},     {13, 1, 129, 0, 2},  {13, 2, 127, 100, 4},
               {13, 5, 128, 1, 1}, {13, 64, 700, 0, 4}, {16, 16, 300, 7, 3}, {33, 0, 257, 256, 4}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct seam_config config = small_config(KIND_MLP4, KIND_MLP4);
    config.optimizer = (int32_t)(i % OPTIMIZERS);
    config.steps = cases[i].steps;
    config.slice = cases[i].slice;
    config.chains = cases[i].chains;
    config.samples = cases[i].samples;
    assert_same(&config, cases[i].portion);
  }
}

/* Little memory makes small batches, several of which make a portion; many blocks share the counting. */
static void batches_and_grids_change_nothing(void **state) {
  (void)state;
  struct seam_config config = small_config(KIND_BUFFER, KIND_BUFFER);
  config.chains = 1100;
  for (int multiprocessors = 1; multiprocessors <= 3; multiprocessors++) {
    shim.multiprocessors = multiprocessors;
    shim.launches = 0;
    assert_same(&config, config.chains);
  }
  assert_true(shim.launches < 20);
  config.histograms = 1u << HISTOGRAM_INTERFACE;
  shim.available = (size_t)160 << 10;
  shim.launches = 0;
  assert_same(&config, config.chains);
  assert_true(shim.launches >= 5 * 3); /* draw, train, observe: indeed in several batches */
}

static void ids_have_64_bits(void **state) {
  (void)state;
  static const uint64_t first[] = {0xFFFFFFC0u, 0x100000000u, 0x7FFFFFFFFFFFFF00u};
  for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
    struct seam_config config = small_config(KIND_LOGISTIC, KIND_LOGISTIC);
    config.first_chain = first[i];
    config.optimizer = OPTIMIZER_LANGEVIN;
    assert_same(&config, 0);
  }
}

static void shared_memory_may_be_small_or_large(void **state) {
  (void)state;
  static const int limits[] = {16, 4096, 49152, 166912, SHIM_SHARED_LIMIT};
  size_t before = 0;
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
    struct seam_config config = small_config(KIND_MLP4, KIND_MLP4);
    config.bins = 256;
    config.chains = 300;
    shim.shared_limit = limits[i];
    shim.shared_largest = 0;
    assert_same(&config, 0);
    assert_true(shim.shared_largest > before || i == 3); /* each lets more histograms in, but for the fourth */
    before = shim.shared_largest;
  }
  assert_true(before > 150000);
}

static void histograms_may_be_left_out(void **state) {
  (void)state;
  for (int h = 0; h < HISTOGRAMS; h++) {
    struct seam_config config = small_config(KIND_TABLE8, KIND_LOGISTIC);
    config.histograms = 1u << h;
    config.first_chain = 6; /* even, for the sake of interchange */
    assert_same(&config, 0);
  }
}

/* ---- Pairs of chains ---- */

static struct seam_config pairs_config(int first, int second) {
  struct seam_config config = small_config(first, second);
  config.histograms = 1u << HISTOGRAM_INTERCHANGE;
  config.first_chain = 0xFFFFFFC2u;
  config.steps = 40;
  config.lr = 0.05;
  return config;
}

/* How many pairs lie in cells that end in 0, 1 or 2 parts that fit. */
static void count_fits(const struct seam_config *config, int64_t fits[INTERCHANGE_FITS]) {
  struct counted c = run(&cuda_backend, config, 0, false);
  for (int64_t i = OUTCOMES; i < c.cells; i++) fits[(i - OUTCOMES) % INTERCHANGE_FITS] += c.counts[i];
  free(c.counts);
}

static void partners_swap_parts_as_on_the_cpu(void **state) {
  (void)state;
  int64_t fits[INTERCHANGE_FITS] = {0};
  for (int p = 0; cuda_pairs[p]; p++) {
    struct seam_config config = pairs_config(cuda_pairs[p]->first, cuda_pairs[p]->second);
    assert_same(&config, 0);
    count_fits(&config, fits);
  }
  for (int k = 0; k < INTERCHANGE_FITS; k++) assert_true(fits[k] > 10);
}

/* In a warp, a block, a grid and a batch that the chains do not fill. */
static void pairs_stay_whole_in_blocks_and_batches(void **state) {
  (void)state;
  static const uint64_t chains[] = {2, 30, 34, 254, 258, 1100};
  for (size_t i = 0; i < sizeof chains / sizeof *chains; i++)
    for (int multiprocessors = 1; multiprocessors <= 2; multiprocessors++) {
      struct seam_config config = pairs_config(KIND_BUFFER, KIND_BUFFER);
      config.chains = chains[i];
      shim_reset();
      shim.multiprocessors = multiprocessors;
      shim.shared_limit = i % 2 ? 16 : 49152;
      assert_same(&config, config.chains);
      shim.available = (size_t)64 << 10; /* batches of 128 */
      assert_same(&config, i % 2 ? 100 : config.chains);
    }
}

/* Neither diverged chains nor NaN among their parameters count, or change what their neighbours count. */
static void pairs_of_diverged_chains_are_left_out(void **state) {
  (void)state;
  struct seam_config config = pairs_config(KIND_MLP4, KIND_MLP4);
  config.optimizer = OPTIMIZER_SGD;
  config.lr = 0.42;
  config.chains = 1000;
  assert_same(&config, 0);
  struct counted c = run(&cuda_backend, &config, 0, false);
  assert_true(c.counts[OUTCOME_DIVERGED] > 10 && c.counts[OUTCOME_BUFFER] + c.counts[OUTCOME_INVERTER] > 10);
  free(c.counts);
}

/* A prior of almost no width puts all chains into one bin; one of great width makes many diverge or overflow. */
static void all_in_one_bin_and_all_spread(void **state) {
  (void)state;
  struct seam_config config = small_config(KIND_LINEAR, KIND_LINEAR);
  config.init_scale = 1e-6;
  config.steps = 0;
  config.histograms = 1u << HISTOGRAM_INTERFACE;
  int together = assert_same(&config, 0);
  assert_true(together <= 6); /* an outcome, and a bin of (u0, u1): u0 = 0, u1 = ±1e-6 */
  config = small_config(KIND_MLP4, KIND_MLP4);
  config.init_scale = 3;
  config.bins = 1024;
  config.histograms = 1u << HISTOGRAM_INTERFACE;
  assert_true(assert_same(&config, 0) > 100);
  config = small_config(KIND_LINEAR, KIND_LINEAR);
  config.optimizer = OPTIMIZER_SGD;
  config.lr = 1000;
  config.init_scale = 1e4;
  config.steps = 60;
  assert_same(&config, 0);
}

/* All in one cell of each histogram that has one entry a chain, through many blocks, after training; counted in shared
 * memory, and in the totals alone where there is no room. */
static void many_blocks_add_to_one_cell(void **state) {
  (void)state;
  for (int limit = 16; limit <= SHIM_SHARED_LIMIT; limit += SHIM_SHARED_LIMIT - 16) {
    struct seam_config config = small_config(KIND_LINEAR, KIND_LINEAR);
    config.init_scale = 1e-6;
    config.optimizer = OPTIMIZER_SGD;
    config.lr = 1e-3;
    config.bins = 31;
    config.chains = 3000;
    shim_reset();
    shim.multiprocessors = 12;
    shim.shared_limit = limit;
    assert_same(&config, config.chains);
    assert_int_equal(shim.most_blocks, 12);
    struct counted c = run(&cuda_backend, &config, config.chains, false);
    int full = 0;
    for (int64_t i = OUTCOMES; i < c.cells; i++) full += c.counts[i] == (int64_t)config.chains;
    assert_int_equal(full, 3 + PROBES + 2 * 2 + 5); /* interface, loss, selection; mapping; width, slack; snapshots */
    free(c.counts);
  }
}

/* More bins than shared memory ever holds, most of the chains in a cell of their own. */
static void all_spread_over_more_bins_than_fit(void **state) {
  (void)state;
  struct seam_config config = small_config(KIND_MLP4, KIND_MLP4);
  config.init_scale = 2;
  config.range[0] = -8;
  config.range[1] = 8;
  config.input_noise = 0.1;
  config.bins = 1024;
  config.chains = 2000;
  config.histograms = 1u << HISTOGRAM_INTERFACE | 1u << HISTOGRAM_SELECTION | 1u << HISTOGRAM_SNAPSHOTS;
  shim.multiprocessors = 3;
  assert_true(assert_same(&config, config.chains) > 6000);
  assert_true(shim.shared_largest <= OUTCOMES * sizeof(uint32_t)); /* no room for any */
}

/* ---- Launches tuned on the way ---- */

static struct {
  unsigned fastest;    /* threads of a block */
  uint64_t train[129]; /* launches of train with that many */
} clock_setting;

static bool is_train(const void *kernel, const struct cuda_argument *a) {
  for (int p = 0; cuda_pairs[p]; p++)
    if (kernel == cuda_pairs[p]->training[MATH_EXACT]->train[a->job.optimizer]) return true;
  return false;
}

/* 10 ms for a step of training in blocks of the fastest size, 11 in others. */
static double a_shape_is_fastest(const void *kernel, unsigned threads, const struct cuda_argument *a) {
  if (!is_train(kernel, a)) return 0.5;
  clock_setting.train[threads]++;
  return (threads == clock_setting.fastest ? 10 : 11) * (a->batch.end - a->batch.begin);
}

static void the_launch_is_tuned_and_changes_nothing(void **state) {
  (void)state;
  for (unsigned fastest = 32; fastest <= 128; fastest *= 2) {
    struct seam_config config = small_config(cuda_pairs[0]->first, cuda_pairs[0]->second);
    config.chains = 900;
    config.steps = 80;
    shim_reset();
    shim.milliseconds = a_shape_is_fastest;
    memset(&clock_setting, 0, sizeof clock_setting);
    clock_setting.fastest = fastest;
    assert_same(&config, 300);
    uint64_t launches = 0;
    for (int threads = 0; threads <= 128; threads++) launches += clock_setting.train[threads];
    assert_true(launches - clock_setting.train[fastest] < 10);
    assert_true(launches > config.steps / 2 * 3); /* 25 ms a slice: 2 steps */
    assert_true(launches < config.steps * 2);
  }
}

/* ---- Cancelling ---- */

static void cancelled_counts_nothing(void **state) {
  (void)state;
  struct seam_config config = small_config(KIND_MLP4, KIND_MLP4);
  struct counted c = run(&cuda_backend, &config, 0, true);
  assert_int_equal(c.status, SEAM_OK);
  assert_true(c.end == config.first_chain);
  assert_true(c.trained == 0);
  for (int64_t i = 0; i < c.cells; i++) assert_true(c.counts[i] == 0);
  free(c.counts);
}

/* In the midst of the second batch: the first is counted whole, the second not at all. */
static void cancelled_in_a_batch_keeps_the_batches_before(void **state) {
  (void)state;
  struct seam_config config = small_config(KIND_BUFFER, KIND_BUFFER);
  config.chains = 1100;
  config.slice = 1;
  config.histograms = 1u << HISTOGRAM_INTERFACE;
  shim.available = (size_t)160 << 10;
  shim.cancel_at = 1 + config.steps + 1 + 4; /* draw, train and observe the first; then draw and train */
  struct counted cuda = run(&cuda_backend, &config, config.chains, false);
  assert_int_equal(cuda.status, SEAM_OK);
  uint64_t batch = cuda.end - config.first_chain;
  assert_true(batch > 0 && batch < config.chains / 2);
  assert_true(cuda.trained == batch * (config.steps + 3));
  config.chains = batch;
  struct counted cpu = run(&cpu_backend, &config, 0, false);
  assert_memory_equal(cuda.counts, cpu.counts, (size_t)cpu.cells * sizeof *cpu.counts);
  free(cuda.counts);
  free(cpu.counts);
}

static void cancelled_runs_hold_whole_pairs(void **state) {
  (void)state;
  for (uint64_t launch = 1; launch < 50; launch += 7) {
    struct seam_config config = pairs_config(KIND_BUFFER, KIND_BUFFER);
    config.chains = 1100;
    config.slice = 10;
    shim_reset();
    shim.available = (size_t)64 << 10;
    shim.cancel_at = launch;
    struct counted c = run(&cuda_backend, &config, config.chains, false);
    assert_int_equal(c.status, SEAM_OK);
    assert_true(c.end % 2 == 0 && c.end < config.first_chain + config.chains);
    if (launch > 10) assert_true(c.end > config.first_chain); /* the first batch was whole */
    free(c.counts);
  }
}

/* ---- Failures ---- */

/* Lets each call of `function` fail in turn, until a run gets by with fewer; returns how many there were. */
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

static void failures_come_out_as_errors(void **state) {
  (void)state;
  assert_true(fail_each_call("cudaMalloc", SEAM_ERROR_MEMORY) >= AXES + 5);
  assert_int_equal(fail_each_call("cudaMallocHost", SEAM_ERROR_MEMORY), 2);
  assert_true(fail_each_call("cudaLaunchKernel", SEAM_ERROR_DEVICE) >= 4);
  assert_int_equal(fail_each_call("cudaMemcpyAsync", SEAM_ERROR_DEVICE), 1);
  assert_int_equal(fail_each_call("cudaMemsetAsync", SEAM_ERROR_DEVICE), 1);
  assert_int_equal(fail_each_call("cudaMemcpy", SEAM_ERROR_DEVICE), AXES + 1);
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

static void assert_refused(const struct seam_config *config, seam_status status, const char *word) {
  struct counted c = run(&cuda_backend, config, 0, false);
  assert_int_equal(c.status, status);
  if (!strstr(c.error.message, word)) fail_msg("%s: no word of %s", c.error.message, word);
  assert_int_equal(shim.live, 0);
  free(c.counts);
}

static void refusals_name_the_remedy(void **state) {
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

/* Promise 7: what the device cannot do is the CPU's where the choice was left to us, and an error where it was not. */
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

/* Fast math is CUDA's alone: the CPU does not take over with other arithmetic. */
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

/* The same observation, another training: outcomes add up, but not to the exact ones. */
static void fast_math_is_recorded_and_differs(void **state) {
  (void)state;
  struct seam_config config = small_config(KIND_MLP4, KIND_MLP4);
  config.steps = 100;
  struct counted exact = run(&cuda_backend, &config, 0, false);
  config.math = MATH_FAST;
  struct counted fast = run(&cuda_backend, &config, 0, false);
  assert_int_equal(fast.status, SEAM_OK);
  assert_memory_not_equal(fast.counts, exact.counts, (size_t)exact.cells * sizeof *exact.counts);
  config.steps = 0;
  struct counted drawn = run(&cuda_backend, &config, 0, false);
  config.math = MATH_EXACT;
  struct counted drawn_exact = run(&cuda_backend, &config, 0, false);
  assert_memory_equal(drawn.counts, drawn_exact.counts, (size_t)drawn.cells * sizeof *drawn.counts);
  free(exact.counts);
  free(fast.counts);
  free(drawn.counts);
  free(drawn_exact.counts);
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

/* A card that answers some questions only is listed with what it answered. */
static void a_device_may_keep_silent(void **state) {
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

/* ---- Several devices ---- */

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

/* Both workers of every card, each on a thread of its own. */
static void devices_may_run_at_once(void **state) {
  (void)state;
  for (int devices = 1; devices <= 3; devices++) {
    struct seam_config config = on_devices("all");
    seam_result *result = NULL;
    seam_error error;
    config.chains = 6000;
    config.steps = 20;
    config.histograms = 1u << HISTOGRAM_INTERFACE | 1u << HISTOGRAM_MAPPING;
    shim.devices = devices;
    shim.milliseconds = a_shape_is_fastest;
    if (seam_train(&config, NULL, NULL, &result, &error) != SEAM_OK) fail_msg("%s", error.message);
    struct counted cpu = run(&cpu_backend, &config, 0, false);
    assert_memory_equal(result->counts, cpu.counts, (size_t)cpu.cells * sizeof *cpu.counts);
    assert_int_equal(shim.live, 0);
    seam_result_free(result);
    free(cpu.counts);
  }
}

static void the_callers_device_stays(void **state) {
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

static void what_is_refused_touches_no_device(void **state) {
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

/* Those before it are closed again, those after it left alone. */
static void a_device_that_does_not_open_is_named(void **state) {
  (void)state;
  struct seam_config config = on_devices("2,1,0");
  int allocations = 0; /* of one device */
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
  char joined[256]; /* the name of a session has 127 characters at most */
  snprintf(joined, sizeof joined, "%s, NVIDIA H100 80GB HBM3, NVIDIA L4", hundred);
  strcpy(joined + 124, "...");
  assert_names(hundred, "NVIDIA H100 80GB HBM3", "NVIDIA L4", joined);
}

/* The chains that a result covers, counted by the CPU. */
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
  if (!strstr(error.message, named)) fail_msg("%s: no word of %s", error.message, named);
  assert_int_equal(shim.live, 0);
  return result;
}

static void a_device_that_fails_in_mid_run_costs_no_counted_chain(void **state) {
  (void)state;
  struct seam_config config = on_devices("0");
  const int batch = 8; /* launches: draw, 6 slices, observe */
  config.chains = 4000;
  config.slice = 1;
  config.histograms = 1u << HISTOGRAM_INTERFACE | 1u << HISTOGRAM_SLACK; /* few cells, so small batches */
  for (int launch = 1; launch <= 60; launch += 6) {
    shim_reset();
    shim.broken_at = (uint64_t)launch;
    seam_result *result = train_on_failing(&config, "CUDA device 0: cudaLaunchKernel");
    if (launch <= batch) assert_null(result);
    if (launch > 2 * batch) assert_non_null(result); /* one of the two that were begun was ended */
    if (!result) continue;
    assert_true(seam_result_chains(result) >= 256 && seam_result_chains(result) < config.chains);
    assert_counts_are_of_its_coverage(result);
    seam_result_free(result);
  }
}

/* Device 0 is in the midst of batches when device 1 fails: they are counted, and no more are begun. */
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

/* ---- The shim itself ---- */

static void every_second_reaches_the_barrier(struct cuda_argument a) {
  (void)a;
  if (threadIdx.x % 2) __syncthreads();
}

static void all_reach_the_barrier(struct cuda_argument a) {
  (void)a;
  __syncthreads();
}

static void gives_its_partner_its_own(struct cuda_argument a) {
  (void)a;
  int theirs = __shfl_xor_sync(3u << (threadIdx.x & 30u), (int)(10 * threadIdx.x), 1);
  for (int round = 0; round < 3; round++) { /* back, there and back */
    theirs = __shfl_xor_sync(3u << (threadIdx.x & 30u), theirs, 1);
    if (round % 2) __syncthreads();
  }
  if (theirs != (int)(10 * threadIdx.x)) shared_memory[16] = 0; /* past its shared memory */
}

static void every_second_gives_its_own(struct cuda_argument a) {
  (void)a;
  if (threadIdx.x % 2) __shfl_xor_sync(3u << (threadIdx.x & 30u), 1, 1);
}

static void writes_past_its_shared_memory(struct cuda_argument a) {
  (void)a;
  if (threadIdx.x == 3) shared_memory[16] = 0;
}

static cudaError_t launch(void (*kernel)(struct cuda_argument), size_t shared) {
  static struct cuda_argument argument;
  void *arguments[] = {&argument};
  cudaStream_t stream;
  assert_int_equal(cudaStreamCreateWithFlags(&stream, 0), cudaSuccess);
  cudaError_t code =
      cudaLaunchKernel((const void *)kernel, (dim3){2, 1, 1}, (dim3){32, 1, 1}, arguments, shared, stream);
  cudaStreamDestroy(stream);
  return code;
}

static void the_shim_catches_broken_kernels(void **state) {
  (void)state;
  assert_int_equal(launch(all_reach_the_barrier, 64), cudaSuccess);
  assert_int_equal(launch(every_second_reaches_the_barrier, 64), cudaErrorLaunchFailure);
  assert_int_equal(launch(gives_its_partner_its_own, 64), cudaSuccess);
  assert_int_equal(launch(every_second_gives_its_own, 64), cudaErrorLaunchFailure);
  assert_int_equal(launch(writes_past_its_shared_memory, 64), cudaErrorLaunchFailure);
  assert_int_equal(launch(writes_past_its_shared_memory, 68), cudaSuccess);
  assert_int_equal(launch(all_reach_the_barrier, 49153), cudaErrorInvalidValue);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(the_shim_catches_broken_kernels, reset),
      cmocka_unit_test_setup(all_equal_pairs_are_built, reset),
      cmocka_unit_test_setup(every_pair_optimizer_loss_and_noise, reset),
      cmocka_unit_test_setup(slices_and_portions_change_nothing, reset),
      cmocka_unit_test_setup(batches_and_grids_change_nothing, reset),
      cmocka_unit_test_setup(ids_have_64_bits, reset),
      cmocka_unit_test_setup(shared_memory_may_be_small_or_large, reset),
      cmocka_unit_test_setup(histograms_may_be_left_out, reset),
      cmocka_unit_test_setup(partners_swap_parts_as_on_the_cpu, reset),
      cmocka_unit_test_setup(pairs_stay_whole_in_blocks_and_batches, reset),
      cmocka_unit_test_setup(pairs_of_diverged_chains_are_left_out, reset),
      cmocka_unit_test_setup(all_in_one_bin_and_all_spread, reset),
      cmocka_unit_test_setup(many_blocks_add_to_one_cell, reset),
      cmocka_unit_test_setup(all_spread_over_more_bins_than_fit, reset),
      cmocka_unit_test_setup(the_launch_is_tuned_and_changes_nothing, reset),
      cmocka_unit_test_setup(several_devices_share_a_run, reset),
      cmocka_unit_test_setup(devices_may_run_at_once, reset),
      cmocka_unit_test_setup(the_callers_device_stays, reset),
      cmocka_unit_test_setup(what_is_refused_touches_no_device, reset),
      cmocka_unit_test_setup(a_device_that_does_not_open_is_named, reset),
      cmocka_unit_test_setup(the_names_of_devices_are_joined, reset),
      cmocka_unit_test_setup(a_device_that_fails_in_mid_run_costs_no_counted_chain, reset),
      cmocka_unit_test_setup(the_other_devices_finish_what_they_have, reset),
      cmocka_unit_test_setup(cancelled_counts_nothing, reset),
      cmocka_unit_test_setup(cancelled_in_a_batch_keeps_the_batches_before, reset),
      cmocka_unit_test_setup(cancelled_runs_hold_whole_pairs, reset),
      cmocka_unit_test_setup(failures_come_out_as_errors, reset),
      cmocka_unit_test_setup(refusals_name_the_remedy, reset),
      cmocka_unit_test_setup(auto_falls_back_to_the_cpu_for_a_pair_not_built, reset),
      cmocka_unit_test_setup(fast_math_never_falls_back, reset),
      cmocka_unit_test_setup(fast_math_is_recorded_and_differs, reset),
      cmocka_unit_test_setup(an_absent_device_is_explained, reset),
      cmocka_unit_test_setup(a_device_is_described, reset),
      cmocka_unit_test_setup(a_device_may_keep_silent, reset),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
