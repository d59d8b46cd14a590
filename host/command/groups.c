/* SPDX-License-Identifier: Apache-2.0 */
/* Groups the options of a command for help, man pages and completion. */
#include "command/groups.h"

#include <stdbool.h>
#include <string.h>

#include "command/arguments.h"
#include "command/command.h"
#include "command/wording.h"

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

/* The first group also gets the options that no group names, so that new options are seen. */
const struct group groups[] = {
    {"Most used, with their defaults", NAMES("first", "second", "chains", "steps", "draws", "optimizer", "lr", "seed",
                                             "output", "resume", "force", "config")},
    {"The task and the prior",
     NAMES("samples", "loss", "input-margin", "output-margin", "input-noise", "interface-noise", "init-scale", "beta")},
    {"Counting", NAMES("histograms", "bins", "range", "cells", "width-range", "slack-range", "math")},
    {"Where it runs", NAMES("backend", "device", "threads", "isa")},
    {"Long runs, parts", NAMES("checkpoint-every", "spill", "shard", "first-chain", "slice", "ranks")},
    {"Printing", NAMES("json", "quiet", "colour", "help", "help-all")},
    {NULL, NULL}};

static bool is_grouped(const char *name) {
  for (const struct group *group = groups; group->title; group++)
    for (const char *const *member = group->names; *member; member++)
      if (!strcmp(*member, name)) return true;
  return false;
}

static struct entry flag_entry(const struct flag *flag) {
  return (struct entry){flag->name, flag->argument, flag->help, NULL};
}

static struct entry option_entry(const seam_option *option) {
  return (struct entry){option->name, option->value, option->help, option->limits};
}

static bool find_named(const struct command *command, const char *name, struct entry *entry) {
  for (const struct flag *flag = all_flags; flag->name; flag++)
    if (!strcmp(flag->name, name) && command_has_flag(command, name)) return *entry = flag_entry(flag), true;
  for (const seam_option *option = seam_options(); option->name; option++)
    if (!strcmp(option->name, name) && command_has_option(command, option)) return *entry = option_entry(option), true;
  return false;
}

/* Finds what the name means to the command. Returns false if its help does not list it. */
static bool find_entry(const struct command *command, const char *name, struct entry *entry) {
  return find_named(command, name, entry) && word_entry(command, entry);
}

/* Adds the entries that no group names. A command without options of the configuration has few flags: adds them all. */
static size_t add_rest(const struct command *command, struct entry *entries, size_t count) {
  for (const struct flag *flag = all_flags; flag->name && count < MOST_ENTRIES; flag++)
    if (command_has_flag(command, flag->name) && !(command->tasks && is_grouped(flag->name)))
      count += find_entry(command, flag->name, &entries[count]);
  for (const seam_option *option = seam_options(); option->name && count < MOST_ENTRIES; option++)
    if (command_has_option(command, option) && !is_grouped(option->name))
      count += find_entry(command, option->name, &entries[count]);
  return count;
}

size_t group_entries(const struct command *command, const struct group *group, struct entry *entries) {
  size_t count = 0;
  for (const char *const *name = group->names; command->tasks && *name; name++)
    count += find_entry(command, *name, &entries[count]);
  return group == groups ? add_rest(command, entries, count) : count;
}
