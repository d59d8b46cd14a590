/* SPDX-License-Identifier: Apache-2.0 */
/* Answers --help, --version, --man and --completion, which run no command. */
#ifndef SEAM_COMMAND_ABOUT_H
#define SEAM_COMMAND_ABOUT_H

#include <stdbool.h>

#include "command/command.h"

/* If the words ask about the program itself, prints the answer, sets *status and returns true. */
bool about(const struct command *commands, int count, char **words, seam_status *status, seam_error *error);

#endif
