/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the queue of chains as a list of ranges. */
#include "workers/chain_queue.h"

#include <string.h>

seam_status chain_queue_open(struct chain_queue *queue, const struct coverage *covered, uint64_t begin, uint64_t end,
                             seam_error *error) {
  *queue = (struct chain_queue){.current = 0};
  FORWARD(coverage_missing(covered, begin, end, &queue->ranges, error));
  queue->left = coverage_size(&queue->ranges);
  return SEAM_OK;
}

/* Removes the ranges that were taken first, so that the list does not grow with the chains. */
seam_status chain_queue_add(struct chain_queue *queue, const struct chain_range *range, seam_error *error) {
  struct coverage *list = &queue->ranges;
  list->ranges -= queue->current;
  if (queue->current > 0) memmove(list->ids, list->ids + 2 * queue->current, 2 * list->ranges * sizeof *list->ids);
  queue->current = 0;
  FORWARD(coverage_reserve(list, 1, error));
  list->ids[2 * list->ranges] = range->begin;
  list->ids[2 * list->ranges + 1] = range->end;
  list->ranges++;
  queue->left += range->end - range->begin;
  return SEAM_OK;
}

/* Half of an equal share of what is left, rounded up to a multiple of info->least. */
uint64_t chain_queue_portion(const struct session_info *info, uint64_t left) {
  uint64_t share = (left - 1) / (2 * (uint64_t)info->workers) + 1;
  uint64_t portion = share < info->batch ? ((share - 1) / info->least + 1) * info->least : info->batch;
  if (portion > info->batch) portion = info->batch;
  return portion < left ? portion : left;
}

bool chain_queue_take(struct chain_queue *queue, const struct session_info *info, struct chain_range *portion) {
  if (queue->left == 0) return false;
  const uint64_t *range = queue->ranges.ids + 2 * queue->current;
  uint64_t size = chain_queue_portion(info, queue->left + queue->elsewhere), rest = range[1] - range[0] - queue->taken;
  if (size > rest) size = rest;
  portion->begin = range[0] + queue->taken;
  portion->end = portion->begin + size;
  queue->taken += size;
  queue->left -= size;
  if (size == rest) {
    queue->current++;
    queue->taken = 0;
  }
  return true;
}

void chain_queue_close(struct chain_queue *queue) { coverage_free(&queue->ranges); }
