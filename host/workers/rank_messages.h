/* SPDX-License-Identifier: Apache-2.0 */
/* What ranks say to each other: rank 0 leads, the others follow. All are this very program on machines alike, so that
 * structs go as they are. Several runs can go on at once, each in a slot, which stands in the tag of its messages. */
#ifndef SEAM_RANK_MESSAGES_H
#define SEAM_RANK_MESSAGES_H

#include "backend/backend.h"
#include "workers/transport.h"

enum message_kind {
  /* To a follower. */
  MESSAGE_RUN,     /* struct order: count such a run */
  MESSAGE_LEASE,   /* struct lease: the answer to MESSAGE_ASK */
  MESSAGE_COLLECT, /* nothing: hand in what was counted */
  MESSAGE_CANCEL,  /* nothing: end the run within a slice; answered by a report at once */
  MESSAGE_LEAVE,   /* nothing: there will be no further run */

  /* To the leader. */
  MESSAGE_OPENED, /* struct opening */
  MESSAGE_ASK,    /* struct request */
  MESSAGE_REPORT, /* struct report */
  MESSAGE_SHARE,  /* struct share_size; then MESSAGE_RANGES and MESSAGE_COUNTS */
  MESSAGE_RANGES, /* the ids of a coverage */
  MESSAGE_COUNTS, /* int64_t for each cell */
  MESSAGE_ENDED,  /* struct ending: the last of a run */
  MESSAGES
};

enum { SLOTS = 32 };

static inline int message_tag(int slot, enum message_kind kind) { return slot * MESSAGES + (int)kind; }
static inline int message_slot(const struct message *message) { return message->tag / MESSAGES; }
static inline enum message_kind message_kind(const struct message *message) {
  return (enum message_kind)(message->tag % MESSAGES);
}

/* Takes a message that nobody waits for. */
void message_drop(const struct message *message);

struct order {
  char version[32]; /* of the library */
  struct seam_config config;
};

/* Chains to be counted; none where the run has no more to be handed out. */
struct lease {
  struct chain_range range;
  uint64_t left; /* to be handed out to anybody after this */
  int hands;     /* workers of all ranks together */
};

struct opening {
  char backend[16], isa[16], device[128];
  int workers;
  uint64_t least; /* as in struct session_info */
};

struct request {
  uint64_t chains; /* at most */
};

/* Since the last report. */
struct report {
  uint64_t chains, trained;
  bool cancelled; /* MESSAGE_CANCEL has come */
};

struct share_size {
  uint64_t ranges;
};

struct ending {
  seam_status status;
  seam_error error;
};

#endif
