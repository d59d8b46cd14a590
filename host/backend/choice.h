/* SPDX-License-Identifier: Apache-2.0 */
/* The choice among the backends that this build has. */
#ifndef SEAM_CHOICE_H
#define SEAM_CHOICE_H

#include "backend/cpu/cpu_backend.h"
#include "backend/cuda/cuda_backend.h"

/* The backend that `config` asks for, or with auto the first that works; SEAM_ERROR_BACKEND with the reason. */
seam_status backend_choose(const struct seam_config *config, const struct backend **backend, seam_error *error);

/* The CPU's backend for what `config` asks for, whatever backend that is. */
const struct backend *backend_on_cpu(const struct seam_config *config);

#endif
