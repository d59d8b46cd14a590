/* SPDX-License-Identifier: Apache-2.0 */
/* The temporary file beside the target: it is filled and synced, and then gets the name of the target. During a run it
 * may hold room on the disk for the result. Only the holder of the lock uses it. */
#define _GNU_SOURCE /* fallocate */
#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "files/atomic_output.h"
#include "files/output_parts.h"

bool output_is_named(const struct seam_output *output, int file, const char *path) {
  struct stat open, named;
  return fstat(file, &open) == 0 &&
         fstatat(output->folder, output_name(output, path), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

/* Returns the file, or -1 with errno. */
static int create(const struct seam_output *output) {
  const char *name = output_name(output, output->temporary);
  if (unlinkat(output->folder, name, 0) != 0 && errno != ENOENT) return -1;
  return openat(output->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

void output_remove_temporary(const struct seam_output *output) {
  int kept = errno;
  unlinkat(output->folder, output_name(output, output->temporary), 0);
  errno = kept;
}

/* ---- Room on the disk ---- */

static double megabytes(double bytes) { return bytes / 1e6; }

/* Says once how much is missing. */
static void note_room(struct seam_output *output, double left) {
  output_add_note(output,
                  "the disk may have too little room for %s, which may need %.3g MB: %.3g MB are free; free "
                  "some before the run ends",
                  error_path(output->path), megabytes((double)output->room), megabytes(left));
}

static double free_room(const struct seam_output *output) {
  struct statvfs info;
  return fstatvfs(output->folder, &info) == 0 ? (double)info.f_bavail * (double)info.f_frsize : -1;
}

/* Returns whether the room is there. Blocks beyond the end of the file are the file's, but do not change its size.
 * posix_fallocate would write zeros where the file system cannot reserve, so it is not used. */
static bool allocate(int file, uint64_t room) {
  while (fallocate(file, FALLOC_FL_KEEP_SIZE, 0, (off_t)room) != 0)
    if (errno != EINTR) return false;
  return true;
}

/* Without room for all of it, the file is not kept: it would take the room that checkpoints need. */
void output_reserve_again(struct seam_output *output) {
  if (output->room == 0 || output->reserved >= 0) return;
  int file = create(output);
  if (file >= 0 && allocate(file, output->room)) {
    output->reserved = file;
    return;
  }
  if (file < 0) return;
  close(file);
  output_remove_temporary(output);
}

void output_reserve(struct seam_output *output, uint64_t bytes) {
  output->room = bytes;
  output_reserve_again(output);
  double left = free_room(output);
  if (output->reserved < 0 && left >= 0 && left < (double)bytes) note_room(output, left);
}

/* The file with the reserved room, unless another file has its name by now; otherwise a new one. */
static int take(struct seam_output *output) {
  int file = output->reserved;
  output->reserved = -1;
  if (file < 0) return create(output);
  if (output_is_named(output, file, output->temporary)) return file;
  close(file);
  return create(output);
}

/* ---- Filling ---- */

/* The file that will be replaced passes on its mode, and its owner if the caller may give files away. If the group
 * cannot be kept, it gets the rights of all others: another group was not meant. */
static bool keep_mode(const struct seam_output *output, int file) {
  struct stat info;
  if (!output->replace || fstatat(output->folder, output_name(output, output->path), &info, AT_SYMLINK_NOFOLLOW) != 0)
    return true;
  mode_t mode = info.st_mode & 0777;
  if (fchown(file, info.st_uid, info.st_gid) != 0 && fchown(file, (uid_t)-1, info.st_gid) != 0)
    mode = (mode & 0707) | (mode & 07) << 3;
  return fchmod(file, mode) == 0 || errno == EPERM || errno == EOPNOTSUPP;
}

static bool write_all(int file, const unsigned char *bytes, size_t size) {
  while (size) {
    ssize_t written = write(file, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written == 0) errno = EIO; /* no progress and no reason: to try again might never end */
    if (written <= 0) return false;
    bytes += written;
    size -= (size_t)written;
  }
  return true;
}

/* Gives back the reserved room that was not needed. */
static bool trim(const struct seam_output *output, int file, size_t size) {
  return output->room == 0 || ftruncate(file, (off_t)size) == 0;
}

bool output_fill(struct seam_output *output, const unsigned char *bytes, size_t size) {
  int file = take(output);
  if (file < 0) return false;
  bool good = keep_mode(output, file) && write_all(file, bytes, size) && trim(output, file, size) && fsync(file) == 0;
  /* Without a lock, another run may have put its own file there, half written. */
  if (good && output->lock < 0 && !output_is_named(output, file, output->temporary)) {
    good = false;
    errno = EBUSY;
  }
  int kept = errno;
  bool closed = close(file) == 0;
  if (!good) errno = kept;
  if (good && closed) return true;
  output_remove_temporary(output);
  return false;
}
