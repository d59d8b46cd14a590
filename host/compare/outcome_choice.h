/* SPDX-License-Identifier: Apache-2.0 */
/* The slice of a result that is compared: which of its histograms tells it, and where in there it lies. */
#ifndef SEAM_OUTCOME_CHOICE_H
#define SEAM_OUTCOME_CHOICE_H

#include "compare/equal_mass_cells.h"
#include "result/result.h"

/* A choice of outcomes: bit o set takes outcome o. */
struct slice {
  const char *name;
  unsigned outcomes;
};

/* NULL for an unknown name. */
const struct slice *slice_find(const char *name);

/* Why the result cannot tell of the slice's interfaces, as in "the result is ..."; NULL where it can. */
const char *slice_refusal(const struct slice *slice, const seam_result *result);

/* A slice of a histogram: `rows` distributions, each over the bins of `shape`. */
struct slice_table {
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

/* How the result tells the slice by histogram `h`. False where it does not. Of the result only its configuration and
 * its histograms are looked at, and of these no count. */
bool slice_table_create(const struct slice *slice, const seam_result *result, int h, struct slice_table *table);

/* One row, summed over the slice's outcomes; returns its total. */
int64_t slice_gather(const struct slice_table *table, int64_t row, int64_t *counts);

/* Of pairs: adds the counts of every bin to those of its cell, by block of first (0) or of second (1) components. */
void slice_gather_blocks(const struct slice_table *table, int component, const int32_t *cell,
                         int64_t (*counts)[INTERFACE_BLOCKS]);

#endif
