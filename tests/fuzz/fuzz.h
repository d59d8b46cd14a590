/* SPDX-License-Identifier: Apache-2.0 */
/* What fuzz targets have in common: a broken promise ends the process, where libFuzzer and CTest see it. */
#ifndef SEAM_FUZZ_H
#define SEAM_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seam.h"

/* What libFuzzer calls: once, and for each input. */
int LLVMFuzzerInitialize(int *count, char ***words);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

void must(bool kept, const char *promise);

/* Refused by this status, which is one of `allowed`'s bits, in one line that holds `name`. */
void must_explain(seam_status status, unsigned allowed, const seam_error *error, const char *name);

/* Where SEAM_FUZZ_SEEDS names a folder, an input to begin with is written into it. */
void write_seed(const char *name, const void *head, size_t head_size, const void *body, size_t body_size);

/* A file of one's own without a name, put under the number `file`, so that /proc/self/fd/FILE opens it; for good, or
 * until it is filled again. */
void fill_file(int file, const void *bytes, size_t size);

#endif
