/* SPDX-License-Identifier: Apache-2.0 */
/* Puts a working card into a whole program, which unlike a test does not ask for one. */
#include "shim.h"

__attribute__((constructor)) static void insert_card(void) { shim_reset(); }
