/* SPDX-License-Identifier: Apache-2.0 */
/* Coverage: the ascending, disjoint, half-open ranges of chain ids that have been counted. */
#ifndef SEAM_COVERAGE_H
#define SEAM_COVERAGE_H

#include <stdbool.h>

#include "error.h"

struct coverage {
  uint64_t *ids; /* range k is [ids[2k], ids[2k + 1]) */
  size_t ranges;
  size_t capacity; /* of ids, in ranges */
};

/* Adds [begin, end), joining neighbours. An empty range is nothing; an overlap is SEAM_ERROR_INTERNAL and changes
 * nothing. Start from a zeroed struct. */
seam_status coverage_add(struct coverage *coverage, uint64_t begin, uint64_t end, seam_error *error);

/* The number of ids covered. */
/* Whether chains 2k and 2k + 1 are both covered or neither is. */
bool coverage_holds_pairs(const struct coverage *coverage);

uint64_t coverage_size(const struct coverage *coverage);

void coverage_free(struct coverage *coverage);

#endif
