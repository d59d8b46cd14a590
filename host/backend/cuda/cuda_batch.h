/* SPDX-License-Identifier: Apache-2.0 */
/* A range of chains on one card, and what its batches are made of. */
#ifndef SEAM_CUDA_BATCH_H
#define SEAM_CUDA_BATCH_H

#include "backend/cuda/cuda_device.h"

/* The one place where kernels start. */
seam_status cuda_launch(const void *kernel, uint32_t blocks, uint32_t threads, size_t shared, cudaStream_t stream,
                        struct cuda_argument *argument, seam_error *error);

/* A kernel with a thread for each chain of the batch. */
seam_status cuda_launch_chains(const void *kernel, uint32_t threads, cudaStream_t stream, struct cuda_argument *a,
                               seam_error *error);

/* Waits until the worker's stream has come to here. */
seam_status cuda_wait(const struct cuda_worker *worker, seam_error *error);

/* As `train` of struct backend. */
seam_status cuda_device_count(struct cuda_device *device, struct cuda_worker *worker, struct chain_range *range,
                              struct run_control *control, int64_t *counts, seam_error *error);

#endif
