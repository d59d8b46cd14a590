/* SPDX-License-Identifier: Apache-2.0 */
/* Help texts for one command, if the common text of an option does not fit it. */
#include "command/wording.h"

#include <stdbool.h>
#include <string.h>

#include "command/command.h"
#include "command/groups.h"

static const struct wording {
  const char *command, *name;
  const char *value; /* NULL: as in the common table */
  const char *help;  /* NULL: not listed, because the option has no effect here */
} wordings[] = {{"train", "chains", NULL, "number of chains"},
                {"train", "beta", NULL, "inverse temperature of langevin"},
                {"predict", "chains", NULL, "number of first components"},
                {"predict", "draws", NULL, "number of second components, each tried with every first"},
                {"predict", "first-chain", NULL, "id of the first of the first components"},
                {"predict", "shard", NULL, "count part I of N equal parts of the first components"},
                {"predict", "output", "prediction.zip", "the result file"},
                {"predict", "cells", NULL, "resolution of interface voltages: cells of --range"},
                {"predict", "beta", "BETA", "count every pair with the weight exp(-beta*loss)"},
                {"predict", "loss", NULL, "in the weight: squared distance of y from the level, or from API3"},
                {"sweep", "force", NULL, "replace files with other options, and damaged files"},
                {"plot", "output", NULL, "the figure; the name ends in .png, .svg or .pdf"},
                {"compare", "output", NULL, "write the map of where they differ"},
                {"merge", "output", NULL, "the joined result"},
                {"bench", "chains", "N", "chains of each measurement; default: as many as take 1 s, on CUDA 3 s"},
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
