/* SPDX-License-Identifier: Apache-2.0 */
/* Tells what the user should know about an output. */
#include "command/output_note.h"

#include <stdio.h>

#include "base/printable.h"

void output_notes_print(const seam_output *output, size_t *printed) {
  for (const char *note; (note = seam_output_note(output, *printed)); ++*printed)
    fprintf(stderr, "seam: %s\n", printable(note).text);
}

seam_status output_open_and_tell(const char *path, int replace, seam_output **output, seam_error *error) {
  size_t printed = 0;
  seam_status status = seam_output_open(path, replace, output, error);
  if (status == SEAM_OK) output_notes_print(*output, &printed);
  return status;
}
