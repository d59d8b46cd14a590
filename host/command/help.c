/* SPDX-License-Identifier: Apache-2.0 */
/* The help texts, made from the tables of commands, flags and options. */
#include <string.h>

#include "command.h"

enum { LEFT = 24 };

static const struct {
  seam_status status;
  const char *meaning;
} exit_codes[] = {
    {SEAM_OK, "done"},
    {SEAM_ERROR_INTERNAL, "a bug in seam: please report it"},
    {SEAM_ERROR_USAGE, "an unknown command, option or value, or options that do not fit together"},
    {SEAM_ERROR_EXISTS, "the output exists; --force replaces it"},
    {SEAM_ERROR_IO, "a file cannot be read or written"},
    {SEAM_ERROR_LOCKED, "another run writes the same output"},
    {SEAM_ERROR_FORMAT, "a file is truncated, damaged, forged, or no result of seam"},
    {SEAM_ERROR_MISMATCH, "a result of another arithmetic revision or schema, or results that do not compare"},
    {SEAM_ERROR_MEMORY, "out of memory"},
    {SEAM_ERROR_BACKEND, "the backend, instruction set, device or pair of kinds is not to be had here"},
    {SEAM_ERROR_DEVICE, "a device failed during the run"},
    {SEAM_INTERRUPTED, "interrupted; what was counted until then is in the result"}};

static void entry(const char *name, const char *value, const char *help, const char *limits) {
  char text[512];
  int column = printf("  --%s%s%s", name, value ? " " : "", value ? value : "");
  if (column < LEFT) column += printf("%*s", LEFT - column, "");
  snprintf(text, sizeof text, limits ? "%s (%s)" : "%s", help, limits);
  print_wrapped(text, column, LEFT);
}

void help_command(const struct command *command) {
  printf("seam %s %s\n", command->name, command->usage);
  print_wrapped(command->detail, 0, 0);
  putchar('\n');
  for (const struct flag *flag = all_flags; flag->name; flag++)
    if (command_has_flag(command, flag->name)) entry(flag->name, flag->argument, flag->help, NULL);
  if (!command->tasks) return;
  putchar('\n');
  print_wrapped("Options with their defaults; numbers take 1e6, 1M, 2.5k alike:", 0, 0);
  for (const seam_option *option = seam_options(); option->name; option++)
    if (command_has_option(command, option)) entry(option->name, option->value, option->help, option->limits);
}

void help_program(const struct command *commands) {
  printf("seam %s: trains pairs of small components and counts what their interfaces became\n\n", seam_version());
  for (const struct command *command = commands; command->name; command++) {
    int column = printf("  seam %s %s", command->name, command->usage);
    printf("%*s", column < LEFT + 2 ? LEFT + 2 - column : 1, "");
    print_wrapped(command->summary, LEFT + 2, LEFT + 2);
  }
  printf("  seam COMMAND --help     the options of a command\n  seam --version          the version\n\nExit codes:\n");
  for (size_t i = 0; i < sizeof exit_codes / sizeof *exit_codes; i++) {
    printf("  %3d  ", (int)exit_codes[i].status);
    print_wrapped(exit_codes[i].meaning, 7, 7);
  }
}
