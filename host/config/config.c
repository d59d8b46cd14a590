/* SPDX-License-Identifier: Apache-2.0 */
/* The whole configuration: defaults, access by name, JSON, and the checks that options fit together. */
#include "base/floating_point.h"
#include "config/config.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "config/option.h"

void config_defaults(struct seam_config *config) {
  memset(config, 0, sizeof *config);
  for (size_t i = 0; i < option_count; i++) {
    const struct option *option = &option_table[i];
    option->type->parse(option, seam_options()[i].value, (char *)config + option->offset, NULL);
  }
}

seam_config *seam_config_create(void) {
  OWN_FLOATING_POINT;
  seam_config *config = malloc(sizeof *config);
  if (config) config_defaults(config);
  return config;
}

void seam_config_free(seam_config *config) { free(config); }

seam_status seam_config_set(seam_config *config, const char *name, const char *value, seam_error *error) {
  OWN_FLOATING_POINT;
  const struct option *option = option_find(name);
  if (!option) return option_unknown(name, "--", error);
  return option->type->parse(option, value, (char *)config + option->offset, error);
}

const char *seam_config_get(seam_config *config, const char *name) {
  OWN_FLOATING_POINT;
  const struct option *option = option_find(name);
  if (!option) return NULL;
  option->type->print(option, (const char *)config + option->offset, config->text, sizeof config->text);
  return config->text;
}

/* ---- JSON ---- */

/* Whether the option has its default and is new enough to be left out then. */
static bool is_left_out(const struct seam_config *config, size_t i) {
  const struct option *option = &option_table[i];
  char text[128];
  if (!option->later) return false;
  option->type->print(option, (const char *)config + option->offset, text, sizeof text);
  return strcmp(text, seam_options()[i].value) == 0;
}

json_t *config_to_json(const struct seam_config *config) {
  json_t *object = json_object();
  for (size_t i = 0; object && i < option_count; i++) {
    const struct option *option = &option_table[i];
    if (!option->recorded || is_left_out(config, i)) continue;
    json_t *value = option->type->to_json(option, (const char *)config + option->offset);
    if (json_object_set_new(object, option->name, value)) {
      json_decref(object);
      object = NULL;
    }
  }
  return object;
}

/* Turns a JSON value into the text that the command line would have. Refuses a value of a wrong type. */
static seam_status value_text(const struct option *option, const json_t *value, char *text, size_t size,
                              seam_error *error) {
  static const char *const types[] = {"an object", "an array", "a string", "a number",
                                      "a number",  "true",     "false",    "null"};
  if (json_is_string(value)) {
    if (json_string_length(value) != strlen(json_string_value(value)) || json_string_length(value) >= size)
      return error_set(error, SEAM_ERROR_USAGE, "%s: this text cannot be used; it takes %s", option->name,
                       option->limits);
    memcpy(text, json_string_value(value), json_string_length(value) + 1);
    return SEAM_OK;
  }
  if (!json_is_number(value) || !option->type->numeric)
    return error_set(error, SEAM_ERROR_USAGE, "%s: %s is not a possible value; it takes %s", option->name,
                     types[json_typeof(value)], option->limits);
  if (json_is_integer(value))
    snprintf(text, size, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
  else
    option_real.print(option, &(double){json_real_value(value)}, text, size);
  return SEAM_OK;
}

seam_status config_set_json(struct seam_config *config, const char *name, const json_t *value, seam_error *error) {
  const struct option *option = option_find(name);
  if (!option) return option_unknown(name, "", error);
  char text[sizeof config->text];
  FORWARD(value_text(option, value, text, sizeof text, error));
  return option->type->parse(option, text, (char *)config + option->offset, error);
}

seam_status config_from_json(struct seam_config *config, const json_t *object, const char *origin, seam_error *error) {
  if (!json_is_object(object))
    return error_set(error, SEAM_ERROR_FORMAT, "%s: this is not a JSON object of options like {\"steps\": 1000}",
                     error_path(origin));
  struct seam_config changed = *config; /* an error must change nothing */
  const char *name;
  json_t *value;
  json_object_foreach((json_t *)object, name, value) {
    seam_error inner;
    seam_status status = config_set_json(&changed, name, value, &inner);
    if (status) return error_set(error, status, "%s: %s", error_path(origin), inner.message);
  }
  *config = changed;
  return SEAM_OK;
}

/* ---- Options that the task ignores ---- */

void config_settle(struct seam_config *config) {
  for (size_t i = 0; i < option_count; i++) {
    const struct option *option = &option_table[i];
    bool settled = option->offset == offsetof(struct seam_config, task);
    if (!option->recorded || settled || option_used_by(option->tasks, task_names[config->task])) continue;
    option->type->parse(option, seam_options()[i].value, (char *)config + option->offset, NULL);
  }
  if (config->task == TASK_GIBBS) config->samples = 1; /* the Gibbs law is defined for one training voltage a level */
}

uint32_t config_histograms(const struct seam_config *config) {
  if (config->task == TASK_TRAIN) return config->histograms;
  uint32_t both_laws = 1u << HISTOGRAM_INTERFACE | 1u << HISTOGRAM_COMPONENTS | 1u << HISTOGRAM_FIRST_BLOCKS |
                       1u << HISTOGRAM_SECOND_BLOCKS | 1u << HISTOGRAM_PAIRS;
  return config->task == TASK_PREDICT ? both_laws | 1u << HISTOGRAM_SWAPS : both_laws;
}

/* ---- Which chains ---- */

bool config_differs(const struct seam_config *a, const struct seam_config *b, struct config_difference *difference) {
  const struct seam_config *sides[2] = {a, b};
  for (size_t i = 0; i < option_count; i++) {
    const struct option *option = &option_table[i];
    if (!option->recorded || option->offset == offsetof(struct seam_config, chains) ||
        option->offset == offsetof(struct seam_config, first_chain))
      continue;
    difference->option = option->name;
    difference->dashes = option->offset == offsetof(struct seam_config, task) ? "" : "--";
    for (int k = 0; k < 2; k++)
      option->type->print(option, (const char *)sides[k] + option->offset, difference->values[k],
                          sizeof difference->values[k]);
    if (strcmp(difference->values[0], difference->values[1]) != 0) return true;
  }
  return false;
}

seam_status config_extend(struct seam_config *config, const struct seam_config *other, seam_error *error) {
  uint64_t begin = config->first_chain, end = begin + config->chains, end_other = other->first_chain + other->chains;
  if (other->first_chain < begin) begin = other->first_chain;
  if (end_other > end) end = end_other;
  if (end - begin > INT64_MAX)
    return error_set(error, SEAM_ERROR_MISMATCH,
                     "chains %llu and %llu are too far apart for one result: keep them in two files",
                     (unsigned long long)config->first_chain, (unsigned long long)other->first_chain);
  config->first_chain = begin;
  config->chains = end - begin;
  return SEAM_OK;
}

/* The first chain of shard k, counted from 0. */
static uint64_t shard_begin(const struct seam_config *config, uint64_t k) {
  uint64_t first = config->first_chain, chains = config->chains, count = config->shard.count;
  if (k == 0) return first;
  if (k == count) return first + chains;
  uint64_t rest = chains % count, begin = first + chains / count * k + (k < rest ? k : rest);
  begin -= begin % 2;
  return begin < first ? first : begin;
}

void config_shard(const struct seam_config *config, uint64_t *begin, uint64_t *end) {
  *begin = shard_begin(config, config->shard.index - 1);
  *end = shard_begin(config, config->shard.index);
}

/* ---- Whether options fit together ---- */

static seam_status check_ids(const struct seam_config *config, seam_error *error) {
  if (config->chains <= UINT64_MAX - config->first_chain) return SEAM_OK;
  return error_set(
      error, SEAM_ERROR_USAGE,
      "--first-chain %llu: with --chains %llu the ids would go beyond 2^64 - 1; make one of the two smaller",
      (unsigned long long)config->first_chain, (unsigned long long)config->chains);
}

static seam_status check_shard(const struct seam_config *config, seam_error *error) {
  uint64_t begin, end;
  config_shard(config, &begin, &end);
  if (begin < end) return SEAM_OK;
  return error_set(error, SEAM_ERROR_USAGE,
                   "--shard %llu/%llu: this part has none of the %llu --chains; use fewer parts",
                   (unsigned long long)config->shard.index, (unsigned long long)config->shard.count,
                   (unsigned long long)config->chains);
}

bool config_pairs_chains(const struct seam_config *config) {
  return config_histograms(config) & (1u << HISTOGRAM_INTERCHANGE | 1u << HISTOGRAM_SWAPS);
}

static seam_status check_pairs(const struct seam_config *config, seam_error *error) {
  if (!config_pairs_chains(config)) return SEAM_OK;
  bool odd = config->chains % 2;
  if (!odd && config->first_chain % 2 == 0) return SEAM_OK;
  const char *name = odd ? "chains" : "first-chain";
  unsigned long long value = odd ? config->chains : config->first_chain;
  if (config->task != TASK_TRAIN)
    return error_set(error, SEAM_ERROR_USAGE,
                     "--%s %llu: seam predict swaps components in pairs, 2k and 2k + 1; make it even", name, value);
  return error_set(error, SEAM_ERROR_USAGE,
                   "--%s %llu: interchange counts pairs of chains, 2k and 2k + 1; make it even, or leave "
                   "interchange out of --histograms",
                   name, value);
}

/* The random draws of a chain are numbered in 32 bits (promise 2), so no chain may need more than 2^32. */
static seam_status check_draws(const struct seam_config *config, seam_error *error) {
#define PARAMETERS(kind, name, family, size, parameters) parameters,
  static const uint64_t parameters[] = {COMPONENT_KINDS(PARAMETERS)};
#undef PARAMETERS
  const uint64_t limit = (uint64_t)1 << 32;
  const char *const message =
      "--steps %llu: %s would need more than 2^32 random draws a chain; use at most %llu steps here";
  unsigned long long steps = config->steps;
  if ((config->input_noise > 0 || config->interface_noise > 0) && steps * config->samples > limit)
    return error_set(error, SEAM_ERROR_USAGE, message, steps, "noise with this many --samples",
                     (unsigned long long)(limit / config->samples));
  uint64_t first = (parameters[config->first] + 3) / 4, second = (parameters[config->second] + 3) / 4;
  uint64_t blocks = first > second ? first : second;
  if (config->optimizer == OPTIMIZER_LANGEVIN && steps * blocks > limit)
    return error_set(error, SEAM_ERROR_USAGE, message, steps, "langevin with components of this size",
                     (unsigned long long)(limit / blocks));
  return SEAM_OK;
}

/* The kernels get single-precision values. A value must not become infinite, and a positive one must not become 0. */
static seam_status check_floats(const struct seam_config *config, seam_error *error) {
  bool adam = config->optimizer == OPTIMIZER_ADAM, langevin = config->optimizer == OPTIMIZER_LANGEVIN;
  double narrowest = config->init_scale / 4; /* the least deviation of a prior; langevin divides by its square */
  const struct {
    const char *name;
    double given, derived;
    bool positive;
  } values[] = {{"lr", config->lr, config->lr, true},
                {"lr", config->lr, adam ? config->lr / (1 - 0.9) : config->lr, true},
                {"beta", config->beta, config->task == TASK_GIBBS ? config->beta : 1, true},
                {"beta", config->beta, langevin ? config->lr / config->beta : 1, true},
                {"beta", config->beta, langevin ? 2 * config->lr / config->beta : 1, true},
                {"init-scale", config->init_scale, 8 * config->init_scale, true},
                {"init-scale", config->init_scale, langevin ? 1 / (narrowest * narrowest) : narrowest, true},
                {"input-noise", config->input_noise, config->input_noise, false},
                {"interface-noise", config->interface_noise, config->interface_noise, false}};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    float single = (float)values[i].derived;
    if (isfinite(single) && (single > 0 || !values[i].positive)) continue;
    return error_set(
        error, SEAM_ERROR_USAGE,
        "--%s %g: this value, or one computed from it and other options, is %s in single precision; choose a "
        "value closer to 1",
        values[i].name, values[i].given, single > 1 ? "infinite" : "0");
  }
  return SEAM_OK;
}

/* Counts have 63 bits. A first component adds at most `draws` pairs. A pair of chains adds at most block * block swaps
 * in each of FINE_BLOCKS blocks of draws. */
static seam_status check_pair_count(const struct seam_config *config, seam_error *error) {
  uint64_t most = INT64_MAX / (config->draws << config_pair_bits(config)), block = config->draws / PAIR_BLOCKS + 1;
  uint64_t swaps = INT64_MAX / (block * block * FINE_BLOCKS) * 2;
  if (config->task == TASK_PREDICT && swaps < most) most = swaps;
  if (config->task == TASK_TRAIN || config->chains <= most) return SEAM_OK;
  return error_set(error, SEAM_ERROR_USAGE,
                   "--chains %llu: with --draws %llu a count could need more than 63 bits; use at most %llu",
                   (unsigned long long)config->chains, (unsigned long long)config->draws, (unsigned long long)most);
}

static seam_status check_margin(const char *name, double margin, seam_error *error) {
  if ((float)margin < 0.5f) return SEAM_OK;
  return error_set(error, SEAM_ERROR_USAGE, "--%s %.17g: this is 0.5 in single precision; it takes 0 to below 0.5",
                   name, margin);
}

/* Checks that every bin of an axis has a width above 0 in single precision. */
static seam_status check_edges(const char *option, const double range[2], uint64_t bins, seam_error *error) {
  double lower = range[0], width = range[1] - lower;
  for (uint64_t i = 0; i < bins; i++) {
    float edge = (float)(lower + (double)i * width / (double)bins);
    float next = (float)(lower + (double)(i + 1) * width / (double)bins);
    if (edge >= next || !isfinite((float)((double)bins / width)))
      return error_set(error, SEAM_ERROR_USAGE,
                       "--%s %.17g:%.17g: too narrow for %d bins in single precision; make it wider%s", option, lower,
                       range[1], (int)bins,
                       bins > 64 && !strcmp(option, "range") ? ", or use fewer --bins or --cells" : "");
  }
  return SEAM_OK;
}

static seam_status check_axes(const struct seam_config *config, seam_error *error) {
  enum { COARSE_BINS = 64 };
  FORWARD(check_edges("range", config->range, COARSE_BINS, error));
  FORWARD(check_edges("range", config->range, config->bins, error));
  FORWARD(check_edges("width-range", config->width_range, WIDTH_BINS, error));
  FORWARD(check_edges("slack-range", config->slack_range, SLACK_STEPS, error));
  return config->task == TASK_TRAIN ? SEAM_OK : check_edges("range", config->range, config->cells, error);
}

static seam_status check_math(const struct seam_config *config, seam_error *error) {
  if (config->math != MATH_FAST || config->backend != BACKEND_CPU) return SEAM_OK;
  return error_set(error, SEAM_ERROR_USAGE,
                   "--math fast: the cpu backend has exact arithmetic only; use --math exact or --backend cuda");
}

seam_status config_check_settled(const struct seam_config *config, seam_error *error) {
  FORWARD(check_math(config, error));
  FORWARD(check_ids(config, error));
  FORWARD(check_shard(config, error));
  FORWARD(check_pairs(config, error));
  FORWARD(check_pair_count(config, error));
  FORWARD(check_draws(config, error));
  FORWARD(check_floats(config, error));
  FORWARD(check_margin("input-margin", config->input_margin, error));
  FORWARD(check_margin("output-margin", config->output_margin, error));
  return check_axes(config, error);
}

seam_status seam_config_check(const seam_config *config, seam_error *error) {
  OWN_FLOATING_POINT;
  struct seam_config settled = *config;
  config_settle(&settled);
  return config_check_settled(&settled, error);
}
