/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that the fuzz targets share. */
#define _GNU_SOURCE /* memfd_create */
#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void must(bool kept, const char *promise) {
  if (kept) return;
  fprintf(stderr, "BROKEN: %s\n", promise);
  abort();
}

void must_explain(seam_status status, unsigned allowed, const seam_error *error, const char *name) {
  size_t length = strnlen(error->message, sizeof error->message);
  must(status < 32 && (allowed >> status & 1), "a refusal has the status of its reason");
  must(error->status == status, "the error has the status of the call");
  must(length > 0 && length < sizeof error->message, "a refusal says why");
  for (size_t i = 0; i < length; i++)
    must((unsigned char)error->message[i] >= ' ' && error->message[i] != 127, "a message is one line of text");
  must(strstr(error->message, name) != NULL, "a message names the thing");
}

static void write_or_die(int file, const void *bytes, size_t size) {
  must(size == 0 || write(file, bytes, size) == (ssize_t)size, "there is room for a small file");
}

void write_seed(const char *name, const void *head, size_t head_size, const void *body, size_t body_size) {
  const char *folder = getenv("SEAM_FUZZ_SEEDS");
  char path[512];
  if (!folder) return;
  must(snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path, "the folder's name is short");
  int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  must(file >= 0, "a seed can be created");
  write_or_die(file, head, head_size);
  write_or_die(file, body, body_size);
  close(file);
}

void fill_file(int file, const void *bytes, size_t size) {
  if (fcntl(file, F_GETFD) < 0) {
    int created = memfd_create("seam-fuzz", MFD_CLOEXEC);
    must(created >= 0 && dup2(created, file) == file, "there can be a file in memory");
    close(created);
  }
  must(ftruncate(file, 0) == 0 && lseek(file, 0, SEEK_SET) == 0, "a file in memory can be emptied");
  write_or_die(file, bytes, size);
}
