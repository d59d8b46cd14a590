/* SPDX-License-Identifier: Apache-2.0 */
/* Puts results into the order of the option in which they differ, so that 0.05 stands before 0.1 and 0.1 before 10. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "command/common/result_kind.h"
#include "command/figure/figure.h"

static double value_of(const struct plot *plot, int r, const char *option) {
  return strtod(seam_config_get(seam_result_config(plot->results[r]), option), NULL);
}

static bool are_numbers(const struct plot *plot, const char *option) {
  for (int r = 0; r < plot->count; r++) {
    const char *text = seam_config_get(seam_result_config(plot->results[r]), option);
    char *end;
    strtod(text, &end);
    if (end == text || *end) return false;
  }
  return true;
}

const char *ordering_option(const struct plot *plot) {
  const char *only = NULL;
  if (label_differs(plot, "task")) return NULL;
  for (const seam_option *option = seam_options(); option->name; option++) {
    if (!strcmp(option->name, "seed") || !strcmp(option->name, "histograms")) continue;
    if (!option_counts(option, seam_result_config(plot->results[0])) || !label_differs(plot, option->name)) continue;
    if (only) return NULL;
    only = option->name;
  }
  if (!only && label_differs(plot, "seed")) only = "seed";
  return only && are_numbers(plot, only) ? only : NULL;
}

double order_place(const struct plot *plot, int r, const char *option) {
  int smaller = 0;
  for (int other = 0; other < plot->count; other++)
    smaller += value_of(plot, other, option) < value_of(plot, r, option);
  return plot->count > 1 ? (double)smaller / (plot->count - 1) : 0;
}

void order_results(struct plot *plot) {
  const char *option = plot->count > 2 ? ordering_option(plot) : NULL;
  for (int r = 1; option && r < plot->count; r++)
    for (int at = r; at > 0 && value_of(plot, at, option) < value_of(plot, at - 1, option); at--) {
      seam_result *later = plot->results[at];
      plot->results[at] = plot->results[at - 1];
      plot->results[at - 1] = later;
    }
}
