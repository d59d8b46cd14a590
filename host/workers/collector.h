/* SPDX-License-Identifier: Apache-2.0 */
/* Collects what workers count into one result. Each worker counts into a share of its own and gives coverage and counts
 * to the result together, so that the result agrees with itself at any moment. */
#ifndef SEAM_COLLECTOR_H
#define SEAM_COLLECTOR_H

#include <pthread.h>

#include "backend/backend.h"
#include "result/result.h"

/* What one worker has counted and the result does not have yet. */
struct share {
  int64_t *counts;
  struct coverage covered;
  unsigned requests; /* how many requests it has answered */
};

struct collector {
  pthread_mutex_t mutex;      /* guards all of this, and the result */
  pthread_cond_t changed;     /* on the monotonic clock: a share was taken, or `done` has reached `alarm` */
  struct seam_result *result; /* outlives this */
  uint64_t done;              /* chains counted since the beginning, in shares or in the result */
  uint64_t alarm;
  unsigned requests; /* how often all shares were asked for */
  int shares, owing; /* how many there are, and how many have not answered the last request */
};

void collector_open(struct collector *collector, struct seam_result *result);
void collector_close(struct collector *collector);

/* The share of a worker of this process. */
seam_status collector_open_share(struct collector *collector, struct share *share, seam_error *error);

/* After `range` was counted into share->counts: takes the share if it was asked for or has many ranges. */
seam_status collector_batch(struct collector *collector, struct share *share, const struct chain_range *range,
                            seam_error *error);

/* Takes what is left. On an error the result lacks it, and still agrees with itself. */
seam_status collector_close_share(struct collector *collector, struct share *share, seam_error *error);

/* The share of another rank: the caller owns `counts` and `covered`. */
void collector_add_share(struct collector *collector, struct share *share);
void collector_remove_share(struct collector *collector, struct share *share);

/* Moves a share into the result. On an error the result lacks it, and still agrees with itself. */
seam_status collector_take_share(struct collector *collector, struct share *share, seam_error *error);

/* Adds chains that another rank has counted to `done`. */
void collector_count(struct collector *collector, uint64_t chains);

/* Whether the result is to be passed on: it is `wanted` and all workers have answered the last request, or it has many
 * ranges. Called with the mutex held. */
bool collector_is_due(const struct collector *collector, bool wanted);

/* Asks all workers for their shares; each answers after its batch. Called with the mutex held. */
void collector_request(struct collector *collector);

/* How many chains were counted since the beginning. */
uint64_t collector_done(struct collector *collector);

#endif
