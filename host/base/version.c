/* SPDX-License-Identifier: Apache-2.0 */
/* The version of the library. */
#include "seam.h"

const char *seam_version(void) { return SEAM_VERSION; }
