/* SPDX-License-Identifier: Apache-2.0 */
/* Prints help from the tables of commands, flags and options. */
#include "command/help.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "command/arguments.h"
#include "command/command.h"
#include "command/common/terminal.h"
#include "command/common/text.h"
#include "command/examples.h"
#include "command/groups.h"

enum { LEFT = 24, COMMANDS_LEFT = 12 };

const struct exit_code exit_codes[] = {
    {SEAM_OK, "done"},
    {SEAM_ERROR_INTERNAL, "a bug in seam: please report it"},
    {SEAM_ERROR_USAGE, "an unknown command, option or value, or options that do not fit together"},
    {SEAM_ERROR_EXISTS, "the output exists; --force replaces it"},
    {SEAM_ERROR_IO, "a file cannot be read or written"},
    {SEAM_ERROR_LOCKED, "another run writes the same output"},
    {SEAM_ERROR_FORMAT, "a file is truncated, damaged, forged, or not a result of seam"},
    {SEAM_ERROR_MISMATCH, "a result of another arithmetic revision or schema, or results that cannot be compared"},
    {SEAM_ERROR_MEMORY, "out of memory"},
    {SEAM_ERROR_BACKEND, "the backend, instruction set, device or pair of kinds is not available here"},
    {SEAM_ERROR_DEVICE, "a device failed during the run"},
    {SEAM_INTERRUPTED, "interrupted; what was counted until then is in the result"},
    {SEAM_OK, NULL}};

static void print_entry(const struct entry *entry, const char *limits) {
  char text[512];
  int column = printf("  --%s%s%s", entry->name, entry->value ? " " : "", entry->value ? entry->value : "");
  column += printf("%*s", column + 1 < LEFT ? LEFT - column : 2, "");
  snprintf(text, sizeof text, limits ? "%s (%s)" : "%s", entry->help, limits);
  print_wrapped(text, column, LEFT);
}

/* Short help prints a choice once, and the limits of a number if they fit on the line. */
static const char *brief_limits(const struct entry *entry, const struct entry *above) {
  if (!entry->limits) return NULL;
  if (above && above->limits && !strcmp(entry->limits, above->limits)) return "as above";
  bool fits = LEFT + strlen(entry->help) + strlen(" ()") + strlen(entry->limits) <= (size_t)terminal_columns(stdout);
  return fits || !isdigit((unsigned char)*entry->limits) ? entry->limits : NULL;
}

static void print_entries(const struct entry *entries, size_t count, bool all) {
  for (size_t i = 0; i < count; i++)
    print_entry(&entries[i], all ? entries[i].limits : brief_limits(&entries[i], i > 0 ? &entries[i - 1] : NULL));
}

/* "TITLE:  --samples 4  --loss mse": names and defaults alone. */
static void print_names(const char *title, const struct entry *entries, size_t count) {
  if (count == 0) return;
  int column = printf("%s:", title), columns = terminal_columns(stdout);
  for (size_t i = 0; i < count; i++) {
    const char *value = entries[i].value ? entries[i].value : "";
    int width = (int)(strlen(entries[i].name) + strlen(value)) + 4 + (*value != '\0');
    if (column > 0 && column + width > columns) column = 0, putchar('\n');
    column += printf("  --%s%s%s", entries[i].name, *value ? " " : "", value);
  }
  putchar('\n');
}

static void print_whole(const struct command *command, const struct group *group, bool all) {
  struct entry entries[MOST_ENTRIES];
  size_t count = group_entries(command, group, entries);
  if (count == 0) return;
  if (command->tasks) printf("%s%s:\n", group->title, group == groups ? " (numbers take 1e6, 1M and 2.5k alike)" : "");
  print_entries(entries, count, all);
  if (all) putchar('\n');
}

/* Short help explains the most used options and lists the names of the others. */
static void print_groups(const struct command *command, bool all) {
  struct entry entries[MOST_ENTRIES];
  for (const struct group *group = groups; group->title; group++)
    if (all || group == groups)
      print_whole(command, group, all);
    else
      print_names(group->title, entries, group_entries(command, group, entries));
}

static void print_examples(const struct command *command) {
  printf("Examples:\n");
  for (const struct example *example = examples; example->command; example++)
    if (!strcmp(example->command, command->name)) printf("  %s\n", example->line);
}

void help_command(const struct command *command, bool all) {
  bool brief = command_has_flag(command, "help-all") && !all;
  printf("seam %s %s\n", command->name, command->usage);
  print_wrapped(command->detail, 0, 0);
  putchar('\n');
  print_groups(command, !brief);
  if (brief) printf("seam %s --help-all explains every option.\n\n", command->name);
  print_examples(command);
}

void help_program(const struct command *commands) {
  printf("seam %s: trains pairs of components and counts what their interfaces became\n\n", seam_version());
  for (const struct command *command = commands; command->name; command++) {
    int column = printf("  %-*s", COMMANDS_LEFT - 2, command->name);
    print_wrapped(command->summary, column, COMMANDS_LEFT);
  }
  printf("\nseam COMMAND --help explains a command; its manual is man seam-COMMAND.\n"
         "seam --version [--json] prints the commit, compiler and backends of this build.\n"
         "seam --man [COMMAND] prints a man page, seam --completion the script for bash.\n\nExit codes:\n");
  for (const struct exit_code *code = exit_codes; code->meaning; code++) {
    printf("  %3d  ", (int)code->status);
    print_wrapped(code->meaning, 7, 7);
  }
}
