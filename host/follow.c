/* SPDX-License-Identifier: Apache-2.0 */
/* What every rank but 0 does: counts, of the runs that rank 0 leads, the chains that it is given. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "crew.h"
#include "floating_point.h"
#include "message.h"
#include "rank_share.h"
#include "ranks.h"

#define TICK        0.001 /* seconds between two looks for messages */
#define REPORT_TIME 0.1   /* between two reports */
#define LEASE_TIME  0.5   /* that a lease lasts, the last ones excepted */

enum { LEADER = 0 };

struct follower {
  struct crew crew;
  struct share share;     /* on its way to rank 0: what the result is swapped for */
  struct timespec begin;  /* of the run */
  struct timespec told;   /* when the last report was sent */
  uint64_t reported;      /* chains in reports */
  uint64_t trained;       /* in reports */
  bool asked, collecting; /* a lease is on its way; a request of the share is unanswered */
};

/* ---- Messages to rank 0 ---- */

static void send_opening(const struct session_info *info) {
  struct opening opening = {.workers = info->workers, .least = info->least};
  snprintf(opening.backend, sizeof opening.backend, "%s", info->backend);
  snprintf(opening.isa, sizeof opening.isa, "%s", info->isa);
  snprintf(opening.device, sizeof opening.device, "%s", info->device);
  ranks_send(LEADER, MESSAGE_OPENED, &opening, sizeof opening);
}

static void send_report(struct follower *f) {
  uint64_t done = gather_done(&f->crew.gather), trained = atomic_load(&f->crew.control.trained);
  struct report report = {done - f->reported, trained - f->trained, atomic_load(&f->crew.control.cancel)};
  f->reported = done;
  f->trained = trained;
  f->told = clock_after(0);
  ranks_send(LEADER, MESSAGE_REPORT, &report, sizeof report);
}

/* So much as lasts a while at this rank's own speed, in whole batches; two for each worker before that is known. */
static uint64_t lease_size(struct follower *f) {
  uint64_t batch = f->crew.info.batch, least = 2 * (uint64_t)f->crew.info.workers;
  double batches = LEASE_TIME * (double)gather_done(&f->crew.gather) / clock_since(&f->begin) / (double)batch;
  return (batches > (double)least ? (uint64_t)batches : least) * batch;
}

/* Before the last lease is used up. */
static void ask(struct follower *f) {
  struct request request = {lease_size(f)};
  pthread_mutex_lock(&f->crew.mutex);
  bool low = f->crew.handout.more && f->crew.handout.left < request.chains / 2 && crew_goes_on(&f->crew);
  pthread_mutex_unlock(&f->crew.mutex);
  if (!low || f->asked) return;
  f->asked = true;
  ranks_send(LEADER, MESSAGE_ASK, &request, sizeof request);
}

/* What was counted since the last time, if it is wanted or has grown. Never more than was reported. */
static void hand_in(struct follower *f, bool wanted) {
  if (!gather_take(&f->crew.gather, wanted, &f->share)) return;
  send_report(f);
  struct share_size size = {f->share.covered.ranges};
  size_t bytes = (size_t)f->crew.gather.result->histograms->cells * sizeof *f->share.counts;
  ranks_send(LEADER, MESSAGE_SHARE, &size, sizeof size);
  ranks_send(LEADER, MESSAGE_RANGES, f->share.covered.ids, 2 * size.ranges * sizeof *f->share.covered.ids);
  ranks_send(LEADER, MESSAGE_COUNTS, f->share.counts, bytes);
  f->share.covered.ranges = 0;
  memset(f->share.counts, 0, bytes);
  if (wanted) f->collecting = false;
}

static void send_ending(seam_status status, const seam_error *error) {
  struct ending ending = {.status = status};
  if (status != SEAM_OK) ending.error = *error;
  ranks_send(LEADER, MESSAGE_ENDED, &ending, sizeof ending);
}

/* ---- Messages from rank 0 ---- */

static void take_lease(struct follower *f, const struct message *message) {
  struct lease lease;
  seam_error error;
  seam_status status = SEAM_OK;
  struct crew *crew = &f->crew;
  ranks_receive(message, &lease, sizeof lease);
  f->asked = false;
  pthread_mutex_lock(&crew->mutex);
  if (lease.range.begin == lease.range.end)
    crew->handout.more = false;
  else
    status = handout_add(&crew->handout, &lease.range, &error);
  crew->handout.elsewhere = lease.left;
  crew->hands = lease.hands;
  pthread_cond_broadcast(&crew->fed);
  pthread_mutex_unlock(&crew->mutex);
  if (status != SEAM_OK) crew_fail(crew, status, &error);
}

static void take_collect(struct follower *f, const struct message *message) {
  ranks_receive(message, NULL, 0);
  pthread_mutex_lock(&f->crew.gather.mutex);
  gather_request(&f->crew.gather);
  pthread_mutex_unlock(&f->crew.gather.mutex);
  f->collecting = true;
}

static void take_cancel(struct follower *f, const struct message *message) {
  ranks_receive(message, NULL, 0);
  crew_cancel(&f->crew);
  send_report(f);
}

static void (*const take[])(struct follower *f, const struct message *message) = {
    [MESSAGE_LEASE] = take_lease, [MESSAGE_COLLECT] = take_collect, [MESSAGE_CANCEL] = take_cancel};

/* ---- A run ---- */

static void watch(struct follower *f) {
  for (bool last = false; !last;) {
    struct message message;
    last = crew_wait(&f->crew, TICK);
    while (ranks_look(&message)) take[message.kind](f, &message);
    ask(f);
    hand_in(f, f->collecting);
    if (clock_since(&f->told) > REPORT_TIME) send_report(f);
  }
}

static void count(struct follower *f) {
  f->begin = f->told = clock_after(0);
  send_opening(&f->crew.info);
  crew_start(&f->crew);
  watch(f);
  crew_join(&f->crew);
  hand_in(f, true);
}

static seam_status open_share(struct follower *f, seam_error *error) {
  f->share.counts = calloc((size_t)f->crew.gather.result->histograms->cells, sizeof *f->share.counts);
  return f->share.counts ? SEAM_OK : error_set(error, SEAM_ERROR_MEMORY, "out of memory: ask for fewer bins");
}

static seam_status run_result(struct follower *f, const struct seam_config *config, struct seam_result *result,
                              seam_error *error) {
  FORWARD(backend_choose(config, &f->crew.backend, error));
  seam_status status = crew_open(&f->crew, config, result, error);
  if (status == SEAM_OK) status = open_share(f, error);
  if (status == SEAM_OK) {
    count(f);
    status = f->crew.status;
    *error = f->crew.error;
  }
  crew_close(&f->crew);
  free(f->share.counts);
  coverage_free(&f->share.covered);
  return status;
}

static seam_status run_order(const struct order *order, seam_error *error) {
  struct follower f = {.crew.handout.more = true};
  struct seam_config config = order->config;
  struct seam_result *result;
  if (strcmp(order->version, seam_version()) != 0)
    return error_set(error, SEAM_ERROR_BACKEND, "it runs seam %s, and rank 0 %.30s: start the same program",
                     seam_version(), order->version);
  rank_share_own(&config);
  FORWARD(result_create(&config, &result, error));
  struct floating_point_state found = floating_point_enter();
  seam_status status = run_result(&f, &config, result, error);
  floating_point_leave(found);
  handout_close(&f.crew.handout);
  seam_result_free(result);
  return status;
}

/* Whatever else comes between two runs is late for the one that has ended. */
void seam_ranks_serve(void) {
  struct message message = {.kind = MESSAGE_RUN};
  while (message.kind != MESSAGE_LEAVE) {
    struct order order;
    seam_error error;
    if (!ranks_look(&message)) {
      clock_sleep(TICK);
      continue;
    }
    ranks_receive(&message, &order, sizeof order);
    if (message.kind == MESSAGE_RUN) send_ending(run_order(&order, &error), &error);
  }
}
