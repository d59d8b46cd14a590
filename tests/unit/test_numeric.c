/* SPDX-License-Identifier: Apache-2.0 */
/* Every approximation of numeric.h and the uniforms of random.h have the errors that their comments state, compared
 * with long double libm over the whole range. For errors, every STRIDE-th float is tried. What must hold without
 * exception (bounds, signs, oddness, order) is tried on every float of its range. */
#include "support/science.h"

#ifndef STRIDE
#define STRIDE 1021 /* -DSTRIDE=1 tries all floats, which takes hours */
#endif

typedef lane (*approximation)(lane);
typedef long double (*truth)(long double);

struct worst {
  double error;
  float at;
};

static lane exp2_lane(lane x) { return numeric_exp2(x); }
static lane log_lane(lane x) { return numeric_log(x); }
static lane tanh_lane(lane x) { return numeric_tanh(x); }
static lane logistic_lane(lane x) {
  lane rest;
  return numeric_logistic(x, &rest);
}
static lane rest_lane(lane x) {
  lane rest;
  numeric_logistic(-x, &rest);
  return rest;
}
static long double logistic_truth(long double x) { return 1.0L / (1.0L + expl(-x)); }

/* The floats with the bit patterns first, first + stride, ...; past the last one, it is repeated. */
static lane lanes_from(uint32_t first, uint32_t last, uint32_t stride) {
  float x[LANES];
  lane result;
  for (int i = 0; i < LANES; i++) {
    uint64_t bits = (uint64_t)first + (uint64_t)i * stride;
    x[i] = science_from_bits(bits < last ? (uint32_t)bits : last);
  }
  memcpy(&result, x, sizeof x);
  return result;
}

static void worsen(struct worst *worst, double error, float at) {
  if (error <= worst->error) return; /* NaN is kept as the worst */
  worst->error = error;
  worst->at = at;
}

/* The worst relative or absolute error on every `stride`-th float of one sign, from `from` away from 0 to `to`. */
static void sweep(approximation f, truth g, float from, float to, uint32_t stride, int relative, struct worst *worst) {
  uint32_t last = science_bits(to);
  for (uint64_t bits = science_bits(from); bits <= last; bits += (uint64_t)LANES * stride) {
    lane x = lanes_from((uint32_t)bits, last, stride), y = f(x);
    for (int i = 0; i < LANES; i++) {
      long double expected = g((long double)x[i]), error = fabsl((long double)y[i] - expected);
      worsen(worst, (double)(relative ? error / fabsl(expected) : error), x[i]);
    }
  }
}

/* Tries every float around the place where a sweep of all floats found its worst. */
static void sweep_around(approximation f, truth g, float place, int relative, struct worst *worst) {
  sweep(f, g, science_from_bits(science_bits(place) - 2048), science_from_bits(science_bits(place) + 2048), 1, relative,
        worst);
}

/* The stated bound holds, and differs from the measured error only by rounding up its second digit. */
static void expect_worst(const char *what, struct worst worst, double stated) {
  print_message("%s: %.4g at %a (stated %.3g)\n", what, worst.error, (double)worst.at, stated);
  assert_true(worst.error <= stated);
  assert_true(worst.error > 0.93 * stated);
}

static void exp2_is_within_its_stated_error(void **unused) {
  (void)unused;
  struct worst worst = {0.0, 0.0f};
  sweep(exp2_lane, exp2l, 0.0f, 125.0f, STRIDE, 1, &worst);
  sweep(exp2_lane, exp2l, -0.0f, -125.0f, STRIDE, 1, &worst);
  sweep_around(exp2_lane, exp2l, -0x1.fea07ap-2f, 1, &worst);
  expect_worst("exp2, relative", worst, 8.4e-8);
}

static void exp2_is_clamped_to_normal_results(void **unused) {
  (void)unused;
  assert_true(numeric_exp2(lane_splat(INFINITY))[0] == 0x1p125f);
  assert_true(numeric_exp2(lane_splat(125.5f))[0] == 0x1p125f);
  assert_true(numeric_exp2(lane_splat(-125.5f))[0] == 0x1p-125f);
  assert_true(numeric_exp2(lane_splat(-INFINITY))[0] == 0x1p-125f);
  assert_true(numeric_exp2(lane_splat(NAN))[0] == 0x1p-125f);
  assert_true(numeric_exp2(lane_splat(0.0f))[0] == 1.0f);
}

static void log_is_within_its_stated_error(void **unused) {
  (void)unused;
  struct worst worst = {0.0, 0.0f};
  sweep(log_lane, logl, 0x1p-126f, nextafterf(1.0f, 0.0f), STRIDE, 1, &worst);
  sweep(log_lane, logl, nextafterf(1.0f, 2.0f), 3.40282347e+38f, STRIDE, 1, &worst);
  sweep_around(log_lane, logl, 0x1.020546p+0f, 1, &worst);
  expect_worst("log, relative", worst, 1.8e-7);
  struct worst absolute = {0.0, 0.0f};
  sweep(log_lane, logl, 0.5f, 2.0f, STRIDE, 0, &absolute);
  sweep_around(log_lane, logl, 0x1.363b96p-1f, 0, &absolute);
  expect_worst("log on [1/2, 2], absolute", absolute, 5.7e-8);
}

/* With a wrong sign the radius of random_normal_pair would be the root of a negative number. */
static void log_never_has_the_wrong_sign(void **unused) {
  (void)unused;
  for (uint32_t bits = science_bits(0.5f); bits < science_bits(1.0f); bits += LANES)
    assert_false(lane_any(lane_not(numeric_log(lanes_from(bits, science_bits(1.0f) - 1, 1)) < 0.0f)));
  for (uint32_t bits = science_bits(1.0f) + 1; bits < science_bits(2.0f); bits += LANES)
    assert_false(lane_any(lane_not(numeric_log(lanes_from(bits, science_bits(2.0f), 1)) > 0.0f)));
  for (int exponent = -126; exponent <= 127; exponent++)
    assert_true((numeric_log(lane_splat(ldexpf(1.0f, exponent)))[0] > 0.0f) == (exponent > 0));
  assert_true(numeric_log(lane_splat(1.0f))[0] == 0.0f);
}

static void tanh_is_within_its_stated_error(void **unused) {
  (void)unused;
  struct worst worst = {0.0, 0.0f}, relative = {0.0, 0.0f};
  sweep(tanh_lane, tanhl, 0.0f, 3.40282347e+38f, STRIDE, 0, &worst);
  sweep(tanh_lane, tanhl, -0.0f, -3.40282347e+38f, STRIDE, 0, &worst);
  sweep_around(tanh_lane, tanhl, 0x1.f57d76p+2f, 0, &worst);
  expect_worst("tanh, absolute", worst, 3.2e-7);
  sweep(tanh_lane, tanhl, 0x1p-126f, 9.0f, STRIDE, 1, &relative);
  print_message("tanh, relative, from 2^-126: %.4g at %a\n", relative.error, (double)relative.at);
  assert_true(worst.error <= 4e-7); /* the most that is allowed, whatever is stated */
}

/* 1 - t^2 is a factor in every mlp's gradient, so it must not become negative. */
static void tanh_never_leaves_minus_one_to_one(void **unused) {
  (void)unused;
  for (uint32_t bits = science_bits(4.0f); bits <= science_bits(9.5f); bits += LANES) {
    lane y = numeric_tanh(lanes_from(bits, science_bits(9.5f), 1));
    if (lane_any(lane_not(y <= 1.0f))) fail_msg("tanh %a is %a", (double)science_from_bits(bits), (double)y[0]);
  }
}

static void tanh_is_odd(void **unused) {
  (void)unused;
  for (uint64_t bits = 0; bits <= science_bits(INFINITY); bits += (uint64_t)LANES * 61) {
    lane x = lanes_from((uint32_t)bits, science_bits(INFINITY), 61);
    assert_false(lane_any(lane_bits(numeric_tanh(-x)) != lane_bits(-numeric_tanh(x))));
  }
}

static void tanh_is_one_from_the_clamp_on(void **unused) {
  (void)unused;
  assert_true(numeric_tanh(lane_splat(8.0f))[0] == 1.0f);
  assert_true(numeric_tanh(lane_splat(INFINITY))[0] == 1.0f);
  assert_true(numeric_tanh(lane_splat(-INFINITY))[0] == -1.0f);
  assert_true(numeric_tanh(lane_splat(NAN))[0] == -1.0f);
}

static void logistic_is_within_its_stated_error(void **unused) {
  (void)unused;
  struct worst worst = {0.0, 0.0f};
  sweep(logistic_lane, logistic_truth, 0.0f, 3.40282347e+38f, STRIDE, 0, &worst);
  sweep(logistic_lane, logistic_truth, -0.0f, -3.40282347e+38f, STRIDE, 0, &worst);
  sweep_around(logistic_lane, logistic_truth, 0x1.81bfa8p+1f, 0, &worst);
  expect_worst("logistic, absolute", worst, 9.5e-8);
  assert_true(worst.error <= 4e-7); /* the most that is allowed, whatever is stated */
}

/* The slope is the product of the function and 1 minus it, so it must neither vanish nor change its sign near 1. */
static void one_minus_the_logistic_is_relatively_accurate(void **unused) {
  (void)unused;
  struct worst worst = {0.0, 0.0f};
  sweep(rest_lane, logistic_truth, -0.0f, -86.0f, STRIDE, 1, &worst);
  sweep(rest_lane, logistic_truth, 0.0f, 86.0f, STRIDE, 1, &worst);
  print_message("1 - logistic, relative: %.4g at %a\n", worst.error, (double)worst.at);
  assert_true(worst.error <= 4e-6); /* the error of e^86, whose argument is rounded */
}

/* How far the logistic function turns back along every float from `from`, away from 0, to 88. */
static float logistic_turns(float from) {
  const uint32_t sign = science_bits(from) & 0x80000000u, last = science_bits(88.0f) | sign;
  float furthest = sign ? -logistic_lane(lane_splat(from))[0] : logistic_lane(lane_splat(from))[0], turn = 0.0f;
  for (uint64_t bits = science_bits(from); bits <= last; bits += LANES) {
    lane y = logistic_lane(lanes_from((uint32_t)bits, last, 1));
    for (int i = 0; i < LANES; i++) {
      float along = sign ? -y[i] : y[i];
      if (along > furthest) furthest = along;
      if (furthest - along > turn) turn = furthest - along;
    }
  }
  return turn;
}

/* Rounding makes the logistic function turn back by LOGISTIC_REVERSAL at most. Nearer to 0 it is 1/2, and beyond 88
 * exp2 is clamped. */
static void logistic_turns_back_by_no_more_than_stated(void **unused) {
  (void)unused;
  float up = logistic_turns(0x1p-28f), down = logistic_turns(-0x1p-28f);
  assert_true(logistic_lane(lane_splat(0x1p-28f))[0] == 0.5f && logistic_lane(lane_splat(-0x1p-28f))[0] == 0.5f);
  print_message("logistic turns back by %a and %a\n", (double)up, (double)down);
  assert_true(up > 0.0f && up <= LOGISTIC_REVERSAL / 2 && down <= LOGISTIC_REVERSAL / 2);
}

static void logistic_stays_within_zero_and_one(void **unused) {
  (void)unused;
  for (uint64_t bits = 0; bits <= science_bits(INFINITY); bits += (uint64_t)LANES * 61) {
    lane x = lanes_from((uint32_t)bits, science_bits(INFINITY), 61), up = logistic_lane(x), down = logistic_lane(-x);
    assert_false(lane_any(lane_not((up >= 0.5f) & (up <= 1.0f) & (down >= 0.0f) & (down <= 0.5f))));
  }
  assert_true(logistic_lane(lane_splat(INFINITY))[0] == 1.0f);
  assert_true(logistic_lane(lane_splat(NAN))[0] == 1.0f);
}

static lane_uint words_from(uint64_t first, uint32_t stride) {
  uint32_t word[LANES];
  lane_uint result;
  for (int i = 0; i < LANES; i++) word[i] = (uint32_t)(first + (uint64_t)i * stride);
  memcpy(&result, word, sizeof word);
  return result;
}

static void check_turn(lane_uint turn, struct worst *worst) {
  lane sine, cosine;
  numeric_sincos_turn(turn, &sine, &cosine);
  for (int i = 0; i < LANES; i++) {
    long double angle = 2.0L * 3.14159265358979323846264L * (long double)turn[i] * 0x1p-32L;
    worsen(worst, (double)fabsl((long double)sine[i] - sinl(angle)), (float)turn[i]);
    worsen(worst, (double)fabsl((long double)cosine[i] - cosl(angle)), (float)turn[i]);
  }
}

static void sincos_is_within_its_stated_error_in_every_octant(void **unused) {
  (void)unused;
  struct worst worst = {0.0, 0.0f};
  for (uint64_t turn = 0; turn < 0x100000000u; turn += (uint64_t)LANES * (2 * STRIDE + 1))
    check_turn(words_from(turn, 2 * STRIDE + 1), &worst);
  for (uint64_t turn = 0x1ffe9c00u; turn < 0x1ffea000u; turn += LANES) /* the worst of all turns is in this range */
    check_turn(words_from(turn, 1), &worst);
  for (uint64_t octant = 0; octant < 16; octant++)
    for (int around = -2048; around < 2048; around += LANES)
      check_turn(words_from((octant << 28) + (uint64_t)(int64_t)around, 1), &worst);
  expect_worst("sincos, absolute", worst, 1.04e-7);
}

/* Uniforms are correctly rounded, so they are never 0 and never above 1. */
static void uniforms_are_the_middles_of_their_cells(void **unused) {
  (void)unused;
  for (uint64_t word = 0; word < 0x100000000u; word += (uint64_t)LANES * 251) {
    lane_uint w = words_from(word, 251);
    lane u = random_uniform(w);
    for (int i = 0; i < LANES; i++) assert_true(u[i] == (float)(((double)w[i] + 0.5) * 0x1p-32));
  }
  assert_true(random_uniform(lane_splat_uint(0u))[0] == 0x1p-33f);
  assert_true(random_uniform(lane_splat_uint(0xffffffffu))[0] == 1.0f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exp2_is_within_its_stated_error),
      cmocka_unit_test(exp2_is_clamped_to_normal_results),
      cmocka_unit_test(log_is_within_its_stated_error),
      cmocka_unit_test(log_never_has_the_wrong_sign),
      cmocka_unit_test(tanh_is_within_its_stated_error),
      cmocka_unit_test(tanh_never_leaves_minus_one_to_one),
      cmocka_unit_test(tanh_is_odd),
      cmocka_unit_test(tanh_is_one_from_the_clamp_on),
      cmocka_unit_test(logistic_is_within_its_stated_error),
      cmocka_unit_test(one_minus_the_logistic_is_relatively_accurate),
      cmocka_unit_test(logistic_stays_within_zero_and_one),
      cmocka_unit_test(logistic_turns_back_by_no_more_than_stated),
      cmocka_unit_test(sincos_is_within_its_stated_error_in_every_octant),
      cmocka_unit_test(uniforms_are_the_middles_of_their_cells),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
