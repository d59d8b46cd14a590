/* SPDX-License-Identifier: Apache-2.0 */
/* What seam bench measures, and how it is told. */
#ifndef SEAM_BENCH_H
#define SEAM_BENCH_H

#include <jansson.h>

#include "command/cards.h"
#include "command/arguments.h"

enum { MOST_REPEATS = 1000, MOST_ROWS = 3 };

/* One line of the table: a backend with a number of threads, measured again and again. */
struct row {
  const char *backend;
  int threads; /* 0 on CUDA */
  uint64_t chains;
  char isa[16], device[128];
  double *rates, *peaks, *costs; /* one each repeat: chain-steps/s, flop/s of one core, flops' worth per chain-step */
};

struct bench {
  seam_config *config;
  json_t *given; /* the configuration as it was before the measuring set its chains */
  size_t repeats, row_count;
  struct row rows[MOST_ROWS];
  struct cards cards; /* of the row on CUDA */
  double flops;       /* of a chain-step */
  double *scalings;
  bool chatty; /* stderr is a terminal that may be told how far it is */
};

/* ---- bench_report.c ---- */

void bench_tell(const struct bench *bench);
seam_status bench_tell_json(const struct bench *bench, seam_error *error);

#endif
