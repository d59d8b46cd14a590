/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the roof of a kernel: the cycles that its busiest pipe needs for a chain-step. */
#include "command/roof.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { SCHEDULERS = 4, WARP = 32 }; /* of a multiprocessor, on every card from compute capability 7.0 on; its threads */

static const struct roof_row *find_row(const struct roof_row *rows, const struct roof_query *query, const char *arch,
                                       const char *part) {
  for (; rows->first; rows++)
    if (!strcmp(rows->first, query->first) && !strcmp(rows->second, query->second) &&
        !strcmp(rows->optimizer, query->optimizer) && !strcmp(rows->math, query->math) && !strcmp(rows->arch, arch) &&
        !strcmp(rows->part, part))
      return rows;
  return NULL;
}

/* How many instructions of the row go through a pipe; 0 for a pipe that the rows do not count. */
static double instructions(const struct roof_row *row, const char *pipe) {
#define COUNT(name)                                                                                                    \
  if (!strcmp(pipe, #name)) return row->name;
  ROOF_COLUMNS(COUNT)
#undef COUNT
  return 0;
}

bool roof_find(const struct roof_table *table, const struct roof_query *query, struct roof *roof) {
  char arch[16];
  snprintf(arch, sizeof arch, "sm_%d", query->compute_capability);
  const struct roof_row *step = find_row(table->rows, query, arch, "step");
  const struct roof_row *pair = find_row(table->rows, query, arch, "pair");
  *roof = (struct roof){0, NULL};
  if (!step || !pair) return false;
  for (const struct roof_pipe *pipe = table->pipes; pipe->arch; pipe++) {
    if (strcmp(pipe->arch, arch)) continue;
    double count = instructions(step, pipe->pipe) + query->samples * instructions(pair, pipe->pipe);
    if (count * pipe->cycles > roof->cycles) *roof = (struct roof){count * pipe->cycles, pipe->pipe};
  }
  return roof->cycles > 0;
}

double roof_rate(const struct roof *roof, int multiprocessors, double hertz) {
  return multiprocessors * SCHEDULERS * WARP * hertz / roof->cycles;
}
