/* SPDX-License-Identifier: Apache-2.0 */
/* Which backend runs, and where training pauses: what all backends share. */
#include "backend.h"

static seam_status refuse(const struct backend *backend, seam_error *error) {
  return error_set(error, SEAM_ERROR_BACKEND, "--backend %s: %s", backend->name, backend->unavailable());
}

static seam_status refuse_fast(seam_error *error) {
  return error_set(error, SEAM_ERROR_BACKEND, "--math fast needs CUDA: use --math exact, or make CUDA work: %s",
                   cuda_backend.unavailable());
}

const struct backend *backend_on_cpu(const struct seam_config *config) {
  return config->task == TASK_TRAIN ? &cpu_backend : &census_backend;
}

seam_status backend_choose(const struct seam_config *config, const struct backend **backend, seam_error *error) {
  *backend = config->backend == BACKEND_CPU ? backend_on_cpu(config) : &cuda_backend;
  if (!(*backend)->unavailable()) return SEAM_OK;
  if (config->backend != BACKEND_AUTO) return refuse(*backend, error);
  if (config->math == MATH_FAST) return refuse_fast(error);
  *backend = backend_on_cpu(config);
  return SEAM_OK;
}

/* Half an equal share of what is left, which shrinks as it is handed out, in whole pieces of the least size. */
uint64_t backend_portion(const struct session_info *info, uint64_t left) {
  uint64_t share = (left - 1) / (2 * (uint64_t)info->workers) + 1;
  uint64_t portion = share < info->batch ? ((share - 1) / info->least + 1) * info->least : info->batch;
  if (portion > info->batch) portion = info->batch;
  return portion < left ? portion : left;
}

uint32_t backend_next_pause(const struct job *job, uint32_t step, uint32_t slice) {
  uint32_t pause = job->steps - step > slice ? step + slice : job->steps;
  for (int k = 0; k < job->snapshot_count; k++)
    if (job->snapshot_steps[k] > step && job->snapshot_steps[k] < pause) pause = job->snapshot_steps[k];
  return pause;
}

int backend_snapshot_at(const struct job *job, uint32_t step) {
  for (int k = 0; k < job->snapshot_count; k++)
    if (job->snapshot_steps[k] == step) return k;
  return -1;
}

const char *seam_cuda_unavailable(void) { return cuda_backend.unavailable(); }

size_t seam_devices(seam_device *devices, size_t capacity) {
  size_t count = cpu_backend.devices(devices, capacity);
  size_t left = count < capacity ? capacity - count : 0;
  return count + cuda_backend.devices(left ? devices + count : NULL, left);
}
