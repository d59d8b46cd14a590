/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a prediction: what each draw of theta2 makes of each cell. Bits are few enough to be kept, and built
 * once by all workers together; weights are made anew, part by part, for each batch of first components. */
#ifndef SEAM_CENSUS_TABLE_H
#define SEAM_CENSUS_TABLE_H

#include "backend.h"
#include "pairs.h"

/* A part of the draws that belong to one block, no wider than a tile may be. */
struct census_part {
  struct pairs_tile tile; /* without words of its own where the table is not kept */
  uint64_t begin, end;    /* draws */
  int block;              /* of PAIR_BLOCKS */
};

struct census_table;

/* How a table is laid out. */
struct census_form {
  int vector_draws; /* draws in a vector of a row */
  bool kept;        /* whole, for all batches */
};

seam_status census_table_create(const struct job *job, const struct census_kernels *kernels,
                                const struct census_form *form, struct census_table **table, seam_error *error);
void census_table_free(struct census_table *table);

/* Builds what no other worker does and waits for the rest; false when cancelled. Nothing to do where none is kept. */
bool census_table_build(struct census_table *table, struct run_control *control);

/* The parts in the order of their draws; returns how many. */
size_t census_table_parts(const struct census_table *table, const struct census_part **parts);

/* The words of the largest part, or 0 where the table is kept: what census_table_tile needs room for. */
size_t census_table_room(const struct census_table *table);

/* The tile of a part: the table's own, or one made in `room`, which is aligned to a vector. */
struct pairs_tile census_table_tile(const struct census_table *table, const struct census_part *part, uint64_t *room);

#endif
