/* SPDX-License-Identifier: Apache-2.0 */
/* A comparison in memory: what two results have in common, how far apart they are, and the map of where. */
#ifndef SEAM_COMPARE_H
#define SEAM_COMPARE_H

#include <jansson.h>

#include "compare/outcome_choice.h"

enum { COMPARISON_FRACTIONS = 3, COMPARISON_MAPS = 2 };

struct seam_comparison {
  struct seam_config config[2];
  uint64_t chains[2], shared;
  const char *outcome;
  seam_fraction fractions[COMPARISON_FRACTIONS];
  int compared_count;
  seam_compared compared[HISTOGRAMS];
  seam_histogram maps[COMPARISON_MAPS]; /* without a name where there are none */
  double *reals;                        /* of all maps */
};

/* The names of the fractions, and what they are of. */
extern const char *const comparison_fraction_names[COMPARISON_FRACTIONS][2];

/* The names of the distances in the record, by enum seam_distance_kind. */
extern const char *const comparison_distance_names[SEAM_DISTANCES];

/* The most that each of them can be. */
extern const double comparison_most[SEAM_DISTANCES];

/* How the chosen outcomes of both results are compared by histogram `h`. False where they are not: one cannot tell them
 * by it, or has other axes. Looks at no count. */
bool comparison_tables(const struct outcome_choice *choice, const seam_result *a, const seam_result *b, int h,
                       struct outcome_table tables[2]);

/* Adds what is compared by these tables, with no number told of it yet. */
seam_compared *comparison_add(struct seam_comparison *comparison, const struct outcome_table tables[2], int h);

/* Lays the maps out over the interface's bins of a table; and takes memory for their reals, freed with the comparison.
 */
void comparison_add_maps(struct seam_comparison *comparison, const struct outcome_table *table);
seam_status comparison_make_room(struct seam_comparison *comparison, seam_error *error);

/* Refuses what does not compare; `force` lets kinds, margins and priors differ. */
seam_status compare_check(const seam_result *a, const seam_result *b, const struct outcome_choice *choice, bool force,
                          seam_error *error);

/* How many chains, or components, both drew alike, by seed and id. */
uint64_t compare_shared(const seam_result *a, const seam_result *b);

/* Fills the comparison's fractions. */
void compare_fractions(struct seam_comparison *comparison, const seam_result *a, const seam_result *b);

/* The record: both configurations, the fractions and the distances. A new reference; NULL when memory is out. */
json_t *comparison_describe(const struct seam_comparison *comparison);

/* Fills a comparison from its record, but for the maps' reals. SEAM_ERROR_FORMAT where the results it tells of cannot
 * be, or do not compare, or it is not the very record that the comparison would be described by; its version may be
 * another. `path` only names the file in messages. */
seam_status comparison_restore(struct seam_comparison *comparison, const json_t *record, const char *path,
                               seam_error *error);

/* What a map says of itself. A new reference; NULL when memory is out. */
json_t *comparison_metadata(const struct seam_comparison *comparison, const seam_histogram *map);

/* The maps of a comparison and its record, in the same layout. */
seam_status comparison_file_pack(const struct seam_comparison *comparison, unsigned char **bytes, size_t *size,
                                 seam_error *error);

/* Unpacks and checks a comparison in the same way. */
seam_status comparison_file_unpack(const unsigned char *bytes, size_t size, const char *path,
                                   struct seam_comparison **comparison, seam_error *error);

#endif
