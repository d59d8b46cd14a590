/* SPDX-License-Identifier: Apache-2.0 */
/* Divides what a host has among its ranks. */
#ifndef SEAM_RANK_SHARE_H
#define SEAM_RANK_SHARE_H

#include "config/config.h"
#include "workers/transport.h"

/* Of the cores that --threads 0 would take, this rank's part, at least one; of `cards`, or those that --device names,
 * every place->count-th from its index on, or where there are fewer than ranks, one of them. --device 0, the default,
 * stands for all. A rank that is alone has everything. */
void rank_share(struct seam_config *config, const struct rank_place *place, int cores, int cards);

/* The same for this rank, of what its host has. */
void rank_share_own(struct seam_config *config);

#endif
