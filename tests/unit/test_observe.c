/* SPDX-License-Identifier: Apache-2.0 */
/* What is counted for a trained chain is right: bins agree with their edges, tests and slack with a slow version in
 * double, and outcomes with their definitions. */
#include "support/science.h"

#include "kernels/observe.h"
#include "workers/job_setup.h"
#include "support/sample_result.h"

/* ---- Bins ---- */

static int32_t bin_of(const struct axis *axis, float x) { return axis_bin(axis, lane_splat(x))[LANES - 1]; }

/* Every edge belongs to its upper bin, and the float below it to the lower bin. */
static void check_axis(const struct axis *axis) {
  for (int32_t i = 0; i <= axis->bins; i++) {
    float edge = axis->edges[i], below = nextafterf(edge, -INFINITY), above = nextafterf(edge, INFINITY);
    if (i > 0) assert_true(axis->edges[i - 1] < edge);
    assert_int_equal(bin_of(axis, edge), i + 1);
    assert_int_equal(bin_of(axis, below), i == 0 || below >= axis->edges[i - 1] ? i : -1);
    assert_int_equal(bin_of(axis, above), i < axis->bins && above >= axis->edges[i + 1] ? i + 2 : i + 1);
  }
  static const float huge[] = {1e5f, 1e30f, 3.40282347e+38f};
  for (int k = 0; k < 3; k++) {
    assert_int_equal(bin_of(axis, huge[k]), axis->bins + 1);
    assert_int_equal(bin_of(axis, -huge[k]), 0);
  }
}

static void check_axes(const char *bins, const char *range) {
  const char *const options[] = {"bins", bins, "range", range, NULL};
  seam_config *config = sample_config(options);
  struct histogram_set *set;
  seam_error error;
  assert_int_equal(histogram_set_create(config, &set, &error), SEAM_OK);
  for (int a = 0; a < AXES; a++) check_axis(&set->axes[a]);
  histogram_set_free(set);
  seam_config_free(config);
}

static void bin_edges_belong_to_the_upper_bin(void **unused) {
  (void)unused;
  static const char *const bins[] = {"1", "7", "64", "256", "1000", "4096"};
  static const char *const ranges[] = {"-2.5:3.5", "0:1", "-0.1:0.3", "0.1:0.7", "-100:100.3", "-1000:-998"};
  for (int b = 0; b < 6; b++)
    for (int r = 0; r < 6; r++) check_axes(bins[b], ranges[r]);
}

/* ---- Drawn and briefly trained chains against double ---- */

/* API3 is narrowed and widened by this in double. u is within 1e-6 of its value in double, and slopes are below 100. */
static const double MARGIN = 1e-4;

static int accepted(double y, int level, double margin) { return fabs(y - level) <= 0.1 + margin; }

static int double_works(const struct science_chain *c, const struct job *job, double margin) {
  for (int t = 0; t < 2 * TEST_VOLTAGES; t++)
    if (!accepted(science_y(c, (double)job->test[t]), t >= TEST_VOLTAGES, margin)) return 0;
  return 1;
}

static double double_width(const struct science_chain *c, const struct job *job, int level) {
  double low = INFINITY, high = -INFINITY;
  for (int t = 0; t < TEST_VOLTAGES; t++) {
    double u = science_u(c, (double)job->test[level * TEST_VOLTAGES + t]);
    low = fmin(low, u), high = fmax(high, u);
  }
  return high - low;
}

/* 64 equal steps up to `most`. */
static double double_slack(const struct science_chain *c, int level, double u, double most, double margin) {
  for (int k = 0; k <= 64; k++)
    if (!accepted(science_component(c->second, c->theta2, u - k * most / 64.0), level, margin) ||
        !accepted(science_component(c->second, c->theta2, u + k * most / 64.0), level, margin))
      return k == 0 ? -1.0 : (k - 1) * most / 64.0;
  return most;
}

struct seen {
  int chains, working, sure, slack_between;
};

static void check_chain(const struct science_chain *c, const struct job *job, const struct test_report *t,
                        const lane slack[2], int i, struct seen *seen) {
  int works = t->works[i] != 0, surely = double_works(c, job, -MARGIN), perhaps = double_works(c, job, MARGIN);
  assert_true(works >= surely && works <= perhaps);
  seen->chains++, seen->working += works, seen->sure += surely == perhaps;
  for (int level = 0; level < 2; level++) {
    double u = science_u(c, (double)level), size = 1.0 + fabs(u), width = double_width(c, job, level);
    double end = (double)job->axes[AXIS_SLACK].edges[SLACK_STEPS];
    double least = double_slack(c, level, u, end, -MARGIN), most = double_slack(c, level, u, end, MARGIN);
    assert_true(fabs((double)t->u[level][i] - u) < 2e-6 * size);
    assert_true(fabs((double)t->width[level][i] - width) < 4e-6 * (size + width));
    assert_true((double)slack[level][i] >= least && (double)slack[level][i] <= most);
    seen->sure += least == most;
    seen->slack_between += slack[level][i] > 0.0f && (double)slack[level][i] < end;
  }
}

/* `most` is the end of --slack-range: a power of two, so that the steps are exact. */
static void check_pair(int first, int second, float most, struct seen *seen) {
  float edges[SLACK_STEPS + 1];
  for (int k = 0; k <= SLACK_STEPS; k++) edges[k] = (float)k * most / SLACK_STEPS;
  struct job job = science_job(first, second, 4, 0, 0.3);
  struct recipe r = science_recipe(&job);
  job.learning_rate = 0.3f;
  job.axes[AXIS_SLACK] = (struct axis){edges, SLACK_STEPS / most, SLACK_STEPS};
  for (uint64_t id = 0; id < 128; id += LANES) {
    struct chain chain;
    chain_draw(&chain, r, &job, science_id(id));
    chain_train(&chain, r, &job, science_id(id), 0, 100);
    struct test_report t = chain_test(&chain, r, &job);
    lane slack[2] = {chain_slack(&chain, r, &job, 0, t.u[0]), chain_slack(&chain, r, &job, 1, t.u[1])};
    for (int i = 0; i < LANES; i++) {
      struct science_chain c = science_take(&chain, &job, i);
      if (t.finite[i]) check_chain(&c, &job, &t, slack, i, seen);
    }
  }
}

static void tests_widths_and_slacks_agree_with_a_slow_version_in_double(void **unused) {
  (void)unused;
  static const int pairs[][2] = {{KIND_LOGISTIC, KIND_BUFFER},  {KIND_BUFFER, KIND_MLP4},   {KIND_MLP4, KIND_TABLE8},
                                 {KIND_TABLE16, KIND_LOGISTIC}, {KIND_BUFFER, KIND_BUFFER}, {KIND_LINEAR, KIND_MLP8}};
  struct seen seen = {0, 0, 0, 0};
  for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++)
    check_pair(pairs[p][0], pairs[p][1], p % 2 ? 4.0f : 1.0f, &seen);
  print_message("%d chains, %d work, %d of %d values sure, %d slacks between the ends\n", seen.chains, seen.working,
                seen.sure, 3 * seen.chains, seen.slack_between);
  assert_true(seen.chains > 600 && seen.working > 20 && seen.slack_between > 50);
  assert_true(seen.sure > 3 * seen.chains * 98 / 100); /* at least 98% of the values do not depend on the margin */
}

/* ---- Outcomes and cells ---- */

/* A job with chains made by hand, and what one lane of a chain adds to the counts. */
struct bench {
  seam_config *config;
  struct histogram_set *set;
  struct job_setup *plan;
  int64_t *counts;
  struct chain chain;
};

static void bench_open(struct bench *b, const char *first, const char *second) {
  const char *const options[] = {"first",        first,   "second",    second, "samples", "1",     "loss",
                                 "hinge",        "steps", "4",         "bins", "64",      "range", "-2.5:3.5",
                                 "input-margin", "0",     "optimizer", "sgd",  NULL};
  seam_error error;
  memset(b, 0, sizeof *b);
  b->config = sample_config(options);
  assert_int_equal(histogram_set_create(b->config, &b->set, &error), SEAM_OK);
  assert_int_equal(job_setup_create(b->config, b->set, &b->plan, &error), SEAM_OK);
  b->counts = calloc((size_t)b->set->cells, sizeof *b->counts);
  assert_non_null(b->counts);
}

static void bench_close(struct bench *b) {
  free(b->counts);
  job_setup_free(b->plan);
  histogram_set_free(b->set);
  seam_config_free(b->config);
}

static void bench_set(lane *theta, int count, const float *values) {
  for (int j = 0; j < count; j++) theta[j] = lane_splat(values[j]);
}

/* Observes only the first lane. */
static void bench_observe(struct bench *b) {
  struct counter counter = {b->counts, 1};
  memset(b->counts, 0, (size_t)b->set->cells * sizeof *b->counts);
  observe_chain(&b->chain, science_recipe(&b->plan->job), &b->plan->job, &counter);
}

static int64_t bench_sum(const struct bench *b) {
  int64_t sum = 0;
  for (int64_t cell = 0; cell < b->set->cells; cell++) sum += b->counts[cell];
  return sum;
}

/* The count in a cell of a histogram, by the cell's index within the histogram. */
static int64_t bench_cell(const struct bench *b, int histogram, int64_t index) {
  return b->counts[b->set->offset[histogram] + index];
}

static const float step_up[8] = {0, 0, 0, 0, 1, 1, 1, 1}, step_down[8] = {1, 1, 1, 1, 0, 0, 0, 0};

/* u = v. f2 is 0 up to 5/14 V and 1 from 9/14 V on. */
static void bench_make_buffer(struct bench *b) {
  bench_open(b, "linear", "table8");
  b->chain.first.theta[0] = lane_splat(1.0f);
  bench_set(b->chain.second.theta, 8, step_up);
}

static void a_buffer_by_hand_falls_into_its_cells(void **unused) {
  (void)unused;
  struct bench b;
  bench_make_buffer(&b);
  bench_observe(&b);
  assert_int_equal(b.counts[OUTCOME_BUFFER], 1);
  assert_int_equal(bench_sum(&b), 1 + 1 + 64 + 64 + 1 + 2 + 2 + 1);
  int32_t u0 = bin_of(&b.set->axes[AXIS_INTERFACE], 0.0f), u1 = bin_of(&b.set->axes[AXIS_INTERFACE], 1.0f);
  assert_int_equal(bench_cell(&b, HISTOGRAM_INTERFACE, u0 * 66 + u1), 1);
  assert_int_equal(bench_cell(&b, HISTOGRAM_SELECTION, u0 * 66 + u1), 1); /* L = 0: the underflow row */
  assert_int_equal(bench_cell(&b, HISTOGRAM_LOSS, 0), 1);                 /* L = 0: underflow */
  for (int level = 0; level < 2; level++) {
    assert_int_equal(bench_cell(&b, HISTOGRAM_WIDTH, level * 258 + 1), 1);     /* 0 V */
    assert_int_equal(bench_cell(&b, HISTOGRAM_SLACK, level * 66 + 1 + 24), 1); /* 24/64 < 5/14 + 1/35 < 25/64 */
  }
  for (int probe = 0; probe < PROBES; probe++) {
    float v = b.plan->job.probe[probe], y = v < 0.35f ? 0.0f : 1.0f;
    assert_int_equal(bench_cell(&b, HISTOGRAM_MAPPING, probe * 66 + bin_of(&b.set->axes[AXIS_INTERFACE], v)), 1);
    if (v < 0.35f || v > 0.65f)
      assert_int_equal(bench_cell(&b, HISTOGRAM_RESPONSE, probe * 258 + bin_of(&b.set->axes[AXIS_RESPONSE], y)), 1);
  }
  bench_close(&b);
}

/* Both components swap the levels. */
static void an_inverter_by_hand_counts_as_inverter(void **unused) {
  (void)unused;
  struct bench b;
  bench_open(&b, "table8", "table8");
  bench_set(b.chain.first.theta, 8, step_down);
  bench_set(b.chain.second.theta, 8, step_down);
  bench_observe(&b);
  assert_int_equal(b.counts[OUTCOME_INVERTER], 1);
  assert_int_equal(bench_cell(&b, HISTOGRAM_LOSS, OUTCOME_INVERTER * 282), 1);
  bench_set(b.chain.second.theta, 8, step_up);
  bench_observe(&b);
  assert_int_equal(b.counts[OUTCOME_FAIL], 1);
  bench_close(&b);
}

static void equal_voltages_make_an_inverter(void **unused) {
  (void)unused;
  struct test_report t;
  memset(&t, 0, sizeof t);
  t.works = lane_splat_mask(1);
  t.u[0] = t.u[1] = lane_splat(0.5f);
  assert_int_equal(observe_outcome(&t)[0], OUTCOME_INVERTER);
  t.u[1] = lane_splat(nextafterf(0.5f, 1.0f));
  assert_int_equal(observe_outcome(&t)[0], OUTCOME_BUFFER);
  t.works = lane_splat_mask(0);
  assert_int_equal(observe_outcome(&t)[0], OUTCOME_FAIL);
}

static void expect_diverged(struct bench *b, int diverged) {
  bench_observe(b);
  assert_int_equal(b->counts[OUTCOME_DIVERGED], diverged);
  if (diverged) assert_int_equal(bench_sum(b), 1); /* a diverged chain is in no histogram */
}

/* tanh turns the NaN into a number, so u and y are finite all the same. */
static void a_chain_with_a_nan_parameter_is_diverged(void **unused) {
  (void)unused;
  struct bench b;
  bench_open(&b, "mlp4", "table8");
  bench_set(b.chain.second.theta, 8, step_up);
  for (int j = 0; j < 13; j++) b.chain.first.theta[j] = lane_splat(0.25f);
  expect_diverged(&b, 0);
  static const float bad[] = {NAN, INFINITY, -INFINITY};
  for (int k = 0; k < 3; k++) {
    b.chain.first.theta[2] = lane_splat(bad[k]); /* a w */
    struct test_report t = chain_test(&b.chain, science_recipe(&b.plan->job), &b.plan->job);
    assert_true(t.finite[0]); /* otherwise this test proves nothing */
    expect_diverged(&b, 1);
  }
  bench_close(&b);
}

/* a·v is infinite only beyond 1.13 V, where there are only probes. f2 is constant there. */
static void a_chain_with_an_infinite_u_at_a_probe_only_is_diverged(void **unused) {
  (void)unused;
  struct bench b;
  bench_make_buffer(&b);
  b.chain.first.theta[0] = lane_splat(2e38f);
  expect_diverged(&b, 0);
  b.chain.first.theta[0] = lane_splat(3e38f);
  expect_diverged(&b, 1);
  bench_close(&b);
}

/* y = -3e38 at 1 V is finite, but its square is not. */
static void a_chain_with_an_infinite_loss_is_diverged(void **unused) {
  (void)unused;
  static const float steep[8] = {0, 0, 0, 0, -3e38f, -3e38f, -3e38f, -3e38f};
  struct bench b;
  bench_make_buffer(&b);
  bench_set(b.chain.second.theta, 8, steep);
  expect_diverged(&b, 1);
  bench_close(&b);
}

/* ---- Interchange ---- */

/* In every lane: the first component of chain i and the second of chain k. */
static struct chain assembled(const struct chain *chains, int i, int k) {
  struct chain c;
  for (int j = 0; j < MAX_PARAMETERS; j++) {
    c.first.theta[j] = lane_splat(chains->first.theta[j][i]);
    c.second.theta[j] = lane_splat(chains->second.theta[j][k]);
  }
  return c;
}

/* The test of DESIGN.md, section 2, one voltage at a time. */
static int assembled_works(const struct chain *chains, const struct job *job, int i, int k) {
  struct chain c = assembled(chains, i, k);
  for (int t = 0; t < 2 * TEST_VOLTAGES; t++) {
    float v[2] = {job->test[t], job->test[t]};
    lane u[SAMPLE_BLOCK], y[SAMPLE_BLOCK];
    const float *accept = job->accept[t >= TEST_VOLTAGES];
    chain_respond(&c, science_recipe(job), 2, v, u, y);
    if (!(y[0][0] >= accept[0] && y[0][0] <= accept[1])) return 0;
  }
  return 1;
}

/* Checks the same in double, which is sure except within a margin. */
static void check_works_in_double(const struct chain *chains, const struct job *job, int i, int k, int works) {
  struct science_chain own = science_take(chains, job, i), other = science_take(chains, job, k);
  memcpy(own.theta2, other.theta2, sizeof own.theta2);
  assert_true(works >= double_works(&own, job, -MARGIN) && works <= double_works(&own, job, MARGIN));
}

static float voltage_at(const struct chain *chains, const struct job *job, int i, float level) {
  struct chain c = assembled(chains, i, i);
  lane u[SAMPLE_BLOCK], y[SAMPLE_BLOCK];
  chain_respond(&c, science_recipe(job), 2, (float[]){level, level}, u, y);
  return u[0][0];
}

struct swaps {
  int pairs, broken, fits[2][INTERCHANGE_FITS]; /* fits by mode; broken: pairs of which one chain does not work */
};

/* Counts the pair of lanes i and i + 1 into `expected` by the definition of interchange. */
static void count_pair(const struct chain *chains, const struct histogram_set *set, const struct job *job, int i,
                       int64_t *expected, struct swaps *seen) {
  int works[2][2];
  for (int a = 0; a < 2; a++)
    for (int b = 0; b < 2; b++) {
      works[a][b] = assembled_works(chains, job, i + a, i + b);
      check_works_in_double(chains, job, i + a, i + b, works[a][b]);
    }
  seen->pairs++;
  seen->broken += !works[0][0] || !works[1][1];
  if (!works[0][0] || !works[1][1]) return;
  float u[2][2];
  for (int a = 0; a < 2; a++)
    for (int level = 0; level < 2; level++) u[a][level] = voltage_at(chains, job, i + a, (float)level);
  int same = (u[0][1] > u[0][0]) == (u[1][1] > u[1][0]), fits = works[0][1] + works[1][0], bin = 0;
  float distance = fmaxf(fabsf(u[0][0] - u[1][0]), fabsf(u[0][1] - u[1][1]));
  while (bin <= 64 && set->axes[AXIS_DISTANCE].edges[bin] <= distance) bin++;
  expected[set->offset[HISTOGRAM_INTERCHANGE] + (same * 66 + bin) * 3 + fits]++;
  seen->fits[same][fits]++;
}

/* Checks 256 briefly trained chains of one pair of kinds. The last vector holds fewer chains than lanes. */
static void check_swaps(const char *first, const char *second, struct swaps *seen) {
  const char *const options[] = {"first", first,  "second", second,  "histograms", "interchange", "lr",
                                 "0.1",   "seed", "7",      "steps", "150",        NULL};
  seam_config *config = sample_config(options);
  struct histogram_set *set;
  struct job_setup *plan;
  assert_int_equal(histogram_set_create(config, &set, NULL), SEAM_OK);
  assert_int_equal(job_setup_create(config, set, &plan, NULL), SEAM_OK);
  const struct job *job = &plan->job;
  int64_t *counts = calloc((size_t)set->cells, sizeof *counts), *expected = calloc((size_t)set->cells, sizeof *counts);
  for (uint64_t id = 0; id < 256; id += LANES) {
    struct chain chains;
    struct counter counter = {counts, id + LANES < 256 ? LANES : 2};
    chain_draw(&chains, science_recipe(job), job, science_id(id));
    chain_train(&chains, science_recipe(job), job, science_id(id), 0, job->steps);
    observe_chain(&chains, science_recipe(job), job, &counter);
    for (int i = 0; i < counter.active; i += 2) count_pair(&chains, set, job, i, expected, seen);
  }
  assert_memory_equal(counts + OUTCOMES, expected + OUTCOMES, (size_t)(set->cells - OUTCOMES) * sizeof *counts);
  free(counts);
  free(expected);
  job_setup_free(plan);
  histogram_set_free(set);
  seam_config_free(config);
}

static void swapped_parts_fit_as_a_test_of_every_swap_says(void **unused) {
  (void)unused;
  static const char *const kinds[][2] = {
      {"buffer", "buffer"}, {"mlp4", "mlp8"}, {"logistic", "table8"}, {"mlp8", "mlp4"}, {"table16", "buffer"}};
  struct swaps seen = {0};
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) check_swaps(kinds[k][0], kinds[k][1], &seen);
  print_message("%d pairs, %d not of two that work; same mode, fits 0, 1, 2: %d %d %d; other mode: %d %d %d\n",
                seen.pairs, seen.broken, seen.fits[1][0], seen.fits[1][1], seen.fits[1][2], seen.fits[0][0],
                seen.fits[0][1], seen.fits[0][2]);
  assert_true(seen.pairs > 500 && seen.broken > 50 && seen.fits[0][0] > 20);
  for (int k = 0; k < INTERCHANGE_FITS; k++) assert_true(seen.fits[1][k] > 20);
}

static void swap_open(struct bench *b, const char *first) {
  const char *const options[] = {"first",       first,          "second", "table8", "histograms",
                                 "interchange", "input-margin", "0",      NULL};
  memset(b, 0, sizeof *b);
  b->config = sample_config(options);
  assert_int_equal(histogram_set_create(b->config, &b->set, NULL), SEAM_OK);
  assert_int_equal(job_setup_create(b->config, b->set, &b->plan, NULL), SEAM_OK);
  b->counts = calloc((size_t)b->set->cells, sizeof *b->counts);
  assert_non_null(b->counts);
}

/* The first two lanes, counted as a pair, add `count` to the cell [same mode][bin][fits]. */
static void expect_swap(struct bench *b, int same, int bin, int fits, int count) {
  struct counter counter = {b->counts, 2};
  memset(b->counts, 0, (size_t)b->set->cells * sizeof *b->counts);
  observe_chain(&b->chain, science_recipe(&b->plan->job), &b->plan->job, &counter);
  assert_int_equal(bench_sum(b), 2 + count);
  assert_int_equal(bench_cell(b, HISTOGRAM_INTERCHANGE, (same * 66 + bin) * 3 + fits), count);
}

static void bench_set_lane(lane *theta, int i, const float values[8]) {
  for (int j = 0; j < 8; j++) theta[j][i] = values[j];
}

/* One first component gives u = v, the other u = 0.6 v. The second components switch at 0.5 V and at 0.2 V. */
static void a_pair_by_hand_fits_in_one_way(void **unused) {
  (void)unused;
  static const float early_step[8] = {0, 0, 0, 1, 1, 1, 1, 1};
  struct bench b;
  swap_open(&b, "linear");
  b.chain.first.theta[0] = lane_splat(1.0f);
  bench_set(b.chain.second.theta, 8, step_up);
  expect_swap(&b, 1, 1, 2, 1); /* two equal chains, 0 V apart */
  b.chain.first.theta[0][1] = 0.6f;
  expect_swap(&b, 1, 13, 1, 0); /* step_up does not accept 0.6 V */
  bench_set_lane(b.chain.second.theta, 1, early_step);
  expect_swap(&b, 1, 13, 1, 1); /* 0.4 V is in the 13th bin of 1/32 V */
  b.chain.first.theta[0][0] = 4.0f;
  expect_swap(&b, 1, 65, 1, 1); /* 3.4 V is beyond the bins */
  b.chain.first.theta[0][0] = 3e38f;
  expect_swap(&b, 1, 65, 1, 0); /* the chain works, but u is infinite at a probe: diverged */
  b.chain.first.theta[0][0] = NAN;
  expect_swap(&b, 1, 65, 1, 0);
  bench_close(&b);
}

static void a_buffer_and_an_inverter_by_hand_never_fit(void **unused) {
  (void)unused;
  struct bench b;
  swap_open(&b, "table8");
  bench_set(b.chain.first.theta, 8, step_up);
  bench_set(b.chain.second.theta, 8, step_up);
  expect_swap(&b, 1, 1, 2, 1);
  bench_set_lane(b.chain.first.theta, 1, step_down);
  expect_swap(&b, 0, 33, 0, 0); /* the second chain does not work */
  bench_set_lane(b.chain.second.theta, 1, step_down);
  expect_swap(&b, 0, 33, 0, 1);
  bench_close(&b);
}

/* ---- Snapshots ---- */

static void snapshots_leave_out_chains_not_finite_at_that_step(void **unused) {
  (void)unused;
  struct bench b;
  bench_make_buffer(&b);
  struct recipe r = science_recipe(&b.plan->job);
  const struct axis *axis = &b.set->axes[AXIS_COARSE];
  int32_t extent = axis->bins + 2, bin = bin_of(axis, 0.0f) * extent + bin_of(axis, 1.0f);
  b.chain.first.theta[0][1] = NAN;
  b.chain.second.theta[0][2] = INFINITY;
  bench_set(&b.chain.second.theta[7], 1, (float[]){1.0f});
  lane_int cells = observe_snapshot(&b.chain, r, &b.plan->job);
  assert_int_equal(cells[0], extent * extent + bin); /* works */
  assert_int_equal(cells[1], -1);
  assert_int_equal(cells[2], -1);
  struct counter counter = {b.counts, LANES};
  observe_count_snapshot(&counter, &b.plan->job, 3, cells);
  assert_int_equal(bench_sum(&b), LANES - 2);
  assert_int_equal(bench_cell(&b, HISTOGRAM_SNAPSHOTS, (3 * 2 + 1) * extent * extent + bin), LANES - 2);
  bench_close(&b);
}

/* tanh turns the NaN into a number, so u and y are finite all the same. */
static void snapshots_leave_out_parameters_that_are_nan(void **unused) {
  (void)unused;
  struct bench b;
  bench_open(&b, "mlp4", "table8");
  bench_set(b.chain.second.theta, 8, step_up);
  for (int j = 0; j < 13; j++) b.chain.first.theta[j] = lane_splat(0.25f);
  b.chain.first.theta[2][1] = NAN;
  lane_int cells = observe_snapshot(&b.chain, science_recipe(&b.plan->job), &b.plan->job);
  assert_true(cells[0] >= 0);
  assert_int_equal(cells[1], -1);
  bench_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bin_edges_belong_to_the_upper_bin),
      cmocka_unit_test(tests_widths_and_slacks_agree_with_a_slow_version_in_double),
      cmocka_unit_test(a_buffer_by_hand_falls_into_its_cells),
      cmocka_unit_test(an_inverter_by_hand_counts_as_inverter),
      cmocka_unit_test(equal_voltages_make_an_inverter),
      cmocka_unit_test(a_chain_with_a_nan_parameter_is_diverged),
      cmocka_unit_test(a_chain_with_an_infinite_u_at_a_probe_only_is_diverged),
      cmocka_unit_test(a_chain_with_an_infinite_loss_is_diverged),
      cmocka_unit_test(swapped_parts_fit_as_a_test_of_every_swap_says),
      cmocka_unit_test(a_pair_by_hand_fits_in_one_way),
      cmocka_unit_test(a_buffer_and_an_inverter_by_hand_never_fit),
      cmocka_unit_test(snapshots_leave_out_chains_not_finite_at_that_step),
      cmocka_unit_test(snapshots_leave_out_parameters_that_are_nan),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
