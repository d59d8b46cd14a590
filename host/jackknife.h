/* SPDX-License-Identifier: Apache-2.0 */
/* The standard error of a share of pairs, which are not independent: each draw of either side is in many of them. */
#ifndef SEAM_JACKKNIFE_H
#define SEAM_JACKKNIFE_H

#include <stdint.h>

/* Of sum(part)/sum(whole), tables of counts in C order: entry (i, j) counts the pairs of block i of the first draws
 * with block j of the second. Leaves out each row and each column in turn, so its square is the sum of what both sides'
 * draws contribute (a U-statistic's zeta1/n1 + zeta2/n2). Blocks are to be of equal size, but for a remainder. NAN
 * where nothing is left without one of them. */
double jackknife_error(const int64_t *part, const int64_t *whole, int rows, int columns);

#endif
