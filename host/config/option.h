/* SPDX-License-Identifier: Apache-2.0 */
/* The table of options and of their types, for the library only. The command line uses seam_options(). */
#ifndef SEAM_OPTION_H
#define SEAM_OPTION_H

#include "config/config.h"

struct option;

/* The functions of one type of option. `member` points at the option's member of the configuration. */
struct option_type {
  seam_status (*parse)(const struct option *option, const char *text, void *member, seam_error *error);
  void (*print)(const struct option *option, const void *member, char *text, size_t size);
  json_t *(*to_json)(const struct option *option, const void *member);
  bool numeric; /* the option may be a JSON number */
};

struct option {
  const char *name, *tasks, *limits; /* as in seam_options() */
  const struct option_type *type;
  size_t offset; /* the place of the member in struct seam_config */
  bool recorded; /* written into results: the option fixes the counts or the chains */
  bool later; /* not written while it has its default: then versions without the option write and read the same file */
  bool wide;  /* whole numbers: written as text in JSON, because many readers lose digits of 64-bit numbers */
  bool from_least;          /* ranges: the lower end is always `least` */
  const char *const *names; /* options with a list of names, ended by NULL: the value is the index */
  uint64_t low, high;       /* limits of whole numbers, both allowed */
  double least, most;       /* limits of real numbers, both allowed */
};

/* In the order of seam_options(). */
extern const struct option option_table[];
extern const size_t option_count;

/* Returns whether one of `tasks` is in the list `by`. Both are lists of tasks separated by blanks. If `by` is NULL,
 * every task uses the option. */
bool option_used_by(const char *by, const char *tasks);

/* Returns the option of this name, or NULL. */
const struct option *option_find(const char *name);

/* Refuses an unknown name and suggests a similar one. The message writes `dashes` before each name. */
seam_status option_unknown(const char *name, const char *dashes, seam_error *error);

/* NULL ends each list but histogram_names, which has the order of enum histogram_id. */
extern const char *const task_names[], *const kind_names[], *const histogram_names[];
extern const char *const optimizer_names[], *const loss_names[], *const math_names[];
extern const char *const backend_names[], *const isa_names[];

extern const struct option_type option_name, option_whole, option_real, option_range, option_histograms, option_devices,
    option_period, option_shard, option_text;

#endif
