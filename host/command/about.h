/* SPDX-License-Identifier: Apache-2.0 */
/* What the program says of itself. */
#ifndef SEAM_COMMAND_ABOUT_H
#define SEAM_COMMAND_ABOUT_H

#include <stdbool.h>

#include "command/command.h"

/* Whether the words ask about the program itself, which is then told. */
bool about(const struct command *commands, int count, char **words, seam_status *status, seam_error *error);

#endif
