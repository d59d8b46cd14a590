/* SPDX-License-Identifier: Apache-2.0 */
/* Puts a working card into a whole program. A test does that with shim_reset. */
#include "shim.h"

__attribute__((constructor)) static void insert_card(void) { shim_reset(); }
