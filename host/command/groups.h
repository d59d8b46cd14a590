/* SPDX-License-Identifier: Apache-2.0 */
/* Groups the options of a command for help, man pages and completion. */
#ifndef SEAM_COMMAND_GROUPS_H
#define SEAM_COMMAND_GROUPS_H

#include "command/command.h"

struct entry {
  const char *name, *value, *help; /* `value` is the default or the type of the value, or NULL */
  const char *limits;              /* NULL for a flag */
};

struct group {
  const char *title;
  const char *const *names; /* ended by NULL */
};
extern const struct group groups[]; /* ended by a NULL title */

enum { MOST_ENTRIES = 64 };

/* Fills in the entries of the group that the command has, and returns how many. A command without options of the
 * configuration has all entries in the first group. */
size_t group_entries(const struct command *command, const struct group *group, struct entry *entries);

#endif
