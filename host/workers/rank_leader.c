/* SPDX-License-Identifier: Apache-2.0 */
/* Gives chains to the other ranks and collects their counts.
 *
 * Each rank asks for a lease, which is a range of chains. It counts them, and sends its counts when rank 0 asks for
 * them. Rank 0 joins these counts to the result as it joins the counts of a worker thread. The run ends when every rank
 * has ended or was lost.
 *
 * Leases are large at first and small at the end, so that ranks of unequal speed end together. Counts travel as
 * messages between two ranks: an MPI reduction would need all ranks, and so would lose everything with one of them.
 * bench/results/2026-12-01-ranks.md has the measurements. */
#define _GNU_SOURCE
#include "workers/rank_leader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "workers/rank_messages.h"
#include "workers/transport.h"

/* Seconds in which a rank must answer MESSAGE_CANCEL. A rank that was killed never answers, and then mpirun stops the
 * others after about one second. A rank that still opens its devices cannot answer, but it has counted nothing yet. */
#define PATIENCE         0.3
#define OPENING_PATIENCE 10.0

struct follower {
  struct share share;       /* its counts are leader->counts: rank 0 receives one share at a time */
  uint64_t received;        /* chains whose counts have come */
  struct session_info info; /* a guess until it is `opened` */
  bool opened;
  bool ending; /* has answered that it will end */
  bool ended;
};

struct leader {
  int slot;
  struct workers *workers;
  int count;                  /* of ranks */
  struct follower *followers; /* by rank; the first is not used */
  uint64_t *counted;          /* chains by rank whose counts have come or will come */
  int64_t *counts;
  int open;           /* ranks that have not ended */
  unsigned collected; /* the last request of the collector that the ranks know of */
  bool cancelled;     /* the others were told to end */
  struct timespec cancelled_at;
};

/* The ranks are global to a process, and so are the slots. */
static struct leader *leaders[SLOTS];

static void send(const struct leader *leader, int rank, enum message_kind kind, const void *bytes, size_t size) {
  transport_send(rank, message_tag(leader->slot, kind), bytes, size);
}

static void send_all(const struct leader *leader, enum message_kind kind) {
  for (int rank = 1; rank < leader->count; rank++)
    if (!leader->followers[rank].ended) send(leader, rank, kind, NULL, 0);
}

/* ---- Opening and closing ---- */

void leader_close(struct leader *leader) {
  if (!leader) return;
  leaders[leader->slot] = NULL;
  for (int rank = 1; leader->followers && rank < leader->count; rank++)
    coverage_free(&leader->followers[rank].share.covered);
  free(leader->followers);
  free(leader->counted);
  free(leader->counts);
  free(leader);
}

/* Until a rank has opened its devices, rank 0 assumes that it has as many workers as rank 0. */
static void send_order(struct leader *leader, const struct seam_config *config) {
  struct workers *workers = leader->workers;
  struct order order = {.version = "", .config = *config};
  snprintf(order.version, sizeof order.version, "%s", seam_version());
  workers->all_workers = leader->count * workers->info.workers;
  for (int rank = 1; rank < leader->count; rank++) {
    struct follower *follower = &leader->followers[rank];
    *follower = (struct follower){.share.counts = leader->counts, .info = workers->info};
    collector_add_share(&workers->collector, &follower->share);
    leader->collected = follower->share.requests;
    send(leader, rank, MESSAGE_RUN, &order, sizeof order);
  }
}

/* Adds "3 ranks" to the record of the run. */
static void add_ranks(struct leader *leader) {
  char ranks[32];
  snprintf(ranks, sizeof ranks, "%d ranks", leader->count);
  result_add_place(leader->workers->collector.result, "", "", ranks);
}

static bool allocate(struct leader *leader) {
  size_t ranks = (size_t)leader->count, cells = (size_t)leader->workers->collector.result->histograms->cells;
  leader->followers = calloc(ranks, sizeof *leader->followers);
  leader->counted = calloc(ranks, sizeof *leader->counted);
  leader->counts = calloc(cells, sizeof *leader->counts);
  return leader->followers && leader->counted && leader->counts;
}

seam_status leader_open(struct workers *workers, const struct seam_config *config, struct leader **out,
                        seam_error *error) {
  int slot = 0;
  *out = NULL;
  if (transport_ranks() == 1) return SEAM_OK;
  while (slot < SLOTS && leaders[slot]) slot++;
  if (slot == SLOTS) return error_set(error, SEAM_ERROR_INTERNAL, "more than %d runs at once", SLOTS);
  struct leader *leader = calloc(1, sizeof *leader);
  if (!leader) return error_set(error, SEAM_ERROR_MEMORY, "out of memory: start fewer processes");
  *leader =
      (struct leader){.slot = slot, .workers = workers, .count = transport_ranks(), .open = transport_ranks() - 1};
  if (!allocate(leader)) {
    leader_close(leader);
    return error_set(error, SEAM_ERROR_MEMORY, "out of memory for the counts of other ranks: ask for fewer bins");
  }
  leaders[slot] = *out = leader;
  add_ranks(leader);
  send_order(leader, config);
  return SEAM_OK;
}

/* ---- The end of a rank ---- */

/* Nothing more will come from this rank. */
static void close_follower(struct leader *leader, struct follower *follower) {
  follower->ended = true;
  leader->open--;
  collector_remove_share(&leader->workers->collector, &follower->share);
}

/* Gives a rank up. The chains whose counts have not come are not counted; --resume counts them again. */
static void lose(struct leader *leader, int rank) {
  struct follower *follower = &leader->followers[rank];
  uint64_t missing = leader->counted[rank] - follower->received;
  collector_count(&leader->workers->collector, -missing);
  leader->counted[rank] -= missing;
  close_follower(leader, follower);
  transport_give_up();
}

/* Ends the run with an error that names the rank. */
static void fail(struct leader *leader, int rank, const seam_error *error) {
  seam_error named;
  error_set(&named, error->status, "rank %d: %.490s", rank, error->message);
  workers_fail(leader->workers, named.status, &named);
}

/* ---- Messages from a rank ---- */

static void take_opening(struct leader *leader, int rank, const struct message *message) {
  struct opening opening;
  struct workers *workers = leader->workers;
  struct follower *follower = &leader->followers[rank];
  transport_receive(message, &opening, sizeof opening);
  pthread_mutex_lock(&workers->mutex);
  workers->all_workers += opening.info.workers - follower->info.workers;
  pthread_mutex_unlock(&workers->mutex);
  follower->info = opening.info;
  follower->opened = true;
  pthread_mutex_lock(&workers->collector.mutex);
  result_add_place(workers->collector.result, opening.backend, opening.info.isa, opening.info.device);
  pthread_mutex_unlock(&workers->collector.mutex);
}

/* A lease is the portion that chain_queue_portion gives to one worker, as if all workers of the rank were one. */
static void send_lease(struct leader *leader, int rank, uint64_t wanted) {
  struct workers *workers = leader->workers;
  struct session_info info = leader->followers[rank].info;
  struct lease lease = {.left = 0};
  info.batch = wanted;
  pthread_mutex_lock(&workers->mutex);
  info.workers = 1 + (workers->all_workers - 1) / info.workers;
  if (workers_go_on(workers)) chain_queue_take(&workers->queue, &info, &lease.range);
  lease.left = workers->queue.left;
  lease.workers = workers->all_workers;
  pthread_mutex_unlock(&workers->mutex);
  send(leader, rank, MESSAGE_LEASE, &lease, sizeof lease);
}

static void take_report(struct leader *leader, int rank, const struct message *message) {
  struct report report;
  transport_receive(message, &report, sizeof report);
  leader->counted[rank] += report.chains;
  leader->followers[rank].ending |= report.cancelled;
  atomic_fetch_add(&leader->workers->control.work_done, report.work_done);
  collector_count(&leader->workers->collector, report.chains);
  if (report.wanted > 0) send_lease(leader, rank, report.wanted);
}

static seam_status receive_share(struct leader *leader, int rank, const struct message *message, seam_error *error) {
  struct coverage *covered = &leader->followers[rank].share.covered;
  struct message counts = {.from = rank, .tag = message_tag(leader->slot, MESSAGE_COUNTS)};
  size_t ranges = message->size / (2 * sizeof *covered->ids);
  FORWARD(coverage_reserve(covered, ranges, error));
  transport_receive(message, covered->ids, message->size);
  transport_receive(&counts, leader->counts,
                    (size_t)leader->workers->collector.result->histograms->cells * sizeof(int64_t));
  covered->ranges = ranges;
  uint64_t chains = coverage_size(covered);
  FORWARD(collector_take_share(&leader->workers->collector, &leader->followers[rank].share, error));
  leader->followers[rank].received += chains;
  return SEAM_OK;
}

/* A rank whose share finds no memory is lost. */
static void take_share(struct leader *leader, int rank, const struct message *message) {
  seam_error error;
  if (receive_share(leader, rank, message, &error) == SEAM_OK) return;
  fail(leader, rank, &error);
  lose(leader, rank);
}

static void take_end(struct leader *leader, int rank, const struct message *message) {
  seam_error error;
  transport_receive(message, &error, sizeof error);
  if (error.status != SEAM_OK) fail(leader, rank, &error);
  close_follower(leader, &leader->followers[rank]);
}

static void (*const take[])(struct leader *leader, int rank, const struct message *message) = {
    [MESSAGE_OPENED] = take_opening,
    [MESSAGE_REPORT] = take_report,
    [MESSAGE_SHARE] = take_share,
    [MESSAGE_ENDED] = take_end,
};

static bool any_open(void) {
  for (int slot = 0; slot < SLOTS; slot++)
    if (leaders[slot] && leaders[slot]->open > 0) return true;
  return false;
}

/* Takes the messages of all runs. A message from a rank that was given up is too late. */
static void take_messages(void) {
  struct message message;
  while (any_open() && transport_next(&message)) {
    struct leader *leader = leaders[message_slot(&message)];
    if (leader && !leader->followers[message.from].ended)
      take[message_kind(&message)](leader, message.from, &message);
    else
      message_drop(&message);
  }
}

/* ---- Messages to the ranks ---- */

/* Tells all ranks to stop, the first time the run ends early. */
static void pass_on_end(struct leader *leader) {
  pthread_mutex_lock(&leader->workers->mutex);
  bool goes_on = workers_go_on(leader->workers);
  pthread_mutex_unlock(&leader->workers->mutex);
  if (goes_on || leader->cancelled) return;
  leader->cancelled = true;
  leader->cancelled_at = clock_after(0);
  send_all(leader, MESSAGE_CANCEL);
}

/* Asks all ranks for their counts when a checkpoint asks the workers for theirs. */
static void pass_on_request(struct leader *leader) {
  struct collector *collector = &leader->workers->collector;
  pthread_mutex_lock(&collector->mutex);
  unsigned requests = collector->requests;
  pthread_mutex_unlock(&collector->mutex);
  if (leader->collected == requests) return;
  leader->collected = requests;
  send_all(leader, MESSAGE_COLLECT);
}

/* Whether a rank is still opening its devices, for any run. */
static bool is_opening(int rank) {
  for (int slot = 0; slot < SLOTS; slot++)
    if (leaders[slot] && !leaders[slot]->followers[rank].opened && !leaders[slot]->followers[rank].ended) return true;
  return false;
}

/* Gives up the ranks that did not answer MESSAGE_CANCEL in time. */
static void lose_silent(struct leader *leader) {
  double silent = leader->cancelled ? clock_since(&leader->cancelled_at) : 0;
  seam_error error;
  for (int rank = 1; silent >= PATIENCE && rank < leader->count; rank++) {
    const struct follower *follower = &leader->followers[rank];
    if (follower->ended || follower->ending || (silent < OPENING_PATIENCE && is_opening(rank))) continue;
    error_set(&error, SEAM_ERROR_DEVICE,
              "rank %d was lost with the counts that it had not sent: run the same command again with --resume", rank);
    workers_fail(leader->workers, error.status, &error);
    lose(leader, rank);
  }
}

/* ---- The run ---- */

bool leader_serve(struct leader *leader) {
  if (!leader) return true;
  take_messages();
  pass_on_end(leader);
  pass_on_request(leader);
  lose_silent(leader);
  return leader->open == 0;
}

const uint64_t *leader_counted(struct leader *leader, uint64_t *all, int *ranks) {
  *ranks = leader ? leader->count : 1;
  if (!leader) return all;
  leader->counted[0] = *all;
  for (int rank = 1; rank < leader->count; rank++) leader->counted[0] -= leader->counted[rank];
  return leader->counted;
}

void seam_ranks_leave(void) {
  for (int rank = 1; transport_rank() == 0 && rank < transport_ranks(); rank++)
    transport_send(rank, message_tag(0, MESSAGE_LEAVE), NULL, 0);
  transport_end();
}
