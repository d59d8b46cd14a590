/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the roof: the fewest cycles that a chain-step can take on a card, from the counted instructions of its kernel.
 */
#ifndef SEAM_ROOF_H
#define SEAM_ROOF_H

#include <stdbool.h>

/* The columns of bench/roof.csv that count instructions, in its order. Those named in bench/pipes.csv are pipes. */
#define ROOF_COLUMNS(X) X(issue) X(fp32) X(alu) X(mufu) X(memory) X(branch) X(uniform) X(local)

/* How many instructions a warp executes per step, or per pair of training voltages. */
struct roof_row {
  const char *first, *second, *optimizer, *math;
  const char *arch; /* "sm_90" */
  const char *part; /* "step" or "pair" */
#define FIELD(name) double name;
  ROOF_COLUMNS(FIELD)
#undef FIELD
  double registers;
};

struct roof_pipe {
  const char *arch, *pipe;
  double cycles; /* of a scheduler, per instruction of a warp */
};

/* Both lists end with an entry of NULLs. */
struct roof_table {
  const struct roof_row *rows;
  const struct roof_pipe *pipes;
};

/* bench/roof.csv and bench/pipes.csv at the time of the build. */
extern const struct roof_table roof_table;

struct roof_query {
  const char *first, *second, *optimizer, *math; /* as the options name them */
  int compute_capability;                        /* 10 * major + minor */
  int samples;                                   /* training voltages per level */
};

struct roof {
  double cycles;    /* of a scheduler, for one step of the 32 chains of a warp */
  const char *pipe; /* the busiest one */
};

/* Returns false if the table does not have the kernel or the card. */
bool roof_find(const struct roof_table *table, const struct roof_query *query, struct roof *roof);

/* Chain-steps per second at the roof. */
double roof_rate(const struct roof *roof, int multiprocessors, double hertz);

#endif
