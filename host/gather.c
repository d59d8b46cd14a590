/* SPDX-License-Identifier: Apache-2.0 */
/* Gathers what workers count into one result. */
#include "gather.h"

#include <stdlib.h>

/* Of a share: batches of several workers alternate, and memory must not grow with chains. */
enum { MOST_RANGES = 1024 };

void gather_open(struct gather *gather, struct seam_result *result) {
  pthread_condattr_t monotonic;
  *gather = (struct gather){.result = result, .alarm = UINT64_MAX};
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&gather->changed, &monotonic);
  pthread_condattr_destroy(&monotonic);
  pthread_mutex_init(&gather->mutex, NULL);
}

void gather_close(struct gather *gather) {
  pthread_cond_destroy(&gather->changed);
  pthread_mutex_destroy(&gather->mutex);
}

static void free_share(struct share *share) {
  free(share->counts);
  coverage_free(&share->covered);
}

seam_status gather_open_share(struct gather *gather, struct share *share, seam_error *error) {
  *share = (struct share){.counts = calloc((size_t)gather->result->histograms->cells, sizeof *share->counts)};
  /* All at once, so that no batch, once counted, can fail to be covered. */
  if (!share->counts || coverage_reserve(&share->covered, MOST_RANGES, NULL) != SEAM_OK) {
    free_share(share);
    return error_set(error, SEAM_ERROR_MEMORY, "out of memory for a worker's counts: use fewer --threads or --bins");
  }
  gather_enter(gather, share);
  return SEAM_OK;
}

void gather_enter(struct gather *gather, struct share *share) {
  pthread_mutex_lock(&gather->mutex);
  share->requests = gather->requests;
  gather->shares++;
  pthread_mutex_unlock(&gather->mutex);
}

static void answer(struct gather *gather, struct share *share) {
  if (share->requests == gather->requests) return;
  share->requests = gather->requests;
  gather->owing--;
  pthread_cond_signal(&gather->changed);
}

/* Most cells of a short run are 0, and their pages were never touched: writing there would have the kernel make them.
 */
static void move_counts(int64_t *from, int64_t *to, int64_t cells) {
  for (int64_t cell = 0; cell < cells; cell++) {
    if (from[cell] == 0) continue;
    to[cell] += from[cell];
    from[cell] = 0;
  }
}

/* Both or neither: coverage_join adds nothing when it fails. */
static seam_status hand_in(struct gather *gather, struct share *share, seam_error *error) {
  struct seam_result *result = gather->result;
  seam_status status = coverage_join(&result->coverage, &share->covered, error);
  if (status == SEAM_OK && share->covered.ranges > 0) {
    move_counts(share->counts, result->counts, result->histograms->cells);
    share->covered.ranges = 0;
  }
  answer(gather, share);
  return status;
}

seam_status gather_batch(struct gather *gather, struct share *share, const struct chain_range *range,
                         seam_error *error) {
  FORWARD(coverage_add(&share->covered, range->begin, range->end, error));
  pthread_mutex_lock(&gather->mutex);
  gather->done += range->end - range->begin;
  if (gather->done >= gather->alarm) pthread_cond_signal(&gather->changed);
  bool due = share->requests != gather->requests || share->covered.ranges == MOST_RANGES;
  seam_status status = due ? hand_in(gather, share, error) : SEAM_OK;
  pthread_mutex_unlock(&gather->mutex);
  return status;
}

seam_status gather_hand_in(struct gather *gather, struct share *share, seam_error *error) {
  pthread_mutex_lock(&gather->mutex);
  seam_status status = hand_in(gather, share, error);
  pthread_mutex_unlock(&gather->mutex);
  return status;
}

void gather_leave(struct gather *gather, struct share *share) {
  pthread_mutex_lock(&gather->mutex);
  answer(gather, share);
  gather->shares--;
  pthread_mutex_unlock(&gather->mutex);
}

seam_status gather_close_share(struct gather *gather, struct share *share, seam_error *error) {
  pthread_mutex_lock(&gather->mutex);
  seam_status status = hand_in(gather, share, error);
  gather->shares--;
  pthread_mutex_unlock(&gather->mutex);
  free_share(share);
  return status;
}

void gather_count(struct gather *gather, uint64_t chains) {
  pthread_mutex_lock(&gather->mutex);
  gather->done += chains;
  if (gather->done >= gather->alarm) pthread_cond_signal(&gather->changed);
  pthread_mutex_unlock(&gather->mutex);
}

bool gather_is_due(const struct gather *gather, bool wanted) {
  return (wanted && gather->owing == 0) || gather->result->coverage.ranges >= MOST_RANGES;
}

void gather_request(struct gather *gather) {
  gather->requests++;
  gather->owing = gather->shares;
}

uint64_t gather_done(struct gather *gather) {
  pthread_mutex_lock(&gather->mutex);
  uint64_t done = gather->done;
  pthread_mutex_unlock(&gather->mutex);
  return done;
}
