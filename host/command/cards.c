/* SPDX-License-Identifier: Apache-2.0 */
/* Samples clock and power of one or several cards while they work, and returns the mean clock and the total power. */
#include "command/cards.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "command/common/statistics.h"
#include "command/nvml.h"

/* NVML averages power over the last second, so samples of the first second would include idle time. */
static const double power_is_known_after = 1.0;

void cards_add(struct cards *cards, const seam_device *device, const char *library) {
  if (cards->count == MOST_CARDS) return;
  struct nvml *nvml = nvml_open(library, device->bus);
  double clock = nvml ? nvml_greatest_clock(nvml) : NAN;
  if (isnan(clock) && device->clock_khz > 0) clock = device->clock_khz / 1e3;
  bool same = cards->count == 0 || cards->compute_capability == device->compute_capability;
  cards->compute_capability = same ? device->compute_capability : 0;
  cards->multiprocessors += device->multiprocessors;
  cards->nvml[cards->count++] = nvml;
  cards->greatest_clock += (clock - cards->greatest_clock) / cards->count;
}

void cards_open(struct cards *cards, const char *device) {
  seam_device *devices = calloc(MOST_CARDS, sizeof *devices);
  size_t count = devices ? seam_devices(devices, MOST_CARDS) : 0;
  for (size_t i = 0; i < count && i < MOST_CARDS; i++) {
    bool meant = !strcmp(device, "all") || atoi(device) == devices[i].index;
    if (meant && !strcmp(devices[i].backend, "cuda")) cards_add(cards, &devices[i], NULL);
  }
  free(devices);
}

void cards_close(struct cards *cards) {
  for (int i = 0; i < cards->count; i++) nvml_close(cards->nvml[i]);
}

static void series_add(struct series *series, double value) {
  if (!isnan(value)) series->values[series->count++ % MOST_SAMPLES] = value;
}

static double series_median(const struct series *series) {
  double sorted[MOST_SAMPLES];
  size_t count = series->count < MOST_SAMPLES ? series->count : MOST_SAMPLES;
  memcpy(sorted, series->values, count * sizeof *sorted);
  return count > 0 ? median(sorted, count) : NAN;
}

/* If one card gives no value, the value of all cards is unknown. */
void cards_sample(struct cards *cards, double seconds) {
  double clock = 0, power = 0;
  for (int i = 0; i < cards->count; i++) {
    const struct nvml *nvml = cards->nvml[i];
    clock += nvml ? nvml_clock(nvml) / cards->count : NAN;
    power += nvml ? nvml_power(nvml) : NAN;
  }
  if (cards->count == 0) return;
  series_add(&cards->clocks, clock);
  if (seconds >= power_is_known_after) series_add(&cards->powers, power);
}

double cards_clock(const struct cards *cards) { return series_median(&cards->clocks); }
double cards_power(const struct cards *cards) { return series_median(&cards->powers); }
