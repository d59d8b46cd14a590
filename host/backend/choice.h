/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses the backend of a run. */
#ifndef SEAM_CHOICE_H
#define SEAM_CHOICE_H

#include "backend/cpu/cpu_backend.h"
#include "backend/cuda/cuda_backend.h"

/* Returns the backend that `config` names. For auto it is CUDA if it works, else the CPU. Returns SEAM_ERROR_BACKEND
 * and the reason if there is none. */
seam_status backend_choose(const struct seam_config *config, const struct backend **backend, seam_error *error);

/* Returns the CPU backend for the task of `config`, whatever backend `config` names. */
const struct backend *backend_on_cpu(const struct seam_config *config);

#endif
