/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of a run: one struct, one table of options, text and JSON in and out. */
#ifndef SEAM_CONFIG_H
#define SEAM_CONFIG_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "kernels/job.h"

enum task_kind { TASK_TRAIN, TASK_PREDICT, TASK_GIBBS };
enum loss_kind { LOSS_MSE, LOSS_HINGE };
enum backend_choice { BACKEND_AUTO, BACKEND_CPU, BACKEND_CUDA };
enum isa_choice { ISA_AUTO, ISA_BASELINE, ISA_V3, ISA_V4, ISAS };

enum { CHOSEN_DEVICES = 64 };

struct device_choice {
  uint32_t count; /* 0: all there are */
  uint32_t index[CHOSEN_DEVICES];
};

/* Every so many seconds or every so many chains; never where both are 0. */
struct period {
  double seconds;
  uint64_t chains;
};

/* Part `index` of `count`, from 1 on. */
struct shard {
  uint64_t index, count;
};

struct seam_config {
  /* What is trained and counted: two results with these equal may be joined. */
  int32_t task;          /* enum task_kind */
  int32_t first, second; /* enum component_kind */
  uint64_t seed;
  uint64_t steps;
  int32_t optimizer; /* enum optimizer_kind */
  int32_t loss;      /* enum loss_kind */
  double lr;
  uint64_t samples; /* training voltages per level */
  double input_margin, output_margin;
  double input_noise, interface_noise;
  double init_scale;
  double beta;
  uint64_t bins;
  double range[2];
  uint64_t draws;      /* predictions: of theta2 */
  uint64_t cells;      /* predictions: of u over `range` */
  uint32_t histograms; /* trainings: bit h set, enum histogram_id h is filled */
  int32_t math;        /* enum math_mode */

  /* Which chains. */
  uint64_t chains, first_chain;

  /* How it is run: without effect on any count. */
  int32_t backend; /* enum backend_choice */
  struct device_choice device;
  int32_t isa;      /* enum isa_choice */
  uint64_t threads; /* 0: all cores */
  uint64_t slice;   /* steps between two looks at the interrupt; 0: chosen by the backend */
  struct shard shard;
  struct period checkpoint_every;
  char output[4096];

  char text[8192]; /* the answer of seam_config_get */
};

void config_defaults(struct seam_config *config);

/* The options that fix the counts, and first_chain and chains, as a JSON object with the names of the options: every
 * value as its option's type (numbers as numbers, but 64-bit seeds and ids as decimal strings; range as "lower:upper";
 * histograms as a comma-separated string). Returns a new reference, NULL when memory is out. */
json_t *config_to_json(const struct seam_config *config);

/* seam_config_set of a JSON value: text as the command line has it, or a number where that is as good. */
seam_status config_set_json(struct seam_config *config, const char *name, const json_t *value, seam_error *error);

/* Sets options from such an object; every value may also be given as a string. Unknown names are refused. `origin`
 * names the object in messages. */
seam_status config_from_json(struct seam_config *config, const json_t *object, const char *origin, seam_error *error);

/* Sets options that the task has no use for to their defaults, so that no two results differ in them. */
void config_settle(struct seam_config *config);

/* Predictions: pairs, or weights of pairs, are counted in units of 2^-bits. */
static inline int config_pair_bits(const struct seam_config *config) {
  return config->task == TASK_GIBBS ? PAIR_BITS : 0;
}

/* The histograms that the task fills: of a training those asked for, of a prediction all it has. */
uint32_t config_histograms(const struct seam_config *config);

/* Whether chains 2k and 2k + 1 are counted together, so that a run holds both or neither. */
bool config_pairs_chains(const struct seam_config *config);

/* Two values of one option, as text. */
struct config_difference {
  const char *dashes, *option; /* its name, and what stands before it where the user gives it */
  char values[2][128];
};

/* Whether the options that fix the counts differ, other than which chains; *difference is the first that does. */
bool config_differs(const struct seam_config *a, const struct seam_config *b, struct config_difference *difference);

/* Extends the chains of `config` to hold those of `other`, too, and all between. */
seam_status config_extend(struct seam_config *config, const struct seam_config *other, seam_error *error);

/* The chains [*begin, *end) of the configuration's shard: shards are contiguous, of nearly one size, and break up no
 * pair of chains 2k and 2k + 1. */
void config_shard(const struct seam_config *config, uint64_t *begin, uint64_t *end);

/* Names for messages, manifests and the command line. */
const char *task_name(int task);
const char *task_command(int task); /* "seam predict --beta" */
const char *kind_name(int kind);
const char *histogram_name(int histogram);
const char *optimizer_name(int optimizer);
const char *loss_name(int loss);
const char *math_name(int math);
const char *isa_name(int isa);

#endif
