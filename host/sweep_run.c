/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a sweep: points take off as soon as workers of the earlier ones have nothing left to do, and one thread watches
 * all that are on their way. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "floating_point.h"
#include "output.h"
#include "message.h"
#include "sweep_flight.h"

enum { MOST_FLIGHTS = SLOTS };

#define TICK        0.001 /* seconds between two looks at all flights */
#define TELL_TIME   0.1   /* between two calls of the progress function */
#define INDEX_TIME  5.0   /* between two indices, or longer where one takes long to write */
#define INDEX_SHARE 0.02  /* of the time, at most, that goes into writing them */

struct airport {
  struct seam_sweep *sweep;
  struct sweep_index *index;
  struct flight *flights; /* MOST_FLIGHTS */
  uint64_t next;          /* the first point that was not yet prepared */
  uint64_t points_done;
  bool ending; /* cancelled, or a point failed: none takes off any more */
  seam_status status;
  seam_error error; /* of the first point that failed */
  bool changed;     /* since the index was written */
  struct timespec begin, told, indexed;
  double index_time; /* until the next one is due */

  /* For the progress. */
  seam_sweep_progress_function callback;
  void *user;
  seam_sweep_progress progress;
  char name[512], isa[16], device[128];
  seam_error trouble;
  uint64_t chains_landed; /* counted by flights that have landed */
  double steps_landed;    /* chain-steps of these */
  double work, work_found, work_left;
  int ranks;
  uint64_t *by_rank, *by_rank_now; /* chains counted by runs that have ended, and by all */
};

/* ---- Progress ---- */

/* What a run that goes on tells beside its numbers. */
static seam_progress look_at(struct airport *airport, struct flight *flight) {
  seam_progress own = run_progress(&flight->run), *whole = &airport->progress.whole;
  whole->backend = own.backend;
  snprintf(airport->isa, sizeof airport->isa, "%s", own.isa);
  snprintf(airport->device, sizeof airport->device, "%s", own.device);
  for (int rank = 0; rank < own.ranks; rank++) airport->by_rank_now[rank] += own.rank_chains[rank];
  if (*own.trouble) airport->trouble = flight->run.trouble;
  if (flight->point < airport->progress.point) airport->progress.point = flight->point;
  return own;
}

/* Adds a flight to the whole; returns its work. */
static double add_flight(struct airport *airport, struct flight *flight) {
  seam_progress *whole = &airport->progress.whole;
  seam_progress own = {.chains_done = flight->chains_done, .chain_steps = flight->chain_steps};
  if (flight->stage == FLIGHT_COUNTING && flight->run.chains > 0) own = look_at(airport, flight);
  whole->chains_done += own.chains_done;
  whole->chain_steps += own.chain_steps;
  double work = sweep_work_of(&flight->result->config, (double)own.chains_done, own.chain_steps);
  return fmin(work, sweep_work_left(airport->sweep, flight->point));
}

/* In a new state: nothing but what has landed. */
static void clear_progress(struct airport *airport) {
  seam_sweep_progress *all = &airport->progress;
  airport->trouble = (seam_error){SEAM_OK, ""};
  all->point = airport->sweep->points;
  all->points_done = airport->points_done;
  all->whole.chains_done = airport->chains_landed;
  all->whole.chain_steps = airport->steps_landed;
  all->whole.seconds = clock_since(&airport->begin);
  memcpy(airport->by_rank_now, airport->by_rank, (size_t)airport->ranks * sizeof *airport->by_rank);
}

static seam_sweep_progress *progress_now(struct airport *airport) {
  seam_sweep_progress *all = &airport->progress;
  double work = 0;
  clear_progress(airport);
  for (int f = 0; f < MOST_FLIGHTS; f++)
    if (airport->flights[f].stage >= FLIGHT_COUNTING) work += add_flight(airport, &airport->flights[f]);
  airport->name[0] = '\0';
  if (all->point < all->points) sweep_file(airport->sweep, all->point, airport->name, sizeof airport->name);
  double done = airport->work - airport->work_left + work, counted = done - airport->work_found;
  all->fraction = airport->work > 0 ? fmin(done / airport->work, 1) : 0;
  all->seconds_left = counted > 0 ? all->whole.seconds * (airport->work - done) / counted : NAN;
  return all;
}

static void end_all(struct airport *airport) {
  airport->ending = true;
  for (int f = 0; f < MOST_FLIGHTS; f++)
    if (airport->flights[f].stage == FLIGHT_COUNTING) run_cancel(&airport->flights[f].run);
}

static void tell(struct airport *airport) {
  airport->told = clock_after(0);
  if (airport->callback && airport->callback(progress_now(airport), airport->user)) end_all(airport);
}

/* While files are looked at. */
static bool tell_look(void *user, uint64_t point) {
  struct airport *airport = user;
  if (point > 0 && airport->sweep->rows[point - 1].left == 0) airport->points_done++;
  if (clock_since(&airport->told) >= TELL_TIME) tell(airport);
  return !airport->ending;
}

/* ---- Taking off ---- */

static struct flight *find(struct airport *airport, enum flight_stage stage) {
  for (int f = 0; f < MOST_FLIGHTS; f++)
    if (airport->flights[f].stage == stage) return &airport->flights[f];
  return NULL;
}

static void fail(struct airport *airport, seam_status status, const seam_error *error) {
  if (airport->status == SEAM_OK) {
    airport->status = status;
    airport->error = *error;
  }
  end_all(airport);
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
  int working, most; /* of all runs, and of the largest crew */
  bool more;         /* chains of some run are still to be handed out */
};

static struct occupation look_around(const struct airport *airport) {
  struct occupation now = {0, 1, false};
  for (int f = 0; f < MOST_FLIGHTS; f++) {
    struct flight *flight = &airport->flights[f];
    bool more;
    if (flight->stage != FLIGHT_COUNTING || !flight->run.opened) continue;
    now.working += crew_working(&flight->run.crew, &more);
    now.more = now.more || more;
    if (flight->run.crew.info.workers > now.most) now.most = flight->run.crew.info.workers;
  }
  return now;
}

/* The first run that is counted by other ranks alone gets this one's workers once they have nothing else to do. */
static void enlist(struct airport *airport) {
  struct occupation now = look_around(airport);
  for (int f = 0; f < MOST_FLIGHTS && now.working < now.most; f++) {
    struct flight *flight = &airport->flights[f];
    if (flight->stage != FLIGHT_COUNTING || !flight->run.opened || flight->run.enlisted) continue;
    run_enlist(&flight->run);
    now = look_around(airport);
  }
}

/* The next point takes off when all chains of the others are handed out and a worker here, or some in another rank, may
 * have nothing to do. */
static void take_off(struct airport *airport) {
  struct flight *flight = find(airport, FLIGHT_READY);
  struct occupation now = look_around(airport);
  seam_error error;
  bool room = !now.more && (now.working < now.most || ranks_count() > 1);
  if (!flight || (!airport->ending && !room)) return;
  seam_status status = airport->ending ? SEAM_OK : flight_start(flight, &error);
  if (status != SEAM_OK) fail(airport, status, &error);
  if (flight->stage == FLIGHT_READY) flight_leave(flight);
}

/* ---- Landing ---- */

/* Chain-steps, or pairs, of a chain. */
static double steps_of(const struct seam_config *config) {
  return (double)(config->task == TASK_TRAIN ? config->steps : config->draws);
}

static void land(struct airport *airport, struct flight *flight) {
  struct sweep_row *row = &airport->sweep->rows[flight->point];
  uint64_t before = row->counted;
  double left = sweep_work_left(airport->sweep, flight->point), steps = steps_of(&flight->result->config);
  if (!flight_land(flight, airport->sweep)) return;
  airport->changed = true;
  airport->chains_landed += row->counted - before;
  airport->steps_landed += (double)(row->counted - before) * steps;
  airport->work_left -= left - sweep_work_left(airport->sweep, flight->point);
  airport->points_done += row->left == 0;
  if (flight->status != SEAM_OK && flight->status != SEAM_INTERRUPTED) fail(airport, flight->status, &flight->error);
}

/* Whether any is on its way. */
static bool serve_flights(struct airport *airport) {
  bool any = false;
  for (int f = 0; f < MOST_FLIGHTS; f++) {
    struct flight *flight = &airport->flights[f];
    if (flight->stage == FLIGHT_COUNTING) flight_tick(flight, airport->by_rank);
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
  for (bool any = true; any;) {
    prepare_next(airport);
    take_off(airport);
    enlist(airport);
    prepare_next(airport);
    any = serve_flights(airport);
    if (clock_since(&airport->told) >= TELL_TIME) tell(airport);
    if (airport->changed && clock_since(&airport->indexed) >= airport->index_time) write_index(airport);
    if (any) clock_sleep(TICK);
  }
  write_index(airport);
  tell(airport);
}

static seam_status outcome(const struct airport *airport, seam_error *error) {
  if (airport->status != SEAM_OK) {
    if (error) *error = airport->error;
    return airport->status;
  }
  if (airport->points_done == airport->sweep->points) return SEAM_OK;
  return error_set(error, SEAM_INTERRUPTED,
                   "interrupted: %llu of %llu points are whole; the same command runs the rest",
                   (unsigned long long)airport->points_done, (unsigned long long)airport->sweep->points);
}

static void count_work(struct airport *airport) {
  struct seam_sweep *sweep = airport->sweep;
  airport->points_done = 0;
  for (uint64_t point = 0; point < sweep->points; point++) {
    struct seam_config config;
    sweep_config(sweep, point, &config);
    airport->work += sweep_work(&config);
    airport->work_left += sweep_work_left(sweep, point);
    airport->progress.whole.chains += sweep->rows[point].left;
    airport->points_done += sweep->rows[point].left == 0;
  }
  airport->work_found = airport->work - airport->work_left;
}

static seam_status run_sweep(struct airport *airport, int replace, seam_error *error) {
  FORWARD(output_make_folder(airport->sweep->folder, error));
  FORWARD(sweep_index_open(airport->sweep, &airport->index, error));
  FORWARD(sweep_look(airport->sweep, replace, tell_look, airport, error));
  count_work(airport);
  airport->begin = airport->indexed = clock_after(0);
  fly(airport);
  return outcome(airport, error);
}

static bool allocate(struct airport *airport) {
  airport->ranks = ranks_count();
  airport->flights = calloc(MOST_FLIGHTS, sizeof *airport->flights);
  airport->by_rank = calloc((size_t)airport->ranks, sizeof *airport->by_rank);
  airport->by_rank_now = calloc((size_t)airport->ranks, sizeof *airport->by_rank_now);
  return airport->flights && airport->by_rank && airport->by_rank_now;
}

static void begin_progress(struct airport *airport) {
  airport->begin = airport->told = clock_after(0);
  airport->progress = (seam_sweep_progress){.points = airport->sweep->points, .file = airport->name};
  airport->progress.whole = (seam_progress){.backend = "",
                                            .isa = airport->isa,
                                            .device = airport->device,
                                            .trouble = airport->trouble.message,
                                            .ranks = airport->ranks,
                                            .rank_chains = airport->by_rank_now};
}

seam_status seam_sweep_run(seam_sweep *sweep, int replace, seam_sweep_progress_function callback, void *user,
                           seam_error *error) {
  struct airport airport = {.sweep = sweep, .callback = callback, .user = user, .index_time = INDEX_TIME};
  struct floating_point_state found = floating_point_enter();
  seam_status status = SEAM_OK;
  if (!allocate(&airport)) status = error_set(error, SEAM_ERROR_MEMORY, "memory is out: no room for a sweep");
  begin_progress(&airport);
  if (status == SEAM_OK) status = run_sweep(&airport, replace, error);
  sweep_index_close(airport.index);
  free(airport.flights);
  free(airport.by_rank);
  free(airport.by_rank_now);
  floating_point_leave(found);
  return status;
}
