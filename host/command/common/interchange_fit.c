/* SPDX-License-Identifier: Apache-2.0 */
/* Estimates the chance that the swapped parts of two chains fit, from the histograms interchange and swaps. */
#include "command/common/interchange_fit.h"

#include <math.h>

#include "base/wilson.h"

const seam_histogram *interchange_histogram(const seam_result *result) {
  const seam_histogram *histogram = seam_result_histogram(result, "interchange");
  return histogram ? histogram : seam_result_histogram(result, "swaps");
}

int64_t interchange_blocks(const seam_histogram *histogram) {
  return histogram->axis_count == 4 ? histogram->axes[0].bins : 1;
}

/* Adds the pairs of one block and mode at distances of [from, to). */
static void add_pairs(const seam_histogram *histogram, int64_t block, int mode, struct interval distance,
                      struct pairs *pairs) {
  const seam_axis *axis = &histogram->axes[histogram->axis_count - 2];
  double width = (axis->upper - axis->lower) / (double)axis->bins;
  for (int64_t i = 0; i < axis->bins + 2; i++) {
    double edge = axis->lower + (double)(i - 1) * width; /* the underflow is empty, because distances are at least 0 */
    if (edge < distance.low || edge >= distance.high) continue;
    for (int fits = 0; fits < FITS; fits++) {
      int64_t count = histogram->values[((block * 2 + mode) * (axis->bins + 2) + i) * FITS + fits];
      pairs->by_fits[fits] += count;
      pairs->all += count;
    }
  }
}

/* The swapped chains that work. Each has the weight 1/2, so that a pair has the weight 1. */
static double weight_that_fits(const struct pairs *pairs) {
  return 0.5 * (double)pairs->by_fits[1] + (double)pairs->by_fits[2];
}

/* The interval of a ratio of sums over independent blocks, by Student's t with 15 degrees of freedom (Cochran,
 * "Sampling Techniques", Wiley 1977, section 6.3). The ways to swap within a block share components. If all blocks
 * agree, because none or all fit, a block counts as one trial. */
static struct interval ratio_interval(const struct pairs *of_block, int64_t blocks, const struct fit *fit) {
  const double t_95 = 2.131;
  double squares = 0;
  int64_t filled = 0;
  for (int64_t b = 0; b < blocks; b++) {
    filled += of_block[b].all > 0;
    double rest = weight_that_fits(&of_block[b]) - fit->chance * (double)of_block[b].all;
    squares += rest * rest;
  }
  if (squares == 0) return wilson(fit->chance * (double)filled, filled);
  double error = sqrt(squares * (double)blocks / (double)(blocks - 1)) / (double)fit->pairs.all;
  return (struct interval){fmax(0, fit->chance - t_95 * error), fmin(1, fit->chance + t_95 * error)};
}

/* Pairs of chains are independent, but the two swaps of a pair are not, so a pair counts as one trial. The mean of its
 * two swaps varies at most as much as a pair that fits both ways or not at all. So Wilson's interval is wide enough. */
struct fit interchange_fit(const seam_histogram *histogram, int mode, struct interval distance) {
  enum { MOST_BLOCKS = 16 };
  struct pairs of_block[MOST_BLOCKS] = {{0}};
  struct fit fit = {.chance = NAN, .interval = {NAN, NAN}};
  int64_t blocks = interchange_blocks(histogram);
  for (int64_t b = 0; b < blocks && b < MOST_BLOCKS; b++) {
    add_pairs(histogram, b, mode, distance, &of_block[b]);
    fit.pairs.all += of_block[b].all;
    for (int fits = 0; fits < FITS; fits++) fit.pairs.by_fits[fits] += of_block[b].by_fits[fits];
  }
  if (fit.pairs.all == 0) return fit;
  fit.chance = weight_that_fits(&fit.pairs) / (double)fit.pairs.all;
  fit.interval =
      blocks > 1 ? ratio_interval(of_block, blocks, &fit) : wilson(weight_that_fits(&fit.pairs), fit.pairs.all);
  return fit;
}
