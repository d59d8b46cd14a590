/* SPDX-License-Identifier: Apache-2.0 */
/* The CUDA backend of a build without nvcc: it is never available, and it says what to do. */
#include "backend/cuda/cuda_backend.h"

static const char *none_unavailable(void) {
  return "this seam was built without CUDA: install the CUDA toolkit and rebuild, or use --backend cpu";
}

static seam_status none_open(const struct seam_config *config, const struct job *job, struct session **session,
                             struct session_info *info, seam_error *error) {
  (void)config, (void)job, (void)info;
  *session = NULL;
  return error_set(error, SEAM_ERROR_BACKEND, "%s", none_unavailable());
}

static seam_status none_train(struct session *session, int worker, struct chain_range *range,
                              struct run_control *control, int64_t *counts, seam_error *error) {
  (void)session, (void)worker, (void)control, (void)counts;
  range->end = range->begin;
  return error_set(error, SEAM_ERROR_BACKEND, "%s", none_unavailable());
}

static void none_close(struct session *session) { (void)session; }

static size_t none_devices(seam_device *devices, size_t capacity) {
  (void)devices, (void)capacity;
  return 0;
}

const struct backend cuda_backend = {
    .name = "cuda",
    .unavailable = none_unavailable,
    .open = none_open,
    .count = none_train,
    .close = none_close,
    .devices = none_devices,
};
