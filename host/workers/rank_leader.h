/* SPDX-License-Identifier: Apache-2.0 */
/* Rank 0's part in a run of several: hands out chains to the others, and takes in what they count. */
#ifndef SEAM_RANK_LEADER_H
#define SEAM_RANK_LEADER_H

#include "workers/worker_threads.h"

struct lead;

/* Several runs can be led at once, up to SLOTS of message.h. */

/* Tells the others to take part; *lead is NULL where there are none, which the other calls allow. The crew is open, and
 * goes on being the caller's. */
seam_status lead_open(struct crew *crew, const struct seam_config *config, struct lead **lead, seam_error *error);

/* Answers what the others said of any run since the last call, and passes on what happened to this one here: to be
 * called every LEAD_TICK seconds until it returns true, when all have ended. */
bool lead_serve(struct lead *lead);

#define LEAD_TICK 0.001

/* How many chains each of *ranks ranks has counted, of `*all` that were; valid until the next call, and as long as
 * `all`. */
const uint64_t *lead_counted(struct lead *lead, uint64_t *all, int *ranks);

void lead_close(struct lead *lead);

#endif
