/* SPDX-License-Identifier: Apache-2.0 */
/* Returns the version of the library. */
#include "seam.h"

const char *seam_version(void) { return SEAM_VERSION; }
