/* SPDX-License-Identifier: Apache-2.0 */
/* The NPY 1.0 header of a histogram's counts or reals. */
#ifndef SEAM_NPY_HEADER_H
#define SEAM_NPY_HEADER_H

#include "seam.h"

/* Every histogram's header has this size: a multiple of 64 that four extents of 19 digits cannot exceed. */
enum { NPY_HEADER = 192 };

/* Little-endian int64, or float64 for reals, C order, one dimension an axis, flow bins included. Returns the header's
 * size. */
size_t npy_header(const seam_histogram *histogram, unsigned char header[NPY_HEADER]);

#endif
