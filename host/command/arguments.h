/* SPDX-License-Identifier: Apache-2.0 */
/* The command line as it was given: read into one struct. */
#ifndef SEAM_COMMAND_ARGUMENTS_H
#define SEAM_COMMAND_ARGUMENTS_H

#include <stdbool.h>

#include "command/command.h"

/* What one command was given. */
struct arguments {
  seam_config *config;
  const char **files; /* the operands, ended by NULL; freed by the caller */
  int file_count;
  const char *colour, *outcome, *repeat, *config_file, *output, *figure, *width; /* as given, or NULL */
  bool json, quiet, force, resume, log, dry_run, help, help_all;
  bool chains_given, beta_given; /* on the command line itself, not by --config */
};

/* A flag of the command line that is no option of the configuration. */
struct flag {
  const char *name;
  const char *argument; /* what it takes, NULL for nothing */
  const char *help;
  size_t offset; /* in struct arguments: a bool, or the text where it takes one */
};
extern const struct flag all_flags[]; /* ended by a NULL name */

bool command_has_flag(const struct command *command, const char *flag);
bool command_has_option(const struct command *command, const seam_option *option);

/* Reads everything after the command's name; `arguments` has room for `count` operands. SEAM_ERROR_USAGE, or what
 * reading a --config file came to. */
seam_status arguments_read(const struct command *command, int count, char **words, struct arguments *arguments,
                           seam_error *error);

#endif
