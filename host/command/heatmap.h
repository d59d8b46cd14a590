/* SPDX-License-Identifier: Apache-2.0 */
/* Draws a two-dimensional histogram in the terminal. */
#ifndef SEAM_COMMAND_HEATMAP_H
#define SEAM_COMMAND_HEATMAP_H

#include "command/common/result_kind.h"
#include "command/common/terminal.h"
#include "seam.h"

/* Draws counts[u0][u1], which have flow bins: u0 to the right, u1 upwards, brightness by the logarithm. The scale below
 * the map has the unit. */
void heatmap_draw(const seam_axis *u0, const seam_axis *u1, const int64_t *counts, const struct unit *unit,
                  enum colours colours);

#endif
