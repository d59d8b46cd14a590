/* SPDX-License-Identifier: Apache-2.0 */
/* A comparison in memory: how far apart two results are, and a map that shows where they differ. */
#ifndef SEAM_COMPARE_H
#define SEAM_COMPARE_H

#include <jansson.h>

#include "compare/outcome_choice.h"

enum { COMPARISON_SCHEMA = 2, COMPARISON_FRACTIONS = 3, COMPARISON_MAPS = 2 };

struct seam_comparison {
  int schema; /* of the record */
  struct seam_config config[2];
  uint64_t chains[2], shared;
  int blocks; /* of matched chains; 0 if the samples are taken as independent */
  const char *outcome;
  seam_fraction fractions[COMPARISON_FRACTIONS];
  int compared_count;
  seam_compared compared[HISTOGRAMS];
  seam_histogram maps[COMPARISON_MAPS]; /* their names are NULL if there are no maps */
  double *reals;                        /* the cells of all maps */
};

/* The names of the fractions: of the part, and of the whole. */
extern const char *const comparison_fraction_names[COMPARISON_FRACTIONS][2];

/* The names of the distances in the record, by enum seam_distance_kind. */
extern const char *const comparison_distance_names[SEAM_DISTANCES];

/* The largest possible value of each distance. */
extern const double comparison_most[SEAM_DISTANCES];

/* Finds where histogram `h` of both results holds the chosen outcomes. False if they cannot be compared: one result
 * does not hold them there, or the axes differ. Reads no counts. */
bool comparison_tables(const struct outcome_choice *choice, const seam_result *a, const seam_result *b, int h,
                       struct outcome_table tables[2]);

/* Adds an entry for these tables. Its numbers are still zero. */
seam_compared *comparison_add(struct seam_comparison *comparison, const struct outcome_table tables[2], int h);

/* comparison_add_maps gives the maps the interface bins of a table. comparison_make_room then allocates their cells,
 * which are freed with the comparison. */
void comparison_add_maps(struct seam_comparison *comparison, const struct outcome_table *table);
seam_status comparison_make_room(struct seam_comparison *comparison, seam_error *error);

/* Fails if the results cannot be compared. With `anyway`, kinds, margins and priors may differ. */
seam_status compare_check(const seam_result *a, const seam_result *b, const struct outcome_choice *choice, bool anyway,
                          seam_error *error);

/* How many chains, or components of predictions, are the same in both results, by seed and id. */
uint64_t compare_shared(const seam_result *a, const seam_result *b);

/* Fills the comparison's fractions. */
void compare_fractions(struct seam_comparison *comparison, const seam_result *a, const seam_result *b);

/* Sets what does not hold for samples that share draws to NAN. Files of schema 1 have numbers there. */
void comparison_forget(struct seam_comparison *comparison);

/* Makes the record: both configurations, the fractions and the distances. A new reference; NULL when memory is out. */
json_t *comparison_describe(const struct seam_comparison *comparison);

/* Fills a comparison from its record, without the cells of the maps. Fails with SEAM_ERROR_FORMAT if such results are
 * impossible or cannot be compared, or if seam would write another record for this comparison; only the version may
 * differ. `path` is used only in messages. */
seam_status comparison_restore(struct seam_comparison *comparison, const json_t *record, const char *path,
                               seam_error *error);

/* Makes the metadata of a map. A new reference; NULL when memory is out. */
json_t *comparison_metadata(const struct seam_comparison *comparison, const seam_histogram *map);

/* Packs the record and the maps into a zip (files/FORMAT.md, section 7). The caller frees *bytes. */
seam_status comparison_file_pack(const struct seam_comparison *comparison, unsigned char **bytes, size_t *size,
                                 seam_error *error);

/* Unpacks a comparison and checks everything. `path` is used only in messages. */
seam_status comparison_file_unpack(const unsigned char *bytes, size_t size, const char *path,
                                   struct seam_comparison **comparison, seam_error *error);

#endif
