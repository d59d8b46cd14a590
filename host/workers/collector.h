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
  pthread_cond_t changed;     /* a share was taken, or `done` has reached `alarm`; waits use the monotonic clock */
  struct seam_result *result; /* outlives this */
  uint64_t done;              /* chains counted since the beginning, in shares or in the result */
  uint64_t alarm;
  unsigned requests; /* how many times all shares were requested */
  int shares, owing; /* all shares, and those that have not answered the last request */
};

void collector_open(struct collector *collector, struct seam_result *result);
void collector_close(struct collector *collector);

/* Opens the share of a worker of this process. */
seam_status collector_open_share(struct collector *collector, struct share *share, seam_error *error);

/* Call this after `range` was counted into share->counts. Takes the share if it was requested or has many ranges. */
seam_status collector_batch(struct collector *collector, struct share *share, const struct chain_range *range,
                            seam_error *error);

/* Moves the rest of a share into the result and frees the share. On an error the result lacks the rest, and still
 * agrees with itself. */
seam_status collector_close_share(struct collector *collector, struct share *share, seam_error *error);

/* Adds or removes the share of another rank. The caller owns its `counts` and `covered`. */
void collector_add_share(struct collector *collector, struct share *share);
void collector_remove_share(struct collector *collector, struct share *share);

/* Moves a share into the result. On an error the result lacks it, and still agrees with itself. */
seam_status collector_take_share(struct collector *collector, struct share *share, seam_error *error);

/* Adds chains to `done` that another rank has counted. */
void collector_count(struct collector *collector, uint64_t chains);

/* Whether the result must be passed on now: it is `wanted` and all workers have answered the last request, or it has
 * many ranges. Call it with the mutex held. */
bool collector_is_due(const struct collector *collector, bool wanted);

/* Requests all shares. Each worker answers after its batch. Call it with the mutex held. */
void collector_request(struct collector *collector);

/* How many chains were counted since the beginning. */
uint64_t collector_done(struct collector *collector);

#endif
