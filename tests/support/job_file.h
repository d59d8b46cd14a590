/* SPDX-License-Identifier: Apache-2.0 */
/* A job and its tables in a file, so that kernels built for another machine can do exactly the same work. */
#ifndef SEAM_JOB_FILE_H
#define SEAM_JOB_FILE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "kernels/job.h"

/* The file holds this header, then Adam's table, then each axis's edges. Pointers in `job` have no meaning in the
 * file. */
struct job_file {
  uint64_t first_id, chains;
  uint32_t slice;
  struct job job;
};

static inline void job_file_move(void *data, size_t size, FILE *file, int writing) {
  size_t done = writing ? fwrite(data, 1, size, file) : fread(data, 1, size, file);
  if (done == size) return;
  perror(writing ? "job file: cannot write" : "job file: cannot read");
  exit(1);
}

static inline void job_file_write(FILE *file, struct job_file *f) {
  job_file_move(f, sizeof *f, file, 1);
  job_file_move((void *)(uintptr_t)f->job.adam, f->job.adam_entries * sizeof *f->job.adam, file, 1);
  for (int a = 0; a < AXES; a++)
    job_file_move((void *)(uintptr_t)f->job.axes[a].edges, ((size_t)f->job.axes[a].bins + 1) * sizeof(float), file, 1);
}

static inline void *job_file_table(size_t size, FILE *file) {
  void *table = malloc(size);
  if (!table) exit(1);
  job_file_move(table, size, file, 0);
  return table;
}

/* The tables are never freed. */
static inline void job_file_read(FILE *file, struct job_file *f) {
  job_file_move(f, sizeof *f, file, 0);
  f->job.adam = (const struct adam_scale *)job_file_table(f->job.adam_entries * sizeof *f->job.adam, file);
  for (int a = 0; a < AXES; a++)
    f->job.axes[a].edges = (const float *)job_file_table(((size_t)f->job.axes[a].bins + 1) * sizeof(float), file);
}

#endif
