/* SPDX-License-Identifier: Apache-2.0 */
/* The examples of help and man pages. */
#ifndef SEAM_COMMAND_EXAMPLES_H
#define SEAM_COMMAND_EXAMPLES_H

struct example {
  const char *command, *line, *meaning;
};
extern const struct example examples[]; /* ended by a NULL command */

#endif
