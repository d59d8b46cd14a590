/* SPDX-License-Identifier: Apache-2.0 */
/* Makes text that others wrote safe to print. */
#ifndef SEAM_PRINTABLE_H
#define SEAM_PRINTABLE_H

struct printable {
  char text[4096];
};

/* Each of these becomes one '?': a control character, a character that changes the line or the direction of writing,
 * and a byte that is not UTF-8. The text becomes no longer. */
void make_printable(char *text);

/* A copy of a name or a text from a file, cut after 4095 bytes. */
struct printable printable(const char *text);

#endif
