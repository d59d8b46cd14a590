/* SPDX-License-Identifier: Apache-2.0 */
/* An early end that is asked for by a signal. */
#ifndef SEAM_COMMAND_SIGNALS_H
#define SEAM_COMMAND_SIGNALS_H

#include <stdbool.h>

void signals_catch(void);
bool signals_came(void);

#endif
