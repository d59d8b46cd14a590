/* SPDX-License-Identifier: Apache-2.0 */
/* Samples clock and power of the cards of a measurement. */
#ifndef SEAM_CARDS_H
#define SEAM_CARDS_H

#include <stddef.h>

#include "command/nvml.h"
#include "seam.h"

enum { MOST_CARDS = 64, MOST_SAMPLES = 4096 };

/* The last MOST_SAMPLES values. */
struct series {
  size_t count; /* of all values so far */
  double values[MOST_SAMPLES];
};

struct cards {
  int count;
  int multiprocessors;    /* of all cards together */
  int compute_capability; /* 0 if it is unknown or the cards differ */
  double greatest_clock;  /* MHz, the mean of the cards; NAN if unknown */
  struct nvml *nvml[MOST_CARDS];
  struct series clocks, powers;
};

/* Opens the cards of --device: a number or all. The caller sets `cards` to zero before. */
void cards_open(struct cards *cards, const char *device);
void cards_close(struct cards *cards);

/* Adds a card; nvml_open explains `library`. */
void cards_add(struct cards *cards, const seam_device *device, const char *library);

/* Takes a sample. `seconds` is how long the cards have worked without a break. */
void cards_sample(struct cards *cards, double seconds);

/* Medians of the samples, or NAN if there are none: the mean clock in MHz, and the total power in W. */
double cards_clock(const struct cards *cards);
double cards_power(const struct cards *cards);

#endif
