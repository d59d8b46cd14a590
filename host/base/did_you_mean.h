/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the known names that somebody may have meant by a word. */
#ifndef SEAM_DID_YOU_MEAN_H
#define SEAM_DID_YOU_MEAN_H

struct meant {
  char text[128]; /* "--input-noise or --interface-noise"; "" if no name fits */
};

/* Returns the names that share a part with `word`, up to three of them, or else the name nearest to it. NULL ends
 * `names`. Each name is shown with `dashes` before it. */
struct meant did_you_mean(const char *word, const char *const *names, const char *dashes);

#endif
