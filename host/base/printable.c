/* SPDX-License-Identifier: Apache-2.0 */
/* Makes text that others wrote safe to print. A terminal obeys control characters: they can change what was printed
 * before, or the title of the window. */
#include "base/printable.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Reads the character at `text` and returns how many bytes it has; 0 if they are not UTF-8. */
static int read_character(const unsigned char *text, uint32_t *code) {
  static const struct {
    unsigned char mask, begin;
    uint32_t least; /* a smaller code has a shorter form */
  } forms[] = {{0x80, 0, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
  int more = 0;
  while (more < 4 && (*text & forms[more].mask) != forms[more].begin) more++;
  if (more == 4) return 0;
  *code = (uint32_t)(*text & ~forms[more].mask);
  for (int i = 1; i <= more; i++) {
    if ((text[i] & 0xc0) != 0x80) return 0; /* the end of the text, too */
    *code = *code << 6 | (text[i] & 0x3f);
  }
  return *code >= forms[more].least ? more + 1 : 0;
}

static bool is_printed(uint32_t code) {
  static const struct {
    uint32_t first, last;
  } replaced[] = {
      {0, 0x1f},        {0x7f, 0x9f},                                             /* control characters */
      {0x61c, 0x61c},   {0x200e, 0x200f},     {0x202a, 0x202e}, {0x2066, 0x2069}, /* the direction of writing */
      {0x2028, 0x2029},                                                           /* the ends of lines and paragraphs */
      {0xd800, 0xdfff}, {0x110000, 0x1fffff},                                     /* no characters */
  };
  for (size_t i = 0; i < sizeof replaced / sizeof *replaced; i++)
    if (code >= replaced[i].first && code <= replaced[i].last) return false;
  return true;
}

void make_printable(char *text) {
  char *end = text;
  while (*text) {
    uint32_t code;
    int length = read_character((const unsigned char *)text, &code);
    if (length > 0 && is_printed(code)) {
      for (int i = 0; i < length; i++) *end++ = text[i];
    } else {
      *end++ = '?';
    }
    text += length > 0 ? length : 1;
  }
  *end = '\0';
}

struct printable printable(const char *text) {
  struct printable copy;
  snprintf(copy.text, sizeof copy.text, "%s", text);
  make_printable(copy.text);
  return copy;
}
