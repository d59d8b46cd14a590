/* SPDX-License-Identifier: Apache-2.0 */
/* Hypergeometric draws of any size, the same on every machine. */
#ifndef SEAM_HYPERGEOMETRIC_H
#define SEAM_HYPERGEOMETRIC_H

#include <stdint.h>

/* Philox4x32-10 by identity, as for the chains: key = seed, counter = (draw, purpose, id). */
struct random_stream {
  uint64_t seed, id;
  uint32_t purpose;
  uint32_t draw;    /* the next block */
  uint64_t kept[2]; /* the last block's words that are left */
  int left;
};

struct random_stream random_stream_create(uint64_t seed, uint64_t id, uint32_t purpose);

/* How many of `drawn` items, taken without replacement from `total`, are among the `marked` ones.
 * 0 <= marked, drawn <= total. */
int64_t hypergeometric_draw(struct random_stream *stream, int64_t total, int64_t marked, int64_t drawn);

/* Multivariate: of cells that hold counts[i], in all `total`, takes `drawn` items; taken[i] tells how many of each. */
void hypergeometric_cells(struct random_stream *stream, const int64_t *counts, int cells, int64_t total, int64_t drawn,
                          int64_t *taken);

#endif
