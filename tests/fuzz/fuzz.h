/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that the fuzz targets share. A broken promise ends the process, so that libFuzzer and CTest see it. */
#ifndef SEAM_FUZZ_H
#define SEAM_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seam.h"

/* libFuzzer calls the first function once, and the second for each input. */
int LLVMFuzzerInitialize(int *count, char ***words);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

void must(bool kept, const char *promise);

/* Expects that `status` is one of the bits of `allowed`, and that the error is one line that holds `name`. */
void must_explain(seam_status status, unsigned allowed, const seam_error *error, const char *name);

/* If SEAM_FUZZ_SEEDS names a folder, writes a first input into it. */
void write_seed(const char *name, const void *head, size_t head_size, const void *body, size_t body_size);

/* Fills a nameless file with the bytes and gives it the file number `file`, so that /proc/self/fd/FILE opens it, until
 * it is filled again. */
void fill_file(int file, const void *bytes, size_t size);

#endif
