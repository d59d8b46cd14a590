/* SPDX-License-Identifier: Apache-2.0 */
/* Reads what follows a command's name: options of the configuration, flags of the command line, and operands. */
#include "command/arguments.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/did_you_mean.h"
#include "command/command.h"
#include "command/common/failure.h"

/* Help lists flags in this order. */
const struct flag all_flags[] = {
    {"figure", "NAMES",
     "what to draw, separated by commas (interface, transfer, margins, selection, snapshots, interchange, compare, "
     "all)",
     offsetof(struct arguments, figure)},
    {"width", "180mm", "width of the figure (80mm to 400mm, or the same in cm or in)",
     offsetof(struct arguments, width)},
    {"log", NULL, "draw counts by their logarithm, as transfer always does without --linear",
     offsetof(struct arguments, log)},
    {"linear", NULL, "draw counts linearly, transfer, too", offsetof(struct arguments, linear)},
    {"config", "FILE", "take options from JSON or a result; later options win",
     offsetof(struct arguments, config_file)},
    {"dry-run", NULL, "print what would run and how long it would take; run nothing",
     offsetof(struct arguments, dry_run)},
    {"fail-fast", NULL, "end the sweep at the first point that fails", offsetof(struct arguments, fail_fast)},
    {"repeat", "5", "number of measurements (1 to 1000)", offsetof(struct arguments, repeat)},
    {"outcome", "works", "which chains to use (works, buffer, inverter, fail, all)",
     offsetof(struct arguments, outcome)},
    {"output", "FILE", "the file to write; for a sweep the folder, instead of the plan's",
     offsetof(struct arguments, output)},
    {"spill", "DIR", "folder that takes the result if the output cannot be written", offsetof(struct arguments, spill)},
    {"resume", NULL, "run only what the output lacks, if it exists", offsetof(struct arguments, resume)},
    {"paired", "CHAINS", "train so many chains that both drew again, and test them pair by pair (for example 16k)",
     offsetof(struct arguments, paired)},
    {"anyway", NULL, "compare results of other kinds, margins or priors", offsetof(struct arguments, anyway)},
    {"force", NULL, "replace the output if it exists", offsetof(struct arguments, force)},
    {"colour", "auto", "when to use colours (always, never, auto)", offsetof(struct arguments, colour)},
    {"ranks", "auto", "whether processes of mpirun or srun share one run (auto, off)",
     offsetof(struct arguments, ranks)},
    {"json", NULL, "print JSON, one object a line", offsetof(struct arguments, json)},
    {"quiet", NULL, "print nothing but errors and warnings", offsetof(struct arguments, quiet)},
    {"help", NULL, "print how to use the command", offsetof(struct arguments, help)},
    {"help-all", NULL, "print all its options, with their limits", offsetof(struct arguments, help_all)},
    {NULL, NULL, NULL, 0}};

enum { MOST_NAMES = 64 };

/* Whether `name` is in `words`, a list with blanks between the words. */
static bool is_among(const char *words, const char *name) {
  size_t length = strlen(name);
  for (const char *at = words; *at;) {
    size_t word = strcspn(at, " ");
    if (word == length && !memcmp(at, name, length)) return true;
    at += word + (at[word] == ' ');
  }
  return false;
}

bool command_has_flag(const struct command *command, const char *flag) { return is_among(command->flags, flag); }

bool command_has_option(const struct command *command, const seam_option *option) {
  return command->tasks && seam_option_heeded(option, command->tasks);
}

static const struct flag *find_flag(const struct command *command, const char *name) {
  for (const struct flag *flag = all_flags; flag->name; flag++)
    if (!strcmp(flag->name, name) && command_has_flag(command, name)) return flag;
  return NULL;
}

static const seam_option *find_option(const struct command *command, const char *name) {
  for (const seam_option *option = seam_options(); option->name; option++)
    if (!strcmp(option->name, name) && command_has_option(command, option)) return option;
  return NULL;
}

/* Whether any command has a flag or option of this name. */
static bool is_known(const char *name) {
  for (const struct flag *flag = all_flags; flag->name; flag++)
    if (!strcmp(flag->name, name)) return true;
  for (const seam_option *option = seam_options(); option->name; option++)
    if (!strcmp(option->name, name)) return true;
  return false;
}

static seam_status unknown(const struct command *command, const char *name, seam_error *error) {
  const char *names[MOST_NAMES] = {NULL};
  size_t count = 0;
  for (const struct flag *flag = all_flags; flag->name; flag++)
    if (command_has_flag(command, flag->name)) names[count++] = flag->name;
  for (const seam_option *option = seam_options(); option->name; option++)
    if (command_has_option(command, option) && count < MOST_NAMES - 1) names[count++] = option->name;
  struct meant meant = did_you_mean(name, names, "--");
  if (is_known(name))
    return fail(error, SEAM_ERROR_USAGE, "--%.60s: not an option of seam %s; seam %s --help lists its options", name,
                command->name, command->name);
  if (*meant.text) return fail(error, SEAM_ERROR_USAGE, "--%.60s: unknown option; did you mean %s?", name, meant.text);
  return fail(error, SEAM_ERROR_USAGE, "--%.60s: unknown option; seam %s --help lists them", name, command->name);
}

/* Until 0.2 the old value of --outcome works. */
static const char *renamed_value(const struct flag *flag, const char *value) {
  if (strcmp(flag->name, "outcome") != 0 || strcmp(value, "pass") != 0) return value;
  fprintf(stderr, "seam: --outcome pass is now --outcome works; the old word works until 0.2\n");
  return "works";
}

static seam_status apply_flag(const struct flag *flag, const char *value, struct arguments *arguments,
                              seam_error *error) {
  char *member = (char *)arguments + flag->offset;
  if (!flag->argument)
    *(bool *)member = true;
  else
    *(const char **)member = renamed_value(flag, value);
  if (!strcmp(flag->name, "config")) return seam_config_read(arguments->config, value, error);
  return SEAM_OK;
}

static seam_status apply_option(const char *name, const char *value, struct arguments *arguments, seam_error *error) {
  if (!strcmp(name, "chains")) arguments->chains_given = true;
  if (!strcmp(name, "beta")) arguments->beta_given = true;
  return seam_config_set(arguments->config, name, value, error);
}

/* Until 0.2 the old name of --outcome works, except for commands that have another option --slice. */
static void rename_old(const struct command *command, char *name) {
  if (strcmp(name, "slice") != 0 || !command_has_flag(command, "outcome")) return;
  strcpy(name, "outcome");
  fprintf(stderr, "seam: --slice is now --outcome; the old name works until 0.2\n");
}

bool old_force_helps(const struct arguments *arguments, seam_status status) {
  return status == SEAM_ERROR_MISMATCH && arguments->force && !arguments->anyway;
}

void note_old_force(void) {
  fputs("seam: --anyway now compares other kinds, margins and priors; --force does so until 0.2\n", stderr);
}

/* Reads "--name", "--name=value" or "--name value". In the last case `next` is the value, and *taken becomes true. */
static seam_status read_option(const struct command *command, const char *word, const char *next,
                               struct arguments *arguments, int *taken, seam_error *error) {
  char name[64];
  size_t length = strcspn(word, "=");
  if (length >= sizeof name) return unknown(command, word, error);
  memcpy(name, word, length);
  name[length] = '\0';
  rename_old(command, name);
  const char *value = word[length] ? word + length + 1 : NULL;

  const struct flag *flag = find_flag(command, name);
  const seam_option *option = find_option(command, name);
  if (!flag && !option) return unknown(command, name, error);
  if (flag && !flag->argument) {
    if (value) return fail(error, SEAM_ERROR_USAGE, "--%s %.60s: it takes no value", name, value);
    return apply_flag(flag, NULL, arguments, error);
  }
  *taken = !value;
  if (!value) value = next;
  if (!value)
    return fail(error, SEAM_ERROR_USAGE, "--%s: its value is missing; it takes %s", name,
                option ? option->limits : flag->help);
  return flag ? apply_flag(flag, value, arguments, error) : apply_option(name, value, arguments, error);
}

static const struct {
  int least, most;
  const char *words; /* names the operands that are needed */
} operand_limits[] = {[OPERANDS_NONE] = {0, 0, ""},           [OPERANDS_OPTIONAL] = {0, 1, ""},
                      [OPERANDS_ONE] = {1, 1, "a file"},      [OPERANDS_ONE_OR_TWO] = {1, 2, "a file"},
                      [OPERANDS_TWO] = {2, 2, "two files"},   [OPERANDS_ONE_OR_MORE] = {1, INT_MAX, "a file"},
                      [OPERANDS_MANY] = {1, INT_MAX, "files"}};

static seam_status read_operand(const struct command *command, const char *word, struct arguments *arguments,
                                seam_error *error) {
  int most = operand_limits[command->operands].most;
  if (most == 0)
    return fail(error, SEAM_ERROR_USAGE, "%.200s: seam %s takes options only, as --name value", word, command->name);
  if (arguments->file_count == most)
    return fail(error, SEAM_ERROR_USAGE, "%.200s: seam %s takes %s, and has %.200s", word, command->name,
                most == 1 ? "one file" : "two files", arguments->files[most - 1]);
  arguments->files[arguments->file_count++] = word;
  return SEAM_OK;
}

static seam_status check_operands(const struct command *command, const struct arguments *arguments, seam_error *error) {
  if (arguments->file_count >= operand_limits[command->operands].least) return SEAM_OK;
  return fail(error, SEAM_ERROR_USAGE, "seam %s needs %s; seam %s --help says more", command->name,
              operand_limits[command->operands].words, command->name);
}

seam_status arguments_read(const struct command *command, int count, char **words, struct arguments *arguments,
                           seam_error *error) {
  bool options_ended = false;
  for (int i = 0; i < count; i++) {
    const char *word = words[i];
    bool option = !options_ended && word[0] == '-' && word[1];
    seam_status status = SEAM_OK;
    int taken = 0;
    if (option && !strcmp(word, "--"))
      options_ended = true;
    else if (option && !strcmp(word, "-h"))
      arguments->help = true;
    else if (option && !strcmp(word, "--help-all"))
      arguments->help_all = true; /* every command takes it; for most it prints the same as --help */
    else if (option && word[1] != '-')
      status =
          fail(error, SEAM_ERROR_USAGE, "%.60s: unknown option; options have long names, as in --name value", word);
    else if (option)
      status = read_option(command, word + 2, i + 1 < count ? words[i + 1] : NULL, arguments, &taken, error);
    else
      status = read_operand(command, word, arguments, error);
    if (status || arguments->help || arguments->help_all) return status;
    i += taken;
  }
  return check_operands(command, arguments, error);
}
