/* SPDX-License-Identifier: Apache-2.0 */
/* Coverage: keeps the ranges of counted chain ids ascending, disjoint and joined. */
#include "coverage.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The first range that ends at `begin` or later: the only one that can touch a new range from the left or overlap it.
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

/* Makes room for a range at position k. */
static seam_status insert_at(struct coverage *coverage, size_t k, seam_error *error) {
  if (coverage->ranges == coverage->capacity) {
    size_t capacity = coverage->capacity ? 2 * coverage->capacity : 8;
    uint64_t *ids = realloc(coverage->ids, 2 * capacity * sizeof *ids);
    if (!ids) return error_set(error, SEAM_ERROR_MEMORY, "memory is out: no room for %zu ranges of chains", capacity);
    coverage->ids = ids;
    coverage->capacity = capacity;
  }
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

seam_status coverage_add(struct coverage *coverage, uint64_t begin, uint64_t end, seam_error *error) {
  if (begin == end) return SEAM_OK;
  if (begin > end)
    return error_set(error, SEAM_ERROR_INTERNAL, "the range of chains [%" PRIu64 ", %" PRIu64 ") runs backwards", begin,
                     end);
  size_t k = first_reaching(coverage, begin);
  int joins_left = k < coverage->ranges && coverage->ids[2 * k + 1] == begin;
  size_t right = k + (size_t)joins_left;
  if (right < coverage->ranges && coverage->ids[2 * right] < end)
    return error_set(error, SEAM_ERROR_INTERNAL, "chains [%" PRIu64 ", %" PRIu64 ") would be counted twice", begin,
                     end);
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
