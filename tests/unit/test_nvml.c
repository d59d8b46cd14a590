/* SPDX-License-Identifier: Apache-2.0 */
/* Clock and power are those that the management library tells, or unknown if it is missing or fails. shim/nvidia_ml.c
 * plays its part. */
#include <dlfcn.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "command/cards.h"
#include "command/nvml.h"

static const char first_bus[] = "0000:17:00.0", second_bus[] = "0000:18:00.0";

static int working(void **state) {
  (void)state;
  return unsetenv("FAKE_NVML_FAIL");
}

static void a_card_tells_clock_and_power(void **state) {
  (void)state;
  struct nvml *nvml = nvml_open(FAKE_NVML, first_bus);
  assert_non_null(nvml);
  assert_true(nvml_clock(nvml) == 1755);
  assert_true(nvml_greatest_clock(nvml) == 1980);
  assert_true(nvml_power(nvml) == 512.25);
  nvml_close(nvml);
}

static void cards_are_told_apart_by_their_bus(void **state) {
  (void)state;
  struct nvml *first = nvml_open(FAKE_NVML, first_bus), *second = nvml_open(FAKE_NVML, second_bus);
  assert_non_null(first);
  assert_non_null(second);
  assert_true(nvml_clock(second) == 1655);
  nvml_close(second);
  assert_true(nvml_clock(first) == 1755); /* closing one card keeps the library in use */
  nvml_close(first);
}

static void a_missing_library_function_or_card_opens_nothing(void **state) {
  (void)state;
  assert_null(nvml_open("libnothing-of-this-name.so.1", first_bus));
  assert_null(nvml_open("libm.so.6", first_bus)); /* this library exists, but has none of NVML's functions */
  assert_null(nvml_open(FAKE_NVML, "0000:99:00.0"));
  assert_null(nvml_open(FAKE_NVML, ""));
  setenv("FAKE_NVML_FAIL", "nvmlInit_v2", 1);
  assert_null(nvml_open(FAKE_NVML, first_bus));
  nvml_close(NULL);
}

static void what_a_failed_call_would_tell_is_unknown(void **state) {
  (void)state;
  struct nvml *nvml = nvml_open(FAKE_NVML, first_bus);
  setenv("FAKE_NVML_FAIL", "nvmlDeviceGetClockInfo", 1);
  assert_true(isnan(nvml_clock(nvml)) && nvml_power(nvml) == 512.25);
  setenv("FAKE_NVML_FAIL", "nvmlDeviceGetMaxClockInfo", 1);
  assert_true(isnan(nvml_greatest_clock(nvml)) && nvml_clock(nvml) == 1755);
  setenv("FAKE_NVML_FAIL", "nvmlDeviceGetPowerUsage", 1);
  assert_true(isnan(nvml_power(nvml)) && nvml_greatest_clock(nvml) == 1980);
  nvml_close(nvml);
}

static void every_session_is_closed(void **state) {
  (void)state;
  int (*sessions)(void);
  void *library = dlopen(FAKE_NVML, RTLD_NOW); /* keeps the library loaded, so that its count of sessions stays */
  assert_non_null(library);
  *(void **)&sessions = dlsym(library, "fake_nvml_sessions");
  struct nvml *nvml = nvml_open(FAKE_NVML, first_bus);
  assert_int_equal(sessions(), 1);
  nvml_close(nvml);
  assert_int_equal(sessions(), 0);
  assert_null(nvml_open(FAKE_NVML, "0000:99:00.0"));
  assert_int_equal(sessions(), 0);
  dlclose(library);
}

/* ---- Several cards as one ---- */

static seam_device device_at(const char *bus, int compute_capability) {
  seam_device device = {
      .backend = "cuda", .compute_capability = compute_capability, .multiprocessors = 100, .clock_khz = 1700000};
  strcpy(device.bus, bus);
  return device;
}

static void add(struct cards *cards, const char *bus, int compute_capability) {
  seam_device device = device_at(bus, compute_capability);
  cards_add(cards, &device, FAKE_NVML);
}

static struct cards *no_cards(void) {
  struct cards *cards = calloc(1, sizeof *cards);
  assert_non_null(cards);
  return cards;
}

static void discard(struct cards *cards) {
  cards_close(cards);
  free(cards);
}

static void cards_add_up(void **state) {
  (void)state;
  struct cards *cards = no_cards();
  add(cards, first_bus, 90);
  add(cards, second_bus, 90);
  assert_int_equal(cards->count, 2);
  assert_int_equal(cards->multiprocessors, 200);
  assert_int_equal(cards->compute_capability, 90);
  assert_true(cards->greatest_clock == 1980);
  cards_sample(cards, 1.5);
  assert_true(cards_clock(cards) == 1705);
  assert_true(cards_power(cards) == 812.25);
  add(cards, first_bus, 80);
  assert_int_equal(cards->compute_capability, 0);
  discard(cards);
}

/* Power is an average over one second, so a sample from before a second of work must not count. */
static void power_waits_for_a_second_of_work(void **state) {
  (void)state;
  struct cards *cards = no_cards();
  add(cards, first_bus, 90);
  cards_sample(cards, 0.9);
  assert_true(cards_clock(cards) == 1755);
  assert_true(isnan(cards_power(cards)));
  cards_sample(cards, 1.0);
  assert_true(cards_power(cards) == 512.25);
  discard(cards);
}

static void one_card_without_power_makes_the_sum_unknown(void **state) {
  (void)state;
  struct cards *cards = no_cards();
  add(cards, first_bus, 90);
  add(cards, "0000:99:00.0", 90);
  cards_sample(cards, 2);
  assert_true(isnan(cards_clock(cards)) && isnan(cards_power(cards)));
  assert_true(cards->greatest_clock ==
              (1980 + 1700) / 2.0); /* the first from NVML, the second from CUDA because NVML does not tell it */
  discard(cards);
}

static void without_cards_nothing_is_known(void **state) {
  (void)state;
  struct cards *cards = no_cards();
  cards_sample(cards, 2);
  assert_true(isnan(cards_clock(cards)) && isnan(cards_power(cards)));
  cards_open(cards, "1023");
  assert_int_equal(cards->count, 0);
  discard(cards);
}

static void the_latest_samples_count(void **state) {
  (void)state;
  struct cards *cards = no_cards();
  add(cards, second_bus, 90);
  for (int i = 0; i < 1000; i++) cards_sample(cards, 2);
  assert_true(cards_clock(cards) == 1655);
  nvml_close(cards->nvml[0]);
  cards->nvml[0] = nvml_open(FAKE_NVML, first_bus);
  for (int i = 0; i < MOST_SAMPLES; i++) cards_sample(cards, 2);
  assert_true(cards_clock(cards) == 1755 && cards_power(cards) == 512.25);
  discard(cards);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(a_card_tells_clock_and_power, working),
      cmocka_unit_test_setup(cards_are_told_apart_by_their_bus, working),
      cmocka_unit_test_setup(a_missing_library_function_or_card_opens_nothing, working),
      cmocka_unit_test_setup(what_a_failed_call_would_tell_is_unknown, working),
      cmocka_unit_test_setup(every_session_is_closed, working),
      cmocka_unit_test_setup(cards_add_up, working),
      cmocka_unit_test_setup(power_waits_for_a_second_of_work, working),
      cmocka_unit_test_setup(one_card_without_power_makes_the_sum_unknown, working),
      cmocka_unit_test_setup(without_cards_nothing_is_known, working),
      cmocka_unit_test_setup(the_latest_samples_count, working),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
