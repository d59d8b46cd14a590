/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the prediction kernels of all kinds. Every build has all of them. */
#include "cuda.h"

#define DECLARE(enumerator, name, family, size, parameters) extern const struct cuda_kind cuda_kind_##name;
COMPONENT_KINDS(DECLARE)
#undef DECLARE

#define ENTRY(enumerator, name, family, size, parameters) &cuda_kind_##name,
const struct cuda_kind *const cuda_kinds[KINDS] = {COMPONENT_KINDS(ENTRY)};
