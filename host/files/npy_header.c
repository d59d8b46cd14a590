/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the NPY 1.0 header, byte for byte as numpy.save does. */
#include "files/npy_header.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PREAMBLE = 10, ALIGNMENT = 64 };

/* Appends `text` to the first `size` bytes and returns the new size. NPY_HEADER is large enough for any shape. */
static size_t append(unsigned char *header, size_t size, const char *text) {
  size_t length = strlen(text);
  memcpy(header + size, text, length);
  return size + length;
}

size_t npy_header(const seam_histogram *histogram, unsigned char header[NPY_HEADER]) {
  size_t size = append(header + PREAMBLE, 0, histogram->reals ? "{'descr': '<f8'" : "{'descr': '<i8'");
  size = append(header + PREAMBLE, size, ", 'fortran_order': False, 'shape': (");
  for (int a = 0; a < histogram->axis_count; a++) {
    const seam_axis *axis = &histogram->axes[a];
    char extent[32];
    snprintf(extent, sizeof extent, "%s%" PRId64, a ? ", " : "", axis->bins + 2 * axis->flow);
    size = append(header + PREAMBLE, size, extent);
  }
  size = append(header + PREAMBLE, size, histogram->axis_count == 1 ? ",), }" : "), }");

  size_t total = (PREAMBLE + size + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  memset(header + PREAMBLE + size, ' ', total - PREAMBLE - size - 1);
  header[total - 1] = '\n';
  memcpy(header, "\x93NUMPY\x01\x00", 8);
  header[8] = (unsigned char)((total - PREAMBLE) & 0xff);
  header[9] = (unsigned char)((total - PREAMBLE) >> 8);
  return total;
}
