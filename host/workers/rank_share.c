/* SPDX-License-Identifier: Apache-2.0 */
/* Divides the cores and the cards of a host among its ranks. */
#include "workers/rank_share.h"

#include <stdio.h>

#include "backend/backend.h"
#include "backend/choice.h"

static void share_cores(struct seam_config *config, const struct rank_place *place, const struct core_limits *limits) {
  if (config->threads > 0 || place->count <= 1) return;
  config->threads =
      (uint64_t)core_limits_share(limits, place->core_index, place->core_count, place->index, place->count).threads;
}

static void share_cards(struct device_choice *chosen, const struct rank_place *place, int cards) {
  const struct device_choice asked = *chosen;
  bool all = asked.count == 0 || (asked.count == 1 && asked.index[0] == 0);
  uint32_t count = all ? (uint32_t)cards : asked.count, ranks = (uint32_t)place->count, own = (uint32_t)place->index;
  if (count == 0 || ranks <= 1) return;
  chosen->count = 0;
  for (uint32_t i = own % count; i < count && chosen->count < CHOSEN_DEVICES; i += ranks)
    chosen->index[chosen->count++] = all ? i : asked.index[i];
}

void rank_share(struct seam_config *config, const struct rank_place *place, const struct core_limits *limits,
                int cards) {
  share_cores(config, place, limits);
  share_cards(&config->device, place, cards);
}

seam_threads seam_threads_of(const seam_config *config) {
  struct core_limits limits = core_limits_read("");
  struct rank_place place = transport_place();
  struct core_limit own = core_limits_share(&limits, place.core_index, place.core_count, place.index, place.count), all;
  if (place.cores > 0) limits.bound.threads = place.cores;
  limits.own.threads *= place.count;
  all = core_limits_share(&limits, 0, 1, 0, 1);
  seam_threads threads = {own.threads, all.threads, core_limits_host_cores(), ""};
  if (config->threads > 0)
    threads.threads = threads.on_host = (int)config->threads;
  else
    snprintf(threads.limit, sizeof threads.limit, "%s", all.who);
  return threads;
}

void rank_share_own(struct seam_config *config) {
  struct rank_place place = transport_place();
  if (place.count == 1) return;
  int cards = config->backend == BACKEND_CPU ? 0 : (int)cuda_backend.devices(NULL, 0);
  struct core_limits limits = core_limits_read("");
  rank_share(config, &place, &limits, cards);
}
