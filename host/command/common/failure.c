/* SPDX-License-Identifier: Apache-2.0 */
/* Fills in the errors of the command line. */
#include "command/common/failure.h"

#include <stdarg.h>
#include <stdio.h>

seam_status fail(seam_error *error, seam_status status, const char *format, ...) {
  va_list values;
  va_start(values, format);
  error->status = status;
  if (vsnprintf(error->message, sizeof error->message, format, values) < 0) error->message[0] = '\0';
  va_end(values);
  for (char *c = error->message; *c; c++)
    if ((unsigned char)*c < ' ' || *c == 127) *c = '?'; /* control characters could change the terminal */
  return status;
}
