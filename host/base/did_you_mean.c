/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the known name that is nearest to a mistyped word. */
#include "base/did_you_mean.h"

#include <stddef.h>
#include <string.h>

enum { LONGEST = 31 };

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

const char *did_you_mean(const char *word, const char *const *names) {
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
