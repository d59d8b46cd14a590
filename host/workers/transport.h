/* SPDX-License-Identifier: Apache-2.0 */
/* Sends messages between the processes that count one run together. They are called ranks and numbered from 0.
 *
 * The build takes one of two implementations: one with MPI, and one without, where there is a single rank. All calls
 * are made on one thread: the one that joined, or the one that watches a run. */
#ifndef SEAM_TRANSPORT_H
#define SEAM_TRANSPORT_H

#include <stdbool.h>

#include "base/error.h"

/* Where this rank is among those of its host. */
struct rank_place {
  int index, count;           /* of all ranks of this host */
  int core_index, core_count; /* of those that may use the same cores as this one */
  int cores;                  /* that any of the ranks of this host may use; 0: not known */
};

struct message {
  int from;
  int tag;     /* 0 and above */
  size_t size; /* in bytes; of the first piece where a message is sent in pieces */
};

int transport_rank(void);  /* the number of this process */
int transport_ranks(void); /* how many ranks there are; 1: this process is alone */
struct rank_place transport_place(void);

/* Describes the next message; false when there is none yet. The message stays in the queue until transport_receive
 * takes it. Messages of one rank come in order. */
bool transport_next(struct message *message);

/* Takes a message from the queue. `size` is the size of the whole message, in all its pieces. */
void transport_receive(const struct message *message, void *bytes, size_t size);

/* Returns at once, unless the message is large. Rank 0 must not send large messages. */
void transport_send(int to, int tag, const void *bytes, size_t size);

/* Gives up all other ranks because one was lost. From now on this process is alone. transport_end stops the others. */
void transport_give_up(void);

/* The last call: waits until all ranks have made it. */
void transport_end(void);

#endif
