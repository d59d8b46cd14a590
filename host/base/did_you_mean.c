/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the known names that somebody may have meant by a word. */
#include "base/did_you_mean.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST = 31, SHORTEST_PART = 3, MOST_MEANT = 3 };

static int lower(char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; }

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* The edit distance without regard to case. A swap of two neighbouring letters is one edit. */
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length) {
  size_t cost[LONGEST + 1][LONGEST + 1];
  for (size_t i = 0; i <= a_length; i++) {
    for (size_t j = 0; j <= b_length; j++) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      int differ = lower(a[i - 1]) != lower(b[j - 1]);
      cost[i][j] = least(cost[i - 1][j - 1] + (size_t)differ, least(cost[i - 1][j], cost[i][j - 1]) + 1);
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
        cost[i][j] = least(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a_length][b_length];
}

/* The name nearest to the word; NULL if none is near enough to be a typing error. */
static const char *nearest_name(const char *word, const char *const *names) {
  size_t length = strlen(word);
  if (length > LONGEST) return NULL;
  const char *nearest = NULL;
  size_t best = least(2 + length / 4, length); /* at this distance the word is not a typing error */
  for (; *names; names++) {
    size_t name_length = strlen(*names);
    if (name_length > LONGEST) continue;
    size_t found = distance(word, length, *names, name_length);
    if (found < best) {
      best = found;
      nearest = *names;
    }
  }
  return nearest;
}

/* How many letters `part` and `text` have in common from their beginnings on. */
static size_t common_letters(const char *part, const char *text) {
  size_t count = 0;
  while (part[count] && lower(part[count]) == lower(text[count])) count++;
  return count;
}

/* Whether `part` stands in `text` from the beginning on or after a dash. With `whole`, nothing but a dash may follow.
 */
static bool is_part(const char *part, const char *text, bool whole) {
  size_t length = strlen(part);
  if (length < SHORTEST_PART) return false;
  for (const char *at = text; at; at = strchr(at, '-')) {
    at += *at == '-';
    if (common_letters(part, at) == length && (!whole || at[length] == '\0' || at[length] == '-')) return true;
  }
  return false;
}

/* "noise" is a part of "input-noise", "optim" begins "optimizer", and "num-threads" has the part "threads". */
static bool shares_part(const char *word, const char *name) {
  return is_part(word, name, false) || is_part(name, word, true);
}

struct meant did_you_mean(const char *word, const char *const *names, const char *dashes) {
  const char *found[MOST_MEANT] = {NULL};
  struct meant meant = {""};
  int count = 0;
  for (const char *const *name = names; *name && count < MOST_MEANT; name++)
    if (shares_part(word, *name)) found[count++] = *name;
  if (count == 0) {
    found[0] = nearest_name(word, names);
    count = found[0] != NULL;
  }
  for (int i = 0, length = 0; i < count; i++)
    length += snprintf(meant.text + length, sizeof meant.text - (size_t)length, "%s%s%.31s",
                       i == 0          ? ""
                       : i + 1 < count ? ", "
                                       : " or ",
                       dashes, found[i]);
  return meant;
}
