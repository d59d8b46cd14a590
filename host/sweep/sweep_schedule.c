/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a sweep: points take off as soon as workers of the earlier ones have nothing left to do, and one thread watches
 * all that are on their way. */
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/floating_point.h"
#include "workers/rank_messages.h"
#include "files/atomic_output.h"
#include "sweep/sweep_progress.h"

enum { MOST_FLIGHTS = SLOTS };

#define TICK        0.001 /* seconds between two looks at all flights */
#define INDEX_TIME  5.0   /* between two indices, or longer where one takes long to write */
#define INDEX_SHARE 0.02  /* of the time, at most, that goes into writing them */

struct airport {
  struct seam_sweep *sweep;
  struct sweep_index *index;
  struct sweep_meter meter;
  struct flight *flights; /* MOST_FLIGHTS */
  uint64_t next;          /* the first point that was not yet prepared */
  bool ending;            /* cancelled, or a point failed: none takes off any more */
  seam_status status;
  seam_error error; /* of the first point that failed */
  bool changed;     /* since the index was written */
  struct timespec indexed;
  double index_time; /* until the next one is due */
};

/* ---- An early end ---- */

static void end_all(struct airport *airport) {
  airport->ending = true;
  for (int f = 0; f < MOST_FLIGHTS; f++)
    if (airport->flights[f].stage == FLIGHT_COUNTING) run_cancel(&airport->flights[f].run);
}

static void fail(struct airport *airport, seam_status status, const seam_error *error) {
  if (airport->status == SEAM_OK) {
    airport->status = status;
    airport->error = *error;
  }
  end_all(airport);
}

static void tell(struct airport *airport, bool now) {
  if (sweep_meter_tell(&airport->meter, airport->flights, MOST_FLIGHTS, now)) end_all(airport);
}

/* ---- Taking off ---- */

static struct flight *find(struct airport *airport, enum flight_stage stage) {
  for (int f = 0; f < MOST_FLIGHTS; f++)
    if (airport->flights[f].stage == stage) return &airport->flights[f];
  return NULL;
}

/* One ahead, so that a worker does not wait for its file system. */
static void prepare_next(struct airport *airport) {
  struct seam_sweep *sweep = airport->sweep;
  struct flight *flight = find(airport, FLIGHT_FREE);
  seam_error error;
  if (airport->ending || !flight || find(airport, FLIGHT_READY)) return;
  while (airport->next < sweep->points && sweep->rows[airport->next].left == 0) airport->next++;
  if (airport->next == sweep->points) return;
  seam_status status = flight_prepare(flight, sweep, airport->next++, &error);
  if (status != SEAM_OK) fail(airport, status, &error);
}

/* What the workers of this process are at. */
struct occupation {
  int working, most; /* of all runs, and of the run with most workers */
  bool more;         /* chains of some run are still to be handed out */
};

static struct occupation look_around(const struct airport *airport) {
  struct occupation now = {0, 1, false};
  for (int f = 0; f < MOST_FLIGHTS; f++) {
    struct flight *flight = &airport->flights[f];
    bool more;
    if (flight->stage != FLIGHT_COUNTING || !flight->run.opened) continue;
    now.working += workers_busy(&flight->run.workers, &more);
    now.more = now.more || more;
    if (flight->run.workers.info.workers > now.most) now.most = flight->run.workers.info.workers;
  }
  return now;
}

/* A run that other ranks alone count gets this one's workers once they have nothing else to do. */
static void enlist(struct airport *airport) {
  struct occupation now = look_around(airport);
  for (int f = 0; f < MOST_FLIGHTS && now.working < now.most; f++) {
    struct flight *flight = &airport->flights[f];
    if (flight->stage != FLIGHT_COUNTING || !flight->run.opened || flight->run.workers_started) continue;
    run_start_workers(&flight->run);
    now = look_around(airport);
  }
}

/* The next point takes off when all chains of the others are handed out and a worker here, or maybe in another rank,
 * has nothing to do. */
static void take_off(struct airport *airport) {
  struct flight *flight = find(airport, FLIGHT_READY);
  struct occupation now = look_around(airport);
  seam_error error;
  bool room = !now.more && (now.working < now.most || transport_ranks() > 1);
  if (!flight || (!airport->ending && !room)) return;
  seam_status status = airport->ending ? SEAM_OK : flight_start(flight, &error);
  if (status != SEAM_OK) fail(airport, status, &error);
  if (flight->stage == FLIGHT_READY) flight_leave(flight);
}

/* ---- Landing ---- */

static void land(struct airport *airport, struct flight *flight) {
  struct sweep_row before = airport->sweep->rows[flight->point];
  if (!flight_land(flight, airport->sweep)) return;
  sweep_meter_land(&airport->meter, flight->point, &before);
  airport->changed = true;
  if (flight->status != SEAM_OK && flight->status != SEAM_INTERRUPTED) fail(airport, flight->status, &flight->error);
}

/* Whether any is on its way. */
static bool serve_flights(struct airport *airport) {
  bool any = false;
  for (int f = 0; f < MOST_FLIGHTS; f++) {
    struct flight *flight = &airport->flights[f];
    if (flight->stage == FLIGHT_COUNTING) flight_tick(flight, airport->meter.by_rank);
    if (flight->stage == FLIGHT_WRITING) land(airport, flight);
    any = any || flight->stage != FLIGHT_FREE;
  }
  return any;
}

static void write_index(struct airport *airport) {
  struct timespec begin = clock_after(0);
  seam_error error;
  seam_status status = sweep_index_write(airport->index, airport->sweep, &error);
  airport->changed = false;
  airport->indexed = clock_after(0);
  airport->index_time = fmax(INDEX_TIME, clock_since(&begin) / INDEX_SHARE);
  if (status != SEAM_OK) fail(airport, status, &error);
}

/* ---- The sweep ---- */

static void fly(struct airport *airport) {
  airport->indexed = clock_after(0);
  for (bool any = true; any;) {
    prepare_next(airport);
    take_off(airport);
    enlist(airport);
    prepare_next(airport);
    any = serve_flights(airport);
    tell(airport, false);
    if (airport->changed && clock_since(&airport->indexed) >= airport->index_time) write_index(airport);
    if (any) clock_sleep(TICK);
  }
  write_index(airport);
  tell(airport, true);
}

static seam_status outcome(const struct airport *airport, seam_error *error) {
  uint64_t done = airport->meter.points_done, points = airport->sweep->points;
  if (airport->status != SEAM_OK) {
    if (error) *error = airport->error;
    return airport->status;
  }
  if (done == points) return SEAM_OK;
  return error_set(error, SEAM_INTERRUPTED,
                   "interrupted: %llu of %llu points are complete; the same command runs the rest",
                   (unsigned long long)done, (unsigned long long)points);
}

/* Whether the looking goes on. */
static bool tell_look(void *user) {
  struct airport *airport = user;
  tell(airport, false);
  return !airport->ending;
}

static seam_status run_sweep(struct airport *airport, int replace, seam_error *error) {
  FORWARD(output_make_folder(airport->sweep->folder, error));
  FORWARD(sweep_index_open(airport->sweep, &airport->index, error));
  FORWARD(sweep_look(airport->sweep, replace, tell_look, airport, error));
  sweep_meter_start(&airport->meter);
  fly(airport);
  return outcome(airport, error);
}

seam_status seam_sweep_run(seam_sweep *sweep, int replace, seam_sweep_progress_function callback, void *user,
                           seam_error *error) {
  struct airport airport = {.sweep = sweep, .index_time = INDEX_TIME};
  struct floating_point_state found = floating_point_enter();
  seam_status status = sweep_meter_open(&airport.meter, sweep, callback, user, error);
  airport.flights = calloc(MOST_FLIGHTS, sizeof *airport.flights);
  if (status == SEAM_OK && !airport.flights)
    status = error_set(error, SEAM_ERROR_MEMORY, "out of memory: no room for a sweep; make the grid smaller");
  if (status == SEAM_OK) status = run_sweep(&airport, replace, error);
  sweep_index_close(airport.index);
  free(airport.flights);
  sweep_meter_close(&airport.meter);
  floating_point_leave(found);
  return status;
}
