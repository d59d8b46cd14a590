/* SPDX-License-Identifier: Apache-2.0 */
/* The table of options: name, default, limits, meaning, type and member. Everything else about options uses it. */
#include "config/option.h"

#include <float.h>
#include <stddef.h>
#include <string.h>

#include "base/did_you_mean.h"

#define KIND_NAME(kind, name, ...)    #name,
#define KIND_IN_LIST(kind, name, ...) ", " #name
#define KIND_LIST                     (&COMPONENT_KINDS(KIND_IN_LIST)[2])

const char *const kind_names[] = {COMPONENT_KINDS(KIND_NAME) NULL};
const char *const task_names[] = {"train", "predict", "gibbs", NULL};
#define TRAINED_HISTOGRAMS                                                                                             \
  "interface", "mapping", "response", "loss", "width", "slack", "selection", "snapshots", "interchange"
const char *const histogram_names[] = {TRAINED_HISTOGRAMS, "components", "first_blocks",
                                       "second_blocks",    "pairs",      "swaps"};
static const char *const trained_histogram_names[] = {TRAINED_HISTOGRAMS, NULL};
const char *const optimizer_names[] = {"sgd", "adam", "langevin", NULL};
const char *const loss_names[] = {"mse", "hinge", NULL};
const char *const math_names[] = {"exact", "fast", NULL};
const char *const backend_names[] = {"auto", "cpu", "cuda", NULL};
const char *const isa_names[] = {"auto", "baseline", "v3", "v4", NULL};

#define BELOW_HALF 0x1.fffffffffffffp-2

/* The tasks that use the option. */
#define ANY     NULL
#define TRAIN   "train"
#define PREDICT "predict gibbs"
#define WEIGHED "train gibbs"
#define NONE    ""

/* clang-format off */
/* X(name, tasks, default, limits, help, type, member, details...), in the order of the help text. */
#define OPTIONS(X)                                                                                                     \
  X("task", NONE, "train", "train, predict, gibbs", "the task; the command sets it",                                   \
    option_name, task, .recorded = true, .names = task_names)                                                          \
  X("first", ANY, "mlp8", KIND_LIST, "kind of the first component",                                                    \
    option_name, first, .recorded = true, .names = kind_names)                                                         \
  X("second", ANY, "mlp8", KIND_LIST, "kind of the second component",                                                  \
    option_name, second, .recorded = true, .names = kind_names)                                                        \
  X("chains", ANY, "262144", "1 to 9223372036854775807", "number of chains, or of first components in a prediction",   \
    option_whole, chains, .recorded = true, .wide = true, .low = 1, .high = INT64_MAX)                                 \
  X("first-chain", ANY, "0", "0 to 18446744073709551614", "id of the first chain",                                     \
    option_whole, first_chain, .recorded = true, .wide = true, .high = UINT64_MAX - 1)                                 \
  X("seed", ANY, "1", "0 to 18446744073709551615, also as 0x...", "seed of all random numbers",                        \
    option_whole, seed, .recorded = true, .wide = true, .high = UINT64_MAX)                                            \
  X("steps", TRAIN, "1000", "0 to 2147483647", "training steps of each chain; 0 leaves it untrained",                  \
    option_whole, steps, .recorded = true, .high = INT32_MAX)                                                          \
  X("optimizer", TRAIN, "adam", "sgd, adam, langevin", "how a step changes the parameters",                            \
    option_name, optimizer, .recorded = true, .names = optimizer_names)                                                \
  X("lr", TRAIN, "0.01", "a number above 0", "learning rate",                                                          \
    option_real, lr, .recorded = true, .least = DBL_TRUE_MIN, .most = DBL_MAX)                                         \
  X("samples", TRAIN, "4", "1 to 64", "training voltages of each level",                                               \
    option_whole, samples, .recorded = true, .low = 1, .high = MAX_SAMPLES)                                            \
  X("loss", WEIGHED, "mse", "mse, hinge", "mse: squared distance of y from the level; hinge: from API3",               \
    option_name, loss, .recorded = true, .names = loss_names)                                                          \
  X("input-margin", ANY, "0.3", "a number from 0 to below 0.5", "API1: inputs up to this many V from the level",       \
    option_real, input_margin, .recorded = true, .most = BELOW_HALF)                                                   \
  X("output-margin", ANY, "0.1", "a number from 0 to below 0.5", "API3: outputs up to this many V from the level",     \
    option_real, output_margin, .recorded = true, .most = BELOW_HALF)                                                  \
  X("input-noise", TRAIN, "0", "a number from 0 on", "standard deviation of the noise on v in training, in V",         \
    option_real, input_noise, .recorded = true, .most = DBL_MAX)                                                       \
  X("interface-noise", TRAIN, "0", "a number from 0 on", "standard deviation of the noise on u in training, in V",     \
    option_real, interface_noise, .recorded = true, .most = DBL_MAX)                                                   \
  X("init-scale", ANY, "1", "a number above 0", "scale of the parameters before training",                             \
    option_real, init_scale, .recorded = true, .least = DBL_TRUE_MIN, .most = DBL_MAX)                                 \
  X("beta", WEIGHED, "10", "a number above 0", "inverse temperature of langevin, or of a prediction's weights",        \
    option_real, beta, .recorded = true, .least = DBL_TRUE_MIN, .most = DBL_MAX)                                       \
  X("draws", PREDICT, "65536", "1 to 16777216", "number of second components, each tried with every first",            \
    option_whole, draws, .recorded = true, .low = 1, .high = 1 << 24)                                                  \
  X("cells", PREDICT, "1024", "1 to 4096", "cells of --range: the resolution of interface voltages",                   \
    option_whole, cells, .recorded = true, .low = 1, .high = MAX_CELLS)                                                \
  X("bins", ANY, "256", "1 to 4096", "bins of each voltage axis of the interface",                                     \
    option_whole, bins, .recorded = true, .low = 1, .high = 4096)                                                      \
  X("range", ANY, "-2.5:3.5", "LOWER:UPPER, from -1e6 to 1e6", "range of each voltage axis of the interface, in V",    \
    option_range, range, .recorded = true, .least = -1e6, .most = 1e6)                                                 \
  X("width-range", TRAIN, "0:2", "LOWER:UPPER, from 0 to 1e6", "range of the axis of the histogram width, in V",       \
    option_range, width_range, .recorded = true, .later = true, .least = 0, .most = 1e6)                               \
  X("slack-range", TRAIN, "0:1", "0:UPPER, to 1e6", "range of the axis of the histogram slack, in V",                  \
    option_range, slack_range, .recorded = true, .later = true, .least = 0, .most = 1e6, .from_least = true)           \
  X("histograms", TRAIN, "all",                                                                                        \
    "all (but interchange), none, or some of interface,mapping,response,loss,width,slack,selection,snapshots,"         \
    "interchange", "what to count; all,interchange is everything",                                                     \
    option_histograms, histograms, .recorded = true, .names = trained_histogram_names)                                 \
  X("math", TRAIN, "exact", "exact, fast", "exact: equal to the bit everywhere; fast: the GPU's approximations",       \
    option_name, math, .recorded = true, .names = math_names)                                                          \
  X("backend", ANY, "auto", "auto, cpu, cuda", "where to compute; auto is cuda where it works",                        \
    option_name, backend, .names = backend_names)                                                                      \
  X("device", ANY, "0", "0 to 1023, several like 0,2,3, or all", "which cards, by their numbers in seam info",         \
    option_devices, device, .high = 1023)                                                                              \
  X("isa", ANY, "auto", "auto, baseline, v3, v4", "instruction set of the cpu backend",                                \
    option_name, isa, .names = isa_names)                                                                              \
  X("threads", ANY, "0", "0 to 1024", "threads of the cpu backend; 0 is one for each core that limits allow",                            \
    option_whole, threads, .high = 1024)                                                                               \
  X("slice", TRAIN, "0", "0 to 1048576", "steps from one check for Ctrl-C to the next; 0 is automatic",                \
    option_whole, slice, .high = 1048576)                                                                              \
  X("shard", ANY, "1/1", "I/N, 1 <= I <= N <= 1000000", "run part I of N equal parts of the chains",                   \
    option_shard, shard, .high = 1000000)                                                                              \
  X("checkpoint-every", ANY, "0", "a time like 30s, 10m or 1h, or a number of chains; 0 is never",                     \
    "how often to write the counts so far, of chains that have ended",                                                 \
    option_period, checkpoint_every, .most = 1e9)                                                                      \
  X("output", ANY, "seam.zip", "a file name of 1 to 4095 bytes", "the result file",                                    \
    option_text, output, .high = sizeof((struct seam_config *)0)->output)
/* clang-format on */

#define DOCUMENTATION(name, tasks, value, limits, help, ...) {name, tasks, value, limits, help},
#define ENTRY(id, who, value, limit, help, kind, member, ...)                                                          \
  {.name = id,                                                                                                         \
   .tasks = who,                                                                                                       \
   .limits = limit,                                                                                                    \
   .type = &kind,                                                                                                      \
   .offset = offsetof(struct seam_config, member),                                                                     \
   __VA_ARGS__},

static const seam_option documentation[] = {OPTIONS(DOCUMENTATION){NULL, NULL, NULL, NULL, NULL}};
const struct option option_table[] = {OPTIONS(ENTRY)};
const size_t option_count = sizeof option_table / sizeof *option_table;

const seam_option *seam_options(void) { return documentation; }

const char *const *seam_kinds(void) { return kind_names; }

static bool is_among(const char *words, const char *name, size_t length) {
  for (const char *at = words; *at; at += strspn(at, " ")) {
    size_t word = strcspn(at, " ");
    if (word == length && !memcmp(at, name, length)) return true;
    at += word;
  }
  return false;
}

bool option_used_by(const char *by, const char *tasks) {
  if (!by) return true;
  for (const char *at = tasks; *at; at += strspn(at, " ")) {
    size_t word = strcspn(at, " ");
    if (is_among(by, at, word)) return true;
    at += word;
  }
  return false;
}

int seam_option_heeded(const seam_option *option, const char *tasks) { return option_used_by(option->tasks, tasks); }

const struct option *option_find(const char *name) {
  for (size_t i = 0; i < option_count; i++)
    if (!strcmp(option_table[i].name, name)) return &option_table[i];
  return NULL;
}

seam_status option_unknown(const char *name, const char *dashes, seam_error *error) {
  const char *names[sizeof option_table / sizeof *option_table + 1] = {NULL};
  for (size_t i = 0; i < option_count; i++) names[i] = option_table[i].name;
  struct meant meant = did_you_mean(name, names, dashes);
  if (*meant.text)
    return error_set(error, SEAM_ERROR_USAGE, "%s%.60s: unknown option; did you mean %s?", dashes, name, meant.text);
  return error_set(error, SEAM_ERROR_USAGE, "%s%.60s: unknown option; seam train --help lists them", dashes, name);
}

const char *task_name(int task) { return task_names[task]; }
const char *task_command(int task) {
  static const char *const commands[] = {"seam train", "seam predict", "seam predict --beta"};
  return commands[task];
}
const char *kind_name(int kind) { return kind_names[kind]; }
const char *histogram_name(int histogram) { return histogram_names[histogram]; }
const char *optimizer_name(int optimizer) { return optimizer_names[optimizer]; }
const char *isa_name(int isa) { return isa_names[isa]; }
