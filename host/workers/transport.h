/* SPDX-License-Identifier: Apache-2.0 */
/* The processes that count one run together, called ranks and numbered from 0, and messages between them. Two
 * implementations, of which the build takes one: with MPI, and without, where there is one rank. All calls are made on
 * the thread that joined, or that watches a run. */
#ifndef SEAM_TRANSPORT_H
#define SEAM_TRANSPORT_H

#include <stdbool.h>

#include "base/error.h"

/* Where this rank is among those of its host. */
struct rank_place {
  int index, count;           /* of all ranks of this host */
  int core_index, core_count; /* of those that may use the same cores as this one */
};

struct message {
  int from;
  int tag;     /* 0 and above */
  size_t size; /* in bytes; of a long one, of its first piece */
};

int ranks_own(void);
int ranks_count(void); /* 1: this process is alone */
struct rank_place ranks_place(void);

/* The next message, which ranks_receive takes; false when there is none yet. Messages of one rank come in order. */
bool ranks_look(struct message *message);

/* `size` is what was sent. */
void ranks_receive(const struct message *message, void *bytes, size_t size);

/* Returns at once, but for large messages, which rank 0 is not to send. */
void ranks_send(int to, int tag, const void *bytes, size_t size);

/* Gives the other ranks up: one of them was lost. This process is alone from now on, and ranks_end will end the rest.
 */
void ranks_forsake(void);

/* The last call: waits until all ranks have made it. */
void ranks_end(void);

#endif
