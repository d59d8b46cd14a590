/* SPDX-License-Identifier: Apache-2.0 */
/* The job, one plain struct with all that a kernel needs to know, and the layout of the counts. */
#ifndef SEAM_JOB_H
#define SEAM_JOB_H

#include <stdint.h>

#include "component/list.h"

/* Raised by every change that alters exact results. Results of another revision are never merged with ours. */
enum { ARITHMETIC_REVISION = 2 };

enum { TEST_VOLTAGES = 17, PROBES = 64, MAX_SAMPLES = 64, MAX_SNAPSHOTS = 34, WIDTH_BINS = 256, SLACK_STEPS = 64 };

/* A prediction cuts both its sides into INTERFACE_BLOCKS blocks, whose scatter gives the errors. The histogram of pairs
 * has PAIR_BLOCKS blocks, FINE_BLOCKS of them in each block of the others. A first component belongs to block id mod
 * INTERFACE_BLOCKS, or id mod PAIR_BLOCKS. */
enum { INTERFACE_BLOCKS = 16, PAIR_BLOCKS = 64, FINE_BLOCKS = PAIR_BLOCKS / INTERFACE_BLOCKS };
enum { MAX_CELLS = 4096, CELL_BLOCK = 8 };

/* Under the Gibbs law the weight of a pair is a product of two factors, one for each level. Each factor is rounded to a
 * multiple of 2^-WEIGHT_BITS, and the unit of the counts is 2^-PAIR_BITS of a pair. */
enum { WEIGHT_BITS = 23, PAIR_BITS = 20 };

enum optimizer_kind { OPTIMIZER_SGD, OPTIMIZER_ADAM, OPTIMIZER_LANGEVIN, OPTIMIZERS };

/* Exact arithmetic is the same to the bit everywhere. Fast exists on CUDA only: it trains with approximate
 * instructions. */
enum math_mode { MATH_EXACT, MATH_FAST, MATH_MODES };

/* The second counter word of every random draw (promise 2). */
enum purpose {
  PURPOSE_FIRST,          /* theta1 from the prior; draw d holds parameters 4d ... 4d + 3 */
  PURPOSE_SECOND,         /* theta2 likewise */
  PURPOSE_NOISE,          /* draw step·samples + pair: words 0 and 1 are input noise, 2 and 3 interface noise */
  PURPOSE_LANGEVIN_FIRST, /* draw step·ceil(parameters/4) + j/4 */
  PURPOSE_LANGEVIN_SECOND,
  PURPOSE_PREDICT_FIRST, /* theta1 of a prediction, by chain id; as PURPOSE_FIRST */
  PURPOSE_PREDICT_SECOND /* theta2 of a prediction, by number of the draw */
};

/* The counts begin with a cell for each outcome: how many chains had it, or in a prediction how many pairs. The
 * histograms follow. */
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
  HISTOGRAM_INTERCHANGE, /* [same mode][distance][fits], one entry for chains 2k and 2k + 1 if both pass */

  /* Predictions alone have these; their HISTOGRAM_INTERFACE counts pairs. The mode is buffer or inverter. */
  HISTOGRAM_COMPONENTS,    /* [within][u0][u1], of theta1; within: u lies in the range at every test voltage */
  HISTOGRAM_FIRST_BLOCKS,  /* [mode][u0][u1][block of theta1], pairs that work */
  HISTOGRAM_SECOND_BLOCKS, /* [mode][u0][u1][block of theta2] */
  HISTOGRAM_PAIRS,         /* [mode][block of theta1][block of theta2] */
  HISTOGRAM_SWAPS,         /* [block][same mode][distance][fits], as HISTOGRAM_INTERCHANGE, but for untrained pairs */
  HISTOGRAMS
};

/* Two chains swap their second components. Of the two new chains 0, 1 or 2 work. */
enum { INTERCHANGE_FITS = 3 };

/* The axes of measured values. Bins are equally wide. Bin 0 is the underflow, bin bins + 1 the overflow. */
enum axis_id {
  AXIS_INTERFACE,      /* `bins` over `range` */
  AXIS_COARSE,         /* 64 over `range` */
  AXIS_RESPONSE,       /* 256 over [-0.5, 1.5] */
  AXIS_LOSS,           /* 280 over [-12, 2], of log10 L */
  AXIS_SELECTION_LOSS, /* 10 over [-8, 2], of log10 L */
  AXIS_WIDTH,          /* WIDTH_BINS over `width-range` */
  AXIS_SLACK,          /* SLACK_STEPS over `slack-range`; its edges are the distances that are tried */
  AXIS_DISTANCE,       /* 64 over [0, 2], of max(|u0 - u0'|, |u1 - u1'|) */
  AXIS_CELL,           /* `cells` over `range`, of u in a prediction */
  AXES
};

/* Bin i holds edges[i] <= x < edges[i + 1]. There are bins + 1 edges: lower + i·(upper - lower)/bins, computed in
 * double and rounded to float. `scale` is bins/(upper - lower), and serves only to guess the bin. */
struct axis {
  const float *edges;
  float scale;
  int32_t bins;
};

/* Adam's beta1 and beta2. */
#define ADAM_MEAN_DECAY   0.9f
#define ADAM_SQUARE_DECAY 0.999f

/* The factors of update t = 1, 2, ... of Adam: lr·(1 - beta1)/(1 - beta1^t) and sqrt((1 - beta2)/(1 - beta2^t)). */
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
  float target[2][2];                 /* [level][lower, upper]: the loss is 0 in between; both are X for mse */
  float loss_scale;                   /* 1/S */
  float input_noise, interface_noise; /* standard deviations, V */
  float learning_rate;
  float inverse_beta;            /* langevin: lr/beta */
  float langevin_noise;          /* sqrt(2·lr/beta) */
  const struct adam_scale *adam; /* adam: entry min(step, adam_entries - 1) */
  uint32_t adam_entries;

  /* Observation. */
  float test[2 * TEST_VOLTAGES]; /* V, level 0 then level 1; the middle one of a level is the level itself */
  float probe[PROBES];           /* V */
  float accept[2][2];            /* [level][lower, upper] of API3 */
  int32_t snapshot_count;        /* 0 if snapshots are not counted */
  uint32_t snapshot_steps[MAX_SNAPSHOTS];

  /* Prediction. */
  uint64_t draws;        /* of theta2 */
  float weight_exponent; /* Gibbs law: -beta/S·log2(e), S = 2 */
  int32_t stride;        /* rows of a level in the table of pairs: the cells, rounded up to a multiple of CELL_BLOCK */
  const float *centre;   /* V, [stride]: the centre of each cell */
  int32_t common_cell;   /* counted from 1; every first component in the range hits it at level 0. 0 if none is known */

  /* Counting. */
  struct axis axes[AXES];
  int64_t offset[HISTOGRAMS]; /* first cell of each histogram, or -1 if it is not asked for */
  int64_t cells;              /* how many counts there are in all, outcomes included */
};

#endif
