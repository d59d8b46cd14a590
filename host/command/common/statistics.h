/* SPDX-License-Identifier: Apache-2.0 */
/* The statistics that tables and figures print. */
#ifndef SEAM_COMMAND_STATISTICS_H
#define SEAM_COMMAND_STATISTICS_H

#include "command/common/text.h"
#include "seam.h"

/* The value below which `fraction` of the entries of one row of a regular axis lie, linear within a bin. It is
 * -INFINITY or INFINITY in the underflow or overflow bin, and NAN if there are no entries. */
double histogram_quantile(const seam_axis *axis, const int64_t *row, double fraction);

struct text p_text(double p); /* "0.52"; "< 0.01" if no permutation reached the value; "-" if it is not known */

double median(double *values, size_t count); /* sorts them */

#endif
