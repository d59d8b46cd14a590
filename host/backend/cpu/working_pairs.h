/* SPDX-License-Identifier: Apache-2.0 */
/* The path of pairs that work: each first component of a batch is counted with all draws of the table that accept it.
 */
#ifndef SEAM_WORKING_PAIRS_H
#define SEAM_WORKING_PAIRS_H

#include "backend/cpu/pair_table.h"
#include "backend/cpu/pair_bits.h"

/* A tile of the table stays in the cache while it is counted with a batch. */
enum { WORKING_BATCH = 2048, WORKING_LEAST_BATCH = 1024 };

/* By enum isa_choice. */
extern const struct works_kernels *const working_pairs_kernels[ISAS];

/* One worker's memory. */
struct working_pairs;

/* Returns NULL if no memory is left. The table need not be built yet. */
struct working_pairs *working_pairs_create(const struct pair_bits *table);
void working_pairs_free(struct working_pairs *own);

/* Counts the batch with all draws. Returns false when cancelled: the batch must then be dropped. */
bool working_pairs_count(struct working_pairs *own, struct pair_batch *batch, struct run_control *control);

#endif
