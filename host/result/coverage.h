/* SPDX-License-Identifier: Apache-2.0 */
/* Coverage: the ranges of chain ids that have been counted. They are half-open, ascending and disjoint. */
#ifndef SEAM_COVERAGE_H
#define SEAM_COVERAGE_H

#include <stdbool.h>

#include "base/error.h"

struct coverage {
  uint64_t *ids; /* range k is [ids[2k], ids[2k + 1]) */
  size_t ranges;
  size_t capacity; /* the number of ranges that `ids` has room for */
};

/* Adds [begin, end) and joins it with its neighbours. An empty range changes nothing. An overlap changes nothing and
 * returns SEAM_ERROR_INTERNAL. A zeroed struct is an empty coverage. */
seam_status coverage_add(struct coverage *coverage, uint64_t begin, uint64_t end, seam_error *error);

/* Makes room for `more` ranges, so that as many calls of coverage_add cannot run out of memory. */
seam_status coverage_reserve(struct coverage *coverage, size_t more, seam_error *error);

/* Adds all of `part`, in time proportional to the ranges of both. On an error it adds nothing. */
seam_status coverage_join(struct coverage *coverage, const struct coverage *part, seam_error *error);

/* Adds to `missing` the parts of [begin, end) that are not covered. */
seam_status coverage_missing(const struct coverage *coverage, uint64_t begin, uint64_t end, struct coverage *missing,
                             seam_error *error);

/* Returns whether both contain the same id, and sets *id to the first. */
bool coverage_overlap(const struct coverage *a, const struct coverage *b, uint64_t *id);

/* The number of ids that both contain. */
uint64_t coverage_shared(const struct coverage *a, const struct coverage *b);

/* Returns whether, for every k, the chains 2k and 2k + 1 are both covered or both not covered. */
bool coverage_holds_pairs(const struct coverage *coverage);

/* The number of covered ids. */
uint64_t coverage_size(const struct coverage *coverage);

void coverage_free(struct coverage *coverage);

#endif
