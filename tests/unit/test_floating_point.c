/* SPDX-License-Identifier: Apache-2.0 */
/* A caller's rounding mode and flush-to-zero setting change no count, and are the same after a run. */
#include "base/floating_point.h"

#include "support/sample_result.h"

static seam_result *train(void) {
  static const char *const options[] = {"first",       "mlp4", "second", "buffer",  "chains",  "500",       "steps",
                                        "40",          "lr",   "0.05",   "threads", "2",       "optimizer", "adam",
                                        "input-noise", "0.1",  "bins",   "64",      "backend", "cpu",       NULL};
  return sample_train(options);
}

#if defined(__x86_64__)

enum { FLAGS = 0x3f }; /* flags of past exceptions, which a run may change */

static void a_caller_s_floating_point_state_changes_no_count_and_survives(void **unused) {
  (void)unused;
  static const unsigned states[] = {
      0x1f80 | 0x8040 | 0x4000, /* flush to zero, denormals are zero, round up */
      0x1f80 | 0x2000,          /* round down */
      0x1f80 | 0x6000,          /* towards zero */
  };
  seam_result *plain = train();
  for (size_t n = 0; n < sizeof states / sizeof *states; n++) {
    unsigned before = _mm_getcsr();
    _mm_setcsr(states[n]);
    seam_result *result = train();
    unsigned after = _mm_getcsr();
    _mm_setcsr(before);
    assert_int_equal(after & ~(unsigned)FLAGS, states[n] & ~(unsigned)FLAGS);
    assert_int_equal(plain->histograms->cells, result->histograms->cells);
    assert_memory_equal(plain->counts, result->counts, (size_t)plain->histograms->cells * sizeof *plain->counts);
    seam_result_free(result);
  }
  seam_result_free(plain);
}

#else

static void a_caller_s_floating_point_state_changes_no_count_and_survives(void **unused) {
  (void)unused;
  seam_result_free(train());
}

#endif

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_caller_s_floating_point_state_changes_no_count_and_survives),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
