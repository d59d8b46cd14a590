/* SPDX-License-Identifier: Apache-2.0 */
/* Explains the errors of the CUDA runtime. */
#include "backend/cuda/cuda_call.h"

seam_status cuda_call_failed(cudaError_t code, const char *call, seam_error *error) {
  if (code == cudaErrorMemoryAllocation)
    return error_set(
        error, SEAM_ERROR_MEMORY,
        "%s: %s: the card, or the host for copies from it, is out of memory: end other programs that use the "
        "card, use fewer --bins or --histograms, or use --backend cpu",
        call, cudaGetErrorName(code));
  return error_set(error, SEAM_ERROR_DEVICE,
                   "%s: %s (%s): check the card with nvidia-smi and try again, or use --backend cpu", call,
                   cudaGetErrorName(code), cudaGetErrorString(code));
}
