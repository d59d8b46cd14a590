/* SPDX-License-Identifier: Apache-2.0 */
/* The part of every rank but 0: it counts the chains that rank 0 gives it, and sends the counts to rank 0. */
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

#define TICK        0.001 /* seconds between two checks for messages */
#define REPORT_TIME 0.1   /* the longest time between two reports, in seconds */
#define LEASE_TIME  0.5   /* seconds that a lease should last; the last leases are shorter */

enum { LEADER = 0 };

/* This rank's part in one run. */
struct rank_run {
  int slot;
  struct seam_result *result; /* the counts that rank 0 does not have yet */
  struct workers workers;
  bool opened; /* workers_open was called */
  struct timespec begin, reported_at;
  uint64_t reported, reported_work; /* chains, as far as rank 0 knows */
  bool asked;                       /* rank 0 has not answered the last request for a lease */
  bool collecting;                  /* rank 0 waits for the counts */
};

/* The runs that this rank takes part in, by slot. */
struct service {
  const struct seam_config *own; /* NULL: everything as rank 0 says */
  struct rank_run *runs[SLOTS];
};

/* ---- Messages to rank 0 ---- */

static void send(int slot, enum message_kind kind, const void *bytes, size_t size) {
  transport_send(LEADER, message_tag(slot, kind), bytes, size);
}

static void send_opening(const struct rank_run *run) {
  struct opening opening = {.info = run->workers.info};
  snprintf(opening.backend, sizeof opening.backend, "%s", opening.info.backend);
  send(run->slot, MESSAGE_OPENED, &opening, sizeof opening);
}

/* Reports that `done` chains were counted since the beginning. Asks for a lease of `wanted` chains unless that is 0. */
static void send_report(struct rank_run *run, uint64_t done, uint64_t wanted) {
  struct run_control *control = &run->workers.control;
  uint64_t work_done = atomic_load(&control->work_done);
  struct report report = {done - run->reported, work_done - run->reported_work, wanted, atomic_load(&control->cancel)};
  run->reported = done;
  run->reported_work = work_done;
  run->reported_at = clock_after(0);
  run->asked = run->asked || wanted > 0;
  send(run->slot, MESSAGE_REPORT, &report, sizeof report);
}

/* As many batches as this rank counts in LEASE_TIME, but at least two for each worker. */
static uint64_t lease_size(struct rank_run *run) {
  uint64_t batch = run->workers.info.batch, least = 2 * (uint64_t)run->workers.info.workers;
  double batches =
      LEASE_TIME * (double)collector_done(&run->workers.collector) / clock_since(&run->begin) / (double)batch;
  return (batches > (double)least ? (uint64_t)batches : least) * batch;
}

/* The chains of all runs that no worker of this rank has taken yet. */
static uint64_t chains_left(const struct service *service) {
  uint64_t left = 0;
  for (int slot = 0; slot < SLOTS; slot++) {
    struct rank_run *run = service->runs[slot];
    if (!run) continue;
    pthread_mutex_lock(&run->workers.mutex);
    left += run->workers.queue.left;
    pthread_mutex_unlock(&run->workers.mutex);
  }
  return left;
}

/* How many chains to ask for now; 0: none. Asks before the workers have none left. */
static uint64_t chains_wanted(struct rank_run *run, const struct service *service) {
  uint64_t size = lease_size(run);
  pthread_mutex_lock(&run->workers.mutex);
  bool more = run->workers.queue.more && workers_go_on(&run->workers);
  pthread_mutex_unlock(&run->workers.mutex);
  return more && !run->asked && chains_left(service) < size / 2 ? size : 0;
}

/* Sends the counts to rank 0 if it waits for them and all workers have given theirs, or if there are many ranges. The
 * report goes first, so that rank 0 never has counts of chains that were not reported. */
static void send_counts(struct rank_run *run) {
  struct collector *collector = &run->workers.collector;
  struct coverage *covered = &run->result->coverage;
  size_t bytes = (size_t)run->result->histograms->cells * sizeof *run->result->counts;
  pthread_mutex_lock(&collector->mutex);
  if (collector_is_due(collector, run->collecting)) {
    send_report(run, collector->done, 0);
    send(run->slot, MESSAGE_SHARE, covered->ids, 2 * covered->ranges * sizeof *covered->ids);
    send(run->slot, MESSAGE_COUNTS, run->result->counts, bytes);
    covered->ranges = 0;
    memset(run->result->counts, 0, bytes);
    run->collecting = false;
  }
  pthread_mutex_unlock(&collector->mutex);
}

/* ---- Messages from rank 0 ---- */

static void take_lease(struct rank_run *run, const struct message *message) {
  struct lease lease;
  seam_error error;
  seam_status status = SEAM_OK;
  struct workers *workers = &run->workers;
  transport_receive(message, &lease, sizeof lease);
  run->asked = false;
  pthread_mutex_lock(&workers->mutex);
  if (lease.range.begin == lease.range.end)
    workers->queue.more = false;
  else
    status = chain_queue_add(&workers->queue, &lease.range, &error);
  workers->queue.elsewhere = lease.left;
  workers->all_workers = lease.workers;
  pthread_cond_broadcast(&workers->refilled);
  pthread_mutex_unlock(&workers->mutex);
  if (status != SEAM_OK) workers_fail(workers, status, &error);
}

static void take_collect(struct rank_run *run, const struct message *message) {
  transport_receive(message, NULL, 0);
  pthread_mutex_lock(&run->workers.collector.mutex);
  collector_request(&run->workers.collector);
  pthread_mutex_unlock(&run->workers.collector.mutex);
  run->collecting = true;
}

static void take_cancel(struct rank_run *run, const struct message *message) {
  transport_receive(message, NULL, 0);
  workers_cancel(&run->workers);
  send_report(run, collector_done(&run->workers.collector), 0);
}

static void (*const take[])(struct rank_run *run, const struct message *message) = {
    [MESSAGE_LEASE] = take_lease, [MESSAGE_COLLECT] = take_collect, [MESSAGE_CANCEL] = take_cancel};

/* ---- A run ---- */

/* These options are not those of rank 0: the machine of this rank can be another. */
static void keep_own(struct seam_config *config, const struct seam_config *own) {
  config->backend = own->backend;
  config->device = own->device;
  config->isa = own->isa;
  config->threads = own->threads;
  config->slice = own->slice;
}

static seam_status open_run(struct rank_run *run, const struct order *order, const struct seam_config *own,
                            seam_error *error) {
  struct seam_config config = order->config;
  if (strcmp(order->version, seam_version()) != 0)
    return error_set(error, SEAM_ERROR_BACKEND, "it runs seam %s, and rank 0 %.30s: start the same program",
                     seam_version(), order->version);
  if (own) keep_own(&config, own);
  FORWARD(seam_config_check(&config, error));
  rank_share_own(&config);
  FORWARD(result_create(&config, &run->result, error));
  FORWARD(backend_choose(&config, &run->workers.backend, error));
  run->workers.queue.more = true;
  run->opened = true;
  return workers_open(&run->workers, &config, run->result, error);
}

static void end_run(struct service *service, struct rank_run *run, const seam_error *error) {
  send(run->slot, MESSAGE_ENDED, error, sizeof *error);
  if (run->opened) workers_close(&run->workers);
  chain_queue_close(&run->workers.queue);
  seam_result_free(run->result);
  service->runs[run->slot] = NULL;
  free(run);
}

static void take_run(struct service *service, const struct message *message) {
  struct order order;
  seam_error error = {SEAM_ERROR_MEMORY, "out of memory: start fewer processes"};
  int slot = message_slot(message);
  transport_receive(message, &order, sizeof order);
  struct rank_run *run = service->runs[slot] = calloc(1, sizeof *run);
  if (!run) {
    send(slot, MESSAGE_ENDED, &error, sizeof error);
    return;
  }
  run->slot = slot;
  if (open_run(run, &order, service->own, &error) != SEAM_OK) {
    end_run(service, run, &error);
    return;
  }
  run->begin = run->reported_at = clock_after(0);
  send_opening(run);
  workers_start(&run->workers);
}

/* Sends what rank 0 needs of a run, and ends the run when its workers have ended. */
static void serve_run(struct service *service, struct rank_run *run) {
  bool ended = workers_wait(&run->workers, 0);
  uint64_t wanted = chains_wanted(run, service);
  if (ended) {
    workers_join(&run->workers);
    run->collecting = true;
  }
  send_counts(run);
  if (wanted > 0 || clock_since(&run->reported_at) > REPORT_TIME)
    send_report(run, collector_done(&run->workers.collector), wanted);
  if (ended) end_run(service, run, &run->workers.error);
}

/* False after the last message. A message for a run that has ended is dropped. */
static bool take_message(struct service *service, const struct message *message) {
  struct rank_run *run = service->runs[message_slot(message)];
  enum message_kind kind = message_kind(message);
  if (kind == MESSAGE_RUN)
    take_run(service, message);
  else if (kind == MESSAGE_LEAVE || !run)
    message_drop(message);
  else
    take[kind](run, message);
  return kind != MESSAGE_LEAVE;
}

void seam_ranks_serve(void) { seam_ranks_serve_as(NULL); }

void seam_ranks_serve_as(const seam_config *own) {
  struct service service = {.own = own};
  struct message message;
  struct floating_point_state found = floating_point_enter();
  for (bool stay = true; stay;) {
    while (stay && transport_next(&message)) stay = take_message(&service, &message);
    for (int slot = 0; slot < SLOTS; slot++)
      if (service.runs[slot]) serve_run(&service, service.runs[slot]);
    clock_sleep(TICK);
  }
  floating_point_leave(found);
}
