/* SPDX-License-Identifier: Apache-2.0 */
/* The choice of outcomes of a result that is compared: which of its histograms tells it, and where in there it lies. */
#ifndef SEAM_OUTCOME_CHOICE_H
#define SEAM_OUTCOME_CHOICE_H

#include "compare/equal_mass_cells.h"
#include "result/result.h"

/* A choice of outcomes: bit o set takes outcome o. */
struct outcome_choice {
  const char *name;
  unsigned outcomes;
};

/* NULL for an unknown name. */
const struct outcome_choice *outcome_choice_find(const char *name);

/* Why the result cannot tell the interfaces of these outcomes, as in "the result is ..."; NULL where it can. */
const char *outcome_choice_refusal(const struct outcome_choice *choice, const seam_result *result);

/* Where a histogram holds the chosen outcomes: `rows` distributions, each over the bins of `shape`. */
struct outcome_table {
  const seam_histogram *histogram;
  const seam_histogram *blocks[2]; /* of pairs: them by blocks of first, and of second components; else NULL */
  const char *unit;                /* of the entries: "chains" */
  int count_bits;                  /* an entry is counted as 2^count_bits */
  int64_t rows, row_bins;
  struct table_shape shape;
  /* Where the rows lie: the first bin of the first row, and from a row to the next, for each outcome. */
  int64_t first, stride, outcome_stride;
  unsigned outcomes; /* on the histogram's first axis */
};

/* How the result tells the chosen outcomes by histogram `h`. False where it does not. Of the result only its
 * configuration and its histograms are looked at, and of these no count. */
bool outcome_table_create(const struct outcome_choice *choice, const seam_result *result, int h,
                          struct outcome_table *table);

/* One row, summed over the chosen outcomes; returns its total. */
int64_t outcome_gather(const struct outcome_table *table, int64_t row, int64_t *counts);

/* Of pairs: adds the counts of every bin to those of its cell, by block of first (0) or of second (1) components. */
void outcome_gather_blocks(const struct outcome_table *table, int component, const int32_t *cell,
                           int64_t (*counts)[INTERFACE_BLOCKS]);

#endif
