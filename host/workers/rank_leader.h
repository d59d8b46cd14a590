/* SPDX-License-Identifier: Apache-2.0 */
/* Rank 0's part in a run of several ranks: it gives chains to the other ranks and collects their counts. */
#ifndef SEAM_RANK_LEADER_H
#define SEAM_RANK_LEADER_H

#include "workers/worker_threads.h"

struct leader;

/* Up to SLOTS runs (rank_messages.h) can go on at once. */

/* Tells the other ranks to take part. Sets *leader to NULL if there are none; the other calls accept NULL. The caller
 * has opened `workers` and will close them. */
seam_status leader_open(struct workers *workers, const struct seam_config *config, struct leader **leader,
                        seam_error *error);

/* Handles what the other ranks sent, for every run, and tells them what happened to this run. Call it every LEADER_TICK
 * seconds until it returns true: all ranks have ended then. */
bool leader_serve(struct leader *leader);

#define LEADER_TICK 0.001

/* How many chains each of *ranks ranks has counted, if all together have counted *all. The array is valid until the
 * next call, and no longer than `all`. */
const uint64_t *leader_counted(struct leader *leader, uint64_t *all, int *ranks);

void leader_close(struct leader *leader);

#endif
