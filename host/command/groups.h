/* SPDX-License-Identifier: Apache-2.0 */
/* The options and flags of a command, grouped in the order of use. */
#ifndef SEAM_COMMAND_GROUPS_H
#define SEAM_COMMAND_GROUPS_H

#include "command/command.h"

struct entry {
  const char *name, *value, *help; /* `value` is the default or what it takes, NULL for nothing */
  const char *limits;              /* NULL for a flag */
};

struct group {
  const char *title;
  const char *const *names; /* ended by NULL */
};
extern const struct group groups[]; /* ended by a NULL title */

enum { MOST_ENTRIES = 64 };

/* Fills in what the command has of the group, which may be nothing, and returns how many. A command without options of
 * the configuration has all in the first group. */
size_t group_entries(const struct command *command, const struct group *group, struct entry *entries);

#endif
