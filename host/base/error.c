/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the one-line message of a failed call. */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/printable.h"

/* The user cannot correct an internal error, so the message asks for a report. A forwarded message already has the
 * request. */
static void ask_for_report(seam_error *error) {
  static const char request[] = "; a bug in seam: please report it";
  size_t length = strlen(error->message);
  if (error->status == SEAM_ERROR_INTERNAL && !strstr(error->message, request))
    snprintf(error->message + length, sizeof error->message - length, "%s", request);
}

seam_status error_set(seam_error *error, seam_status status, const char *format, ...) {
  if (!error) return status;
  va_list arguments;
  va_start(arguments, format);
  error->status = status;
  if (vsnprintf(error->message, sizeof error->message, format, arguments) < 0) error->message[0] = '\0';
  va_end(arguments);
  ask_for_report(error);
  make_printable(error->message); /* it may contain a path or text from a file */
  return status;
}

const char *error_path(const char *path) {
  enum { LONGEST = 180 };
  size_t length = strlen(path);
  return length <= LONGEST ? path : path + length - LONGEST;
}
