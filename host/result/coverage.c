/* SPDX-License-Identifier: Apache-2.0 */
/* Coverage: keeps the ranges of counted chain ids ascending and disjoint, and joins neighbours. */
#include "result/coverage.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Returns the first range that ends at `begin` or later. Earlier ranges cannot touch a new range that starts at
 * `begin`.
 */
static size_t first_reaching(const struct coverage *coverage, uint64_t begin) {
  size_t low = 0, high = coverage->ranges;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (coverage->ids[2 * middle + 1] < begin)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

seam_status coverage_reserve(struct coverage *coverage, size_t more, seam_error *error) {
  size_t needed = coverage->ranges + more, capacity = coverage->capacity ? coverage->capacity : 8;
  if (needed <= coverage->capacity) return SEAM_OK;
  while (capacity < needed) capacity *= 2;
  uint64_t *ids = realloc(coverage->ids, 2 * capacity * sizeof *ids);
  if (!ids)
    return error_set(error, SEAM_ERROR_MEMORY, "out of memory: no room for %zu ranges of chains; close other programs",
                     capacity);
  coverage->ids = ids;
  coverage->capacity = capacity;
  return SEAM_OK;
}

/* Makes room for a range at position k. */
static seam_status insert_at(struct coverage *coverage, size_t k, seam_error *error) {
  FORWARD(coverage_reserve(coverage, 1, error));
  uint64_t *ids = coverage->ids + 2 * k;
  memmove(ids + 2, ids, 2 * (coverage->ranges - k) * sizeof *ids);
  coverage->ranges++;
  return SEAM_OK;
}

static void remove_at(struct coverage *coverage, size_t k) {
  uint64_t *ids = coverage->ids + 2 * k;
  coverage->ranges--;
  memmove(ids, ids + 2, 2 * (coverage->ranges - k) * sizeof *ids);
}

static seam_status counted_twice(uint64_t begin, uint64_t end, seam_error *error) {
  return error_set(error, SEAM_ERROR_INTERNAL, "chains [%" PRIu64 ", %" PRIu64 ") would be counted twice", begin, end);
}

seam_status coverage_add(struct coverage *coverage, uint64_t begin, uint64_t end, seam_error *error) {
  if (begin == end) return SEAM_OK;
  if (begin > end)
    return error_set(error, SEAM_ERROR_INTERNAL, "the range of chains [%" PRIu64 ", %" PRIu64 ") ends before it begins",
                     begin, end);
  size_t k = first_reaching(coverage, begin);
  int joins_left = k < coverage->ranges && coverage->ids[2 * k + 1] == begin;
  size_t right = k + (size_t)joins_left;
  if (right < coverage->ranges && coverage->ids[2 * right] < end) return counted_twice(begin, end, error);
  int joins_right = right < coverage->ranges && coverage->ids[2 * right] == end;

  if (joins_left && joins_right) {
    coverage->ids[2 * k + 1] = coverage->ids[2 * right + 1];
    remove_at(coverage, right);
  } else if (joins_left) {
    coverage->ids[2 * k + 1] = end;
  } else if (joins_right) {
    coverage->ids[2 * right] = begin;
  } else {
    FORWARD(insert_at(coverage, k, error));
    coverage->ids[2 * k] = begin;
    coverage->ids[2 * k + 1] = end;
  }
  return SEAM_OK;
}

/* Joins ranges that touch, from position k on. */
static void join_neighbours(struct coverage *coverage, size_t k) {
  uint64_t *ids = coverage->ids;
  for (size_t next = k + 1; next < coverage->ranges; next++) {
    if (ids[2 * k + 1] != ids[2 * next]) ids[2 * ++k] = ids[2 * next];
    ids[2 * k + 1] = ids[2 * next + 1];
  }
  coverage->ranges = k + 1;
}

/* Merges from the end, in place: the ranges before the first of `part` stay where they are. */
seam_status coverage_join(struct coverage *coverage, const struct coverage *part, seam_error *error) {
  uint64_t id;
  if (part->ranges == 0) return SEAM_OK;
  if (coverage_overlap(coverage, part, &id)) return counted_twice(id, id + 1, error);
  FORWARD(coverage_reserve(coverage, part->ranges, error));
  uint64_t *ids = coverage->ids, *end = ids + 2 * (coverage->ranges + part->ranges);
  size_t own = coverage->ranges, added = part->ranges;
  while (added > 0) {
    bool is_own = own > 0 && ids[2 * own - 2] > part->ids[2 * added - 2];
    const uint64_t *range = is_own ? ids + 2 * --own : part->ids + 2 * --added;
    *--end = range[1];
    *--end = range[0];
  }
  coverage->ranges += part->ranges;
  join_neighbours(coverage, own > 0 ? own - 1 : 0);
  return SEAM_OK;
}

seam_status coverage_missing(const struct coverage *coverage, uint64_t begin, uint64_t end, struct coverage *missing,
                             seam_error *error) {
  for (size_t k = first_reaching(coverage, begin); k < coverage->ranges && begin < end; k++) {
    const uint64_t *covered = coverage->ids + 2 * k;
    if (covered[0] > begin) FORWARD(coverage_add(missing, begin, covered[0] < end ? covered[0] : end, error));
    begin = covered[1];
  }
  return begin < end ? coverage_add(missing, begin, end, error) : SEAM_OK;
}

/* Sets [*begin, *end) to the next ids that both contain, from the ranges *i of a and *k of b on, and moves behind them.
 * False if there are none. */
static bool next_shared(const struct coverage *a, const struct coverage *b, size_t *i, size_t *k, uint64_t *begin,
                        uint64_t *end) {
  while (*i < a->ranges && *k < b->ranges) {
    const uint64_t *x = a->ids + 2 * *i, *y = b->ids + 2 * *k;
    *begin = x[0] > y[0] ? x[0] : y[0];
    *end = x[1] < y[1] ? x[1] : y[1];
    (*(x[1] < y[1] ? i : k))++;
    if (*begin < *end) return true;
  }
  return false;
}

bool coverage_overlap(const struct coverage *a, const struct coverage *b, uint64_t *id) {
  if (a->ranges == 0 || b->ranges == 0) return false;
  size_t i = first_reaching(a, b->ids[0]), k = first_reaching(b, a->ids[0]);
  uint64_t end;
  return next_shared(a, b, &i, &k, id, &end);
}

uint64_t coverage_shared(const struct coverage *a, const struct coverage *b) {
  uint64_t shared = 0, begin, end;
  for (size_t i = 0, k = 0; next_shared(a, b, &i, &k, &begin, &end);) shared += end - begin;
  return shared;
}

uint64_t coverage_size(const struct coverage *coverage) {
  uint64_t size = 0;
  for (size_t k = 0; k < coverage->ranges; k++) size += coverage->ids[2 * k + 1] - coverage->ids[2 * k];
  return size;
}

bool coverage_holds_pairs(const struct coverage *coverage) {
  uint64_t odd = 0;
  for (size_t k = 0; k < 2 * coverage->ranges; k++) odd |= coverage->ids[k] & 1;
  return odd == 0;
}

void coverage_free(struct coverage *coverage) {
  free(coverage->ids);
  *coverage = (struct coverage){0};
}
