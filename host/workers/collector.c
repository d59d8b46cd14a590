/* SPDX-License-Identifier: Apache-2.0 */
/* Moves the counts of workers into one result. */
#include "workers/collector.h"

#include <stdlib.h>

/* In a share. Batches of several workers alternate, so their ranges do not join. Memory must not grow with chains. */
enum { MOST_RANGES = 1024 };

void collector_open(struct collector *collector, struct seam_result *result) {
  pthread_condattr_t monotonic;
  *collector = (struct collector){.result = result, .alarm = UINT64_MAX};
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&collector->changed, &monotonic);
  pthread_condattr_destroy(&monotonic);
  pthread_mutex_init(&collector->mutex, NULL);
}

void collector_close(struct collector *collector) {
  pthread_cond_destroy(&collector->changed);
  pthread_mutex_destroy(&collector->mutex);
}

static void free_share(struct share *share) {
  free(share->counts);
  coverage_free(&share->covered);
}

seam_status collector_open_share(struct collector *collector, struct share *share, seam_error *error) {
  *share = (struct share){.counts = calloc((size_t)collector->result->histograms->cells, sizeof *share->counts)};
  /* Reserves all ranges now, so that a batch that was counted can always be added. */
  if (!share->counts || coverage_reserve(&share->covered, MOST_RANGES, NULL) != SEAM_OK) {
    free_share(share);
    return error_set(error, SEAM_ERROR_MEMORY, "out of memory for a worker's counts: use fewer --threads or --bins");
  }
  collector_add_share(collector, share);
  return SEAM_OK;
}

void collector_add_share(struct collector *collector, struct share *share) {
  pthread_mutex_lock(&collector->mutex);
  share->requests = collector->requests;
  collector->shares++;
  pthread_mutex_unlock(&collector->mutex);
}

static void answer(struct collector *collector, struct share *share) {
  if (share->requests == collector->requests) return;
  share->requests = collector->requests;
  collector->owing--;
  pthread_cond_signal(&collector->changed);
}

/* Skips cells that are 0. A short run has many of them, and a page takes no memory until it is written. */
static void move_counts(int64_t *from, int64_t *to, int64_t cells) {
  for (int64_t cell = 0; cell < cells; cell++) {
    if (from[cell] == 0) continue;
    to[cell] += from[cell];
    from[cell] = 0;
  }
}

/* Adds coverage and counts, or neither: coverage_join adds nothing when it fails. */
static seam_status take(struct collector *collector, struct share *share, seam_error *error) {
  struct seam_result *result = collector->result;
  seam_status status = coverage_join(&result->coverage, &share->covered, error);
  if (status == SEAM_OK && share->covered.ranges > 0) {
    move_counts(share->counts, result->counts, result->histograms->cells);
    share->covered.ranges = 0;
  }
  answer(collector, share);
  return status;
}

seam_status collector_batch(struct collector *collector, struct share *share, const struct chain_range *range,
                            seam_error *error) {
  FORWARD(coverage_add(&share->covered, range->begin, range->end, error));
  pthread_mutex_lock(&collector->mutex);
  collector->done += range->end - range->begin;
  if (collector->done >= collector->alarm) pthread_cond_signal(&collector->changed);
  bool due = share->requests != collector->requests || share->covered.ranges == MOST_RANGES;
  seam_status status = due ? take(collector, share, error) : SEAM_OK;
  pthread_mutex_unlock(&collector->mutex);
  return status;
}

seam_status collector_take_share(struct collector *collector, struct share *share, seam_error *error) {
  pthread_mutex_lock(&collector->mutex);
  seam_status status = take(collector, share, error);
  pthread_mutex_unlock(&collector->mutex);
  return status;
}

void collector_remove_share(struct collector *collector, struct share *share) {
  pthread_mutex_lock(&collector->mutex);
  answer(collector, share);
  collector->shares--;
  pthread_mutex_unlock(&collector->mutex);
}

seam_status collector_close_share(struct collector *collector, struct share *share, seam_error *error) {
  pthread_mutex_lock(&collector->mutex);
  seam_status status = take(collector, share, error);
  collector->shares--;
  pthread_mutex_unlock(&collector->mutex);
  free_share(share);
  return status;
}

void collector_count(struct collector *collector, uint64_t chains) {
  pthread_mutex_lock(&collector->mutex);
  collector->done += chains;
  if (collector->done >= collector->alarm) pthread_cond_signal(&collector->changed);
  pthread_mutex_unlock(&collector->mutex);
}

bool collector_is_due(const struct collector *collector, bool wanted) {
  return (wanted && collector->owing == 0) || collector->result->coverage.ranges >= MOST_RANGES;
}

void collector_request(struct collector *collector) {
  collector->requests++;
  collector->owing = collector->shares;
}

uint64_t collector_done(struct collector *collector) {
  pthread_mutex_lock(&collector->mutex);
  uint64_t done = collector->done;
  pthread_mutex_unlock(&collector->mutex);
  return done;
}
