/* SPDX-License-Identifier: Apache-2.0 */
/* Errors of the library: a status and one line that names the thing and the remedy. */
#ifndef SEAM_ERROR_H
#define SEAM_ERROR_H

#include "seam.h"

/* Fills `error` (which may be NULL) and returns `status`, so that a caller can write `return error_set(...)`. */
seam_status error_set(seam_error *error, seam_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The path, or its end where it is so long that it would push the remedy out of a message. */
const char *error_path(const char *path);

/* Forwards a failure to the caller. */
#define FORWARD(call)                                                                                                  \
  do {                                                                                                                 \
    seam_status forwarded = (call);                                                                                    \
    if (forwarded != SEAM_OK) return forwarded;                                                                        \
  } while (0)

#endif
