/* SPDX-License-Identifier: Apache-2.0 */
/* The CUDA backend and the kernels of cuda.cu, run on devices made of fibres, give the CPU's counts exactly. */
#include "shim/run.h"
#include "backend/choice.h"

/* ---- Counts equal to the CPU's ---- */

static void every_pair_optimizer_loss_and_noise_counts_as_the_cpu_does(void **state) {
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

/* With little memory, batches are small and a portion takes several. Many blocks share the counting. */
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
  assert_true(shim.launches >= 5 * 3); /* draw, train and observe, in at least five batches */
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
    assert_true(shim.shared_largest > before || i == 3); /* each size but the fourth lets more histograms in */
    before = shim.shared_largest;
  }
  assert_true(before > 150000);
}

static void histograms_may_be_left_out(void **state) {
  (void)state;
  for (int h = 0; h < HISTOGRAMS; h++) {
    struct seam_config config = small_config(KIND_TABLE8, KIND_LOGISTIC);
    config.histograms = 1u << h;
    config.first_chain = 6; /* even, so that pairs of chains are whole */
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

/* How many pairs are in the cells of 0, 1 and 2 fitting swaps. */
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

/* The chains fill neither the last warp, nor block, grid or batch. */
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

/* Diverged chains and NaN parameters are not counted and do not change what their neighbours count. */
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

/* A prior of almost no width puts all chains into one bin. A very wide prior makes many chains diverge or overflow. */
static void chains_all_in_one_bin_or_all_spread_are_counted(void **state) {
  (void)state;
  struct seam_config config = small_config(KIND_LINEAR, KIND_LINEAR);
  config.init_scale = 1e-6;
  config.steps = 0;
  config.histograms = 1u << HISTOGRAM_INTERFACE;
  int together = assert_same(&config, 0);
  assert_true(together <= 6); /* at most an outcome and a bin of (u0, u1): u0 = 0, u1 = ±1e-6 */
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

/* All chains are in one cell of each histogram with one entry a chain, added by many blocks after training. They are
 * counted in shared memory, or directly in the totals if shared memory is too small. */
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

/* There are more bins than shared memory can hold, and most chains are in a cell of their own. */
static void more_bins_than_shared_memory_holds_are_counted(void **state) {
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
  assert_true(shim.shared_largest <= OUTCOMES * sizeof(uint32_t)); /* no histogram has room */
}

/* Training differs, and the observation is exact: outcomes add up, and they are not those of exact math. */
static void fast_math_is_recorded_and_gives_other_counts(void **state) {
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

/* ---- Launches tuned during the run ---- */

static struct {
  unsigned fastest;    /* threads in a block */
  uint64_t train[129]; /* launches of training with that many threads in a block */
} clock_setting;

static bool is_train(const void *kernel, const struct cuda_argument *a) {
  for (int p = 0; cuda_pairs[p]; p++)
    if (kernel == cuda_pairs[p]->training[MATH_EXACT]->train[a->job.optimizer]) return true;
  return false;
}

/* A step takes 10 ms in blocks of the fastest size and 11 ms in others. */
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
    assert_true(launches > config.steps / 2 * 3); /* a slice takes about 25 ms, which is 2 steps */
    assert_true(launches < config.steps * 2);
  }
}

/* ---- Cancelling ---- */

static void a_run_cancelled_in_its_first_batch_counts_nothing(void **state) {
  (void)state;
  struct seam_config config = small_config(KIND_MLP4, KIND_MLP4);
  struct counted c = run(&cuda_backend, &config, 0, true);
  assert_int_equal(c.status, SEAM_OK);
  assert_true(c.end == config.first_chain);
  assert_true(c.trained == 0);
  for (int64_t i = 0; i < c.cells; i++) assert_true(c.counts[i] == 0);
  free(c.counts);
}

/* The run is cancelled in the middle of the second batch. The first batch is counted whole, the second not at all. */
static void a_run_cancelled_later_keeps_the_batches_before(void **state) {
  (void)state;
  struct seam_config config = small_config(KIND_BUFFER, KIND_BUFFER);
  config.chains = 1100;
  config.slice = 1;
  config.histograms = 1u << HISTOGRAM_INTERFACE;
  shim.available = (size_t)160 << 10;
  shim.cancel_at =
      1 + config.steps + 1 + 4; /* the first batch is drawn, trained and observed; the second is drawn and trained */
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(all_equal_pairs_are_built, reset),
      cmocka_unit_test_setup(every_pair_optimizer_loss_and_noise_counts_as_the_cpu_does, reset),
      cmocka_unit_test_setup(slices_and_portions_change_nothing, reset),
      cmocka_unit_test_setup(batches_and_grids_change_nothing, reset),
      cmocka_unit_test_setup(ids_have_64_bits, reset),
      cmocka_unit_test_setup(shared_memory_may_be_small_or_large, reset),
      cmocka_unit_test_setup(histograms_may_be_left_out, reset),
      cmocka_unit_test_setup(partners_swap_parts_as_on_the_cpu, reset),
      cmocka_unit_test_setup(pairs_stay_whole_in_blocks_and_batches, reset),
      cmocka_unit_test_setup(pairs_of_diverged_chains_are_left_out, reset),
      cmocka_unit_test_setup(chains_all_in_one_bin_or_all_spread_are_counted, reset),
      cmocka_unit_test_setup(many_blocks_add_to_one_cell, reset),
      cmocka_unit_test_setup(more_bins_than_shared_memory_holds_are_counted, reset),
      cmocka_unit_test_setup(the_launch_is_tuned_and_changes_nothing, reset),
      cmocka_unit_test_setup(a_run_cancelled_in_its_first_batch_counts_nothing, reset),
      cmocka_unit_test_setup(a_run_cancelled_later_keeps_the_batches_before, reset),
      cmocka_unit_test_setup(cancelled_runs_hold_whole_pairs, reset),
      cmocka_unit_test_setup(fast_math_is_recorded_and_gives_other_counts, reset),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
