/* SPDX-License-Identifier: Apache-2.0 */
/* The outcomes that a comparison takes into account, and where the histograms of a result hold them. */
#ifndef SEAM_OUTCOME_CHOICE_H
#define SEAM_OUTCOME_CHOICE_H

#include "compare/equal_mass_cells.h"
#include "result/result.h"

/* Bit o of `outcomes` is set if outcome o is chosen. */
struct outcome_choice {
  const char *name;  /* in files; there and before 0.2 works is "pass" */
  const char *shown; /* everywhere else */
  unsigned outcomes;
};

/* By either name; NULL for an unknown one. */
const struct outcome_choice *outcome_choice_find(const char *name);

/* Why the result does not hold the interfaces of these outcomes, as in "the result is ..."; NULL if it does. */
const char *outcome_choice_refusal(const struct outcome_choice *choice, const seam_result *result);

/* The place of the chosen outcomes in a histogram: `rows` distributions, each over the bins of `shape`. */
struct outcome_table {
  const seam_histogram *histogram;
  const seam_histogram *blocks[2]; /* pairs by blocks of first and of second components; NULL for chains */
  const char *unit;                /* what an entry is: "chains" */
  int count_bits;                  /* an entry is counted as 2^count_bits */
  int64_t rows, row_bins;
  struct table_shape shape;
  /* In bins: the beginning of the first row, from one row to the next, and from one outcome to the next. */
  int64_t first, stride, outcome_stride;
  unsigned outcomes; /* bit o: bin o of the histogram's first axis is chosen */
};

/* Finds the chosen outcomes in histogram `h` of a result. False if they are not there. Reads only the configuration and
 * the axes, no counts. */
bool outcome_table_create(const struct outcome_choice *choice, const seam_result *result, int h,
                          struct outcome_table *table);

/* Sums a row over the chosen outcomes; returns its total. */
int64_t outcome_gather(const struct outcome_table *table, int64_t row, int64_t *counts);

/* For pairs: adds the counts of every bin to its cell, by block of first (0) or of second (1) components. */
void outcome_gather_blocks(const struct outcome_table *table, int component, const int32_t *cell,
                           int64_t (*counts)[INTERFACE_BLOCKS]);

#endif
