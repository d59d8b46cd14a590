/* SPDX-License-Identifier: Apache-2.0 */
/* Each shape is tried a few times, by turns, so that a clock that drifts favours none. The least time counts: whatever
 * disturbs a measurement makes it longer. */
#include "backend/cuda/cuda_autotune.h"

#include <math.h>
#include <string.h>

#include "kernels/cuda/cuda.h"

enum {
  TRIALS = 3,             /* of each shape */
  MOST_SLICES = 64,       /* recorded before what is known must do: a run of short slices never tells more */
  GROWTH = 8,             /* of a slice over the longest before */
  LONGEST_SLICE = 1 << 20 /* steps */
};

/* Of the target, below which a slice tells more of the launch than of the steps. */
#define LEAST_SHARE 0.1

/* The first is what runs while nothing is known. */
static const uint32_t threads_of_shape[TUNING_SHAPES] = {CUDA_TRAIN_THREADS, CUDA_TRAIN_THREADS / 2,
                                                         CUDA_TRAIN_THREADS / 4};

void tuning_begin(struct cuda_tuning *tuning, uint32_t steps, bool fixed, double target) {
  *tuning = (struct cuda_tuning){.target = target, .fixed = fixed, .steps = steps};
}

static int fewest_trials(const struct cuda_tuning *tuning) {
  int fewest = 0;
  for (int s = 1; s < TUNING_SHAPES; s++)
    if (tuning->shapes[s].trials < tuning->shapes[fewest].trials) fewest = s;
  return fewest;
}

static int fastest(const struct cuda_tuning *tuning) {
  int best = 0;
  for (int s = 1; s < TUNING_SHAPES; s++) {
    const struct tuning_cost *cost = &tuning->shapes[s], *least = &tuning->shapes[best];
    if (cost->trials && (!least->trials || cost->milliseconds < least->milliseconds)) best = s;
  }
  return best;
}

static bool settled(const struct cuda_tuning *tuning) {
  return tuning->slices >= MOST_SLICES || tuning->shapes[fewest_trials(tuning)].trials >= TRIALS;
}

/* What a step costs, in milliseconds, 0 while that is unknown. A smaller batch than the largest is taken to be as slow:
 * it may leave multiprocessors idle. */
static double step_cost(const struct cuda_tuning *tuning, uint32_t chains) {
  const struct tuning_cost *best = &tuning->shapes[fastest(tuning)];
  double cost = settled(tuning) && best->trials ? best->milliseconds : tuning->latest;
  return cost * (chains > tuning->chains ? chains : tuning->chains);
}

/* As many steps as the target allows. A slice much longer than any before would trust a short one's time too far. */
static uint32_t slice_steps(const struct cuda_tuning *tuning, double cost) {
  if (tuning->fixed || cost <= 0) return tuning->steps;
  double most = fmin((double)GROWTH * tuning->longest, LONGEST_SLICE);
  return (uint32_t)fmax(fmin(tuning->target / cost, most), 1);
}

/* A slice is worth having the device alone if its time may count, or lets the next be longer. */
static bool worth_measuring(const struct cuda_tuning *tuning, uint32_t chains, uint32_t steps, double cost) {
  if (settled(tuning) || chains < tuning->chains) return false;
  bool longer = !tuning->fixed && steps / GROWTH >= tuning->longest;
  return cost <= 0 || longer || cost * steps >= tuning->target * LEAST_SHARE;
}

struct tuning_choice tuning_next(const struct cuda_tuning *tuning, uint32_t chains, uint32_t left) {
  double cost = step_cost(tuning, chains);
  uint32_t steps = slice_steps(tuning, cost);
  if (steps > left) steps = left;
  bool measured = worth_measuring(tuning, chains, steps, cost);
  int shape = measured ? fewest_trials(tuning) : fastest(tuning);
  return (struct tuning_choice){shape, threads_of_shape[shape], steps, measured};
}

/* A larger batch than all before makes those before worthless: its chain-steps cost less. */
static void begin_anew(struct cuda_tuning *tuning, uint32_t chains) {
  tuning->chains = chains;
  tuning->longest = 0;
  memset(tuning->shapes, 0, sizeof tuning->shapes);
}

void tuning_record(struct cuda_tuning *tuning, struct tuning_choice choice, uint32_t chains, double milliseconds) {
  tuning->slices++;
  if (!isfinite(milliseconds) || milliseconds <= 0 || chains < tuning->chains) return;
  if (chains > tuning->chains) begin_anew(tuning, chains);
  if (choice.steps > tuning->longest) tuning->longest = choice.steps;
  tuning->latest = milliseconds / ((double)chains * choice.steps);
  if (milliseconds < tuning->target * LEAST_SHARE) return;
  struct tuning_cost *cost = &tuning->shapes[choice.shape];
  if (cost->trials++ == 0 || tuning->latest < cost->milliseconds) cost->milliseconds = tuning->latest;
}
