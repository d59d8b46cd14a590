/* SPDX-License-Identifier: Apache-2.0 */
/* Help that one command words in a way of its own. */
#ifndef SEAM_COMMAND_WORDING_H
#define SEAM_COMMAND_WORDING_H

#include "command/groups.h"

/* Puts what is right for the command in place of what is so for all; whether it is to be told of there. */
bool word_entry(const struct command *command, struct entry *entry);

#endif
