/* SPDX-License-Identifier: Apache-2.0 */
/* The measurements of seam bench. */
#ifndef SEAM_BENCH_H
#define SEAM_BENCH_H

#include <jansson.h>

#include "command/cards.h"
#include "command/arguments.h"

enum { MOST_REPEATS = 1000, MOST_ROWS = 3 };

/* One line of the table: a backend and a number of threads, measured several times. */
struct row {
  const char *backend;
  int threads; /* 0 on CUDA */
  uint64_t chains;
  char isa[16], device[128];
  double *rates, *peaks, *costs; /* per repeat: chain-steps/s, flop/s of a core, flops at peak per chain-step */
};

struct bench {
  seam_config *config;
  json_t *given; /* the configuration before the measurement sets chains and threads */
  size_t repeats, row_count;
  struct row rows[MOST_ROWS];
  struct cards cards; /* of the row on CUDA */
  double flops;       /* of a chain-step */
  double *scalings;
  bool shows_progress; /* stderr is a terminal and --quiet is not given */
};

/* ---- bench_report.c ---- */

void bench_report(const struct bench *bench);
seam_status bench_report_json(const struct bench *bench, seam_error *error);

#endif
