/* SPDX-License-Identifier: Apache-2.0 */
/* The histograms of a run: their axes, their bin edges, and the place of each in the array of counts. */
#ifndef SEAM_HISTOGRAM_H
#define SEAM_HISTOGRAM_H

#include "config/config.h"

/* The layout of one run's counts. `view[h].name` is NULL for a histogram that the run does not fill. The `values` of a
 * view are NULL until a result points them at its counts. Do not copy this struct: its views point into it. */
struct histogram_set {
  seam_histogram view[HISTOGRAMS];
  int64_t offset[HISTOGRAMS]; /* first cell in the counts; -1 if not filled */
  int64_t pairs_per_chain;    /* training: 1; predictions: the total count of one first component, draws * 2^bits */
  int64_t cells;              /* the whole array of counts: first the OUTCOMES, then each histogram */
  int snapshot_count;         /* at steps 0, 1, 2, 4, ... and at the last step */
  int64_t snapshot_steps[MAX_SNAPSHOTS];
  struct axis axes[AXES]; /* for the kernels; edges lie in `edges` */
  float *edges;
};

/* The names of the outcomes, in the order of enum outcome. */
extern const char *const outcome_names[OUTCOMES];

seam_status histogram_set_create(const struct seam_config *config, struct histogram_set **set, seam_error *error);
void histogram_set_free(struct histogram_set *set);

/* The number of entries that a chain adds to a histogram that has the outcome axis: 64 for mapping and response, 2 for
 * width and slack, 1 for the others. */
int64_t histogram_entries_per_chain(int histogram);

/* Checks promise 5:
 * - No count is negative and no sum overflows.
 * - The outcomes add up to `chains`.
 * - The total of a histogram per outcome is the number of chains of this outcome times its entries per chain.
 * - Snapshots hold at most `chains` entries per step, and at the last step at least the chains that did not diverge.
 * - Interchange holds a number of pairs that the chains that pass can form.
 * Returns `status` if one of these fails: SEAM_ERROR_INTERNAL before writing, SEAM_ERROR_FORMAT after reading. */
seam_status histogram_set_check(const struct histogram_set *set, const int64_t *counts, uint64_t chains,
                                seam_status status, seam_error *error);

#endif
