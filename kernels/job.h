/* SPDX-License-Identifier: Apache-2.0 */
/* Everything a kernel is told, in one plain struct, and the layout of the counts that it adds to. */
#ifndef SEAM_JOB_H
#define SEAM_JOB_H

#include <stdint.h>

#include "component/list.h"

/* Raised whenever a change alters exact results; results of another revision are never joined with ours. */
enum { ARITHMETIC_REVISION = 2 };

enum { TEST_VOLTAGES = 17, PROBES = 64, MAX_SAMPLES = 64, MAX_SNAPSHOTS = 34, SLACK_STEPS = 64 };

/* Of a prediction: both sides are cut into so many blocks, whose scatter tells its errors, and theta2 once more into
 * blocks of the table of pairs, FINE_BLOCKS of them a block. Chain id belongs to block id mod BLOCKS. */
enum { INTERFACE_BLOCKS = 16, PAIR_BLOCKS = 64, FINE_BLOCKS = PAIR_BLOCKS / INTERFACE_BLOCKS };
enum { MAX_CELLS = 4096, CELL_BLOCK = 8 };

/* Under the Gibbs law each level's share in the weight of a pair is rounded to units of 2^-WEIGHT_BITS, and what
 * counts in place of a pair is 2^-PAIR_BITS of one. */
enum { WEIGHT_BITS = 23, PAIR_BITS = 20 };

enum optimizer_kind { OPTIMIZER_SGD, OPTIMIZER_ADAM, OPTIMIZER_LANGEVIN, OPTIMIZERS };

/* Exact arithmetic is the same to the bit everywhere; fast, on CUDA alone, trains with the GPU's approximations. */
enum math_mode { MATH_EXACT, MATH_FAST, MATH_MODES };

/* Second counter word of every random draw (promise 2). */
enum purpose {
  PURPOSE_FIRST,          /* theta1 from the prior; draw j/4 holds parameters j */
  PURPOSE_SECOND,         /* theta2 likewise */
  PURPOSE_NOISE,          /* draw step·samples + pair: words 0, 1 input noise, words 2, 3 interface noise */
  PURPOSE_LANGEVIN_FIRST, /* draw step·ceil(parameters/4) + j/4 */
  PURPOSE_LANGEVIN_SECOND,
  PURPOSE_CENSUS_FIRST, /* theta1 of a prediction, by chain id; as PURPOSE_FIRST */
  PURPOSE_CENSUS_SECOND /* theta2 of a prediction, by number of the draw */
};

/* The first cells of the counts: how many chains (of a prediction: pairs) had each outcome. Then the histograms. */
enum outcome { OUTCOME_BUFFER, OUTCOME_INVERTER, OUTCOME_FAIL, OUTCOME_DIVERGED, OUTCOMES };
enum { HISTOGRAM_OUTCOMES = 3, HISTOGRAM_MODES = 2 };

enum histogram_id {
  HISTOGRAM_INTERFACE,   /* [outcome][u0][u1] */
  HISTOGRAM_MAPPING,     /* [outcome][probe][u] */
  HISTOGRAM_RESPONSE,    /* [outcome][probe][y] */
  HISTOGRAM_LOSS,        /* [outcome][log10 L] */
  HISTOGRAM_WIDTH,       /* [outcome][level][width] */
  HISTOGRAM_SLACK,       /* [outcome][level][slack] */
  HISTOGRAM_SELECTION,   /* [outcome][log10 L][u0][u1] */
  HISTOGRAM_SNAPSHOTS,   /* [step][works][u0][u1] */
  HISTOGRAM_INTERCHANGE, /* [same mode][distance][fits], one entry for a pair of chains 2k and 2k + 1 that both pass */

  /* Of predictions, as is HISTOGRAM_INTERFACE of pairs; mode is buffer or inverter. */
  HISTOGRAM_COMPONENTS,    /* [within][u0][u1], of theta1; within: every test voltage's u lies in the range */
  HISTOGRAM_FIRST_BLOCKS,  /* [mode][u0][u1][block of theta1], of pairs that work */
  HISTOGRAM_SECOND_BLOCKS, /* [mode][u0][u1][block of theta2] */
  HISTOGRAM_PAIRS,         /* [mode][block of theta1][block of theta2] */
  HISTOGRAM_SWAPS,         /* [block][same mode][distance][fits], as HISTOGRAM_INTERCHANGE but of untrained pairs */
  HISTOGRAMS
};

/* Of the two chains that a pair makes by swapping its second components, 0, 1 or 2 work. */
enum { INTERCHANGE_FITS = 3 };

/* Regular axes that values are binned on; all have an underflow bin 0 and an overflow bin bins + 1. */
enum axis_id {
  AXIS_INTERFACE,      /* `bins` over `range` */
  AXIS_COARSE,         /* 64 over `range` */
  AXIS_RESPONSE,       /* 256 over [-0.5, 1.5] */
  AXIS_LOSS,           /* 280 over [-12, 2], of log10 L */
  AXIS_SELECTION_LOSS, /* 10 over [-8, 2], of log10 L */
  AXIS_WIDTH,          /* 256 over [0, 2] */
  AXIS_SLACK,          /* 64 over [0, 1] */
  AXIS_DISTANCE,       /* 64 over [0, 2], of max(|u0 - u0'|, |u1 - u1'|) */
  AXIS_CELL,           /* `cells` over `range`, of u in a prediction */
  AXES
};

/* Bin i holds edges[i] <= x < edges[i + 1]; edges has bins + 1 entries, each lower + i·(upper - lower)/bins computed in
 * double and rounded to float. `scale` = bins/(upper - lower) only guesses the bin. */
struct axis {
  const float *edges;
  float scale;
  int32_t bins;
};

/* Adam's beta1 and beta2. */
#define ADAM_MEAN_DECAY   0.9f
#define ADAM_SQUARE_DECAY 0.999f

/* For one update t = 1, 2, ... of Adam: lr·(1 - beta1)/(1 - beta1^t) and sqrt((1 - beta2)/(1 - beta2^t)). */
struct adam_scale {
  float step;
  float root;
};

struct job {
  uint64_t seed;

  int32_t first, second; /* enum component_kind */
  int32_t optimizer;     /* enum optimizer_kind */
  float init_scale;

  /* Training. */
  uint32_t steps;
  int32_t voltages;                   /* S = 2·samples; the first half is level 0 */
  float training[2 * MAX_SAMPLES];    /* V, level 0 then level 1 */
  float target[2][2];                 /* [level][lower, upper]: where the loss is 0; mse has both at X */
  float loss_scale;                   /* 1/S */
  float input_noise, interface_noise; /* standard deviations, V */
  float learning_rate;
  float inverse_beta;            /* langevin: lr/beta */
  float langevin_noise;          /* sqrt(2·lr/beta) */
  const struct adam_scale *adam; /* adam: entry min(step, adam_entries - 1) */
  uint32_t adam_entries;

  /* Observation. */
  float test[2 * TEST_VOLTAGES]; /* V, level 0 then level 1; the middle one of each is the level itself */
  float probe[PROBES];           /* V */
  float accept[2][2];            /* [level][lower, upper] of API3 */
  int32_t snapshot_count;        /* 0 where snapshots are not counted */
  uint32_t snapshot_steps[MAX_SNAPSHOTS];

  /* Prediction. */
  uint64_t draws;        /* of theta2 */
  float weight_exponent; /* Gibbs law: -beta/S·log2(e), S = 2 */
  int32_t stride;        /* `cells` up to a multiple of CELL_BLOCK: the rows of a level in the table of pairs */
  const float *centre;   /* V: of each cell, `stride` of them */
  int32_t common_cell;   /* counted from 1: every first component in the range hits it at level 0; 0: none is known */

  /* Where things are counted. */
  struct axis axes[AXES];
  int64_t offset[HISTOGRAMS]; /* first cell of each histogram, or -1 where it is not asked for */
  int64_t cells;              /* of all counts, outcomes included */
};

#endif
