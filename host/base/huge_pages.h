/* SPDX-License-Identifier: Apache-2.0 */
/* Allocates memory for large tables. */
#ifndef SEAM_HUGE_PAGES_H
#define SEAM_HUGE_PAGES_H

#include <stddef.h>

/* Returns memory in huge pages if the system has them. Huge pages are faster to allocate and to access. Returns NULL if
 * no memory is left. The caller frees it with free(). The contents are undefined. Write each page before you read it:
 * if a page is read first, the system allocates it again at the first write, and all cores wait for that. */
void *huge_pages_allocate(size_t bytes);

#endif
