/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target without the fuzzer, on every file in the given folders and files. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

/* The input has memory of exactly its size, so that a sanitizer sees every read beyond. */
static void try_bytes(const unsigned char *bytes, size_t size) {
  unsigned char *exact = malloc(size ? size : 1);
  must(exact != NULL, "there is memory for an input");
  for (size_t i = 0; i < size; i++) exact[i] = bytes[i];
  LLVMFuzzerTestOneInput(exact, size);
  free(exact);
}

static void try_file(const char *path) {
  static unsigned char bytes[1 << 20];
  FILE *file = fopen(path, "rb");
  must(file != NULL, "a file of the corpus can be opened");
  size_t size = fread(bytes, 1, sizeof bytes, file);
  must(!ferror(file) && size < sizeof bytes, "and read");
  fclose(file);
  fprintf(stderr, "%s\n", path);
  try_bytes(bytes, size);
}

/* Returns how many files there were. */
static int try_folder(const char *path) {
  DIR *folder = opendir(path);
  int count = 0;
  if (!folder) {
    try_file(path);
    return 1;
  }
  for (struct dirent *entry; (entry = readdir(folder)); count += entry->d_name[0] != '.') {
    char name[4096];
    snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
    if (entry->d_name[0] != '.') try_file(name);
  }
  closedir(folder);
  return count;
}

int main(int count, char **words) {
  int files = 0;
  LLVMFuzzerInitialize(&count, &words);
  for (int i = 1; i < count; i++) files += try_folder(words[i]);
  fprintf(stderr, "%d inputs\n", files);
  return files > 0 ? 0 : 1;
}
