/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses the backend of a run, and lists the devices of all backends. */
#include "base/floating_point.h"
#include "backend/choice.h"

static seam_status refuse(const struct backend *backend, seam_error *error) {
  return error_set(error, SEAM_ERROR_BACKEND, "--backend %s: %s", backend->name, backend->unavailable());
}

static seam_status refuse_fast(seam_error *error) {
  return error_set(error, SEAM_ERROR_BACKEND, "--math fast needs CUDA: use --math exact, or make CUDA work: %s",
                   cuda_backend.unavailable());
}

const struct backend *backend_on_cpu(const struct seam_config *config) {
  return config->task == TASK_TRAIN ? &cpu_backend : &cpu_predict_backend;
}

seam_status backend_choose(const struct seam_config *config, const struct backend **backend, seam_error *error) {
  *backend = config->backend == BACKEND_CPU ? backend_on_cpu(config) : &cuda_backend;
  if (!(*backend)->unavailable()) return SEAM_OK;
  if (config->backend != BACKEND_AUTO) return refuse(*backend, error);
  if (config->math == MATH_FAST) return refuse_fast(error);
  *backend = backend_on_cpu(config);
  return SEAM_OK;
}

const char *seam_cuda_unavailable(void) { return cuda_backend.unavailable(); }

size_t seam_devices(seam_device *devices, size_t capacity) {
  OWN_FLOATING_POINT;
  size_t count = cpu_backend.devices(devices, capacity);
  size_t left = count < capacity ? capacity - count : 0;
  return count + cuda_backend.devices(left ? devices + count : NULL, left);
}
