/* SPDX-License-Identifier: Apache-2.0 */
/* Leads the other ranks: a lease of chains for each that asks, what they count joined as a worker's share is, and an
 * end that waits for all who are there. */
#define _GNU_SOURCE
#include "workers/rank_leader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "workers/rank_messages.h"
#include "workers/transport.h"

/* How long, in seconds, a rank may take to say that it was told to end. One that was killed never does, and whoever
 * started the ranks then leaves the others a second or so. One that still opens its devices holds nothing, but is deaf.
 */
#define PATIENCE         0.3
#define OPENING_PATIENCE 10.0

struct peer {
  struct share share; /* its counts are lead->counts: one share comes at a time */
  unsigned asked;     /* the last request of the gather that was passed on */
  uint64_t counted, handed_in;
  int workers;
  uint64_t least;
  bool opened; /* the last two are its own */
  bool ending; /* knows that the run is to end */
  bool ended;
};

struct lead {
  int slot;
  struct crew *crew;
  int count; /* of ranks; peer 0 is this one, and has only `counted` */
  struct peer *peers;
  int64_t *counts;
  uint64_t *counted; /* of each rank, for lead_counted */
  int open;          /* ranks that have not ended */
  bool cancelled;
  struct timespec since; /* when it was */
};

/* The ranks are one for a process, and so are these: the runs that are led now. */
static struct lead *leads[SLOTS];

static void tell(const struct lead *lead, int rank, enum message_kind kind, const void *bytes, size_t size) {
  ranks_send(rank, message_tag(lead->slot, kind), bytes, size);
}

/* ---- Opening and closing ---- */

void lead_close(struct lead *lead) {
  if (!lead) return;
  leads[lead->slot] = NULL;
  for (int rank = 1; lead->peers && rank < lead->count; rank++) coverage_free(&lead->peers[rank].share.covered);
  free(lead->peers);
  free(lead->counts);
  free(lead->counted);
  free(lead);
}

static void send_order(struct lead *lead, const struct seam_config *config) {
  struct order order = {.version = "", .config = *config};
  snprintf(order.version, sizeof order.version, "%s", seam_version());
  for (int rank = 1; rank < lead->count; rank++) {
    struct peer *peer = &lead->peers[rank];
    *peer = (struct peer){.share.counts = lead->counts, .workers = lead->crew->info.workers, .least = 2};
    lead->crew->hands += peer->workers; /* what it has is not known yet */
    gather_enter(&lead->crew->gather, &peer->share);
    peer->asked = peer->share.requests;
    tell(lead, rank, MESSAGE_RUN, &order, sizeof order);
  }
}

/* Takes the lead where there is no slot. */
static seam_status take_slot(struct lead *lead, seam_error *error) {
  while (lead->slot < SLOTS && leads[lead->slot]) lead->slot++;
  if (lead->slot < SLOTS) {
    leads[lead->slot] = lead;
    return SEAM_OK;
  }
  free(lead);
  return error_set(error, SEAM_ERROR_INTERNAL, "more than %d runs at once", SLOTS);
}

/* "3 ranks" goes into the record of the run. */
static void add_ranks(struct lead *lead) {
  char ranks[32];
  snprintf(ranks, sizeof ranks, "%d ranks", lead->count);
  result_add_place(lead->crew->gather.result, "", "", ranks);
}

seam_status lead_open(struct crew *crew, const struct seam_config *config, struct lead **out, seam_error *error) {
  *out = NULL;
  if (ranks_count() == 1) return SEAM_OK;
  struct lead *lead = calloc(1, sizeof *lead);
  if (!lead) return error_set(error, SEAM_ERROR_MEMORY, "out of memory: start fewer processes");
  FORWARD(take_slot(lead, error));
  lead->crew = crew;
  lead->count = ranks_count();
  lead->open = lead->count - 1;
  lead->peers = calloc((size_t)lead->count, sizeof *lead->peers);
  lead->counted = calloc((size_t)lead->count, sizeof *lead->counted);
  lead->counts = calloc((size_t)crew->gather.result->histograms->cells, sizeof *lead->counts);
  if (!lead->peers || !lead->counted || !lead->counts) {
    lead_close(lead);
    return error_set(error, SEAM_ERROR_MEMORY, "out of memory for the counts of other ranks: ask for fewer bins");
  }
  add_ranks(lead);
  send_order(lead, config);
  *out = lead;
  return SEAM_OK;
}

/* ---- What a rank says ---- */

static void take_opening(struct lead *lead, struct peer *peer, const struct message *message) {
  struct opening opening;
  struct crew *crew = lead->crew;
  ranks_receive(message, &opening, sizeof opening);
  pthread_mutex_lock(&crew->mutex);
  crew->hands += opening.workers - peer->workers;
  pthread_mutex_unlock(&crew->mutex);
  peer->workers = opening.workers;
  peer->least = opening.least;
  peer->opened = true;
  pthread_mutex_lock(&crew->gather.mutex);
  result_add_place(crew->gather.result, opening.backend, opening.isa, opening.device);
  pthread_mutex_unlock(&crew->gather.mutex);
}

/* A rank takes chains as so many workers as it has, each at most its part of what the rank asked for: large leases at
 * first, and small ones at the end, so that ranks of unequal speed end together. */
static void take_request(struct lead *lead, struct peer *peer, const struct message *message) {
  struct crew *crew = lead->crew;
  struct request request;
  struct lease lease = {.left = 0};
  ranks_receive(message, &request, sizeof request);
  pthread_mutex_lock(&crew->mutex);
  struct session_info info = {
      .workers = 1 + (crew->hands - 1) / peer->workers, .batch = request.chains, .least = peer->least};
  if (!crew_goes_on(crew) || !handout_take(&crew->handout, &info, &lease.range)) lease.range = (struct chain_range){0};
  lease.left = crew->handout.left;
  lease.hands = crew->hands;
  pthread_mutex_unlock(&crew->mutex);
  tell(lead, message->from, MESSAGE_LEASE, &lease, sizeof lease);
}

static void take_report(struct lead *lead, struct peer *peer, const struct message *message) {
  struct report report;
  ranks_receive(message, &report, sizeof report);
  peer->counted += report.chains;
  peer->ending |= report.cancelled;
  atomic_fetch_add(&lead->crew->control.trained, report.trained);
  gather_count(&lead->crew->gather, report.chains);
}

/* Its ranges and counts follow. */
static seam_status receive_share(struct lead *lead, struct peer *peer, const struct message *message,
                                 seam_error *error) {
  struct share_size size;
  struct coverage *covered = &peer->share.covered;
  struct message ranges = {.from = message->from, .tag = message_tag(lead->slot, MESSAGE_RANGES)};
  struct message counts = {.from = message->from, .tag = message_tag(lead->slot, MESSAGE_COUNTS)};
  ranks_receive(message, &size, sizeof size);
  FORWARD(coverage_reserve(covered, size.ranges, error));
  ranks_receive(&ranges, covered->ids, 2 * size.ranges * sizeof *covered->ids);
  covered->ranges = size.ranges;
  peer->handed_in += coverage_size(covered);
  ranks_receive(&counts, lead->counts, (size_t)lead->crew->gather.result->histograms->cells * sizeof *lead->counts);
  return gather_hand_in(&lead->crew->gather, &peer->share, error);
}

/* No more is to be had of a rank. */
static void close_peer(struct lead *lead, struct peer *peer) {
  peer->ended = true;
  lead->open--;
  gather_leave(&lead->crew->gather, &peer->share);
}

/* What follows a share that cannot be taken in is not worth having, from any rank, of any run. */
static void lose_all(seam_status status, const seam_error *error) {
  for (int slot = 0; slot < SLOTS; slot++) {
    struct lead *lead = leads[slot];
    if (!lead) continue;
    crew_fail(lead->crew, status, error);
    for (int rank = 1; rank < lead->count; rank++)
      if (!lead->peers[rank].ended) close_peer(lead, &lead->peers[rank]);
  }
  ranks_forsake();
}

static void take_share(struct lead *lead, struct peer *peer, const struct message *message) {
  seam_error error;
  seam_status status = receive_share(lead, peer, message, &error);
  if (status != SEAM_OK) lose_all(status, &error);
}

static void take_ending(struct lead *lead, struct peer *peer, const struct message *message) {
  struct ending ending;
  seam_error named;
  ranks_receive(message, &ending, sizeof ending);
  if (ending.status != SEAM_OK) {
    error_set(&named, ending.status, "rank %d: %.490s", message->from, ending.error.message);
    crew_fail(lead->crew, ending.status, &named);
  }
  close_peer(lead, peer);
}

static void (*const take[])(struct lead *lead, struct peer *peer, const struct message *message) = {
    [MESSAGE_OPENED] = take_opening, [MESSAGE_ASK] = take_request,  [MESSAGE_REPORT] = take_report,
    [MESSAGE_SHARE] = take_share,    [MESSAGE_ENDED] = take_ending,
};

/* ---- What the ranks are told ---- */

static void send_all(struct lead *lead, enum message_kind kind) {
  for (int rank = 1; rank < lead->count; rank++)
    if (!lead->peers[rank].ended) tell(lead, rank, kind, NULL, 0);
}

/* Once. */
static void pass_on_end(struct lead *lead) {
  pthread_mutex_lock(&lead->crew->mutex);
  bool goes_on = crew_goes_on(lead->crew);
  pthread_mutex_unlock(&lead->crew->mutex);
  if (goes_on || lead->cancelled) return;
  lead->cancelled = true;
  lead->since = clock_after(0);
  send_all(lead, MESSAGE_CANCEL);
}

/* A request of all shares, for a checkpoint. */
static void pass_on_request(struct lead *lead) {
  struct gather *gather = &lead->crew->gather;
  pthread_mutex_lock(&gather->mutex);
  unsigned requests = gather->requests;
  pthread_mutex_unlock(&gather->mutex);
  for (int rank = 1; rank < lead->count; rank++) {
    struct peer *peer = &lead->peers[rank];
    if (peer->ended || peer->asked == requests) continue;
    peer->asked = requests;
    tell(lead, rank, MESSAGE_COLLECT, NULL, 0);
  }
}

/* What it counted and did not hand in is as good as not counted; --resume runs it again. */
static void lose_peer(struct lead *lead, int rank) {
  struct peer *peer = &lead->peers[rank];
  seam_error error;
  error_set(&error, SEAM_ERROR_DEVICE,
            "rank %d was lost with the counts that it had not sent: run the same command again with --resume", rank);
  crew_fail(lead->crew, error.status, &error);
  gather_count(&lead->crew->gather, peer->handed_in - peer->counted); /* unsigned: less, by wrapping around */
  peer->counted = peer->handed_in;
  close_peer(lead, peer);
  ranks_forsake();
}

/* Whether a rank opens devices, for whatever run. */
static bool is_opening(int rank) {
  for (int slot = 0; slot < SLOTS; slot++)
    if (leads[slot] && !leads[slot]->peers[rank].opened && !leads[slot]->peers[rank].ended) return true;
  return false;
}

static void lose_silent(struct lead *lead) {
  double silent = lead->cancelled ? clock_since(&lead->since) : 0;
  for (int rank = 1; rank < lead->count; rank++) {
    struct peer *peer = &lead->peers[rank];
    if (peer->ended || peer->ending || silent < PATIENCE) continue;
    if (silent >= OPENING_PATIENCE || !is_opening(rank)) lose_peer(lead, rank);
  }
}

static bool any_open(void) {
  bool any = false;
  for (int slot = 0; slot < SLOTS; slot++) any = any || (leads[slot] && leads[slot]->open > 0);
  return any;
}

/* Of whatever run; what a rank says that was given up is late. */
static void take_messages(void) {
  struct message message;
  while (any_open() && ranks_look(&message)) {
    struct lead *lead = leads[message_slot(&message)];
    if (lead && !lead->peers[message.from].ended)
      take[message_kind(&message)](lead, &lead->peers[message.from], &message);
    else
      message_drop(&message);
  }
}

bool lead_serve(struct lead *lead) {
  if (!lead) return true;
  take_messages();
  pass_on_end(lead);
  pass_on_request(lead);
  lose_silent(lead);
  return lead->open == 0;
}

const uint64_t *lead_counted(struct lead *lead, uint64_t *all, int *ranks) {
  *ranks = lead ? lead->count : 1;
  if (!lead) return all;
  lead->counted[0] = *all;
  for (int rank = 1; rank < lead->count; rank++) {
    lead->counted[rank] = lead->peers[rank].counted;
    lead->counted[0] -= lead->counted[rank];
  }
  return lead->counted;
}

void seam_ranks_leave(void) {
  for (int rank = 1; ranks_own() == 0 && rank < ranks_count(); rank++)
    ranks_send(rank, message_tag(0, MESSAGE_LEAVE), NULL, 0);
  ranks_end();
}
