/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses, from the times of a run's own slices, how the training kernel is launched on one device: threads of a block
 * and steps of a slice. Nothing is trained for its sake, and no count depends on it. */
#ifndef SEAM_CUDA_AUTOTUNE_H
#define SEAM_CUDA_AUTOTUNE_H

#include <stdbool.h>
#include <stdint.h>

enum { TUNING_SHAPES = 3 };

/* How to launch a slice. */
struct tuning_choice {
  int shape; /* the candidate that this is */
  uint32_t threads, steps;
  bool measured; /* to be recorded, with no other slice on the device meanwhile */
};

struct tuning_cost {
  int trials;
  double milliseconds; /* for a step of a chain: the least of the trials */
};

struct cuda_tuning {
  double target;    /* milliseconds that a slice is to take */
  bool fixed;       /* the user has chosen the steps */
  uint32_t steps;   /* of a slice as long as nothing is known */
  int slices;       /* recorded until now */
  uint32_t chains;  /* of the largest batch recorded; smaller ones tell less and are left out */
  uint32_t longest; /* steps of the longest slice recorded for it */
  double latest;    /* milliseconds for a step of a chain, in the latest slice; 0 while nothing is known */
  struct tuning_cost shapes[TUNING_SHAPES];
};

/* Begins with slices of `steps`, at least 1, which stay where `fixed`. */
void tuning_begin(struct cuda_tuning *tuning, uint32_t steps, bool fixed, double target);

/* For the next slice of a batch of `chains` that must pause after `left` steps, at least 1. */
struct tuning_choice tuning_next(const struct cuda_tuning *tuning, uint32_t chains, uint32_t left);

/* A slice launched as chosen took that long. */
void tuning_record(struct cuda_tuning *tuning, struct tuning_choice choice, uint32_t chains, double milliseconds);

#endif
