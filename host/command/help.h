/* SPDX-License-Identifier: Apache-2.0 */
/* Prints help, man pages and completion from the tables of commands and options. */
#ifndef SEAM_COMMAND_HELP_H
#define SEAM_COMMAND_HELP_H

#include "command/command.h"

struct exit_code {
  seam_status status;
  const char *meaning;
};
extern const struct exit_code exit_codes[]; /* ended by a NULL meaning */

/* The text of packaging/man/PAGE.txt; man.c describes its format. */
struct manual {
  const char *page;         /* "seam" or the name of a command */
  const char *const *lines; /* ended by NULL */
};
extern const struct manual manuals[]; /* ended by a NULL page */

void help_program(const struct command *commands);
void help_command(const struct command *command, bool all);
void man_program(const struct command *commands);
void man_command(const struct command *commands, const struct command *command);
void completion_print(const struct command *commands);

#endif
