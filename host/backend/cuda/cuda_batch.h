/* SPDX-License-Identifier: Apache-2.0 */
/* Counts a range of chains on one card, and launches kernels. */
#ifndef SEAM_CUDA_BATCH_H
#define SEAM_CUDA_BATCH_H

#include "backend/cuda/cuda_device.h"

/* Launches a kernel. All launches go through here. */
seam_status cuda_launch(const void *kernel, uint32_t blocks, uint32_t threads, size_t shared, cudaStream_t stream,
                        struct cuda_argument *argument, seam_error *error);

/* Launches a kernel with a thread for each chain of the batch. */
seam_status cuda_launch_chains(const void *kernel, uint32_t threads, cudaStream_t stream, struct cuda_argument *a,
                               seam_error *error);

/* Waits until the worker's stream has done all that was launched before. */
seam_status cuda_wait(const struct cuda_worker *worker, seam_error *error);

/* Counts a range on one card, with the same promises as `train` of struct backend. */
seam_status cuda_count_range(struct cuda_device *device, struct cuda_worker *worker, struct chain_range *range,
                             struct run_control *control, int64_t *counts, seam_error *error);

#endif
