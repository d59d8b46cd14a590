/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a prediction: which draws of theta2 accept which cells, built once by all workers together. */
#ifndef SEAM_CENSUS_TABLE_H
#define SEAM_CENSUS_TABLE_H

#include "backend.h"
#include "pairs.h"

/* A part of the draws that belong to one block, no wider than a tile may be. */
struct census_part {
  struct pairs_tile tile;
  uint64_t begin, end; /* draws */
  int block;           /* of PAIR_BLOCKS */
};

struct census_table;

seam_status census_table_create(const struct job *job, const struct census_kernels *kernels,
                                struct census_table **table, seam_error *error);
void census_table_free(struct census_table *table);

/* Builds what no other worker does and waits for the rest; false when cancelled. */
bool census_table_build(struct census_table *table, struct run_control *control);

/* The parts in the order of their draws; returns how many. */
size_t census_table_parts(const struct census_table *table, const struct census_part **parts);

#endif
