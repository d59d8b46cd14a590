/* SPDX-License-Identifier: Apache-2.0 */
/* Which known name was probably meant. Plain C without the rest of the library: the command line uses it too. */
#ifndef SEAM_DID_YOU_MEAN_H
#define SEAM_DID_YOU_MEAN_H

/* The name nearest to `word` among `names`, ended by NULL; NULL where none is near enough to be a slip of the keyboard.
 */
const char *nearest_name(const char *word, const char *const *names);

#endif
