/* SPDX-License-Identifier: Apache-2.0 */
/* Help texts for one command, if the common text of an option does not fit it. */
#ifndef SEAM_COMMAND_WORDING_H
#define SEAM_COMMAND_WORDING_H

#include "command/groups.h"

/* Replaces the common texts of an option by those of the command. Returns false if help does not list the option. */
bool word_entry(const struct command *command, struct entry *entry);

#endif
