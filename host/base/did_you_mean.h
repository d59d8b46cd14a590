/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the known name that is nearest to a mistyped word. */
#ifndef SEAM_DID_YOU_MEAN_H
#define SEAM_DID_YOU_MEAN_H

/* Returns the name nearest to `word`. NULL ends `names`. Returns NULL if no name is near enough to be a typing error.
 */
const char *did_you_mean(const char *word, const char *const *names);

#endif
