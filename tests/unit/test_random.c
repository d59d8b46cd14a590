/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers depend only on identity: Philox gives its published answers on every lane, the counter's words have
 * their order, and normals are normal. */
#include "support/science.h"

#ifndef TEST_VECTORS
#error "TEST_VECTORS is the folder of philox.txt"
#endif

struct answer {
  uint32_t counter[4], key[2], expected[4];
};

/* Reads at most `capacity` answers from the table. Fails on anything but comments and whole lines. */
static int read_answers(struct answer *answers, int capacity) {
  FILE *file = fopen(TEST_VECTORS "/philox.txt", "r");
  char line[256];
  int count = 0;
  assert_non_null(file);
  while (fgets(line, sizeof line, file)) {
    if (line[0] == '#' || line[0] == '\n') continue;
    assert_true(count < capacity);
    struct answer *a = &answers[count++];
    int words =
        sscanf(line, "%x %x %x %x %x %x %x %x %x %x", &a->counter[0], &a->counter[1], &a->counter[2], &a->counter[3],
               &a->key[0], &a->key[1], &a->expected[0], &a->expected[1], &a->expected[2], &a->expected[3]);
    assert_int_equal(words, 10);
  }
  fclose(file);
  return count;
}

static lane_uint lane_word(const uint32_t *words) {
  lane_uint w;
  memcpy(&w, words, sizeof w);
  return w;
}

/* Lane i must give the answer `a`. The other lanes have another id and must give something else. */
static void check_answer(const struct answer *a, int i) {
  uint32_t low[LANES], high[LANES], got[4][LANES];
  for (int k = 0; k < LANES; k++) {
    low[k] = k == i ? a->counter[2] : a->counter[2] + 1u + (uint32_t)k;
    high[k] = a->counter[3];
  }
  struct lane_id id = {lane_word(low), lane_word(high)};
  uint64_t seed = (uint64_t)a->key[1] << 32 | a->key[0];
  struct words w;
  memset(&w, 0xca, sizeof w);
  w = random_words(seed, id, a->counter[1], a->counter[0]);
  for (int word = 0; word < 4; word++) {
    memcpy(got[word], &w.word[word], sizeof got[word]);
    assert_int_equal(got[word][i], a->expected[word]);
    for (int k = 0; k < LANES; k++) assert_true(k == i || got[word][k] != a->expected[word]);
  }
}

static void words_are_the_published_answers_on_every_lane(void **unused) {
  (void)unused;
  struct answer answers[16];
  memset(answers, 0xca, sizeof answers);
  int count = read_answers(answers, 16);
  assert_true(count >= 3);
  for (int a = 0; a < count; a++)
    for (int i = 0; i < LANES; i++) check_answer(&answers[a], i);
}

/* Philox4x32-10 as its paper writes it, with 64-bit products. */
static void philox(uint32_t c[4], uint64_t seed) {
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)c[0] * 0xD2511F53u, p1 = (uint64_t)c[2] * 0xCD9E8D57u;
    uint32_t next[4] = {(uint32_t)(p1 >> 32) ^ c[1] ^ k0, (uint32_t)p1, (uint32_t)(p0 >> 32) ^ c[3] ^ k1, (uint32_t)p0};
    memcpy(c, next, sizeof next);
    k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
  }
}

static void counter_words_are_draw_purpose_id_low_id_high(void **unused) {
  (void)unused;
  static const uint64_t ids[] = {0, 0xfffffffeu, 0x100000000u, 0x123456789abcdefu, 0xfffffffffffffff0u};
  for (size_t n = 0; n < sizeof ids / sizeof *ids; n++) {
    struct words w = random_words(0xfedcba9876543210u, science_id(ids[n]), 3, 0x80000001u);
    for (int i = 0; i < LANES; i++) {
      uint64_t id = ids[n] + (uint64_t)i;
      uint32_t expected[4] = {0x80000001u, 3, (uint32_t)id, (uint32_t)(id >> 32)};
      philox(expected, 0xfedcba9876543210u);
      for (int word = 0; word < 4; word++) assert_int_equal(w.word[word][i], expected[word]);
    }
  }
}

/* A chain's draws do not depend on its lane or on its neighbours. */
static void lanes_agree_with_chains_drawn_alone(void **unused) {
  (void)unused;
  const uint64_t first = 0xfffffff9u; /* the ids of the lanes pass 2^32 */
  lane together[4], alone[4];
  random_normals(7, science_id(first), PURPOSE_NOISE, 5, together);
  for (int i = 0; i < LANES; i++) {
    uint64_t id = first + (uint64_t)i;
    struct lane_id same = {lane_splat_uint((uint32_t)id), lane_splat_uint((uint32_t)(id >> 32))};
    random_normals(7, same, PURPOSE_NOISE, 5, alone);
    for (int k = 0; k < 4; k++)
      for (int other = 0; other < LANES; other++) assert_true(alone[k][other] == together[k][i]);
  }
}

/* ---- Normals ---- */

enum { NORMALS = 1 << 20 };

/* A family-wise error of 1e-6 over the 8 statistics below (Bonferroni). */
static const double ERROR_RATE = 1e-6 / 8.0;

static double *draw_normals(void) {
  double *x = malloc(NORMALS * sizeof *x);
  assert_non_null(x);
  for (int n = 0; n < NORMALS; n += 4 * LANES) {
    lane normal[4];
    random_normals(20251106, science_id((uint64_t)n), PURPOSE_FIRST, 0, normal);
    for (int k = 0; k < 4; k++)
      for (int i = 0; i < LANES; i++) x[n + 4 * i + k] = (double)normal[k][i];
  }
  return x;
}

/* |z| of the mean of x^power against the normal law's moment. */
static double moment_z(const double *x, int power) {
  static const double moments[9] = {1, 0, 1, 0, 3, 0, 15, 0, 105};
  double sum = 0.0;
  for (int n = 0; n < NORMALS; n++) sum += pow(x[n], power);
  double variance = moments[2 * power] - moments[power] * moments[power];
  return fabs(sum / NORMALS - moments[power]) / sqrt(variance / NORMALS);
}

/* |z| of the mean product of values at this distance: sine with cosine, and words 0, 1 with 2, 3. */
static double neighbour_z(const double *x, int distance) {
  double sum = 0.0;
  for (int n = 0; n < NORMALS; n += 4) sum += x[n] * x[n + distance];
  return fabs(sum) / sqrt(NORMALS / 4);
}

static void normals_have_the_moments_of_the_normal_law(void **unused) {
  (void)unused;
  double *x = draw_normals(), threshold = science_z_threshold(ERROR_RATE);
  for (int power = 1; power <= 4; power++) assert_true(moment_z(x, power) < threshold);
  for (int distance = 1; distance <= 3; distance++) assert_true(neighbour_z(x, distance) < threshold);
  for (int n = 0; n < NORMALS; n++) x[n] *= 1.05; /* planted: a deviation 5% too large */
  assert_true(moment_z(x, 2) > threshold);
  for (int n = 0; n < NORMALS; n += 4) x[n + 1] = 0.9998 * x[n + 1] + 0.02 * x[n]; /* planted: a correlation of 2% */
  assert_true(neighbour_z(x, 1) > threshold);
  free(x);
}

static void normals_pass_kolmogorov_and_smirnov(void **unused) {
  (void)unused;
  double *x = draw_normals(), threshold = science_ks_threshold(ERROR_RATE);
  assert_true(science_ks_normal(x, NORMALS, 0.0, 1.0) < threshold);
  assert_true(science_ks_normal(x, NORMALS, 0.01, 1.0) > threshold); /* planted: a mean off by 1% */
  assert_true(science_ks_normal(x, NORMALS, 0.0, 1.05) > threshold); /* planted: a deviation off by 5% */
  free(x);
}

/* The smallest uniform, 2^-33, gives the radius 6.764. Near 1 the radius must be a number. */
static void normals_are_below_their_stated_bound(void **unused) {
  (void)unused;
  double largest = 0.0;
  for (uint32_t low = 0; low < 4096; low++)
    for (uint32_t turn = 0; turn < 16; turn++) {
      lane a, b, c, d;
      random_normal_pair(lane_splat_uint(low), lane_splat_uint(turn << 28), &a, &b);
      random_normal_pair(lane_splat_uint(~low), lane_splat_uint(turn << 28), &c, &d);
      assert_true(fabsf(a[0]) < 6.77f && fabsf(b[0]) < 6.77f && fabsf(c[0]) < 0.01f && fabsf(d[0]) < 0.01f);
      largest = fmax(largest, fmax(fabs((double)a[0]), fabs((double)b[0])));
    }
  assert_true(largest > 6.76);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_are_the_published_answers_on_every_lane),
      cmocka_unit_test(counter_words_are_draw_purpose_id_low_id_high),
      cmocka_unit_test(lanes_agree_with_chains_drawn_alone),
      cmocka_unit_test(normals_have_the_moments_of_the_normal_law),
      cmocka_unit_test(normals_pass_kolmogorov_and_smirnov),
      cmocka_unit_test(normals_are_below_their_stated_bound),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
