/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses the threads of a block and the steps of a slice for the training kernel, from the times of the run's slices.
 *
 * It needs no extra training: it measures slices that the run trains anyway. No count depends on the choice. */
#ifndef SEAM_CUDA_AUTOTUNE_H
#define SEAM_CUDA_AUTOTUNE_H

#include <stdbool.h>
#include <stdint.h>

enum { AUTOTUNE_SHAPES = 3 };

/* How to launch a slice. */
struct autotune_choice {
  int shape; /* index of the launch shape */
  uint32_t threads, steps;
  bool measured; /* its time is to be recorded, and no other slice may run on the device meanwhile */
};

struct autotune_cost {
  int trials;
  double milliseconds; /* for one step of one chain: the least of the trials */
};

struct cuda_autotune {
  double target;    /* milliseconds that a slice should take */
  bool fixed;       /* the user has chosen the steps of a slice */
  uint32_t steps;   /* of a slice until a time is known */
  int slices;       /* recorded until now */
  uint32_t chains;  /* of the largest batch recorded; smaller batches are not recorded */
  uint32_t longest; /* steps of the longest slice recorded for that batch */
  double latest;    /* milliseconds for one step of one chain in the latest slice; 0 if unknown */
  struct autotune_cost shapes[AUTOTUNE_SHAPES];
};

/* Begins with slices of `steps` steps, at least 1. With `fixed` all slices have that many. */
void autotune_begin(struct cuda_autotune *tuning, uint32_t steps, bool fixed, double target);

/* How to launch the next slice of a batch of `chains` chains. It must pause after `left` steps, at least 1. */
struct autotune_choice autotune_next(const struct cuda_autotune *tuning, uint32_t chains, uint32_t left);

/* Records the time of a slice that was launched as `choice` says. */
void autotune_record(struct cuda_autotune *tuning, struct autotune_choice choice, uint32_t chains, double milliseconds);

#endif
