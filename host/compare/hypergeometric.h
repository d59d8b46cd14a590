/* SPDX-License-Identifier: Apache-2.0 */
/* Hypergeometric random numbers of any size, the same on every machine. */
#ifndef SEAM_HYPERGEOMETRIC_H
#define SEAM_HYPERGEOMETRIC_H

#include <stdint.h>

/* Random words of Philox4x32-10, as for chains: key = seed, counter = (draw, purpose, id). */
struct random_stream {
  uint64_t seed, id;
  uint32_t purpose;
  uint32_t draw;    /* the next block */
  uint64_t kept[2]; /* the words of the last block; `left` of them are not used yet */
  int left;
};

struct random_stream random_stream_create(uint64_t seed, uint64_t id, uint32_t purpose);
uint64_t random_stream_word(struct random_stream *stream);

/* Takes `drawn` of `total` items without replacement, and returns how many of the `marked` items are among them.
 * 0 <= marked, drawn <= total. */
int64_t hypergeometric_draw(struct random_stream *stream, int64_t total, int64_t marked, int64_t drawn);

/* Takes `drawn` items without replacement from cells that hold counts[i] items, `total` together. Sets taken[i] to the
 * items taken from cell i. */
void hypergeometric_cells(struct random_stream *stream, const int64_t *counts, int cells, int64_t total, int64_t drawn,
                          int64_t *taken);

#endif
