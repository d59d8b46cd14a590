/* SPDX-License-Identifier: Apache-2.0 */
/* The cards that a measurement trains on: what they are, and their clock and power while they work. */
#ifndef SEAM_CARDS_H
#define SEAM_CARDS_H

#include <stddef.h>

#include "command/nvml.h"
#include "seam.h"

enum { MOST_CARDS = 64, MOST_SAMPLES = 4096 };

/* The latest MOST_SAMPLES of the values given. */
struct series {
  size_t count; /* of all that were given */
  double values[MOST_SAMPLES];
};

struct cards {
  int count;
  int multiprocessors;    /* of all cards together */
  int compute_capability; /* 0 where it is unknown or the cards differ */
  double greatest_clock;  /* MHz, the mean of the cards; NAN where unknown */
  struct nvml *nvml[MOST_CARDS];
  struct series clocks, powers;
};

/* The cards that the option --device means: a number, or all. `cards` is zeroed by the caller. */
void cards_open(struct cards *cards, const char *device);
void cards_close(struct cards *cards);

/* Adds one card; `library` as nvml_open has it. */
void cards_add(struct cards *cards, const seam_device *device, const char *library);

/* Asks the cards, which have worked without a break for so many seconds. */
void cards_sample(struct cards *cards, double seconds);

/* Medians of the samples, NAN without any: MHz, the mean of the cards; W, their sum. */
double cards_clock(const struct cards *cards);
double cards_power(const struct cards *cards);

#endif
