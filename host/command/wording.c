/* SPDX-License-Identifier: Apache-2.0 */
/* What an option means to one command, where that is not what its table says for all. */
#include <string.h>

#include "command/command.h"

static const struct wording {
  const char *command, *name;
  const char *value; /* NULL: that of the table */
  const char *help;  /* NULL: not told of, since it has no effect there */
} wordings[] = {{"train", "chains", NULL, "how many chains"},
                {"train", "beta", NULL, "inverse temperature of langevin"},
                {"predict", "chains", NULL, "draws of the first component"},
                {"predict", "draws", NULL, "draws of the second, each tried with every first"},
                {"predict", "first-chain", NULL, "id of the first draw of the first component"},
                {"predict", "shard", NULL, "count the I-th of N equal parts of the draws of the first"},
                {"predict", "beta", "BETA", "weigh every pair by exp(-beta*loss) instead of testing it"},
                {"predict", "loss", NULL, "that weighs: squared distance from the level, or from its API3"},
                {"sweep", "force", NULL, "replace files of other options, and damaged ones"},
                {"plot", "force", NULL, "draw other kinds, margins and priors, too; replace the output"},
                {"plot", "output", NULL, "the figure, named .png, .svg or .pdf"},
                {"compare", "force", NULL, "compare other kinds, margins and priors, too; replace the output"},
                {"compare", "output", NULL, "keep the map of where they differ"},
                {"merge", "output", NULL, "the joined result"},
                {"bench", "chains", "N", "of each measurement; else so many as take a second, on CUDA three"},
                {"bench", "beta", NULL, "inverse temperature of langevin"},
                {"bench", "histograms", "none", "what to count; all,interchange is everything"},
                {"bench", "output", NULL, NULL},
                {"bench", "checkpoint-every", NULL, NULL},
                {"bench", "shard", NULL, NULL},
                {NULL, NULL, NULL, NULL}};

bool word_entry(const struct command *command, struct entry *entry) {
  for (const struct wording *wording = wordings; wording->command; wording++) {
    if (strcmp(wording->command, command->name) != 0 || strcmp(wording->name, entry->name) != 0) continue;
    if (wording->value) entry->value = wording->value;
    entry->help = wording->help;
  }
  return entry->help != NULL;
}
