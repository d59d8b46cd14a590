/* SPDX-License-Identifier: Apache-2.0 */
/* Estimates the chance that the swapped parts of two chains fit. */
#ifndef SEAM_COMMAND_INTERCHANGE_FIT_H
#define SEAM_COMMAND_INTERCHANGE_FIT_H

#include "base/wilson.h"
#include "seam.h"

enum { FITS = 3 }; /* none, one or both of the two swapped chains work */

/* Pairs of chains that pass, or ways to swap, by how many of the two swapped chains work. */
struct pairs {
  int64_t all, by_fits[FITS];
};

struct fit {
  struct pairs pairs;
  double chance; /* NAN if there are no pairs */
  struct interval interval;
};

/* The histogram "interchange" of a training or "swaps" of a prediction; NULL if neither was counted. */
const seam_histogram *interchange_histogram(const seam_result *result);

/* A prediction's swaps are counted in independent blocks; a training has one. */
int64_t interchange_blocks(const seam_histogram *histogram);

/* Counts the pairs at distances of [low, high), which are edges of the histogram's bins. */
struct fit interchange_fit(const seam_histogram *histogram, int same_mode, struct interval distance);

#endif
