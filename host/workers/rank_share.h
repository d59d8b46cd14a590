/* SPDX-License-Identifier: Apache-2.0 */
/* Divides the cores and the cards of a host among its ranks. */
#ifndef SEAM_RANK_SHARE_H
#define SEAM_RANK_SHARE_H

#include "backend/cpu/core_limit.h"
#include "config/config.h"
#include "workers/transport.h"

/* Gives the rank at `place` its part of the cores that --threads 0 would take, at least one. A limit of the host is
 * divided among all ranks of the host, and cores among the ranks that are bound to them. The cards are dealt in
 * turn: the rank gets the cards place->index, place->index + place->count, ... of the host's `cards`, or of the list
 * that
 * --device names. If there are fewer cards than ranks, it gets one. --device 0, the default, means all cards. A rank
 * that is alone on its host gets everything. */
void rank_share(struct seam_config *config, const struct rank_place *place, const struct core_limits *limits,
                int cards);

/* The same for this rank and its host. */
void rank_share_own(struct seam_config *config);

#endif
