/* SPDX-License-Identifier: Apache-2.0 */
/* Runs job files on the kernels it was built with and prints every count that is not zero; needs nothing of the host.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cpu.h"
#include "job_file.h"

#define JOIN(prefix, isa)  prefix##isa
#define TABLE(prefix, isa) JOIN(prefix, isa)

static const struct cpu_kernels *const kernels = &TABLE(cpu_kernels_, SEAM_ISA);

static int snapshot_at(const struct job *job, uint32_t step) {
  for (int k = 0; k < job->snapshot_count; k++)
    if (job->snapshot_steps[k] == step) return k;
  return -1;
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
