/* SPDX-License-Identifier: Apache-2.0 */
/* Divides the cores and the cards of a host among its ranks. */
#include "workers/rank_share.h"

#include "backend/backend.h"
#include "backend/cpu/processor.h"
#include "backend/choice.h"

static void share_cores(struct seam_config *config, const struct rank_place *place, int cores) {
  if (config->threads > 0 || place->core_count <= 1) return;
  int begin = cores * place->core_index / place->core_count, end = cores * (place->core_index + 1) / place->core_count;
  config->threads = end > begin ? (uint64_t)(end - begin) : 1;
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

void rank_share(struct seam_config *config, const struct rank_place *place, int cores, int cards) {
  share_cores(config, place, cores);
  share_cards(&config->device, place, cards);
}

void rank_share_own(struct seam_config *config) {
  struct rank_place place = transport_place();
  if (place.count == 1) return;
  int cards = config->backend == BACKEND_CPU ? 0 : (int)cuda_backend.devices(NULL, 0);
  rank_share(config, &place, processor_threads(config), cards);
}
