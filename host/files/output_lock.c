/* SPDX-License-Identifier: Apache-2.0 */
/* The lock that keeps two writers of one output apart.
 *
 * A writer holds NAME.lock with flock from open to close. It removes the lock file before it releases the lock. So a
 * writer that gets the lock checks that the file it locked still has that name. If not, the last holder has just
 * removed it, and the writer tries again. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "files/output_parts.h"

enum { ERROR_NOT_SUPPORTED = 524 }; /* ENOTSUPP, which Linux keeps to itself, but Lustre and others return */

/* Whether flock failed because the file system has no locks. EBADF comes from network file systems that lock only what
 * is open for writing. */
static bool has_no_locks(int reason) {
  return reason == ENOSYS || reason == ENOLCK || reason == EOPNOTSUPP || reason == ERROR_NOT_SUPPORTED ||
         reason == EBADF;
}

/* Opens or makes the lock file. Another user's file is opened for reading, which is enough to lock it, and without
 * O_CREAT, because Linux refuses that in a shared folder. */
static int open_lock(const struct seam_output *output, bool *own) {
  const char *name = output_name(output, output->lock_path);
  int flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  int file = openat(output->folder, name, O_RDWR | O_CREAT | flags, 0666);
  *own = file >= 0 || errno != EACCES;
  if (*own) return file;
  file = openat(output->folder, name, O_RDONLY | flags);
  *own = file < 0 && errno == ENOENT; /* there is no such file, and the folder cannot be written */
  if (*own) errno = EACCES;
  return file;
}

static void drop_lock(struct seam_output *output) {
  if (output->lock >= 0) close(output->lock);
  output->lock = -1;
}

/* Removes the lock file that protects nothing, unless it is another user's. */
static void go_without(struct seam_output *output, bool own, int reason) {
  if (own) unlinkat(output->folder, output_name(output, output->lock_path), 0);
  errno = reason;
  output_add_note(output,
                  "%s is not protected from a second run, because its file system has no locks (%m): start "
                  "only one run at a time that writes it",
                  error_path(output->path));
}

static seam_status is_held(const struct seam_output *output, seam_error *error) {
  return error_set(error, SEAM_ERROR_LOCKED,
                   "another run writes %s and holds %s: wait for it, or choose another --output",
                   error_path(output->path), error_path(output->lock_path));
}

/* Uses errno. */
static seam_status cannot_open(const struct seam_output *output, bool own, seam_error *error) {
  if (own) return output_cannot_write(output, output->lock_path, "created", error);
  return error_set(error, SEAM_ERROR_LOCKED,
                   "%s is another user's and cannot be opened (%m): ask its owner whether a run writes %s, or choose "
                   "another --output",
                   error_path(output->lock_path), error_path(output->path));
}

seam_status output_take_lock(struct seam_output *output, seam_error *error) {
  for (;;) {
    bool own;
    output->lock = open_lock(output, &own);
    if (output->lock < 0) return cannot_open(output, own, error);
    bool locked = flock(output->lock, LOCK_EX | LOCK_NB) == 0;
    /* A shared lock needs no right to write, and tells whether another run has the exclusive one. */
    if (!locked && errno == EBADF && flock(output->lock, LOCK_SH | LOCK_NB) == 0) errno = EBADF;
    int reason = errno;
    if (locked && output_is_named(output, output->lock, output->lock_path)) return SEAM_OK;
    drop_lock(output);
    errno = reason;
    if (locked) continue;
    if (reason == EWOULDBLOCK) return is_held(output, error);
    if (!has_no_locks(reason)) return output_cannot_write(output, output->lock_path, "locked", error);
    go_without(output, own, reason);
    return SEAM_OK;
  }
}

void output_release_lock(struct seam_output *output) {
  if (output->lock >= 0 && output_is_named(output, output->lock, output->lock_path))
    unlinkat(output->folder, output_name(output, output->lock_path), 0);
  drop_lock(output);
}
