/* SPDX-License-Identifier: Apache-2.0 */
/* A comparison in memory: what two results have in common, how far apart they are, and the map of where. */
#ifndef SEAM_COMPARE_H
#define SEAM_COMPARE_H

#include "slice.h"

/* The record of a comparison in its file. */
#define COMPARISON_MEMBER "compare.manifest"

enum { COMPARISON_FRACTIONS = 3, COMPARISON_MAPS = 2 };

struct seam_comparison {
  struct seam_config config[2];
  uint64_t chains[2], shared;
  const char *slice;
  seam_fraction fractions[COMPARISON_FRACTIONS];
  int compared_count;
  seam_compared compared[HISTOGRAMS];
  seam_histogram maps[COMPARISON_MAPS]; /* without a name where there are none */
  double *reals;                        /* of all maps */
};

/* Refuses what does not compare; `force` lets kinds, margins and priors differ. */
seam_status compare_check(const seam_result *a, const seam_result *b, const struct slice *slice, bool force,
                          seam_error *error);

/* How many chains, or components, both drew alike, by seed and id. */
uint64_t compare_shared(const seam_result *a, const seam_result *b);

/* Fills the comparison's fractions. */
void compare_fractions(struct seam_comparison *comparison, const seam_result *a, const seam_result *b);

/* The record: both configurations, the fractions and the distances. A new reference; NULL when memory is out. */
json_t *comparison_describe(const struct seam_comparison *comparison);

/* What a map says of itself. A new reference; NULL when memory is out. */
json_t *comparison_metadata(const struct seam_comparison *comparison, const seam_histogram *map);

#endif
