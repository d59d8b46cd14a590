/* SPDX-License-Identifier: Apache-2.0 */
/* The first two functions of the training task, `find` and `open` of struct cuda_task. */
#ifndef SEAM_CUDA_TRAIN_H
#define SEAM_CUDA_TRAIN_H

#include "backend/cuda/cuda_device.h"

seam_status cuda_train_find(const struct job *job, struct cuda_program *program, seam_error *error);
seam_status cuda_train_open(struct cuda_device *device, const struct seam_config *config, seam_error *error);

#endif
