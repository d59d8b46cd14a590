/* SPDX-License-Identifier: Apache-2.0 */
/* Calls functions of the CUDA runtime and turns their failures into errors of seam. */
#ifndef SEAM_CUDA_CALL_H
#define SEAM_CUDA_CALL_H

#include <cuda_runtime_api.h>

#include "base/error.h"

seam_status cuda_call_failed(cudaError_t code, const char *call, seam_error *error);

/* Calls a function of the CUDA runtime. If it fails, sets `error` and returns from the calling function. */
#define TRY(function, ...)                                                                                             \
  do {                                                                                                                 \
    cudaError_t code = function(__VA_ARGS__);                                                                          \
    if (code != cudaSuccess) return cuda_call_failed(code, #function, error);                                          \
  } while (0)

#endif
