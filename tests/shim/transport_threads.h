/* SPDX-License-Identifier: Apache-2.0 */
/* Ranks that are threads of the test, and the failures that a test can give them. */
#ifndef SEAM_TRANSPORT_THREADS_H
#define SEAM_TRANSPORT_THREADS_H

#include "workers/transport.h"

enum { MOST_RANKS = 4 };

/* Starts ranks 1 to count - 1, each in seam_ranks_serve. The caller is rank 0 until seam_ranks_leave, which ends the
 * others. */
void threads_start(int count);

/* The same, but each rank has options of its own, by its number. It calls seam_ranks_agree first, and so must the
 * caller. */
void threads_start_as(int count, seam_config *const *configs);

/* From now on nothing that this rank sends arrives, as if it had been killed. */
void threads_mute(int rank);

/* Each order that this rank gets is of another version of the library. */
void threads_make_stranger(int rank);

#endif
