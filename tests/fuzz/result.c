/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: any bytes as a result file, and as a file of a comparison. */
#include "archives.h"

int LLVMFuzzerInitialize(int *count, char ***words) {
  (void)count;
  (void)words;
  const struct archive *archives = small_archives();
  for (int i = 0; i < ARCHIVES; i++) write_seed(archives[i].name, NULL, 0, archives[i].bytes, archives[i].size);
  return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  read_as_result(data, size);
  read_as_comparison(data, size);
  return 0;
}
