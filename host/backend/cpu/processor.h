/* SPDX-License-Identifier: Apache-2.0 */
/* The processor of this machine: its instruction sets, cores and name. */
#ifndef SEAM_PROCESSOR_H
#define SEAM_PROCESSOR_H

#include "config/config.h"

/* The instruction set that `config` asks for, or with auto the best: an enum isa_choice. SEAM_ERROR_BACKEND if the
 * processor does not have it. */
seam_status processor_isa(const struct seam_config *config, int *isa, seam_error *error);

/* The threads that `config` asks for. By default, as many as core_limit.h allows. */
int processor_threads(const struct seam_config *config);

void processor_name(char *name, size_t size);

/* The `devices` of struct backend: the processor is one device. */
size_t processor_devices(seam_device *devices, size_t capacity);

#endif
