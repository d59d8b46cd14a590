/* SPDX-License-Identifier: Apache-2.0 */
/* The CPU backend: one worker for each thread, one chain for each lane of the widest vectors this machine has. */
#include "backend/backend.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "kernels/cpu/cpu.h"
#include "base/floating_point.h"
#include "backend/cpu/processor.h"
#include "backend/cpu/cpu_backend.h"
#include "backend/pauses.h"

/* Vectors of chains that a worker is handed at a time: few enough that all threads end together, and that long chains
 * reach a checkpoint soon after they end. */
enum { MOST_VECTORS = 16, STEPS_OF_BATCH = 1 << 20 };

/* A vector of the default chains takes some milliseconds for these steps; the slowest pair on a slow core takes less
 * than a second. */
enum { DEFAULT_SLICE = 1024 };

struct session {
  const struct job *job;
  const struct cpu_kernels *kernels;
  uint32_t slice;
  int workers;
  void **states; /* one for each worker */
};

static const struct cpu_kernels *const kernels_of[ISAS] = {
    [ISA_BASELINE] = &cpu_kernels_baseline,
#if defined(__x86_64__)
    [ISA_V3] = &cpu_kernels_v3,
    [ISA_V4] = &cpu_kernels_v4,
#endif
};

/* ---- Sessions ---- */

static uint64_t vectors_of_batch(const struct job *job) {
  uint32_t vectors = job->steps > 0 ? STEPS_OF_BATCH / job->steps : MOST_VECTORS;
  return vectors < 1 ? 1 : vectors < MOST_VECTORS ? vectors : MOST_VECTORS;
}

static const char *cpu_unavailable(void) { return NULL; }

static void cpu_close(struct session *session) {
  if (!session) return;
  for (int w = 0; session->states && w < session->workers; w++) free(session->states[w]);
  free(session->states);
  free(session);
}

static seam_status allocate_states(struct session *session, seam_error *error) {
  size_t bytes = (session->kernels->state_bytes + CPU_STATE_ALIGNMENT - 1) / CPU_STATE_ALIGNMENT * CPU_STATE_ALIGNMENT;
  session->states = calloc((size_t)session->workers, sizeof *session->states);
  for (int w = 0; session->states && w < session->workers; w++) {
    session->states[w] = aligned_alloc(CPU_STATE_ALIGNMENT, bytes);
    if (!session->states[w]) return error_set(error, SEAM_ERROR_MEMORY, "out of memory: use fewer --threads");
  }
  return session->states ? SEAM_OK : error_set(error, SEAM_ERROR_MEMORY, "out of memory: use fewer --threads");
}

static seam_status cpu_open(const struct seam_config *config, const struct job *job, struct session **session,
                            struct session_info *info, seam_error *error) {
  int isa;
  FORWARD(processor_isa(config, &isa, error));
  struct session *s = calloc(1, sizeof *s);
  if (!s) return error_set(error, SEAM_ERROR_MEMORY, "out of memory: close other programs");
  s->job = job;
  s->kernels = kernels_of[isa];
  s->slice = config->slice ? (uint32_t)config->slice : DEFAULT_SLICE;
  s->workers = processor_threads(config);
  seam_status status = allocate_states(s, error);
  if (status != SEAM_OK) {
    cpu_close(s);
    return status;
  }
  info->backend = cpu_backend.name;
  snprintf(info->isa, sizeof info->isa, "%s", isa_name(isa));
  processor_name(info->device, sizeof info->device);
  info->workers = s->workers;
  info->batch = info->least = (uint64_t)s->kernels->lanes * vectors_of_batch(job);
  *session = s;
  return SEAM_OK;
}

/* ---- Training ---- */

/* Trains one vector of chains from the draw to the last update. Returns false when cancelled. */
static bool train_vector(const struct session *session, void *state, uint64_t first_id, uint64_t active,
                         struct run_control *control) {
  const struct job *job = session->job;
  session->kernels->draw(state, job, first_id);
  for (uint32_t step = 0;;) {
    int snapshot = backend_snapshot_at(job, step);
    if (snapshot >= 0) session->kernels->snapshot(state, job, snapshot);
    if (step == job->steps) return true;
    if (atomic_load_explicit(&control->cancel, memory_order_relaxed)) return false;
    uint32_t pause = backend_next_pause(job, step, session->slice);
    session->kernels->train(state, job, step, pause);
    atomic_fetch_add_explicit(&control->work_done, active * (pause - step), memory_order_relaxed);
    step = pause;
  }
}

static seam_status cpu_train(struct session *session, int worker, struct chain_range *range,
                             struct run_control *control, int64_t *counts, seam_error *error) {
  (void)error; /* nothing here can fail */
  void *state = session->states[worker];
  uint64_t lanes = (uint64_t)session->kernels->lanes, id = range->begin;
  struct floating_point_state found = floating_point_enter();
  while (id < range->end && !atomic_load_explicit(&control->cancel, memory_order_relaxed)) {
    uint64_t active = range->end - id < lanes ? range->end - id : lanes;
    if (!train_vector(session, state, id, active, control)) break;
    session->kernels->observe(state, session->job, (int)active, counts);
    id += active;
  }
  floating_point_leave(found);
  range->end = id;
  return SEAM_OK;
}

const struct backend cpu_backend = {"cpu", cpu_unavailable, cpu_open, cpu_train, cpu_close, processor_devices};

/* ---- The core's own rate ---- */

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double seam_core_peak(const seam_config *config) {
  OWN_FLOATING_POINT;
  int isa;
  if (processor_isa(config, &isa, NULL) != SEAM_OK) return 0.0;
  const struct cpu_kernels *kernels = kernels_of[isa];
  if (kernels->flops_per_round == 0.0) return 0.0;
  enum { REPEATS = 10 };
  volatile float sink; /* keeps the burst from being removed */
  uint64_t rounds = 1000000;
  double best = 0.0;
  for (int repeat = 0; repeat < REPEATS; repeat++) {
    double begin = now();
    sink = kernels->multiply_add_burst(rounds);
    double rate = kernels->flops_per_round * (double)rounds / (now() - begin);
    if (rate > best) best = rate;
  }
  (void)sink;
  return best;
}
