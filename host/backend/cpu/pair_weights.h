/* SPDX-License-Identifier: Apache-2.0 */
/* The path of the Gibbs law: each pair of a batch weighs exp(-beta·L). */
#ifndef SEAM_PAIR_WEIGHTS_H
#define SEAM_PAIR_WEIGHTS_H

#include "backend/cpu/pair_table.h"

/* A batch is large, because each tile of weights is computed once for a batch. */
enum { WEIGHTS_BATCH = 131072, WEIGHTS_LEAST_BATCH = 16384 };

/* By enum isa_choice. */
extern const struct weights_kernels *const pair_weights_kernels[ISAS];

/* One worker's memory. */
struct pair_weights;

/* Returns NULL if no memory is left. Only the worker writes to the memory. */
struct pair_weights *pair_weights_create(const struct job *job, const struct weights_kernels *kernels);
void pair_weights_free(struct pair_weights *own);

/* Weighs the batch with all draws. Returns false when cancelled: the batch must then be dropped. */
bool pair_weights_count(struct pair_weights *own, struct pair_batch *batch, struct run_control *control);

#endif
