/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a whole file into memory. */
#include "base/read_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The counts of the largest prediction, with 4096 bins, take 9.3 GB, and packing makes them hardly larger. Without a
 * limit, a sparse file could take all memory. */
static const off_t largest = (off_t)10 << 30;

seam_status read_file_no_memory(const char *path, seam_error *error) {
  return error_set(error, SEAM_ERROR_MEMORY, "out of memory: %s cannot be read; close other programs",
                   error_path(path));
}

static seam_status read_failed(const char *path, seam_error *error) {
  return error_set(error, SEAM_ERROR_IO, "%s cannot be read (%m): check the name and its permissions",
                   error_path(path));
}

static seam_status read_bytes(int file, const char *path, unsigned char *bytes, size_t size, seam_error *error) {
  while (size) {
    ssize_t got = read(file, bytes, size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return read_failed(path, error);
    if (got == 0)
      return error_set(error, SEAM_ERROR_IO, "%s became shorter while it was read: try again", error_path(path));
    bytes += got;
    size -= (size_t)got;
  }
  return SEAM_OK;
}

static seam_status read_open(int file, const char *path, unsigned char **bytes, size_t *size, seam_error *error) {
  struct stat info;
  if (fstat(file, &info) != 0) return read_failed(path, error);
  if (S_ISDIR(info.st_mode))
    return error_set(error, SEAM_ERROR_IO, "%s is a folder: name a file in it", error_path(path));
  if (!S_ISREG(info.st_mode))
    return error_set(error, SEAM_ERROR_IO, "%s is not an ordinary file: name a file", error_path(path));
  if (info.st_size > largest)
    return error_set(error, SEAM_ERROR_IO, "%s is larger than any file of seam: name another", error_path(path));
  unsigned char *buffer = malloc((size_t)info.st_size + 1);
  if (!buffer) return read_file_no_memory(path, error);
  seam_status status = read_bytes(file, path, buffer, (size_t)info.st_size, error);
  if (status != SEAM_OK) {
    free(buffer);
    return status;
  }
  *bytes = buffer;
  *size = (size_t)info.st_size;
  return SEAM_OK;
}

seam_status read_file_at(int folder, const char *name, const char *path, unsigned char **bytes, size_t *size,
                         seam_error *error) {
  /* O_NONBLOCK: without it, open waits forever for a pipe that has no writer. */
  int file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return read_failed(path, error);
  seam_status status = read_open(file, path, bytes, size, error);
  close(file);
  return status;
}

size_t read_file_end(const char *path, unsigned char *bytes, size_t size) {
  struct stat info;
  ssize_t got = 0;
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return 0;
  if (fstat(file, &info) == 0 && S_ISREG(info.st_mode))
    got = pread(file, bytes, size, info.st_size > (off_t)size ? info.st_size - (off_t)size : 0);
  close(file);
  return got > 0 ? (size_t)got : 0;
}

seam_status read_file(const char *path, unsigned char **bytes, size_t *size, seam_error *error) {
  return read_file_at(AT_FDCWD, path, path, bytes, size, error);
}
