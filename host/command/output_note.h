/* SPDX-License-Identifier: Apache-2.0 */
/* Tells what the user should know about an output. */
#ifndef SEAM_COMMAND_OUTPUT_NOTE_H
#define SEAM_COMMAND_OUTPUT_NOTE_H

#include <stddef.h>

#include "seam.h"

/* Prints the notes from index *printed on, to stderr, also of a quiet run. */
void output_notes_print(const seam_output *output, size_t *printed);

/* As seam_output_open. Prints the notes, too. */
seam_status output_open_and_tell(const char *path, int replace, seam_output **output, seam_error *error);

#endif
