/* SPDX-License-Identifier: Apache-2.0 */
/* The histograms of a run: their axes, their bin edges, and where each lies in the array of counts. */
#ifndef SEAM_HISTOGRAM_H
#define SEAM_HISTOGRAM_H

#include "config/config.h"

/* The layout of one run's counts. `view[h].name` is NULL for a histogram that the run does not fill; `values` of the
 * views stay NULL until a result points them at its counts. Pointers in the views point into this struct or to
 * constants, so it is never copied. */
struct histogram_set {
  seam_histogram view[HISTOGRAMS];
  int64_t offset[HISTOGRAMS]; /* first cell in the counts, -1 where not filled */
  int64_t pairs_per_chain;    /* predictions: draws of theta2; 1 in training */
  int64_t cells;              /* of the whole array of counts: the OUTCOMES first, then each histogram */
  int snapshot_count;         /* steps 0, 1, 2, 4, ..., steps */
  int64_t snapshot_steps[MAX_SNAPSHOTS];
  struct axis axes[AXES]; /* for the kernels; edges lie in `edges` */
  float *edges;
};

/* The outcomes' names, by enum outcome. */
extern const char *const outcome_names[OUTCOMES];

seam_status histogram_set_create(const struct seam_config *config, struct histogram_set **set, seam_error *error);
void histogram_set_free(struct histogram_set *set);

/* The number of entries a chain of outcome o adds to histogram h in all (mapping and response: 64, width and
 * slack: 2, others 1); snapshots hold at most one entry per chain and step, interchange one per pair of chains that
 * both pass, and they are checked against that. */
int64_t histogram_entries_per_chain(int histogram);

/* Checks promise 5: outcomes add up to `chains`, and each histogram's total per outcome is that outcome's chains times
 * its entries per chain; snapshots hold at most `chains` per step and at least the chains that did not diverge at the
 * last step; interchange holds as many pairs as the chains that pass can make. No count may be negative and sums may
 * not overflow. `status` is what a violation returns (SEAM_ERROR_INTERNAL when writing, SEAM_ERROR_FORMAT when
 * reading). */
seam_status histogram_set_check(const struct histogram_set *set, const int64_t *counts, uint64_t chains,
                                seam_status status, seam_error *error);

#endif
