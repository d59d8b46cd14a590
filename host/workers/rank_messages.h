/* SPDX-License-Identifier: Apache-2.0 */
/* The messages between ranks. Rank 0 leads and the other ranks follow. All ranks run this same program on machines of
 * one kind, so a struct is sent as it is. Several runs can go on at once: each has a slot, and the tag of a message
 * holds the slot. */
#ifndef SEAM_RANK_MESSAGES_H
#define SEAM_RANK_MESSAGES_H

#include "backend/backend.h"
#include "workers/transport.h"

enum message_kind {
  /* From rank 0. */
  MESSAGE_RUN,     /* struct order: take part in this run */
  MESSAGE_LEASE,   /* struct lease: the answer to a report that asks for chains */
  MESSAGE_COLLECT, /* empty: send what you counted */
  MESSAGE_CANCEL,  /* empty: stop this run at the end of the slice, and answer with a report at once */
  MESSAGE_ANSWER,  /* seam_error: whether all ranks were told the same */
  MESSAGE_LEAVE,   /* empty: no further run will come */

  /* To rank 0. */
  MESSAGE_OPTIONS, /* what the rank was told: rank_agreement.c */
  MESSAGE_OPENED,  /* struct opening */
  MESSAGE_REPORT,  /* struct report */
  MESSAGE_SHARE,   /* the ranges of a coverage; MESSAGE_COUNTS follows */
  MESSAGE_COUNTS,  /* int64_t for each cell */
  MESSAGE_ENDED,   /* seam_error, of status SEAM_OK if nothing failed: the last message of a run */
  MESSAGES
};

enum { SLOTS = 32 };

static inline int message_tag(int slot, enum message_kind kind) { return slot * MESSAGES + (int)kind; }
static inline int message_slot(const struct message *message) { return message->tag / MESSAGES; }
static inline enum message_kind message_kind(const struct message *message) {
  return (enum message_kind)(message->tag % MESSAGES);
}

/* Receives a message that has no receiver any more, and forgets it. */
void message_drop(const struct message *message);

/* The run that all ranks must take part in. */
struct order {
  char version[32]; /* of the library */
  struct seam_config config;
};

/* A range of chains that the rank must count. It is empty when no chains are left for this rank. */
struct lease {
  struct chain_range range;
  uint64_t left; /* chains that no rank has yet */
  int workers;   /* the workers of all ranks together */
};

/* The backend that a rank has opened. */
struct opening {
  char backend[16];
  struct session_info info; /* its pointer `backend` means nothing to another process */
};

struct report {
  uint64_t chains, work_done; /* since the last report */
  uint64_t wanted;            /* chains that the next lease may hold; 0: the rank asks for none */
  bool cancelled;             /* MESSAGE_CANCEL has come */
};

#endif
