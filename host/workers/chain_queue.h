/* SPDX-License-Identifier: Apache-2.0 */
/* A queue of the chains that are still to be counted. Workers take them in portions. */
#ifndef SEAM_CHAIN_QUEUE_H
#define SEAM_CHAIN_QUEUE_H

#include "backend/backend.h"
#include "result/coverage.h"

struct chain_queue {
  struct coverage ranges; /* all chains to count */
  size_t current;         /* the range that the next portion comes from */
  uint64_t taken;         /* chains of that range that workers have taken */
  uint64_t left;          /* chains of all ranges that no worker has taken */
  uint64_t elsewhere;     /* chains that rank 0 has left: portions shrink only when all chains run out */
  bool more;              /* further ranges will be added */
};

/* How many of the `left` chains (at least 1) the next worker gets. Portions become smaller towards the end, so that all
 * workers end at about the same time, even where one is slower than another. */
uint64_t chain_queue_portion(const struct session_info *info, uint64_t left);

/* Queues the chains of [begin, end) that are not in `covered`. */
seam_status chain_queue_open(struct chain_queue *queue, const struct coverage *covered, uint64_t begin, uint64_t end,
                             seam_error *error);

/* Adds a range at the end. */
seam_status chain_queue_add(struct chain_queue *queue, const struct chain_range *range, seam_error *error);

/* Takes the next portion, which lies in one range; false when there is none. If every range holds whole pairs of chains
 * (2k and 2k + 1), so does every portion. */
bool chain_queue_take(struct chain_queue *queue, const struct session_info *info, struct chain_range *portion);

void chain_queue_close(struct chain_queue *queue);

#endif
