/* SPDX-License-Identifier: Apache-2.0 */
/* Fills in the errors of the command line. */
#include "command/common/failure.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/printable.h"

seam_status fail(seam_error *error, seam_status status, const char *format, ...) {
  va_list values;
  va_start(values, format);
  error->status = status;
  if (vsnprintf(error->message, sizeof error->message, format, values) < 0) error->message[0] = '\0';
  va_end(values);
  make_printable(error->message);
  return status;
}
