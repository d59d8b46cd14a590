/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for large tables. */
#ifndef SEAM_HUGE_PAGES_H
#define SEAM_HUGE_PAGES_H

#include <stddef.h>

/* Memory in huge pages where the system has them: these are faster to allocate and to look up. Freed by free; NULL
 * where memory is out; the contents are undefined. Write to it before you read it: a page that is read first is
 * allocated again at the first write, while all cores wait. */
void *pages_allocate(size_t bytes);

#endif
