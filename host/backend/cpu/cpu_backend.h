/* SPDX-License-Identifier: Apache-2.0 */
/* The CPU's backends. */
#ifndef SEAM_CPU_BACKEND_H
#define SEAM_CPU_BACKEND_H

#include "backend/backend.h"

extern const struct backend cpu_backend;         /* trains */
extern const struct backend cpu_predict_backend; /* counts the pairs of predictions */

#endif
