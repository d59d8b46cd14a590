/* SPDX-License-Identifier: Apache-2.0 */
/* Coverage: the ascending, disjoint, half-open ranges of chain ids that have been counted. */
#ifndef SEAM_COVERAGE_H
#define SEAM_COVERAGE_H

#include <stdbool.h>

#include "base/error.h"

struct coverage {
  uint64_t *ids; /* range k is [ids[2k], ids[2k + 1]) */
  size_t ranges;
  size_t capacity; /* of ids, in ranges */
};

/* Adds [begin, end), joining neighbours. An empty range is nothing; an overlap is SEAM_ERROR_INTERNAL and changes
 * nothing. Start from a zeroed struct. */
seam_status coverage_add(struct coverage *coverage, uint64_t begin, uint64_t end, seam_error *error);

/* Makes room for `more` ranges: so many coverage_add cannot run out of memory then. */
seam_status coverage_reserve(struct coverage *coverage, size_t more, seam_error *error);

/* Adds all of `part` or, on an error, nothing. */
seam_status coverage_join(struct coverage *coverage, const struct coverage *part, seam_error *error);

/* Adds to `missing` what of [begin, end) is not covered. */
seam_status coverage_missing(const struct coverage *coverage, uint64_t begin, uint64_t end, struct coverage *missing,
                             seam_error *error);

/* Whether an id is in both; *id is the first such. */
bool coverage_overlap(const struct coverage *a, const struct coverage *b, uint64_t *id);

/* Whether chains 2k and 2k + 1 are both covered or neither is. */
bool coverage_holds_pairs(const struct coverage *coverage);

/* The number of ids covered. */
uint64_t coverage_size(const struct coverage *coverage);

void coverage_free(struct coverage *coverage);

#endif
