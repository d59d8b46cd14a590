/* SPDX-License-Identifier: Apache-2.0 */
/* Rank 0 leads the other ranks. Each of them asks for a lease, which is a range of chains, counts it, and sends its
 * counts when rank 0 collects them. Its counts are joined to the result as those of a worker thread are. The run ends
 * when every rank has ended or was lost.
 *
 * Leases are large at first and small at the end, so that ranks of unequal speed end together. Counts travel as
 * messages between two ranks: an MPI reduction would need all ranks, and so would lose everything with one of them.
 * bench/results/2026-12-01-ranks.md has the measurements. */
#define _GNU_SOURCE
#include "lead.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "message.h"
#include "ranks.h"

/* Seconds that a rank has to answer that it was told to end. A rank that was killed never answers, and mpirun gives the
 * others about one second more. A rank that still opens its devices cannot answer, but has counted nothing yet. */
#define PATIENCE         0.3
#define OPENING_PATIENCE 10.0

struct follower {
  struct share share; /* its counts are leader->counts: rank 0 receives one share at a time */
  unsigned collected; /* the last request of the gather that was passed on */
  uint64_t received;  /* chains whose counts have come */
  int workers;
  uint64_t least; /* as in struct session_info */
  bool opened;    /* has said what `workers` and `least` are */
  bool ending;    /* has answered that it will end */
  bool ended;
};

struct leader {
  int slot;
  struct crew *crew;
  int count;                  /* of ranks */
  struct follower *followers; /* by rank; the first is not used */
  uint64_t *counted;          /* chains by rank, of which counts have come or will come */
  int64_t *counts;
  int open;                  /* ranks that have not ended */
  bool cancelled;            /* the others were told to end */
  struct timespec cancelled_at;
};

/* A process has one set of ranks, and so one set of slots. */
static struct leader *leaders[SLOTS];

static void send(const struct leader *leader, int rank, enum message_kind kind, const void *bytes, size_t size) {
  ranks_send(rank, message_tag(leader->slot, kind), bytes, size);
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

/* Until a rank has opened its devices, it is taken to have as many workers as this one. */
static void send_order(struct leader *leader, const struct seam_config *config) {
  struct order order = {.version = "", .config = *config};
  snprintf(order.version, sizeof order.version, "%s", seam_version());
  for (int rank = 1; rank < leader->count; rank++) {
    struct follower *follower = &leader->followers[rank];
    *follower = (struct follower){.share.counts = leader->counts, .workers = leader->crew->info.workers, .least = 2};
    leader->crew->hands += follower->workers;
    gather_enter(&leader->crew->gather, &follower->share);
    follower->collected = follower->share.requests;
    send(leader, rank, MESSAGE_RUN, &order, sizeof order);
  }
}

/* "3 ranks" goes into the record of the run. */
static void add_ranks(struct leader *leader) {
  char ranks[32];
  snprintf(ranks, sizeof ranks, "%d ranks", leader->count);
  result_add_place(leader->crew->gather.result, "", "", ranks);
}

static bool allocate(struct leader *leader) {
  size_t ranks = (size_t)leader->count, cells = (size_t)leader->crew->gather.result->histograms->cells;
  leader->followers = calloc(ranks, sizeof *leader->followers);
  leader->counted = calloc(ranks, sizeof *leader->counted);
  leader->counts = calloc(cells, sizeof *leader->counts);
  return leader->followers && leader->counted && leader->counts;
}

seam_status leader_open(struct crew *crew, const struct seam_config *config, struct leader **out, seam_error *error) {
  int slot = 0;
  *out = NULL;
  if (ranks_count() == 1) return SEAM_OK;
  while (slot < SLOTS && leaders[slot]) slot++;
  if (slot == SLOTS) return error_set(error, SEAM_ERROR_INTERNAL, "more than %d runs at once", SLOTS);
  struct leader *leader = calloc(1, sizeof *leader);
  if (!leader) return error_set(error, SEAM_ERROR_MEMORY, "memory is out: start fewer processes");
  *leader = (struct leader){.slot = slot, .crew = crew, .count = ranks_count(), .open = ranks_count() - 1};
  if (!allocate(leader)) {
    leader_close(leader);
    return error_set(error, SEAM_ERROR_MEMORY, "memory is out for the counts of other ranks: ask for fewer bins");
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
  gather_leave(&leader->crew->gather, &follower->share);
}

/* Ends the run with an error that names the rank. */
static void fail(struct leader *leader, int rank, const seam_error *error) {
  seam_error named;
  error_set(&named, error->status, "rank %d%.490s", rank, error->message);
  crew_fail(leader->crew, named.status, &named);
}

/* Gives a rank up. Chains whose counts have not come are not counted: --resume runs them again. */
static void lose(struct leader *leader, int rank, const seam_error *error) {
  struct follower *follower = &leader->followers[rank];
  fail(leader, rank, error);
  gather_count(&leader->crew->gather, follower->received - leader->counted[rank]); /* unsigned: wraps around to less */
  leader->counted[rank] = follower->received;
  close_follower(leader, follower);
  ranks_forsake();
}

/* ---- Messages from a rank ---- */

static void take_opening(struct leader *leader, int rank, const struct message *message) {
  struct opening opening;
  struct crew *crew = leader->crew;
  struct follower *follower = &leader->followers[rank];
  ranks_receive(message, &opening, sizeof opening);
  pthread_mutex_lock(&crew->mutex);
  crew->hands += opening.workers - follower->workers;
  pthread_mutex_unlock(&crew->mutex);
  follower->workers = opening.workers;
  follower->least = opening.least;
  follower->opened = true;
  pthread_mutex_lock(&crew->gather.mutex);
  result_add_place(crew->gather.result, opening.backend, opening.isa, opening.device);
  pthread_mutex_unlock(&crew->gather.mutex);
}

/* A lease is a portion for a worker as large as all of the rank's. Portions shrink as the chains run out. */
static void send_lease(struct leader *leader, int rank, uint64_t wanted) {
  struct crew *crew = leader->crew;
  const struct follower *follower = &leader->followers[rank];
  struct lease lease = {.left = 0};
  pthread_mutex_lock(&crew->mutex);
  struct session_info info = {
      .workers = 1 + (crew->hands - 1) / follower->workers, .batch = wanted, .least = follower->least};
  if (crew_goes_on(crew)) handout_take(&crew->handout, &info, &lease.range);
  lease.left = crew->handout.left;
  lease.workers = crew->hands;
  pthread_mutex_unlock(&crew->mutex);
  send(leader, rank, MESSAGE_LEASE, &lease, sizeof lease);
}

static void take_report(struct leader *leader, int rank, const struct message *message) {
  struct report report;
  ranks_receive(message, &report, sizeof report);
  leader->counted[rank] += report.chains;
  leader->followers[rank].ending |= report.cancelled;
  atomic_fetch_add(&leader->crew->control.trained, report.trained);
  gather_count(&leader->crew->gather, report.chains);
  if (report.wanted > 0) send_lease(leader, rank, report.wanted);
}

static seam_status receive_share(struct leader *leader, int rank, const struct message *message, seam_error *error) {
  struct coverage *covered = &leader->followers[rank].share.covered;
  struct message counts = {.from = rank, .tag = message_tag(leader->slot, MESSAGE_COUNTS)};
  size_t ranges = message->size / (2 * sizeof *covered->ids);
  FORWARD(coverage_reserve(covered, ranges, error));
  ranks_receive(message, covered->ids, message->size);
  ranks_receive(&counts, leader->counts, (size_t)leader->crew->gather.result->histograms->cells * sizeof(int64_t));
  covered->ranges = ranges;
  uint64_t chains = coverage_size(covered);
  FORWARD(gather_hand_in(&leader->crew->gather, &leader->followers[rank].share, error));
  leader->followers[rank].received += chains;
  return SEAM_OK;
}

/* Without memory for the share the rank is lost. */
static void take_share(struct leader *leader, int rank, const struct message *message) {
  seam_error error, lost;
  if (receive_share(leader, rank, message, &error) == SEAM_OK) return;
  error_set(&lost, error.status, ": %.400s", error.message);
  lose(leader, rank, &lost);
}

static void take_ending(struct leader *leader, int rank, const struct message *message) {
  struct ending ending;
  seam_error failed;
  ranks_receive(message, &ending, sizeof ending);
  if (ending.status != SEAM_OK) {
    error_set(&failed, ending.status, ": %.480s", ending.error.message);
    fail(leader, rank, &failed);
  }
  close_follower(leader, &leader->followers[rank]);
}

static void (*const take[])(struct leader *leader, int rank, const struct message *message) = {
    [MESSAGE_OPENED] = take_opening,
    [MESSAGE_REPORT] = take_report,
    [MESSAGE_SHARE] = take_share,
    [MESSAGE_ENDED] = take_ending,
};

static bool any_open(void) {
  for (int slot = 0; slot < SLOTS; slot++)
    if (leaders[slot] && leaders[slot]->open > 0) return true;
  return false;
}

/* Takes the messages of all runs. A message from a rank that was given up is too late. */
static void take_messages(void) {
  struct message message;
  while (any_open() && ranks_look(&message)) {
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
  pthread_mutex_lock(&leader->crew->mutex);
  bool goes_on = crew_goes_on(leader->crew);
  pthread_mutex_unlock(&leader->crew->mutex);
  if (goes_on || leader->cancelled) return;
  leader->cancelled = true;
  leader->cancelled_at = clock_after(0);
  for (int rank = 1; rank < leader->count; rank++)
    if (!leader->followers[rank].ended) send(leader, rank, MESSAGE_CANCEL, NULL, 0);
}

/* Asks all ranks for their counts when a checkpoint asks the workers for theirs. */
static void pass_on_request(struct leader *leader) {
  struct gather *gather = &leader->crew->gather;
  pthread_mutex_lock(&gather->mutex);
  unsigned requests = gather->requests;
  pthread_mutex_unlock(&gather->mutex);
  for (int rank = 1; rank < leader->count; rank++) {
    struct follower *follower = &leader->followers[rank];
    if (follower->ended || follower->collected == requests) continue;
    follower->collected = requests;
    send(leader, rank, MESSAGE_COLLECT, NULL, 0);
  }
}

/* Whether a rank opens its devices, for any run. */
static bool is_opening(int rank) {
  for (int slot = 0; slot < SLOTS; slot++)
    if (leaders[slot] && !leaders[slot]->followers[rank].opened && !leaders[slot]->followers[rank].ended) return true;
  return false;
}

/* Gives up the ranks that did not answer in time that they were told to end. */
static void lose_silent(struct leader *leader) {
  double silent = leader->cancelled ? clock_since(&leader->cancelled_at) : 0;
  seam_error error;
  if (silent < PATIENCE) return;
  error_set(&error, SEAM_ERROR_DEVICE, " was lost, with what it had not handed in: run that again (--resume)");
  for (int rank = 1; rank < leader->count; rank++) {
    if (leader->followers[rank].ended || leader->followers[rank].ending) continue;
    if (silent >= OPENING_PATIENCE || !is_opening(rank)) lose(leader, rank, &error);
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
  for (int rank = 1; ranks_own() == 0 && rank < ranks_count(); rank++)
    ranks_send(rank, message_tag(0, MESSAGE_LEAVE), NULL, 0);
  ranks_end();
}
