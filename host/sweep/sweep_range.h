/* SPDX-License-Identifier: Apache-2.0 */
/* A range of values of a numeric option, linear or logarithmic. */
#ifndef SEAM_SWEEP_RANGE_H
#define SEAM_SWEEP_RANGE_H

#include "config/config.h"

struct sweep_range {
  uint64_t points; /* 2 or more */
  bool whole, logarithmic;
  char ends[2][32]; /* as the configuration prints them */
  double real[2];
  uint64_t number[2]; /* set if `whole` */
};

/* Reads {"from": a, "to": b, "points": n, "scale": "linear" or "log"}; the scale may be left out. `scratch` may be
 * changed. */
seam_status sweep_range_read(struct sweep_range *range, const char *name, const json_t *object,
                             struct seam_config *scratch, seam_error *error);

/* Writes value `i` of the range. An end is written as it was given. A value between has six digits, or is the nearest
 * whole number on a linear scale of whole numbers. */
void sweep_range_print(const struct sweep_range *range, uint64_t i, char *text, size_t size);

#endif
