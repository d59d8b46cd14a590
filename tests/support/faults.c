/* SPDX-License-Identifier: Apache-2.0 */
/* A library that faults.py preloads into seam to make chosen calls on files fail. SEAM_FAULT holds faults CALL:N:KIND,
 * separated by commas: the Nth such call fails, or, with N+, that and all later ones. KIND is the name of an errno, or
 * for a write: `short` writes half; `full` writes half and then nothing more, with ENOSPC; `none` writes nothing and
 * sets no errno. The file SEAM_FAULT_REPORT gets the calls that failed. Only files of the working folder count; seam
 * gets them as relative names. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

enum call { OPEN, READ, WRITE, FSYNC, CLOSE, RENAME, RENAMEAT2, LINK, UNLINK, FLOCK, FALLOCATE, CALLS };

/* Each name stands for the call on a path and for the one on a name in an open folder. */
static const char *const call_names[CALLS] = {"open",      "read", "write",  "fsync", "close",    "rename",
                                              "renameat2", "link", "unlink", "flock", "fallocate"};

enum kind { FINE, ERRNO, SHORT, FULL, NONE };

struct fault {
  enum kind kind;
  int error;
};

static atomic_ulong made[CALLS];

/* ---- Which calls fail ---- */

static struct fault fault_named(const char *kind, size_t length) {
  static const struct {
    const char *name;
    struct fault fault;
  } kinds[] = {{"EIO", {ERRNO, EIO}},
               {"ENOSPC", {ERRNO, ENOSPC}},
               {"EINTR", {ERRNO, EINTR}},
               {"EINVAL", {ERRNO, EINVAL}},
               {"EEXIST", {ERRNO, EEXIST}},
               {"ENOLCK", {ERRNO, ENOLCK}},
               {"ENOSYS", {ERRNO, ENOSYS}},
               {"EACCES", {ERRNO, EACCES}},
               {"EOPNOTSUPP", {ERRNO, EOPNOTSUPP}},
               {"EPERM", {ERRNO, EPERM}},
               {"EBADF", {ERRNO, EBADF}},
               {"ENOTSUPP", {ERRNO, 524}},
               {"EWOULDBLOCK", {ERRNO, EWOULDBLOCK}},
               {"short", {SHORT, 0}},
               {"full", {FULL, ENOSPC}},
               {"none", {NONE, 0}}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (strlen(kinds[i].name) == length && !memcmp(kinds[i].name, kind, length)) return kinds[i].fault;
  abort();
}

/* The first fault in `text`, if it is meant for the `nth` call. */
static struct fault fault_meant(const char *text, enum call call, unsigned long nth) {
  size_t name = strcspn(text, ":");
  char *end;
  if (strlen(call_names[call]) != name || memcmp(call_names[call], text, name)) return (struct fault){FINE, 0};
  unsigned long from = strtoul(text + name + 1, &end, 10);
  bool later = *end == '+';
  struct fault fault = fault_named(end + later + 1, strcspn(end + later + 1, ","));
  if (nth == from) return fault;
  if (nth < from || !later) return (struct fault){FINE, 0};
  return fault.kind == FULL ? (struct fault){ERRNO, fault.error} : fault;
}

static void report(enum call call, const char *path) {
  char line[PATH_MAX + 32];
  const char *name = getenv("SEAM_FAULT_REPORT");
  if (!name) abort();
  int length = snprintf(line, sizeof line, "%s %s\n", call_names[call], path);
  int file = (int)syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (file < 0 || syscall(SYS_write, file, line, length) != length) abort();
  syscall(SYS_close, file);
}

/* The fault for this call on `path`. */
static struct fault next_fault(enum call call, const char *path) {
  if (*path == '/') return (struct fault){FINE, 0};
  unsigned long nth = atomic_fetch_add(&made[call], 1) + 1;
  for (const char *text = getenv("SEAM_FAULT"); text && *text; text += strcspn(text, ","), text += *text == ',') {
    struct fault fault = fault_meant(text, call, nth);
    if (fault.kind == FINE) continue;
    report(call, path);
    return fault;
  }
  return (struct fault){FINE, 0};
}

/* The same for an open file, by its name in the working folder if it is there. */
static struct fault next_file_fault(enum call call, int file) {
  char link[64], path[PATH_MAX], folder[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0 || !getcwd(folder, sizeof folder)) return (struct fault){FINE, 0};
  path[length] = '\0';
  size_t prefix = strlen(folder);
  if (strncmp(path, folder, prefix)) return (struct fault){FINE, 0};
  return next_fault(call, path[prefix] == '/' ? path + prefix + 1 : ".");
}

static int failed(struct fault fault) {
  errno = fault.error;
  return -1;
}

/* ---- The calls ---- */

static int open_in(int folder, const char *path, int flags, unsigned mode) {
  struct fault fault = next_fault(OPEN, path);
  return fault.kind ? failed(fault) : (int)syscall(SYS_openat, folder, path, flags, mode);
}

EXPORTED int open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  unsigned mode = flags & O_CREAT ? va_arg(arguments, unsigned) : 0;
  va_end(arguments);
  return open_in(AT_FDCWD, path, flags, mode);
}

EXPORTED int openat(int folder, const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  unsigned mode = flags & O_CREAT ? va_arg(arguments, unsigned) : 0;
  va_end(arguments);
  return open_in(folder, path, flags, mode);
}

EXPORTED ssize_t read(int file, void *bytes, size_t size) {
  struct fault fault = next_file_fault(READ, file);
  return fault.kind ? failed(fault) : syscall(SYS_read, file, bytes, size);
}

EXPORTED ssize_t write(int file, const void *bytes, size_t size) {
  struct fault fault = next_file_fault(WRITE, file);
  if (fault.kind == ERRNO) return failed(fault);
  if (fault.kind == NONE) return 0;
  return syscall(SYS_write, file, bytes, fault.kind ? size / 2 : size);
}

EXPORTED int fsync(int file) {
  struct fault fault = next_file_fault(FSYNC, file);
  return fault.kind ? failed(fault) : (int)syscall(SYS_fsync, file);
}

/* As on Linux, the file is closed even if close fails. */
EXPORTED int close(int file) {
  struct fault fault = next_file_fault(CLOSE, file);
  int closed = (int)syscall(SYS_close, file);
  return fault.kind ? failed(fault) : closed;
}

EXPORTED int renameat(int from_folder, const char *from, int to_folder, const char *to) {
  struct fault fault = next_fault(RENAME, to);
  return fault.kind ? failed(fault) : (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, 0);
}

EXPORTED int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
  struct fault fault = next_fault(RENAMEAT2, to);
  return fault.kind ? failed(fault) : (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
}

EXPORTED int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
  struct fault fault = next_fault(LINK, to);
  return fault.kind ? failed(fault) : (int)syscall(SYS_linkat, from_folder, from, to_folder, to, flags);
}

EXPORTED int unlinkat(int folder, const char *path, int flags) {
  struct fault fault = next_fault(UNLINK, path);
  return fault.kind ? failed(fault) : (int)syscall(SYS_unlinkat, folder, path, flags);
}

EXPORTED int fallocate(int file, int mode, off_t from, off_t size) {
  struct fault fault = next_file_fault(FALLOCATE, file);
  return fault.kind ? failed(fault) : (int)syscall(SYS_fallocate, file, mode, from, size);
}

EXPORTED int flock(int file, int operation) {
  struct fault fault = next_file_fault(FLOCK, file);
  return fault.kind ? failed(fault) : (int)syscall(SYS_flock, file, operation);
}
