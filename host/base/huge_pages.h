/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for large tables. */
#ifndef SEAM_HUGE_PAGES_H
#define SEAM_HUGE_PAGES_H

#include <stddef.h>

/* In huge pages where the system lends them, which are sooner made and found; freed by free. NULL where memory is out.
 * What it holds is undefined. Write to it before reading from it: pages that were read first are made anew when
 * written to, with all cores waiting. */
void *pages_allocate(size_t bytes);

#endif
