/* SPDX-License-Identifier: Apache-2.0 */
/* One axis of a sweep's grid: an option, or a pair of kinds, and the values that it takes. */
#ifndef SEAM_SWEEP_AXIS_H
#define SEAM_SWEEP_AXIS_H

#include "config/config.h"

enum { MOST_POINTS = 1000000 };

struct sweep_axis {
  const char *name; /* of the option, or "pair" */
  uint64_t count;
  char **values; /* as the configuration prints them; no two have the same part of a file name */
};

/* Reads the values: a list, or {"from": a, "to": b, "points": n, "scale": "linear" or "log"}, whose ends are exact and
 * whose inner points are rounded to six digits, or to whole numbers if the option takes whole numbers. The caller calls
 * sweep_axis_free in any case. */
seam_status sweep_axis_read(struct sweep_axis *axis, const char *name, const json_t *values, seam_error *error);
void sweep_axis_free(struct sweep_axis *axis);

/* The options that the axis sets, ended by NULL: one, or first and second. */
const char *const *sweep_axis_options(const struct sweep_axis *axis, const char *one[2]);

seam_status sweep_axis_set(const struct sweep_axis *axis, const char *value, struct seam_config *config,
                           seam_error *error);

/* Writes a value as the part of a file's name: letters, digits, '.', '+' and '-'. */
void sweep_axis_word(const char *value, char *word, size_t size);

#endif
