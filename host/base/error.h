/* SPDX-License-Identifier: Apache-2.0 */
/* Errors of the library: a status, and one line that names the cause and the remedy. */
#ifndef SEAM_ERROR_H
#define SEAM_ERROR_H

#include "seam.h"

/* Fills `error`, which may be NULL, and returns `status`, so that a caller can write `return error_set(...)`. */
seam_status error_set(seam_error *error, seam_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Returns the path, or only its end if the whole path would leave no room for the remedy in a message. */
const char *error_path(const char *path);

/* Forwards a failure to the caller. */
#define FORWARD(call)                                                                                                  \
  do {                                                                                                                 \
    seam_status forwarded = (call);                                                                                    \
    if (forwarded != SEAM_OK) return forwarded;                                                                        \
  } while (0)

#endif
