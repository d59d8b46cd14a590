/* SPDX-License-Identifier: Apache-2.0 */
/* The chains that are still to be run, handed out range by range. */
#include "handout.h"

seam_status handout_open(struct handout *handout, const struct coverage *covered, uint64_t begin, uint64_t end,
                         seam_error *error) {
  *handout = (struct handout){.current = 0};
  FORWARD(coverage_missing(covered, begin, end, &handout->ranges, error));
  handout->left = coverage_size(&handout->ranges);
  return SEAM_OK;
}

bool handout_take(struct handout *handout, const struct session_info *info, struct chain_range *portion) {
  if (handout->left == 0) return false;
  const uint64_t *range = handout->ranges.ids + 2 * handout->current;
  uint64_t size = backend_portion(info, handout->left), rest = range[1] - range[0] - handout->taken;
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
