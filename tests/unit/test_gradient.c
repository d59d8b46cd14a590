/* SPDX-License-Identifier: Apache-2.0 */
/* The float gradients of every pair of kinds and both losses agree with finite differences of an independent forward
 * pass in double. */
#include "support/science.h"

enum { SAMPLES = 3, CHAINS = 128 }; /* 6 voltages: a whole block of 4 and a tail of 2 */

/* A draw is left out if a voltage is this near to a kink. The margin is 100 times the rounding of a voltage of a few V
 * (2e-7) through a slope of 5, so that both sides see the same piece. */
static const double KINK_MARGIN = 1e-4;

/* The allowed error is this share of the norm of the gradient of a component's parameters, */
static const double RELATIVE = 1e-4;
/* or this number times the square of f2's steepest slope (at least 1), whichever is larger. tanh and sigma have an
 * error of 3e-7, and so has u; y's error is larger by the slope, and dL/du has the slope once more. */
static const double ABSOLUTE = 3e-7;

struct tally {
  int compared, near_kinks, small; /* small: parts whose second bound is the larger */
  double worst;                    /* the error as a multiple of the allowed one */
};

static double residual(double y, int level, int hinge) {
  double margin = hinge ? 0.1 : 0.0, below = level - margin, above = level + margin;
  return y < below ? y - below : y > above ? y - above : 0.0;
}

static double reference_loss(const struct science_chain *c, const struct job *job, int hinge) {
  double sum = 0.0;
  for (int s = 0; s < job->voltages; s++) {
    double r = residual(science_y(c, (double)job->training[s]), s >= job->voltages / 2, hinge);
    sum += r * r;
  }
  return sum / job->voltages;
}

/* Whether u is near a knot of the second component's table, or y near an edge of API3. */
static int near_kink(const struct science_chain *c, const struct job *job, int hinge) {
  for (int s = 0; s < job->voltages; s++) {
    double u = science_u(c, (double)job->training[s]), y = science_y(c, (double)job->training[s]);
    int level = s >= job->voltages / 2, below, above;
    if (science_is_table(c->second)) {
      science_table(science_sizes[c->second], c->theta2, u - KINK_MARGIN, &below);
      science_table(science_sizes[c->second], c->theta2, u + KINK_MARGIN, &above);
      if (below != above) return 1;
    }
    if (hinge && fabs(fabs(y - level) - 0.1) < KINK_MARGIN) return 1;
  }
  return 0;
}

/* dL/d(parameter) by differences of fourth order, whose error is of order step^4 times the fifth derivative. */
static double difference(struct science_chain *c, double *parameter, const struct job *job, int hinge) {
  double found = *parameter, step = 5e-6 * fmax(1.0, fabs(found)), loss[4];
  for (int k = 0; k < 4; k++) {
    *parameter = found + step * (k < 2 ? k - 2 : k - 1);
    loss[k] = reference_loss(c, job, hinge);
  }
  *parameter = found;
  return (loss[0] - 8.0 * loss[1] + 8.0 * loss[2] - loss[3]) / (12.0 * step);
}

/* The sum of the weights that multiply a component's tanh or sigma. */
static double weight(int kind, const double *p) {
  double sum = 0.0;
  if (kind == KIND_BUFFER) return fabs(p[3] - p[2]);
  if (kind < KIND_MLP4 || kind > KIND_MLP16) return 1.0;
  for (int i = 0; i < science_sizes[kind]; i++) sum += fabs(p[2 * science_sizes[kind] + i]);
  return sum;
}

/* An upper bound of |f2'| at any voltage. */
static double steepest(const struct science_chain *c) {
  const double *p = c->theta2;
  int size = science_sizes[c->second];
  double slope = 0.0;
  if (c->second == KIND_LINEAR) return fabs(p[0]);
  if (c->second == KIND_LOGISTIC) return 0.25 * fabs(p[0]);
  if (c->second == KIND_BUFFER) return 0.25 * fabs(p[0] * (p[3] - p[2]));
  if (science_is_table(c->second))
    for (int k = 0; k + 1 < size; k++) slope = fmax(slope, fabs(p[k + 1] - p[k]) * 0.5 * (size - 1));
  else
    for (int i = 0; i < size; i++) slope += fabs(p[i] * p[2 * size + i]);
  return slope;
}

/* Compares one component's part of the gradient of lane i. */
static void compare_part(struct science_chain *c, double *theta, int parameters, const lane *gradient, int i,
                         const struct job *job, int hinge, struct tally *tally) {
  double error = 0.0, norm = 0.0, slope = fmax(1.0, steepest(c));
  double weights = fmax(1.0, fmax(weight(c->first, c->theta1), weight(c->second, c->theta2)));
  double rounding = ABSOLUTE * weights * slope * slope;
  for (int j = 0; j < parameters; j++) {
    double expected = difference(c, &theta[j], job, hinge), got = (double)gradient[j][i];
    error += (got - expected) * (got - expected);
    norm += expected * expected;
  }
  double ratio = sqrt(error) / fmax(RELATIVE * sqrt(norm), rounding);
  tally->compared++;
  tally->small += RELATIVE * sqrt(norm) < rounding;
  tally->worst = ratio <= tally->worst ? tally->worst : ratio; /* NaN counts as the worst */
}

static void compare_lanes(const struct chain *chain, const struct job *job, int hinge, struct tally *tally) {
  struct gradient g;
  chain_gradient(chain, science_recipe(job), job, science_id(0), 0, &g);
  for (int i = 0; i < LANES; i++) {
    struct science_chain c = science_take(chain, job, i);
    if (near_kink(&c, job, hinge)) {
      tally->near_kinks++;
      continue;
    }
    compare_part(&c, c.theta1, science_parameters[c.first], g.first, i, job, hinge, tally);
    compare_part(&c, c.theta2, science_parameters[c.second], g.second, i, job, hinge, tally);
  }
}

static void compare_pair(int first, int second, int hinge, float init_scale, struct tally *total) {
  struct job job = science_job(first, second, SAMPLES, hinge, 0.3);
  struct tally tally = {0, 0, 0, 0.0};
  job.init_scale = init_scale;
  for (uint64_t id = 0; id < CHAINS; id += LANES) {
    struct chain chain;
    chain_draw(&chain, science_recipe(&job), &job, science_id(id));
    compare_lanes(&chain, &job, hinge, &tally);
  }
  if (!(tally.worst <= 1.0) || tally.near_kinks * 10 > CHAINS)
    fail_msg("%s %s %s: error %.3g times the allowed, %d near kinks", science_names[first], science_names[second],
             hinge ? "hinge" : "mse", tally.worst, tally.near_kinks);
  total->compared += tally.compared;
  total->near_kinks += tally.near_kinks;
  total->small += tally.small;
  total->worst = fmax(total->worst, tally.worst);
}

/* `small_percent` is the share of gradients that may be so small that rounding decides. */
static void compare_all_pairs(int hinge, float init_scale, int small_percent) {
  struct tally total = {0, 0, 0, 0.0};
  for (int first = 0; first < KINDS; first++)
    for (int second = 0; second < KINDS; second++) compare_pair(first, second, hinge, init_scale, &total);
  print_message("%d gradients, %d chains near kinks left out, %d small, worst %.2g of the allowed\n", total.compared,
                total.near_kinks, total.small, total.worst);
  assert_true(total.near_kinks * 100 < total.compared);
  assert_true(total.small * 100 < total.compared * small_percent);
}

static void gradients_of_all_pairs_agree_with_differences_under_mse(void **unused) {
  (void)unused;
  compare_all_pairs(0, 0.25f, 5);
}

static void gradients_of_all_pairs_agree_with_differences_under_hinge(void **unused) {
  (void)unused;
  compare_all_pairs(1, 0.25f, 5);
}

/* With the full prior, many units are saturated and many slopes are steep. */
static void gradients_agree_under_the_full_prior(void **unused) {
  (void)unused;
  compare_all_pairs(0, 1.0f, 40);
  compare_all_pairs(1, 1.0f, 40);
}

/* ---- Conventions ---- */

/* f(v) and f'(v) of a table with the knots p_k = k^2 + 1, from the kernels. */
static void table_at(int kind, float v, float *value, float *slope) {
  lane theta[MAX_PARAMETERS], gradient[MAX_PARAMETERS], in[SAMPLE_BLOCK], out[SAMPLE_BLOCK], d_in[SAMPLE_BLOCK];
  lane saved[MAX_SAVED * SAMPLE_BLOCK], one[SAMPLE_BLOCK];
  for (int j = 0; j < MAX_PARAMETERS; j++) theta[j] = lane_splat((float)(j * j + 1)), gradient[j] = lane_splat(0.0f);
  for (int s = 0; s < SAMPLE_BLOCK; s++) in[s] = lane_splat(v), one[s] = lane_splat(1.0f);
  component_forward(kind, theta, SAMPLE_BLOCK, in, out, saved);
  component_backward(kind, theta, SAMPLE_BLOCK, in, saved, one, gradient, d_in);
  *value = out[SAMPLE_BLOCK - 1][LANES - 1];
  *slope = d_in[SAMPLE_BLOCK - 1][LANES - 1];
}

/* Finds the float voltage that is exactly on knot k, if one of the floats around it is. */
static int knot_voltage(int knots, int k, float *v) {
  float guess = (float)(-0.5 + 2.0 * k / (knots - 1));
  for (int offset = -4; offset <= 4; offset++) {
    *v = guess;
    for (int i = 0; i < abs(offset); i++) *v = nextafterf(*v, offset > 0 ? 2.0f : -2.0f);
    if (table_position(knots, lane_splat(*v))[0] == (float)k) return 1;
  }
  return 0;
}

static void a_table_has_its_right_hand_slope_at_a_knot(void **unused) {
  (void)unused;
  for (int kind = KIND_TABLE8; kind <= KIND_TABLE16; kind++) {
    int knots = science_sizes[kind], tried = 0;
    for (int k = 0; k < knots; k++) {
      float v, value, slope, expected = k == knots - 1 ? 0.0f : (float)(2 * k + 1) * 0.5f * (float)(knots - 1);
      if (!knot_voltage(knots, k, &v)) continue;
      table_at(kind, v, &value, &slope);
      assert_true(value == (float)(k * k + 1));
      assert_true(slope == expected);
      tried++;
    }
    assert_true(tried >= knots / 2);
  }
}

static void a_table_is_constant_outside_its_knots(void **unused) {
  (void)unused;
  static const float outside[] = {-0.50001f, -1.0f, -1e30f, -INFINITY, 1.50001f, 2.0f, 1e30f, INFINITY};
  for (int kind = KIND_TABLE8; kind <= KIND_TABLE16; kind++)
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
      float value, slope, last = (float)(science_sizes[kind] - 1);
      table_at(kind, outside[i], &value, &slope);
      assert_true(value == (outside[i] < 0.0f ? 1.0f : last * last + 1.0f));
      assert_true(slope == 0.0f);
    }
}

static void a_table_passes_nan_on(void **unused) {
  (void)unused;
  for (int kind = KIND_TABLE8; kind <= KIND_TABLE16; kind++) {
    float value, slope;
    table_at(kind, NAN, &value, &slope);
    assert_true(isnan(value));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(gradients_of_all_pairs_agree_with_differences_under_mse),
      cmocka_unit_test(gradients_of_all_pairs_agree_with_differences_under_hinge),
      cmocka_unit_test(gradients_agree_under_the_full_prior),
      cmocka_unit_test(a_table_has_its_right_hand_slope_at_a_knot),
      cmocka_unit_test(a_table_is_constant_outside_its_knots),
      cmocka_unit_test(a_table_passes_nan_on),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
