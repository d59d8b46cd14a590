/* SPDX-License-Identifier: Apache-2.0 */
/* Training keeps what is exactly known about it (DESIGN.md, section 7), and the updates are the textbook formulas.
 * Statistical tests use fixed seeds, share a family-wise error of 1e-6 (Bonferroni), and show that they reject a
 * planted error. */
#include "support/science.h"

#include "workers/job_setup.h"
#include "support/sample_result.h"

static const double FAMILY_ERROR = 1e-6;

/* ---- Plans and runs ---- */

struct planned {
  seam_config *config;
  struct histogram_set *set;
  struct job_setup *plan;
};

static struct planned plan_of(const char *const *options) {
  struct planned p = {sample_config(options), NULL, NULL};
  seam_error error;
  if (seam_config_check(p.config, &error) != SEAM_OK) fail_msg("%s", error.message);
  assert_int_equal(histogram_set_create(p.config, &p.set, &error), SEAM_OK);
  assert_int_equal(job_setup_create(p.config, p.set, &p.plan, &error), SEAM_OK);
  return p;
}

static void plan_release(struct planned *p) {
  job_setup_free(p->plan);
  histogram_set_free(p->set);
  seam_config_free(p->config);
}

/* ---- linear × linear ---- */

/* How many of the lanes' chains multiply a^2 - b^2 in one update by a factor other than 1 - lr^2·r^2. Rounding is
 * allowed for: a' and b' are off by one ulp and by lr times a few ulps of the terms of their gradients. */
static int wrong_factors(const struct job *job, uint32_t step, struct chain *chain, double lr) {
  lane a = chain->first.theta[0], b = chain->second.theta[0];
  int wrong = 0;
  chain_train(chain, science_recipe(job), job, science_id(0), step, step + 1);
  for (int i = 0; i < LANES; i++) {
    double x = (double)a[i], y = (double)b[i], r = 1.0 - x * y;
    double p = (double)chain->first.theta[0][i], q = (double)chain->second.theta[0][i];
    double size = fabs(p) + fabs(q), gradient = (fabs(x) + fabs(y)) * (1.0 + fabs(x * y));
    double off = fabs((p * p - q * q) - (x * x - y * y) * (1.0 - lr * lr * r * r));
    wrong += !(off <= 2.0 * size * 0x1p-24 * (size + 4.0 * lr * gradient));
  }
  return wrong;
}

static void linear_pairs_keep_their_invariant(void **unused) {
  (void)unused;
  struct job job = science_job(KIND_LINEAR, KIND_LINEAR, 1, 0, 0.0);
  job.learning_rate = 0.1f;
  int planted = 0;
  for (uint64_t id = 0; id < 256; id += LANES) {
    struct chain chain;
    chain_draw(&chain, science_recipe(&job), &job, science_id(id));
    struct chain again = chain;
    for (uint32_t step = 0; step < 40; step++)
      assert_int_equal(wrong_factors(&job, step, &chain, (double)job.learning_rate), 0);
    planted += wrong_factors(&job, 0, &again, 1.05 * (double)job.learning_rate);
  }
  assert_true(planted > 200); /* a learning rate 5% off shows in at least one step of nearly every chain */
}

/* ---- The prior ---- */

enum { DRAWS = 1 << 16 };

/* Parameter j of component `which`, for DRAWS chains. */
static void draw_parameter(const struct job *job, int which, int j, double *values) {
  for (int id = 0; id < DRAWS; id += LANES) {
    struct chain chain;
    chain_draw(&chain, science_recipe(job), job, science_id((uint64_t)id));
    lane theta = which ? chain.second.theta[j] : chain.first.theta[j];
    for (int i = 0; i < LANES; i++) values[id + i] = (double)theta[i];
  }
}

static void parameters_of_logistic_are_normal(void **unused) {
  (void)unused;
  double *values = malloc(DRAWS * sizeof *values), threshold = science_ks_threshold(FAMILY_ERROR / 4.0);
  assert_non_null(values);
  struct job job = science_job(KIND_LOGISTIC, KIND_LOGISTIC, 4, 0, 0.3);
  for (int which = 0; which < 2; which++)
    for (int j = 0; j < 2; j++) {
      double deviation = j == 0 ? 8.0 : 4.0;
      draw_parameter(&job, which, j, values);
      assert_true(science_ks_normal(values, DRAWS, 0.0, deviation) < threshold);
      assert_true(science_ks_normal(values, DRAWS, 0.0, 1.05 * deviation) > threshold);
    }
  free(values);
}

/* The largest |z| of mean and variance over all the component's parameters, if the law's deviation were `factor` times
 * the one in the table. */
static double prior_z(const struct job *job, int which, double factor) {
  static double sum[MAX_PARAMETERS], square[MAX_PARAMETERS];
  int kind = which ? job->second : job->first;
  double worst = 0.0;
  memset(sum, 0, sizeof sum), memset(square, 0, sizeof square);
  for (int id = 0; id < DRAWS; id += LANES) {
    struct chain chain;
    chain_draw(&chain, science_recipe(job), job, science_id((uint64_t)id));
    for (int j = 0; j < science_parameters[kind]; j++)
      for (int i = 0; i < LANES; i++) {
        double mean, deviation, x = (double)(which ? chain.second : chain.first).theta[j][i];
        science_prior(kind, j, &mean, &deviation);
        x = (x - mean) / (deviation * factor * (double)job->init_scale);
        sum[j] += x;
        square[j] += x * x;
      }
  }
  for (int j = 0; j < science_parameters[kind]; j++)
    worst = fmax(worst, fmax(fabs(sum[j]) / sqrt(DRAWS), fabs(square[j] / DRAWS - 1.0) * sqrt(DRAWS / 2.0)));
  return worst;
}

static void priors_have_the_means_and_deviations_of_the_design(void **unused) {
  (void)unused;
  double threshold =
      science_z_threshold(FAMILY_ERROR / (2.0 * 2.0 * 2.0 * 118.0)); /* all kinds together have 118 parameters */
  for (int kind = 0; kind < KINDS; kind++)
    for (int scaled = 0; scaled < 2; scaled++) {
      struct job job = science_job(kind, (kind + 1) % KINDS, 4, 0, 0.3);
      job.init_scale = scaled ? 0.5f : 1.0f;
      assert_true(prior_z(&job, 0, 1.0) < threshold);
      assert_true(prior_z(&job, 1, 1.0) < threshold);
      if (scaled) assert_true(prior_z(&job, 0, 1.05) > threshold);
    }
}

/* ---- Zero steps: u0 and u1 are logit-normal ---- */

enum { LOGIT_BINS = 64 };

static double logit(double u) { return u <= 0.0 ? -INFINITY : u >= 1.0 ? INFINITY : log(u / (1.0 - u)); }

/* P(chi^2 > x) for an even number of degrees: a Poisson sum. */
static double chi_square_tail(double x, int degrees) {
  double term = exp(-0.5 * x), sum = 0.0;
  for (int k = 0; k < degrees / 2; k++) {
    sum += term;
    term *= 0.5 * x / (k + 1);
  }
  return sum;
}

/* chi^2 of the counts in 64 bins of [0, 1) and in the overflow, which is u = 1: sigma rounds to 1 from 24·ln 2 on. */
static double logit_chi_square(const double *counts, double chains, double deviation) {
  const double one = 24.0 * 0.69314718055994530942;
  double sum = 0.0;
  for (int bin = 0; bin <= LOGIT_BINS; bin++) {
    double low = bin == LOGIT_BINS ? one : logit((double)bin / LOGIT_BINS);
    double high = bin == LOGIT_BINS ? INFINITY : bin == LOGIT_BINS - 1 ? one : logit((double)(bin + 1) / LOGIT_BINS);
    double mass = 0.5 * (erfc(low / deviation * 0.70710678118654752) - erfc(high / deviation * 0.70710678118654752));
    double expected = chains * mass;
    assert_true(expected > 5.0);
    sum += (counts[bin] - expected) * (counts[bin] - expected) / expected;
  }
  return sum;
}

/* The marginal counts of u0 (`which` 0) or u1, summed over outcomes. The underflow must be empty and is left out. */
static void interface_marginal(const seam_result *result, int which, double *counts) {
  const seam_histogram *h = seam_result_histogram(result, "interface");
  const int64_t extent = LOGIT_BINS + 2;
  assert_non_null(h);
  assert_int_equal(h->cells, 3 * extent * extent);
  for (int bin = 0; bin <= LOGIT_BINS; bin++) counts[bin] = 0.0;
  for (int64_t cell = 0; cell < h->cells; cell++) {
    int64_t bin = which ? cell % extent : cell / extent % extent;
    if (bin == 0)
      assert_int_equal(h->values[cell], 0);
    else
      counts[bin - 1] += (double)h->values[cell];
  }
}

static void untrained_interfaces_of_logistic_are_logit_normal(void **unused) {
  (void)unused;
  static const char *const options[] = {"first", "logistic", "second",     "linear",    "steps",
                                        "0",     "chains",   "1M",         "bins",      "64",
                                        "range", "0:1",      "histograms", "interface", NULL};
  seam_result *result = sample_train(options);
  double counts[LOGIT_BINS + 1];
  for (int which = 0; which < 2; which++) {
    double deviation = which ? sqrt(80.0) : 4.0; /* the deviations of c and of w + c */
    interface_marginal(result, which, counts);
    assert_true(chi_square_tail(logit_chi_square(counts, 1e6, deviation), LOGIT_BINS) > FAMILY_ERROR / 2.0);
    assert_true(chi_square_tail(logit_chi_square(counts, 1e6, 1.05 * deviation), LOGIT_BINS) < FAMILY_ERROR / 2.0);
  }
  seam_result_free(result);
}

/* ---- Mirror symmetry ---- */

/* z of the number of buffers against inverters, which are equally likely. Training uses hinge and noise: without noise
 * most chains come to rest exactly on the edge of API3, where the rounding of y, which is not symmetric, decides what
 * works. */
static double mirror_z(const char *first, const char *second, const char *optimizer, const char *loss,
                       int64_t *passes) {
  const char *lr = strcmp(optimizer, "adam") == 0 ? "0.1" : "0.7", *noise = strcmp(loss, "hinge") == 0 ? "0.1" : "0";
  const char *const options[] = {"first",
                                 first,
                                 "second",
                                 second,
                                 "optimizer",
                                 optimizer,
                                 "loss",
                                 loss,
                                 "histograms",
                                 "loss",
                                 "lr",
                                 lr,
                                 "beta",
                                 "100k",
                                 "samples",
                                 "2",
                                 "input-margin",
                                 "0.1",
                                 "output-margin",
                                 "0.25",
                                 "steps",
                                 "100",
                                 "chains",
                                 "4096",
                                 "interface-noise",
                                 noise,
                                 "input-noise",
                                 noise,
                                 NULL};
  seam_result *result = sample_train(options);
  double buffers = (double)seam_result_count(result, SEAM_BUFFER);
  double inverters = (double)seam_result_count(result, SEAM_INVERTER);
  *passes = (int64_t)(buffers + inverters);
  seam_result_free(result);
  return fabs(buffers - inverters) / sqrt(fmax(1.0, buffers + inverters));
}

static void mirrored_pairs_are_buffers_and_inverters_equally_often(void **unused) {
  (void)unused;
  static const char *const firsts[] = {"logistic", "buffer", "mlp4", "table8"};
  static const char *const seconds[] = {"buffer", "table8"}, *const optimizers[] = {"sgd", "adam", "langevin"};
  static const char *const losses[] = {"mse", "hinge"};
  double threshold = science_z_threshold(FAMILY_ERROR / 48.0), worst = 0.0;
  int64_t fewest = INT64_MAX, passes;
  for (int n = 0; n < 48; n++) {
    double z = mirror_z(firsts[n % 4], seconds[n / 4 % 2], optimizers[n / 8 % 3], losses[n / 24], &passes);
    worst = fmax(worst, z);
    if (passes < fewest) fewest = passes;
    if (z >= threshold)
      fail_msg("%s %s %s %s: z = %.2f", firsts[n % 4], seconds[n / 4 % 2], optimizers[n / 8 % 3], losses[n / 24], z);
  }
  print_message("mirror symmetry: |z| <= %.2f of %.2f allowed, at least %lld passes a run\n", worst, threshold,
                (long long)fewest);
  assert_true(fewest > 100);
}

/* The mirror image of linear is not linear, so the statistic must reject such pairs. */
static void pairs_without_mirror_symmetry_are_rejected(void **unused) {
  (void)unused;
  int64_t passes;
  assert_true(mirror_z("linear", "buffer", "langevin", "hinge", &passes) > science_z_threshold(FAMILY_ERROR / 48.0));
  assert_true(mirror_z("linear", "table8", "sgd", "mse", &passes) > science_z_threshold(FAMILY_ERROR / 48.0));
}

/* ---- The updates ---- */

enum { UPDATES = 50, KIND = KIND_MLP8, COUNT = 25 };

/* A made-up gradient that changes size and sign from step to step and from parameter to parameter. */
static double gradient_at(int step, int j) { return (double)(float)(exp(-0.3 * j) * sin(1.0 + j + 0.4 * step)); }

static void start(struct part *part, double *theta) {
  memset(part, 0, sizeof *part);
  for (int j = 0; j < COUNT; j++) {
    theta[j] = (double)(float)cos(j);
    part->theta[j] = lane_splat((float)theta[j]);
  }
}

static void update(struct part *part, const struct job *job, int optimizer, int step) {
  lane gradient[MAX_PARAMETERS];
  for (int j = 0; j < COUNT; j++) gradient[j] = lane_splat((float)gradient_at(step, j));
  optimizer_update(part, optimizer, KIND, job, science_id(5), PURPOSE_LANGEVIN_SECOND, (uint32_t)step, gradient);
}

static double distance(const struct part *part, const double *theta) {
  double worst = 0.0;
  for (int j = 0; j < COUNT; j++)
    for (int i = 0; i < LANES; i++) worst = fmax(worst, fabs((double)part->theta[j][i] - theta[j]));
  return worst;
}

static double sgd_distance(double lr) {
  static const char *const options[] = {"optimizer", "sgd", "lr", "0.05", NULL};
  struct planned p = plan_of(options);
  struct part part;
  double theta[COUNT];
  start(&part, theta);
  for (int step = 0; step < UPDATES; step++) {
    update(&part, &p.plan->job, OPTIMIZER_SGD, step);
    for (int j = 0; j < COUNT; j++) theta[j] -= lr * gradient_at(step, j);
  }
  plan_release(&p);
  return distance(&part, theta);
}

/* Each step rounds theta, which is at most 2 V, once, and lr once. */
static void sgd_is_the_textbook_formula(void **unused) {
  (void)unused;
  double bound = UPDATES * 0x1p-24 * (2.0 + 0.05);
  assert_true(sgd_distance(0.05) < bound);
  assert_true(sgd_distance(1.05 * 0.05) > 10.0 * bound);
}

/* Adam as Kingma and Ba write it, algorithm 1. */
static double adam_distance(double lr) {
  static const char *const options[] = {"optimizer", "adam", "lr", "0.05", "steps", "50", NULL};
  struct planned p = plan_of(options);
  struct part part;
  double theta[COUNT], mean[COUNT] = {0}, square[COUNT] = {0};
  start(&part, theta);
  for (int step = 0; step < UPDATES; step++) {
    update(&part, &p.plan->job, OPTIMIZER_ADAM, step);
    for (int j = 0; j < COUNT; j++) {
      double g = gradient_at(step, j);
      mean[j] = 0.9 * mean[j] + 0.1 * g;
      square[j] = 0.999 * square[j] + 0.001 * g * g;
      double mean_hat = mean[j] / (1.0 - pow(0.9, step + 1)), square_hat = square[j] / (1.0 - pow(0.999, step + 1));
      theta[j] -= lr * mean_hat / (sqrt(square_hat) + 1e-8);
    }
  }
  plan_release(&p);
  return distance(&part, theta);
}

/* Each step rounds theta, at most 4 V, once, and has about ten roundings of the step, at most 2·lr. 0.999 as a float is
 * off by 1.3e-8 in each of at most 50 steps. In all that is 20 times 2^-24. */
static void adam_is_the_textbook_formula(void **unused) {
  (void)unused;
  double bound = UPDATES * 0x1p-24 * (4.0 + 20.0 * 2.0 * 0.05);
  assert_true(adam_distance(0.05) < bound);
  assert_true(adam_distance(1.05 * 0.05) > 10.0 * bound);
}

static void adam_s_bias_corrections_end_at_one(void **unused) {
  (void)unused;
  static const char *const options[] = {"optimizer", "adam", "lr", "0.05", "steps", "1000000", NULL};
  struct planned p = plan_of(options);
  const struct job *job = &p.plan->job;
  struct adam_scale last = job->adam[job->adam_entries - 1];
  assert_true(last.step == (float)(0.05 * (1.0 - (double)ADAM_MEAN_DECAY)));
  assert_true(last.root == (float)sqrt(1.0 - (double)ADAM_SQUARE_DECAY));
  plan_release(&p);
}

/* The distance of one update from the formula with `noise` times its noise and `rate` times its learning rate. */
static double langevin_distance(uint32_t step, double noise, double rate) {
  static const char *const options[] = {"optimizer", "langevin", "lr", "0.05", "beta", "4", NULL};
  struct planned p = plan_of(options);
  struct part part;
  double theta[COUNT], worst = 0.0, lr = 0.05 * rate;
  start(&part, theta);
  update(&part, &p.plan->job, OPTIMIZER_LANGEVIN, (int)step);
  for (int j = 0; j < COUNT; j++) {
    lane xi[4];
    double prior_mean, deviation;
    random_normals(p.plan->job.seed, science_id(5), PURPOSE_LANGEVIN_SECOND, step * 7 + (uint32_t)j / 4, xi);
    science_prior(KIND, j, &prior_mean, &deviation);
    for (int i = 0; i < LANES; i++) {
      double expected = theta[j] - lr * gradient_at((int)step, j) +
                        lr / 4.0 * (prior_mean - theta[j]) / (deviation * deviation) +
                        noise * sqrt(2.0 * lr / 4.0) * (double)xi[j % 4][i];
      worst = fmax(worst, fabs((double)part.theta[j][i] - expected));
    }
  }
  plan_release(&p);
  return worst;
}

/* The terms and the result are at most 2 V: five roundings of half an ulp of 2 V. */
static void langevin_is_its_formula_with_the_noise_of_its_identity(void **unused) {
  (void)unused;
  const double bound = 5.0 * 2.0 * 0x1p-24;
  for (uint32_t step = 0; step < 50; step++) {
    assert_true(langevin_distance(step, 1.0, 1.0) < bound);
    assert_true(langevin_distance(step, sqrt(2.0), 1.0) > 100.0 * bound);
    assert_true(langevin_distance(step, 1.0, 1.05) > 100.0 * bound);
    assert_true(langevin_distance(step, -1.0, 1.0) > 100.0 * bound);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(linear_pairs_keep_their_invariant),
      cmocka_unit_test(parameters_of_logistic_are_normal),
      cmocka_unit_test(priors_have_the_means_and_deviations_of_the_design),
      cmocka_unit_test(untrained_interfaces_of_logistic_are_logit_normal),
      cmocka_unit_test(mirrored_pairs_are_buffers_and_inverters_equally_often),
      cmocka_unit_test(pairs_without_mirror_symmetry_are_rejected),
      cmocka_unit_test(sgd_is_the_textbook_formula),
      cmocka_unit_test(adam_is_the_textbook_formula),
      cmocka_unit_test(adam_s_bias_corrections_end_at_one),
      cmocka_unit_test(langevin_is_its_formula_with_the_noise_of_its_identity),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
