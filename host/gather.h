/* SPDX-License-Identifier: Apache-2.0 */
/* Gathers what workers count: each keeps a share of its own and hands it in, coverage and counts together, so that the
 * result agrees with itself at any moment. */
#ifndef SEAM_GATHER_H
#define SEAM_GATHER_H

#include <pthread.h>

#include "backend.h"
#include "result.h"

/* What one worker has counted and not handed in. */
struct share {
  int64_t *counts;
  struct coverage covered;
  unsigned requests; /* up to which it has answered */
};

struct gather {
  pthread_mutex_t mutex;      /* guards all of this, and the result */
  pthread_cond_t changed;     /* on the monotonic clock: a share was handed in, or `alarm` reached */
  struct seam_result *result; /* outlives this */
  uint64_t done;              /* chains counted since the beginning, handed in or not */
  uint64_t alarm;             /* of `done` */
  unsigned requests;          /* how often all shares were asked for */
  int shares, owing;          /* how many there are, and how many of them have not answered the last request */
};

void gather_open(struct gather *gather, struct seam_result *result);
void gather_close(struct gather *gather);

seam_status gather_open_share(struct gather *gather, struct share *share, seam_error *error);

/* A share that comes from elsewhere: `counts` and `covered` are the caller's, and of what was handed in only the memory
 * is left. Where handing in fails the result lacks it, and agrees with itself all the same. */
void gather_enter(struct gather *gather, struct share *share);
seam_status gather_hand_in(struct gather *gather, struct share *share, seam_error *error);
void gather_leave(struct gather *gather, struct share *share);

/* So many more chains were counted elsewhere. */
void gather_count(struct gather *gather, uint64_t chains);

/* Whether the result is to be handed on: it is `wanted` and all workers have answered the last request, or it has many
 * ranges. Called with the mutex held. */
bool gather_is_due(const struct gather *gather, bool wanted);

/* After `range` was counted into share->counts: hands the share in when it has been asked for or has grown. */
seam_status gather_batch(struct gather *gather, struct share *share, const struct chain_range *range,
                         seam_error *error);

/* Hands in what is left. Where that fails the result lacks it, and agrees with itself all the same. */
seam_status gather_close_share(struct gather *gather, struct share *share, seam_error *error);

/* Asks all workers for their shares; each answers after its batch. Called with the mutex held. */
void gather_request(struct gather *gather);

/* How many chains were counted since the beginning. */
uint64_t gather_done(struct gather *gather);

#endif
