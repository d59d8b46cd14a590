/* SPDX-License-Identifier: Apache-2.0 */
/* Fills in the errors of the command line. */
#ifndef SEAM_COMMAND_FAILURE_H
#define SEAM_COMMAND_FAILURE_H

#include "seam.h"

/* Fills `error` with one printable line, and returns `status`. */
seam_status fail(seam_error *error, seam_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
