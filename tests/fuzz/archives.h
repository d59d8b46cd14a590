/* SPDX-License-Identifier: Apache-2.0 */
/* Small result files of every task, and what must hold for any bytes that are read as one. */
#ifndef SEAM_FUZZ_ARCHIVES_H
#define SEAM_FUZZ_ARCHIVES_H

#include "fuzz.h"

struct archive {
  const char *name;
  unsigned char *bytes;
  size_t size;
};

enum { ARCHIVES = 4 };

/* They are counted at the first call. */
const struct archive *small_archives(void);

/* The bytes are refused in one line that names the file, or are a result that keeps the promises and is the same after
 * it is written and read again. */
void read_as_result(const unsigned char *bytes, size_t size);

/* The same for a comparison. Nearly all bytes are no comparison. */
void read_as_comparison(const unsigned char *bytes, size_t size);

#endif
