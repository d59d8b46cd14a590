/* SPDX-License-Identifier: Apache-2.0 */
/* Runs job files on the kernels that it was built with. Prints every count that is not 0 and a digest of all trained
 * parameters, where a difference in rounding shows first. Needs nothing of host/. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernels/cpu/cpu.c" /* not its header, because the digest reads the state */
#include "job_file.h"

static const struct cpu_kernels *const kernels = &TABLE(cpu_kernels_, SEAM_ISA);

static int snapshot_at(const struct job *job, uint32_t step) {
  for (int k = 0; k < job->snapshot_count; k++)
    if (job->snapshot_steps[k] == step) return k;
  return -1;
}

/* FNV-1a over the bits of one chain's parameters. All NaN count as one value, because their bits may differ between
 * machines. */
static uint64_t digest(uint64_t hash, const lane *theta, int parameters, int chain) {
  for (int j = 0; j < parameters; j++) {
    float value = theta[j][chain];
    uint32_t bits = 0x7fc00000u;
    if (value == value) memcpy(&bits, &value, sizeof bits);
    hash = (hash ^ bits) * 0x100000001b3u;
  }
  return hash;
}

static void print_digests(const struct job *job, const struct cpu_state *state, int active) {
  for (int chain = 0; chain < active; chain++) {
    uint64_t hash = digest(0xcbf29ce484222325u, state->chain.first.theta, component_parameters(job->first), chain);
    hash = digest(hash, state->chain.second.theta, component_parameters(job->second), chain);
    printf("theta %016" PRIx64 "\n", hash);
  }
}

static void run_vector(const struct job_file *f, void *state, uint64_t id, int active, int64_t *counts) {
  kernels->draw(state, &f->job, id);
  for (uint32_t step = 0;; step++) {
    int snapshot = snapshot_at(&f->job, step);
    if (snapshot >= 0) kernels->snapshot(state, &f->job, snapshot);
    if (step == f->job.steps) break;
    kernels->train(state, &f->job, step, step + 1);
  }
  kernels->observe(state, &f->job, active, counts);
  print_digests(&f->job, state, active);
}

static void run_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) exit(1);
  struct job_file f;
  job_file_read(file, &f);
  fclose(file);
  size_t bytes = (kernels->state_bytes + CPU_STATE_ALIGNMENT - 1) / CPU_STATE_ALIGNMENT * CPU_STATE_ALIGNMENT;
  void *state = aligned_alloc(CPU_STATE_ALIGNMENT, bytes);
  int64_t *counts = calloc((size_t)f.job.cells, sizeof *counts);
  if (!state || !counts) exit(1);
  for (uint64_t done = 0; done < f.chains; done += (uint64_t)kernels->lanes) {
    uint64_t left = f.chains - done;
    int active = left < (uint64_t)kernels->lanes ? (int)left : kernels->lanes;
    run_vector(&f, state, f.first_id + done, active, counts);
  }
  printf("chains %" PRIu64 "\n", f.chains);
  for (int64_t cell = 0; cell < f.job.cells; cell++)
    if (counts[cell]) printf("%" PRId64 " %" PRId64 "\n", cell, counts[cell]);
  free(counts);
  free(state);
}

int main(int count, char **paths) {
  for (int k = 1; k < count; k++) run_file(paths[k]);
  return fflush(stdout) == 0 && count > 1 ? 0 : 1;
}
