/* SPDX-License-Identifier: Apache-2.0 */
/* The CUDA backend: it trains chains, and counts pairs. */
#ifndef SEAM_CUDA_BACKEND_H
#define SEAM_CUDA_BACKEND_H

#include "backend/backend.h"

/* In a build without nvcc it is never available. */
extern const struct backend cuda_backend;

#endif
