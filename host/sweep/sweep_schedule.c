/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a sweep: the next point starts as soon as a worker of the earlier ones has nothing left to do, and one thread
 * watches all running points. */
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/floating_point.h"
#include "base/stack.h"
#include "workers/rank_messages.h"
#include "files/atomic_output.h"
#include "sweep/sweep_progress.h"

enum { MOST_SLOTS = SLOTS };

#define TICK        0.001 /* seconds between two looks at all runs */
#define INDEX_TIME  5.0   /* seconds between two writes of the index, or longer where a write takes long */
#define INDEX_SHARE 0.02  /* the greatest share of the time that the index may take */

struct schedule {
  struct seam_sweep *sweep;
  struct sweep_index *index;
  struct sweep_progress progress;
  struct point_run *slots; /* MOST_SLOTS */
  uint64_t next;           /* the first point that was not yet prepared */
  bool fail_fast;
  bool ending; /* cancelled, or a failure ends the sweep: no further point starts */
  seam_status status;
  seam_error error; /* what ended it */
  bool changed;     /* a row has changed since the index was written */
  struct timespec indexed;
  double index_time; /* seconds until the index is written again */
};

/* ---- An early end ---- */

/* Gives all running points the answer of a progress function. */
static void answer_all(struct schedule *schedule, int answer) {
  for (int i = 0; i < MOST_SLOTS; i++)
    if (schedule->slots[i].stage == POINT_COUNTING) run_answer(&schedule->slots[i].run, answer);
}

static void end_all(struct schedule *schedule) {
  schedule->ending = true;
  answer_all(schedule, SEAM_STOP);
}

static void end_with_error(struct schedule *schedule, seam_status status, const seam_error *error) {
  if (schedule->status == SEAM_OK) {
    schedule->status = status;
    schedule->error = *error;
  }
  end_all(schedule);
}

static void fail_point(struct schedule *schedule, uint64_t point, seam_status status, const seam_error *error) {
  sweep_failures_add(schedule->sweep, point, error);
  if (schedule->fail_fast || !sweep_failure_is_of_point(status)) end_with_error(schedule, status, error);
}

static void report(struct schedule *schedule, bool now) {
  int answer = sweep_progress_report(&schedule->progress, schedule->slots, MOST_SLOTS, now);
  if (answer == SEAM_CHECKPOINT)
    answer_all(schedule, answer);
  else if (answer != SEAM_CONTINUE)
    end_all(schedule);
}

/* ---- Starting points ---- */

static struct point_run *find_slot(struct schedule *schedule, enum point_stage stage) {
  for (int i = 0; i < MOST_SLOTS; i++)
    if (schedule->slots[i].stage == stage) return &schedule->slots[i];
  return NULL;
}

static bool is_to_run(const struct sweep_row *row) { return row->left > 0 && !row->failed; }

/* Prepares one point ahead, so that no worker waits for the file system. */
static void prepare_next(struct schedule *schedule) {
  struct seam_sweep *sweep = schedule->sweep;
  struct point_run *slot = find_slot(schedule, POINT_FREE);
  seam_error error;
  if (schedule->ending || !slot || find_slot(schedule, POINT_READY)) return;
  while (schedule->next < sweep->points && !is_to_run(&sweep->rows[schedule->next])) schedule->next++;
  if (schedule->next == sweep->points) return;
  uint64_t point = schedule->next++;
  seam_status status = point_run_prepare(slot, sweep, point, &error);
  if (status != SEAM_OK) fail_point(schedule, point, status, &error);
}

/* How busy the workers of this process are. */
struct worker_state {
  int working, most; /* workers that are counting: in all runs, and in the run that has most */
  bool more;         /* chains of some run are still to be handed out */
};

static struct worker_state count_workers(const struct schedule *schedule) {
  struct worker_state now = {0, 1, false};
  for (int i = 0; i < MOST_SLOTS; i++) {
    struct point_run *slot = &schedule->slots[i];
    bool more;
    if (slot->stage != POINT_COUNTING || !slot->run.opened) continue;
    now.working += workers_busy(&slot->run.workers, &more);
    now.more = now.more || more;
    if (slot->run.workers.info.workers > now.most) now.most = slot->run.workers.info.workers;
  }
  return now;
}

/* Gives this rank's idle workers to a run that only other ranks are counting. */
static void start_workers(struct schedule *schedule) {
  struct worker_state now = count_workers(schedule);
  for (int i = 0; i < MOST_SLOTS && now.working < now.most; i++) {
    struct point_run *slot = &schedule->slots[i];
    if (slot->stage != POINT_COUNTING || !slot->run.opened || slot->run.workers_started) continue;
    run_start_workers(&slot->run);
    now = count_workers(schedule);
  }
}

/* Starts the next point when all chains of the others are handed out and a worker here, or maybe in another rank, is
 * idle. */
static void start_next(struct schedule *schedule) {
  struct point_run *slot = find_slot(schedule, POINT_READY);
  struct worker_state now = count_workers(schedule);
  seam_error error;
  bool room = !now.more && (now.working < now.most || transport_ranks() > 1);
  if (!slot || (!schedule->ending && !room)) return;
  seam_status status = schedule->ending ? SEAM_OK : point_run_start(slot, &error);
  sweep_take_notes(schedule->sweep, slot->point, slot->output);
  if (status != SEAM_OK) fail_point(schedule, slot->point, status, &error);
  if (slot->stage == POINT_READY) point_run_close(slot);
}

/* ---- Ending points ---- */

static void finish_point(struct schedule *schedule, struct point_run *slot) {
  struct sweep_row before = schedule->sweep->rows[slot->point];
  if (!point_run_finish(slot, schedule->sweep)) return;
  sweep_progress_add(&schedule->progress, slot->point, &before);
  schedule->changed = true;
  if (slot->status != SEAM_OK && slot->status != SEAM_INTERRUPTED)
    fail_point(schedule, slot->point, slot->status, &slot->error);
}

/* Whether any point is running. */
static bool serve_runs(struct schedule *schedule) {
  bool any = false;
  for (int i = 0; i < MOST_SLOTS; i++) {
    struct point_run *slot = &schedule->slots[i];
    if (slot->stage == POINT_COUNTING) point_run_serve(slot, schedule->progress.by_rank);
    if (slot->stage == POINT_WRITING) finish_point(schedule, slot);
    any = any || slot->stage != POINT_FREE;
  }
  return any;
}

static void write_index(struct schedule *schedule) {
  struct timespec begin = clock_after(0);
  seam_error error;
  seam_status status = sweep_index_write(schedule->index, schedule->sweep, &error);
  schedule->changed = false;
  schedule->indexed = clock_after(0);
  schedule->index_time = fmax(INDEX_TIME, clock_since(&begin) / INDEX_SHARE);
  if (status != SEAM_OK) end_with_error(schedule, status, &error);
}

/* ---- The sweep ---- */

/* Whether no further point will start. After a point that cannot be prepared, no point is running for a moment. */
static bool all_tried(const struct schedule *schedule) {
  return schedule->ending || schedule->next == schedule->sweep->points;
}

static void run_points(struct schedule *schedule) {
  schedule->indexed = clock_after(0);
  for (bool any = true; any || !all_tried(schedule);) {
    prepare_next(schedule);
    start_next(schedule);
    start_workers(schedule);
    prepare_next(schedule);
    any = serve_runs(schedule);
    report(schedule, false);
    if (schedule->changed && clock_since(&schedule->indexed) >= schedule->index_time) write_index(schedule);
    if (any) clock_sleep(TICK);
  }
  /* Points that failed are not in the index. If nothing else was done, it stays as it was. */
  if (schedule->changed || schedule->sweep->failures.count == 0) write_index(schedule);
  report(schedule, true);
}

static seam_status outcome(const struct schedule *schedule, seam_error *error) {
  uint64_t done = schedule->progress.points_done, points = schedule->sweep->points;
  const struct sweep_failures *failures = &schedule->sweep->failures;
  if (schedule->status != SEAM_OK) {
    if (error) *error = schedule->error;
    return schedule->status;
  }
  if (done == points) return SEAM_OK;
  if (failures->count > 0 && !schedule->ending)
    return error_set(error, failures->first[0].error.status,
                     "%llu of %llu points could not be run; the first is %.400s", (unsigned long long)failures->count,
                     (unsigned long long)points, failures->first[0].error.message);
  return error_set(error, SEAM_INTERRUPTED,
                   "interrupted: %llu of %llu points are complete; the same command runs the rest",
                   (unsigned long long)done, (unsigned long long)points);
}

/* Reads the files of all points before the work, so that a file with other options is told now and not hours later. */
static seam_status read_existing(struct schedule *schedule, int replace, seam_error *error) {
  struct seam_sweep *sweep = schedule->sweep;
  FORWARD(sweep_rows_create(sweep, error));
  for (uint64_t point = 0; point < sweep->points; point++) {
    seam_error failure;
    report(schedule, false);
    if (schedule->ending) return error_set(error, SEAM_INTERRUPTED, "interrupted: nothing was counted");
    seam_status status = existing_point_read(sweep, point, replace, &sweep->rows[point], &failure);
    if (status != SEAM_OK) fail_point(schedule, point, status, &failure);
    if (schedule->status != SEAM_OK) return outcome(schedule, error);
  }
  return SEAM_OK;
}

static seam_status run_sweep(struct schedule *schedule, int replace, seam_error *error) {
  FORWARD(output_make_folder(schedule->sweep->folder, error));
  FORWARD(sweep_index_open(schedule->sweep, &schedule->index, error));
  FORWARD(read_existing(schedule, replace, error));
  sweep_progress_start(&schedule->progress);
  run_points(schedule);
  return outcome(schedule, error);
}

seam_status seam_sweep_run(seam_sweep *sweep, int flags, seam_sweep_progress_function callback, void *user,
                           seam_error *error) {
  struct schedule schedule = {
      .sweep = sweep, .index_time = INDEX_TIME, .fail_fast = (flags & SEAM_SWEEP_FAIL_FAST) != 0};
  OWN_FLOATING_POINT;
  FORWARD(stack_check(error));
  sweep->failures.count = 0;
  seam_status status = sweep_progress_open(&schedule.progress, sweep, callback, user, error);
  schedule.progress.callers_state = callers_state;
  schedule.slots = calloc(MOST_SLOTS, sizeof *schedule.slots);
  if (status == SEAM_OK && !schedule.slots)
    status = error_set(error, SEAM_ERROR_MEMORY, "out of memory: no room for a sweep; make the grid smaller");
  if (status == SEAM_OK) status = run_sweep(&schedule, flags & SEAM_SWEEP_REPLACE, error);
  sweep_index_close(schedule.index);
  free(schedule.slots);
  sweep_progress_close(&schedule.progress);
  return status;
}
