/* SPDX-License-Identifier: Apache-2.0 */
/* The natural logarithm in double precision, equal to the bit on every machine. */
#ifndef SEAM_EXACT_LOG_H
#define SEAM_EXACT_LOG_H

/* Uses only correctly rounded operations, so that no result depends on the C library. The error is at most 2 units in
 * the last place. x must be a normal number above 0. */
double exact_log(double x);

#endif
