/* SPDX-License-Identifier: Apache-2.0 */
/* The chains that are still to be run, handed out in portions. */
#ifndef SEAM_CHAIN_QUEUE_H
#define SEAM_CHAIN_QUEUE_H

#include "backend/backend.h"
#include "result/coverage.h"

struct handout {
  struct coverage ranges; /* all that is to be run */
  size_t current;         /* the range that the next portion is of */
  uint64_t taken;         /* of that range */
  uint64_t left;          /* of all ranges */
  uint64_t elsewhere;     /* of what other ranks have yet to be handed: portions shrink only when all runs out */
  bool more;              /* further ranges are to be added */
};

/* Hands out what of [begin, end) is not in `covered`. */
seam_status handout_open(struct handout *handout, const struct coverage *covered, uint64_t begin, uint64_t end,
                         seam_error *error);

/* Adds a range, to be handed out after the others. */
seam_status handout_add(struct handout *handout, const struct chain_range *range, seam_error *error);

/* How many of the `left` chains not yet handed out, at least 1, the next worker to ask is given: so many that all
 * workers end at about the same time, whatever the number of chains and even where one is slower than another. */
uint64_t chain_portion(const struct session_info *info, uint64_t left);

/* The next portion, ids of one range; false when there is none. Whole pairs of chains where the ranges hold those. */
bool handout_take(struct handout *handout, const struct session_info *info, struct chain_range *portion);

void handout_close(struct handout *handout);

#endif
