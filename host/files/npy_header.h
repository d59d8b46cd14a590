/* SPDX-License-Identifier: Apache-2.0 */
/* The NPY 1.0 header of a histogram's cells. */
#ifndef SEAM_NPY_HEADER_H
#define SEAM_NPY_HEADER_H

#include "seam.h"

/* The largest header: a multiple of 64 bytes with room for four extents of 19 digits. */
enum { NPY_HEADER = 192 };

/* Writes the header of a little-endian array: int64 for counts, float64 for reals, in C order, with one dimension for
 * each axis and with the flow bins. Returns the size of the header. */
size_t npy_header(const seam_histogram *histogram, unsigned char header[NPY_HEADER]);

#endif
