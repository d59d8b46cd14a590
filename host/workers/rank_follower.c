/* SPDX-License-Identifier: Apache-2.0 */
/* What every rank but 0 does: counts, of the runs that rank 0 leads, the chains that it is given. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "workers/worker_threads.h"
#include "base/floating_point.h"
#include "workers/rank_messages.h"
#include "workers/rank_share.h"
#include "workers/transport.h"
#include "backend/choice.h"

#define TICK        0.001 /* seconds between two looks for messages */
#define REPORT_TIME 0.1   /* between two reports */
#define LEASE_TIME  0.5   /* that a lease lasts, the last ones excepted */

enum { LEADER = 0 };

/* Its part in one run. */
struct follower {
  int slot;
  struct seam_result *result;
  struct crew crew;
  struct share share;     /* on its way to rank 0: what the result is swapped for */
  struct timespec begin;  /* of the run */
  struct timespec told;   /* when the last report was sent */
  uint64_t reported;      /* chains in reports */
  uint64_t trained;       /* in reports */
  bool opened;            /* the crew */
  bool asked, collecting; /* a lease is on its way; a request of the share is unanswered */
};

/* Its parts in all runs that go on. */
struct service {
  struct follower *of_slot[SLOTS];
};

/* ---- Messages to rank 0 ---- */

static void tell(int slot, enum message_kind kind, const void *bytes, size_t size) {
  ranks_send(LEADER, message_tag(slot, kind), bytes, size);
}

static void send_opening(const struct follower *f) {
  const struct session_info *info = &f->crew.info;
  struct opening opening = {.workers = info->workers, .least = info->least};
  snprintf(opening.backend, sizeof opening.backend, "%s", info->backend);
  snprintf(opening.isa, sizeof opening.isa, "%s", info->isa);
  snprintf(opening.device, sizeof opening.device, "%s", info->device);
  tell(f->slot, MESSAGE_OPENED, &opening, sizeof opening);
}

static void send_report(struct follower *f) {
  uint64_t done = gather_done(&f->crew.gather), trained = atomic_load(&f->crew.control.trained);
  struct report report = {done - f->reported, trained - f->trained, atomic_load(&f->crew.control.cancel)};
  f->reported = done;
  f->trained = trained;
  f->told = clock_after(0);
  tell(f->slot, MESSAGE_REPORT, &report, sizeof report);
}

/* So much as lasts a while at this rank's own speed, in whole batches; two for each worker before that is known. */
static uint64_t lease_size(struct follower *f) {
  uint64_t batch = f->crew.info.batch, least = 2 * (uint64_t)f->crew.info.workers;
  double batches = LEASE_TIME * (double)gather_done(&f->crew.gather) / clock_since(&f->begin) / (double)batch;
  return (batches > (double)least ? (uint64_t)batches : least) * batch;
}

/* Chains of all runs that no worker here was handed. */
static uint64_t left_of(const struct service *service) {
  uint64_t left = 0;
  for (int slot = 0; slot < SLOTS; slot++) {
    struct follower *f = service->of_slot[slot];
    if (!f) continue;
    pthread_mutex_lock(&f->crew.mutex);
    left += f->crew.handout.left;
    pthread_mutex_unlock(&f->crew.mutex);
  }
  return left;
}

/* Before the last leases are used up. */
static void ask(struct follower *f, const struct service *service) {
  struct request request = {lease_size(f)};
  pthread_mutex_lock(&f->crew.mutex);
  bool wanted = f->crew.handout.more && crew_goes_on(&f->crew);
  pthread_mutex_unlock(&f->crew.mutex);
  if (!wanted || f->asked || left_of(service) >= request.chains / 2) return;
  f->asked = true;
  tell(f->slot, MESSAGE_ASK, &request, sizeof request);
}

/* What was counted since the last time, if it is wanted or has grown. Never more than was reported. */
static void hand_in(struct follower *f, bool wanted) {
  if (!gather_take(&f->crew.gather, wanted, &f->share)) return;
  send_report(f);
  struct share_size size = {f->share.covered.ranges};
  size_t bytes = (size_t)f->crew.gather.result->histograms->cells * sizeof *f->share.counts;
  tell(f->slot, MESSAGE_SHARE, &size, sizeof size);
  tell(f->slot, MESSAGE_RANGES, f->share.covered.ids, 2 * size.ranges * sizeof *f->share.covered.ids);
  tell(f->slot, MESSAGE_COUNTS, f->share.counts, bytes);
  f->share.covered.ranges = 0;
  memset(f->share.counts, 0, bytes);
  if (wanted) f->collecting = false;
}

static void send_ending(int slot, seam_status status, const seam_error *error) {
  struct ending ending = {.status = status};
  if (status != SEAM_OK) ending.error = *error;
  tell(slot, MESSAGE_ENDED, &ending, sizeof ending);
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

static seam_status open_share(struct follower *f, seam_error *error) {
  f->share.counts = calloc((size_t)f->crew.gather.result->histograms->cells, sizeof *f->share.counts);
  return f->share.counts ? SEAM_OK : error_set(error, SEAM_ERROR_MEMORY, "out of memory: ask for fewer bins");
}

static seam_status open_run(struct follower *f, const struct order *order, seam_error *error) {
  struct seam_config config = order->config;
  if (strcmp(order->version, seam_version()) != 0)
    return error_set(error, SEAM_ERROR_BACKEND, "it runs seam %s, and rank 0 %.30s: start the same program",
                     seam_version(), order->version);
  rank_share_own(&config);
  FORWARD(result_create(&config, &f->result, error));
  FORWARD(backend_choose(&config, &f->crew.backend, error));
  f->crew.handout.more = true;
  f->opened = true;
  FORWARD(crew_open(&f->crew, &config, f->result, error));
  return open_share(f, error);
}

static void close_run(struct service *service, struct follower *f) {
  if (f->opened) crew_close(&f->crew);
  free(f->share.counts);
  coverage_free(&f->share.covered);
  handout_close(&f->crew.handout);
  seam_result_free(f->result);
  service->of_slot[f->slot] = NULL;
  free(f);
}

static void end_run(struct service *service, struct follower *f, seam_status status, const seam_error *error) {
  int slot = f->slot;
  seam_error kept = *error;
  close_run(service, f);
  send_ending(slot, status, &kept);
}

static void take_run(struct service *service, const struct message *message) {
  struct order order;
  seam_error error = {SEAM_OK, ""};
  int slot = message_slot(message);
  ranks_receive(message, &order, sizeof order);
  struct follower *f = calloc(1, sizeof *f);
  if (!f) {
    send_ending(slot, SEAM_ERROR_MEMORY, &(seam_error){SEAM_ERROR_MEMORY, "out of memory: start fewer processes"});
    return;
  }
  f->slot = slot;
  service->of_slot[slot] = f;
  seam_status status = open_run(f, &order, &error);
  if (status != SEAM_OK) {
    end_run(service, f, status, &error);
    return;
  }
  f->begin = f->told = clock_after(0);
  send_opening(f);
  crew_start(&f->crew);
}

/* One look at a run; ends it when its workers have. */
static void tick(struct service *service, struct follower *f) {
  bool ended = crew_wait(&f->crew, 0);
  ask(f, service);
  hand_in(f, f->collecting);
  if (clock_since(&f->told) > REPORT_TIME) send_report(f);
  if (!ended) return;
  crew_join(&f->crew);
  hand_in(f, true);
  end_run(service, f, f->crew.status, &f->crew.error);
}

/* Whether there may be further ones. What comes for a run that has ended is late. */
static bool take_message(struct service *service, const struct message *message) {
  struct follower *f = service->of_slot[message_slot(message)];
  enum message_kind kind = message_kind(message);
  if (kind == MESSAGE_RUN)
    take_run(service, message);
  else if (kind == MESSAGE_LEAVE || !f)
    message_drop(message);
  else
    take[kind](f, message);
  return kind != MESSAGE_LEAVE;
}

void seam_ranks_serve(void) {
  struct service service = {{NULL}};
  struct message message;
  struct floating_point_state found = floating_point_enter();
  for (bool stay = true; stay;) {
    while (stay && ranks_look(&message)) stay = take_message(&service, &message);
    for (int slot = 0; slot < SLOTS; slot++)
      if (service.of_slot[slot]) tick(&service, service.of_slot[slot]);
    clock_sleep(TICK);
  }
  floating_point_leave(found);
}
