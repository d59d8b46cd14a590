/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the command line into one struct. */
#ifndef SEAM_COMMAND_ARGUMENTS_H
#define SEAM_COMMAND_ARGUMENTS_H

#include <stdbool.h>

#include "command/command.h"

/* The arguments of one command. */
struct arguments {
  seam_config *config;
  const char **files; /* the operands, ended by NULL; freed by the caller */
  int file_count;
  const char *colour, *outcome, *repeat, *config_file, *output, *spill, *figure, *width, *paired, *ranks; /* or NULL */
  bool json, quiet, force, anyway, resume, log, linear, dry_run, fail_fast, help, help_all;
  bool chains_given, beta_given; /* on the command line, not in --config */
};

/* A flag of the command line. It is not part of the configuration, as options are. */
struct flag {
  const char *name;
  const char *argument; /* what its value is, or NULL if it takes none */
  const char *help;
  size_t offset; /* in struct arguments: of a bool, or of the text of the value */
};
extern const struct flag all_flags[]; /* ended by a NULL name */

bool command_has_flag(const struct command *command, const char *flag);
bool command_has_option(const struct command *command, const seam_option *option);

/* Until 0.2, --force also compares results of other kinds, margins or priors. Returns whether to try that after this
 * `status` of a comparison without --anyway. */
bool old_force_helps(const struct arguments *arguments, seam_status status);
void note_old_force(void);

/* Reads the words after the name of the command. `arguments` has room for `count` operands. Returns SEAM_ERROR_USAGE,
 * or the error of reading a --config file. */
seam_status arguments_read(const struct command *command, int count, char **words, struct arguments *arguments,
                           seam_error *error);

#endif
