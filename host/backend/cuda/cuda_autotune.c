/* SPDX-License-Identifier: Apache-2.0 */
/* Measures the launch shapes of training and chooses the fastest.
 *
 * Each shape is tried a few times, in turn, so that a drifting clock favours none. The least time of a shape counts,
 * because a disturbance can only make a measurement longer. */
#include "backend/cuda/cuda_autotune.h"

#include <math.h>
#include <string.h>

#include "kernels/cuda/cuda.h"

enum {
  TRIALS = 3,             /* measurements of each shape */
  MOST_SLICES = 64,       /* recorded slices after which the search ends; a run of short slices never measures enough */
  GROWTH = 8,             /* a slice is at most this many times as long as the longest before */
  LONGEST_SLICE = 1 << 20 /* steps */
};

/* A slice that takes less than this share of the target measures the launch more than the steps. */
#define LEAST_SHARE 0.1

/* Runs use the first shape until they have measured. */
static const uint32_t threads_of_shape[AUTOTUNE_SHAPES] = {CUDA_TRAIN_THREADS, CUDA_TRAIN_THREADS / 2,
                                                           CUDA_TRAIN_THREADS / 4};

void autotune_begin(struct cuda_autotune *tuning, uint32_t steps, bool fixed, double target) {
  *tuning = (struct cuda_autotune){.target = target, .fixed = fixed, .steps = steps};
}

static int fewest_trials(const struct cuda_autotune *tuning) {
  int fewest = 0;
  for (int s = 1; s < AUTOTUNE_SHAPES; s++)
    if (tuning->shapes[s].trials < tuning->shapes[fewest].trials) fewest = s;
  return fewest;
}

static int fastest(const struct cuda_autotune *tuning) {
  int best = 0;
  for (int s = 1; s < AUTOTUNE_SHAPES; s++) {
    const struct autotune_cost *cost = &tuning->shapes[s], *least = &tuning->shapes[best];
    if (cost->trials && (!least->trials || cost->milliseconds < least->milliseconds)) best = s;
  }
  return best;
}

static bool settled(const struct cuda_autotune *tuning) {
  return tuning->slices >= MOST_SLICES || tuning->shapes[fewest_trials(tuning)].trials >= TRIALS;
}

/* The milliseconds that a step takes, or 0 if that is unknown. A batch smaller than the largest is expected to take as
 * long, because it may leave multiprocessors idle. */
static double step_cost(const struct cuda_autotune *tuning, uint32_t chains) {
  const struct autotune_cost *best = &tuning->shapes[fastest(tuning)];
  double cost = settled(tuning) && best->trials ? best->milliseconds : tuning->latest;
  return cost * (chains > tuning->chains ? chains : tuning->chains);
}

/* As many steps as the target allows. The time of a short slice says too little about a much longer one, so slices grow
 * by GROWTH at most. */
static uint32_t slice_steps(const struct cuda_autotune *tuning, double cost) {
  if (tuning->fixed || cost <= 0) return tuning->steps;
  double most = fmin((double)GROWTH * tuning->longest, LONGEST_SLICE);
  return (uint32_t)fmax(fmin(tuning->target / cost, most), 1);
}

/* A slice is measured, alone on the device, if its time may count or lets the next slice be longer. */
static bool must_measure(const struct cuda_autotune *tuning, uint32_t chains, uint32_t steps, double cost) {
  if (settled(tuning) || chains < tuning->chains) return false;
  bool longer = !tuning->fixed && steps / GROWTH >= tuning->longest;
  return cost <= 0 || longer || cost * steps >= tuning->target * LEAST_SHARE;
}

struct autotune_choice autotune_next(const struct cuda_autotune *tuning, uint32_t chains, uint32_t left) {
  double cost = step_cost(tuning, chains);
  uint32_t steps = slice_steps(tuning, cost);
  if (steps > left) steps = left;
  bool measured = must_measure(tuning, chains, steps, cost);
  int shape = measured ? fewest_trials(tuning) : fastest(tuning);
  return (struct autotune_choice){shape, threads_of_shape[shape], steps, measured};
}

/* Forgets the measurements of smaller batches: in a larger batch the step of a chain takes less time. */
static void forget_smaller(struct cuda_autotune *tuning, uint32_t chains) {
  tuning->chains = chains;
  tuning->longest = 0;
  memset(tuning->shapes, 0, sizeof tuning->shapes);
}

void autotune_record(struct cuda_autotune *tuning, struct autotune_choice choice, uint32_t chains,
                     double milliseconds) {
  tuning->slices++;
  if (!isfinite(milliseconds) || milliseconds <= 0 || chains < tuning->chains) return;
  if (chains > tuning->chains) forget_smaller(tuning, chains);
  if (choice.steps > tuning->longest) tuning->longest = choice.steps;
  tuning->latest = milliseconds / ((double)chains * choice.steps);
  if (milliseconds < tuning->target * LEAST_SHARE) return;
  struct autotune_cost *cost = &tuning->shapes[choice.shape];
  if (cost->trials++ == 0 || tuning->latest < cost->milliseconds) cost->milliseconds = tuning->latest;
}
