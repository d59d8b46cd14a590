/* SPDX-License-Identifier: Apache-2.0 */
/* The CUDA backend, which trains and counts pairs. */
#ifndef SEAM_CUDA_BACKEND_H
#define SEAM_CUDA_BACKEND_H

#include "backend/backend.h"

/* Where it was built without nvcc: one that is never available. */
extern const struct backend cuda_backend;

#endif
