/* SPDX-License-Identifier: Apache-2.0 */
/* Allocates memory and asks for huge pages with madvise. */
#include "base/huge_pages.h"

#include <stdlib.h>
#include <sys/mman.h>

void *huge_pages_allocate(size_t bytes) {
  const size_t huge = (size_t)1 << 21, rounded = (bytes + huge - 1) / huge * huge;
  void *memory = aligned_alloc(huge, rounded);
#ifdef MADV_HUGEPAGE
  if (memory && bytes >= huge) (void)madvise(memory, rounded, MADV_HUGEPAGE); /* only a hint, so failure does no harm */
#endif
  return memory;
}
