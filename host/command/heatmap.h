/* SPDX-License-Identifier: Apache-2.0 */
/* Draws a two-dimensional histogram in the terminal. */
#ifndef SEAM_COMMAND_HEATMAP_H
#define SEAM_COMMAND_HEATMAP_H

#include "command/common/terminal.h"
#include "seam.h"

/* Draws counts[u0][u1], which have flow bins: u0 to the right, u1 upwards, brightness by the logarithm. */
void heatmap_draw(const seam_axis *u0, const seam_axis *u1, const int64_t *counts, enum colours colours);

#endif
