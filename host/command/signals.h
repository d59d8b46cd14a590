/* SPDX-License-Identifier: Apache-2.0 */
/* Signals that end a run early. */
#ifndef SEAM_COMMAND_SIGNALS_H
#define SEAM_COMMAND_SIGNALS_H

#include <stdbool.h>

void signals_catch(void);
bool signals_came(void);

#endif
