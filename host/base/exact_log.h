/* SPDX-License-Identifier: Apache-2.0 */
/* The natural logarithm in double, the same to the bit on every machine. */
#ifndef SEAM_EXACT_LOG_H
#define SEAM_EXACT_LOG_H

/* Made of correctly rounded operations alone, so that whatever is decided or drawn by it does not depend on a libm.
 * Within 2 units in the last place for normal x > 0; other x are not allowed. */
double logarithm(double x);

#endif
