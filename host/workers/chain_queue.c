/* SPDX-License-Identifier: Apache-2.0 */
/* The chains that are still to be run, handed out range by range. */
#include "workers/chain_queue.h"

#include <string.h>

seam_status handout_open(struct handout *handout, const struct coverage *covered, uint64_t begin, uint64_t end,
                         seam_error *error) {
  *handout = (struct handout){.current = 0};
  FORWARD(coverage_missing(covered, begin, end, &handout->ranges, error));
  handout->left = coverage_size(&handout->ranges);
  return SEAM_OK;
}

/* What was handed out goes first: the list is as long as what is left. */
seam_status handout_add(struct handout *handout, const struct chain_range *range, seam_error *error) {
  struct coverage *list = &handout->ranges;
  list->ranges -= handout->current;
  if (handout->current > 0) memmove(list->ids, list->ids + 2 * handout->current, 2 * list->ranges * sizeof *list->ids);
  handout->current = 0;
  FORWARD(coverage_reserve(list, 1, error));
  list->ids[2 * list->ranges] = range->begin;
  list->ids[2 * list->ranges + 1] = range->end;
  list->ranges++;
  handout->left += range->end - range->begin;
  return SEAM_OK;
}

/* Half an equal share of what is left, which shrinks as it is handed out, in whole pieces of the least size. */
uint64_t chain_portion(const struct session_info *info, uint64_t left) {
  uint64_t share = (left - 1) / (2 * (uint64_t)info->workers) + 1;
  uint64_t portion = share < info->batch ? ((share - 1) / info->least + 1) * info->least : info->batch;
  if (portion > info->batch) portion = info->batch;
  return portion < left ? portion : left;
}

bool handout_take(struct handout *handout, const struct session_info *info, struct chain_range *portion) {
  if (handout->left == 0) return false;
  const uint64_t *range = handout->ranges.ids + 2 * handout->current;
  uint64_t size = chain_portion(info, handout->left + handout->elsewhere),
           rest = range[1] - range[0] - handout->taken;
  if (size > rest) size = rest;
  portion->begin = range[0] + handout->taken;
  portion->end = portion->begin + size;
  handout->taken += size;
  handout->left -= size;
  if (size == rest) {
    handout->current++;
    handout->taken = 0;
  }
  return true;
}

void handout_close(struct handout *handout) { coverage_free(&handout->ranges); }
