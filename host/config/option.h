/* SPDX-License-Identifier: Apache-2.0 */
/* The table of options and what each type of option can do; for the library's own configuration code only. */
#ifndef SEAM_OPTION_H
#define SEAM_OPTION_H

#include "config/config.h"

struct option;

/* What is done with the values of one type. `member` points at the option's member of the configuration. */
struct option_type {
  seam_status (*parse)(const struct option *option, const char *text, void *member, seam_error *error);
  void (*print)(const struct option *option, const void *member, char *text, size_t size);
  json_t *(*to_json)(const struct option *option, const void *member);
  bool numeric; /* a JSON number is as good as its text */
};

struct option {
  const char *name, *tasks, *limits; /* as in seam_options() */
  const struct option_type *type;
  size_t offset;            /* of the member in struct seam_config */
  bool recorded;            /* part of a result: what is counted, and which chains */
  bool wide;                /* whole numbers: beyond what a JSON reader can be trusted with, so written as text */
  const char *const *names; /* lists: ended by NULL; the value is the index */
  uint64_t low, high;       /* whole numbers, both allowed */
  double least, most;       /* real numbers, both allowed */
};

/* In the order of seam_options(). */
extern const struct option option_table[];
extern const size_t option_count;

/* Whether one of `tasks` heeds what is heeded by `by`, both lists separated by blanks and NULL for all. */
bool option_heeded(const char *by, const char *tasks);

/* NULL for an unknown name. */
const struct option *option_find(const char *name);

/* Refuses an unknown name with a suggestion; `dashes` stands before names in the message. */
seam_status option_unknown(const char *name, const char *dashes, seam_error *error);

/* Ended by NULL, but for histogram_names, which enum histogram_id numbers. */
extern const char *const task_names[], *const kind_names[], *const histogram_names[];
extern const char *const optimizer_names[], *const loss_names[], *const math_names[];
extern const char *const backend_names[], *const isa_names[];

extern const struct option_type option_name, option_whole, option_real, option_range, option_histograms, option_devices,
    option_period, option_shard, option_text;

#endif
