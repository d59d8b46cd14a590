/* SPDX-License-Identifier: Apache-2.0 */
/* Lane arithmetic is exact (promise 3) on the instruction set that this file is compiled for. */
#include "support/science.h"

#include "base/floating_point.h"

enum { SKIPPED = 77, TRIPLES = 1 << 20 };

/* Hides a value from the compiler, so that the machine computes what a test asks for. */
static float opaque(float x) {
  volatile float v = x;
  return v;
}

static uint64_t random_state = 20251106;

static uint32_t random_bits(void) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(random_state >> 32);
}

static float any_float(void) { return science_from_bits(random_bits()); }

/* A float with few leading bits, so that products are exact and sums are midway between two floats. */
static float short_float(int exponent) {
  float x = (float)(1 + random_bits() % 4096) / 4096.0f;
  return ldexpf(random_bits() & 1u ? x : -x, exponent);
}

struct triple {
  float a, b, c;
};

/* Any bit patterns: infinities, NaN, subnormals, overflow. */
static struct triple any_triple(void) { return (struct triple){any_float(), any_float(), any_float()}; }

/* One of c and the product is far smaller than the other, and the larger one is midway between two floats. */
static struct triple midway_triple(void) {
  struct triple t = {short_float(0), 1.0f + 0x1p-12f * (float)(random_bits() % 4096), 0.0f};
  t.c = ldexpf(random_bits() & 1u ? 1.0f : -1.0f, -24 - (int)(random_bits() % 120));
  if (random_bits() & 1u) t = (struct triple){0x1p-12f, 0x1p-13f * (float)(1 + 2 * (random_bits() % 2)), t.a};
  return t;
}

/* The exact product a·b is midway between two floats, and a tiny c decides the rounding. */
static struct triple product_midway(void) {
  uint32_t odd = random_bits() % 4096 * 2 + 1;
  struct triple t = {(float)(4096 + odd % 4096), (float)(4096 + (random_bits() % 2048) * 2 + 1), 0.0f};
  t.c = random_bits() % 3 == 0 ? 0.0f : ldexpf(random_bits() & 1u ? 1.0f : -1.0f, -(int)(random_bits() % 140));
  return t;
}

/* c nearly cancels the product. */
static struct triple cancelling_triple(void) {
  struct triple t = {science_from_bits((random_bits() & 0x807fffffu) | 0x3f800000u),
                     science_from_bits((random_bits() & 0x807fffffu) | 0x3f800000u), 0.0f};
  t.c = science_from_bits(science_bits(-(t.a * t.b)) + random_bits() % 5 - 2);
  return t;
}

/* The results are subnormal or just above, some of them midway between two floats. */
static struct triple subnormal_triple(void) {
  struct triple t = {short_float(-60 - (int)(random_bits() % 10)), short_float(-66 - (int)(random_bits() % 24)), 0.0f};
  t.c = science_from_bits(random_bits() & 0x80ffffffu);
  if (random_bits() % 4 == 0) t.c = science_from_bits(random_bits() & 0x8000000fu);
  return t;
}

/* The results are around the largest float, where rounding decides about infinity. */
static struct triple overflowing_triple(void) {
  struct triple t = {ldexpf(1.0f + short_float(-12), 64), ldexpf(1.0f + short_float(-12), 63), 0.0f};
  t.c = ldexpf(short_float(0), 90 + (int)(random_bits() % 38));
  if (random_bits() % 4 == 0)
    t = (struct triple){3.40282347e+38f, 1.0f, ldexpf(1.0f, 103) * (random_bits() % 2 ? 1.0f : 0.99999994f)};
  return t;
}

static int same(float x, float y) { return (isnan(x) && isnan(y)) || science_bits(x) == science_bits(y); }

static void check_triples(const char *what, struct triple (*draw)(void)) {
  for (int n = 0; n < TRIPLES; n += LANES) {
    float a[LANES], b[LANES], c[LANES];
    lane x, y, z;
    for (int i = 0; i < LANES; i++) {
      struct triple t = draw();
      a[i] = t.a, b[i] = t.b, c[i] = t.c;
    }
    memcpy(&x, a, sizeof x), memcpy(&y, b, sizeof y), memcpy(&z, c, sizeof z);
    lane got = lane_fma(x, y, z);
    for (int i = 0; i < LANES; i++)
      if (!same(got[i], fmaf(opaque(a[i]), opaque(b[i]), opaque(c[i]))))
        fail_msg("%s: fma(%a, %a, %a) is %a", what, (double)a[i], (double)b[i], (double)c[i], (double)got[i]);
  }
}

static void fma_is_fmaf_on_a_million_hard_triples_of_each_sort(void **unused) {
  (void)unused;
  check_triples("any bits", any_triple);
  check_triples("midway sum", midway_triple);
  check_triples("midway product", product_midway);
  check_triples("cancelling", cancelling_triple);
  check_triples("subnormal", subnormal_triple);
  check_triples("overflowing", overflowing_triple);
}

static void fma_is_fmaf_on_infinities_zeros_and_nan(void **unused) {
  (void)unused;
  static const float special[] = {0.0f, -0.0f,     1.0f,   -1.0f,           INFINITY,         -INFINITY,
                                  NAN,  0x1p-149f, 1e-40f, 0x1.fffffep127f, -0x1.fffffep127f, 0x1p-126f};
  enum { COUNT = sizeof special / sizeof *special };
  for (int i = 0; i < COUNT * COUNT * COUNT; i++) {
    float a = opaque(special[i % COUNT]), b = opaque(special[i / COUNT % COUNT]),
          c = opaque(special[i / COUNT / COUNT]);
    assert_true(same(lane_fma(lane_splat(a), lane_splat(b), lane_splat(c))[LANES - 1], fmaf(a, b, c)));
  }
}

static void minimum_and_maximum_swallow_nan(void **unused) {
  (void)unused;
  lane nan = lane_splat(opaque(NAN)), one = lane_splat(opaque(1.0f));
  for (int i = 0; i < LANES; i++) {
    assert_true(lane_min(nan, one)[i] == 1.0f && lane_max(nan, one)[i] == 1.0f);
    assert_true(isnan(lane_min(one, nan)[i]) && isnan(lane_max(one, nan)[i]));
    assert_true(same(lane_min(lane_splat(opaque(0.0f)), lane_splat(opaque(-0.0f)))[i], -0.0f));
    assert_true(same(lane_max(lane_splat(opaque(-0.0f)), lane_splat(opaque(0.0f)))[i], 0.0f));
    assert_true(lane_min(lane_splat(-INFINITY), one)[i] == -INFINITY && lane_max(lane_splat(2.0f), one)[i] == 2.0f);
  }
}

/* The expected value is computed in double and rounded to float: 53 >= 2·24 + 2, so that rounding twice is rounding
 * once (Figueroa, 1995). Subnormal results come from the machine's own scalar arithmetic. */
static void division_and_roots_are_correctly_rounded(void **unused) {
  (void)unused;
  for (int n = 0; n < TRIPLES / LANES; n++) {
    lane a = lane_splat(any_float()), b = lane_splat(any_float()), quotient = a / b, root = lane_root(a);
    for (int i = 0; i < LANES; i++) {
      float expected = (float)((double)a[i] / (double)b[i]);
      if (fabsf(expected) < 0x1p-126f) expected = opaque(a[i]) / opaque(b[i]);
      assert_true(same(quotient[i], expected));
      assert_true(same(root[i], (float)sqrt((double)a[i])));
    }
  }
}

/* a·b = 1 + 2^-11 + 2^-24 rounds to 1 + 2^-11. With contraction the last bit would survive. */
static void contraction_is_off(void **unused) {
  (void)unused;
  lane a = lane_splat(opaque(1.0f + 0x1p-12f)), c = lane_splat(opaque(-(1.0f + 0x1p-11f)));
  float x = opaque(1.0f + 0x1p-12f), z = opaque(-(1.0f + 0x1p-11f));
  lane apart = a * a + c, fused = lane_fma(a, a, c);
  for (int i = 0; i < LANES; i++) assert_true(apart[i] == 0.0f && fused[i] == 0x1p-24f);
  assert_true(x * x + z == 0.0f);
}

static void conversions_truncate_and_round_exactly(void **unused) {
  (void)unused;
  static const float values[] = {0.0f, 0.99999994f, -0.99999994f, 1.5f, -1.5f, 16777215.0f, -16777215.0f, 8388607.5f};
  for (size_t n = 0; n < sizeof values / sizeof *values; n++)
    assert_int_equal(lane_to_int(lane_splat(opaque(values[n])))[LANES - 1], (int32_t)values[n]);
  assert_true(lane_from_int(lane_splat_int(16777217))[0] == 16777216.0f); /* ties to even */
  assert_true(lane_from_int(lane_splat_int(16777219))[0] == 16777220.0f);
  assert_true(lane_from_int(lane_splat_int(INT32_MIN))[0] == -0x1p31f);
}

static void products_keep_their_high_words(void **unused) {
  (void)unused;
  for (int n = 0; n < 4096; n++) {
    uint32_t a[LANES], b = n == 0 ? 0xffffffffu : random_bits();
    lane_uint x;
    for (int i = 0; i < LANES; i++) a[i] = n == 0 ? 0xffffffffu - (uint32_t)i : random_bits();
    memcpy(&x, a, sizeof x);
    lane_uint high = lane_multiply_high(x, b);
    for (int i = 0; i < LANES; i++) assert_int_equal(high[i], (uint32_t)((uint64_t)a[i] * b >> 32));
  }
}

static void selection_and_masks_are_lane_by_lane(void **unused) {
  (void)unused;
  float a[LANES];
  lane x;
  for (int i = 0; i < LANES; i++) a[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : (float)i;
  memcpy(&x, a, sizeof x);
  lane_mask finite = lane_finite(x);
  lane chosen = lane_select(finite, lane_splat(1.0f), lane_splat(2.0f));
  lane_int number = lane_select_int(lane_not(finite), lane_splat_int(5), lane_splat_int(6));
  for (int i = 0; i < LANES; i++) {
    assert_true(chosen[i] == (i % 3 == 2 ? 1.0f : 2.0f));
    assert_int_equal(number[i], i % 3 == 2 ? 6 : 5);
  }
  assert_true(lane_any(finite) && !lane_any(lane_splat_mask(0)) && lane_any(lane_splat_mask(1)));
}

/* Not inlined, here and below, because compilers move arithmetic across a change of the control word. */
static __attribute__((noinline)) int subnormals_survive_here(void) {
  lane tiny = lane_splat(opaque(0x1p-126f)), smaller = tiny * lane_splat(opaque(0.5f));
  return opaque(smaller[0]) == 0x1p-127f && opaque((smaller + smaller)[0]) == 0x1p-126f;
}

static void partners_swap_values_and_keep_every_bit(void **unused) {
  (void)unused;
  lane a;
  lane_int n;
  for (int round = 0; round < 1000; round++) {
    uint32_t bits[LANES], got[LANES];
    for (int i = 0; i < LANES; i++) bits[i] = random_bits(), n[i] = (int32_t)bits[i];
    memcpy(&a, bits, sizeof a); /* some are signalling NaN */
    a = lane_partner(a);
    n = lane_partner_int(n);
    memcpy(got, &a, sizeof got);
    for (int i = 0; i < LANES; i++) assert_true(got[i] == bits[i ^ 1] && n[i] == (int32_t)bits[i ^ 1]);
  }
  for (int i = 0; i < LANES; i++) assert_int_equal(lane_even()[i], i % 2 == 0 ? -1 : 0);
}

static void subnormals_survive(void **unused) {
  (void)unused;
  assert_true(subnormals_survive_here());
}

/* ---- The floating-point state (floating_point.h) ---- */

#if defined(__x86_64__)

static __attribute__((noinline)) float one_and_a_little(void) { return opaque(opaque(1.0f) + opaque(0x1p-60f)); }

enum { FLUSH_AND_ROUND_UP = 0x1f80 | 0x8040 | 0x4000 };

static void entering_gives_exact_arithmetic_and_leaving_restores_the_state(void **unused) {
  (void)unused;
  unsigned before = _mm_getcsr();
  _mm_setcsr(FLUSH_AND_ROUND_UP);
  int wrong_outside = subnormals_survive_here();
  float up = one_and_a_little();
  struct floating_point_state found = floating_point_enter();
  int right_inside = subnormals_survive_here();
  float nearest = one_and_a_little();
  floating_point_leave(found);
  unsigned after = _mm_getcsr();
  _mm_setcsr(before);
  assert_false(wrong_outside); /* else this test shows nothing */
  assert_true(up > 1.0f);
  assert_true(right_inside);
  assert_true(nearest == 1.0f);
  assert_int_equal(after & 0xffc0u, FLUSH_AND_ROUND_UP & 0xffc0u); /* except for the exception flags */
}

/* Whether this processor and operating system can run what this file was compiled for. */
static int supported(void) {
#if defined(__AVX512F__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#elif defined(__AVX2__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return 1;
#endif
}

#else

static void entering_gives_exact_arithmetic_and_leaving_restores_the_state(void **unused) {
  (void)unused;
  struct floating_point_state found = floating_point_enter();
  assert_true(subnormals_survive_here());
  floating_point_leave(found);
}

static int supported(void) { return 1; }

#endif

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fma_is_fmaf_on_a_million_hard_triples_of_each_sort),
      cmocka_unit_test(fma_is_fmaf_on_infinities_zeros_and_nan),
      cmocka_unit_test(minimum_and_maximum_swallow_nan),
      cmocka_unit_test(division_and_roots_are_correctly_rounded),
      cmocka_unit_test(contraction_is_off),
      cmocka_unit_test(conversions_truncate_and_round_exactly),
      cmocka_unit_test(products_keep_their_high_words),
      cmocka_unit_test(selection_and_masks_are_lane_by_lane),
      cmocka_unit_test(partners_swap_values_and_keep_every_bit),
      cmocka_unit_test(subnormals_survive),
      cmocka_unit_test(entering_gives_exact_arithmetic_and_leaving_restores_the_state),
  };
  if (!supported()) {
    puts("SKIP: this processor lacks the instruction set");
    return SKIPPED;
  }
  return cmocka_run_group_tests(tests, NULL, NULL);
}
