/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration of a run, and how it is read and written as text and JSON. */
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
  uint32_t count; /* 0: all devices */
  uint32_t index[CHOSEN_DEVICES];
};

/* A number of seconds or a number of chains. If both are 0, the event never happens. */
struct period {
  double seconds;
  uint64_t chains;
};

/* Part `index` of `count` parts, counted from 1. */
struct shard {
  uint64_t index, count;
};

struct seam_config {
  /* These members fix the counts. Results may be joined if these members are equal. */
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
  double width_range[2], slack_range[2];
  uint64_t draws;      /* predictions: the number of second components */
  uint64_t cells;      /* predictions: the cells of u over `range` */
  uint32_t histograms; /* training: bit h means that enum histogram_id h is filled */
  int32_t math;        /* enum math_mode */

  /* The chains to count. */
  uint64_t chains, first_chain;

  /* How to run. These members do not affect any count. */
  int32_t backend; /* enum backend_choice */
  struct device_choice device;
  int32_t isa;      /* enum isa_choice */
  uint64_t threads; /* 0: all cores */
  uint64_t slice;   /* steps from one check for an interrupt to the next; 0: chosen by the backend */
  struct shard shard;
  struct period checkpoint_every;
  char output[4096];

  char text[8192]; /* the text that seam_config_get returns */
};

void config_defaults(struct seam_config *config);

/* Returns a JSON object of the options that fix the counts, and of first-chain and chains. Options that 0.1 did not
 * have are left out while they have their defaults. Numbers are JSON numbers, but seeds and chain ids are decimal
 * strings because they have 64 bits. A range is "lower:upper". Histograms are a string of names separated by commas.
 * Returns a new reference, or NULL if no memory is left. */
json_t *config_to_json(const struct seam_config *config);

/* Sets one option from a JSON value: a string like the text on the command line, or a number if the option is one. */
seam_status config_set_json(struct seam_config *config, const char *name, const json_t *value, seam_error *error);

/* Sets options from an object like that of config_to_json. Every value may also be a string. Refuses unknown names.
 * `origin` names the object in messages. */
seam_status config_from_json(struct seam_config *config, const json_t *object, const char *origin, seam_error *error);

/* Sets the options that the task ignores to their defaults, so that results cannot differ in them. */
void config_settle(struct seam_config *config);

/* As seam_config_check, for a configuration that is settled already. */
seam_status config_check_settled(const struct seam_config *config, seam_error *error);

/* Predictions count pairs, or the weights of pairs, in units of 2^-bits. */
static inline int config_pair_bits(const struct seam_config *config) {
  return config->task == TASK_GIBBS ? PAIR_BITS : 0;
}

/* Returns a bit for each histogram that the task fills: those requested for training, all of them for predictions. */
uint32_t config_histograms(const struct seam_config *config);

/* Returns whether chains 2k and 2k + 1 are counted together. Then a run covers both or none of them. */
bool config_pairs_chains(const struct seam_config *config);

/* Two values of one option, as text. */
struct config_difference {
  const char *dashes, *option; /* "--" if the user sets the option, else ""; and its name */
  char values[2][128];
};

/* Compares the options that fix the counts, but not the chains. Returns whether one differs, and the first in
 * *difference. */
bool config_differs(const struct seam_config *a, const struct seam_config *b, struct config_difference *difference);

/* Extends the range of chains of `config` so that it contains the range of `other`. */
seam_status config_extend(struct seam_config *config, const struct seam_config *other, seam_error *error);

/* Returns the chains [*begin, *end) of the configuration's shard. Shards are contiguous and of nearly equal size. The
 * chains 2k and 2k + 1 are in the same shard. */
void config_shard(const struct seam_config *config, uint64_t *begin, uint64_t *end);

/* Names for messages, manifests and the command line. */
const char *task_name(int task);
const char *task_command(int task); /* "seam predict --beta" */
const char *kind_name(int kind);
const char *histogram_name(int histogram);
const char *optimizer_name(int optimizer);
const char *isa_name(int isa);

#endif
