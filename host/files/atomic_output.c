/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a file whole or not at all, and never replaces a file that must stay. All system calls that change the file
 * system are in this file.
 *
 * A writer holds NAME.lock with flock from open to close. It removes the lock file before it releases the lock. So a
 * writer that gets the lock checks that the file it locked still has that name. If not, the last holder has just
 * removed it, and the writer tries again. Only the holder of the lock uses the temporary file, NAME.seam-partial. A
 * temporary file that a killed run left behind is replaced. */
#define _GNU_SOURCE /* renameat2, asprintf */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/atomic_output.h"

struct seam_output {
  char *path;   /* the target, with symbolic links followed */
  char *folder; /* the folder of the target */
  char *lock_path;
  char *temporary;
  int lock; /* -1: not held */
  bool replace;
};

static seam_status memory_is_out(seam_error *error) {
  return error_set(error, SEAM_ERROR_MEMORY, "out of memory: no room for the name of the output; close other programs");
}

/* The user does not know the lock and the temporary file, so the message names the target first. Uses errno. */
static seam_status cannot_write(const struct seam_output *output, const char *file, const char *what,
                                seam_error *error) {
  bool own = strcmp(file, output->path) == 0;
  return error_set(error, SEAM_ERROR_IO,
                   "%s%s%s cannot be %s (%m): check that its folder has free space and that you may write there, or "
                   "choose another --output",
                   own ? "" : error_path(output->path), own ? "" : " cannot be written, because ", error_path(file),
                   what);
}

/* The file is in its place, but a loss of power could still undo the rename. Uses errno. */
static seam_status cannot_sync(const char *path, seam_error *error) {
  return error_set(error, SEAM_ERROR_IO, "%s is written, but its folder cannot be synced (%m): copy it to another disk",
                   error_path(path));
}

/* The counts are in the temporary file, and that file stays. Uses errno. */
static seam_status cannot_name(const struct seam_output *output, seam_error *error) {
  return error_set(error, SEAM_ERROR_IO, "%s cannot be written (%m): the whole result is kept as %s, rename it",
                   error_path(output->path), error_path(output->temporary));
}

static seam_status already_there(const char *path, seam_error *error) {
  return error_set(error, SEAM_ERROR_EXISTS, "%s exists: choose another --output, or replace it with --force",
                   error_path(path));
}

/* ---- Names ---- */

/* Joins `path` and `suffix`. The caller frees the text. NULL when memory is out. */
static char *joined(const char *path, const char *suffix) {
  char *name;
  return asprintf(&name, "%s%s", path, suffix) < 0 ? NULL : name;
}

static char *folder_of(const char *path) {
  char *copy = strdup(path);
  char *folder = copy ? strdup(dirname(copy)) : NULL;
  free(copy);
  return folder;
}

static seam_status set_names(struct seam_output *output, const char *path, seam_error *error) {
  struct stat info;
  /* Follows a link, so that the file behind it is replaced, and so that all writers lock the same name. */
  if (lstat(path, &info) == 0 && S_ISLNK(info.st_mode)) output->path = realpath(path, NULL);
  if (!output->path) output->path = strdup(path);
  if (!output->path) return memory_is_out(error);
  output->folder = folder_of(output->path);
  output->lock_path = joined(output->path, ".lock");
  output->temporary = joined(output->path, OUTPUT_PARTIAL);
  return output->folder && output->lock_path && output->temporary ? SEAM_OK : memory_is_out(error);
}

static seam_status check_folder(const struct seam_output *output, seam_error *error) {
  struct stat info;
  bool found = stat(output->folder, &info) == 0;
  if (found && S_ISDIR(info.st_mode)) return SEAM_OK;
  if (found)
    return error_set(error, SEAM_ERROR_IO, "%s cannot be written, because %s is not a folder: choose another --output",
                     error_path(output->path), error_path(output->folder));
  if (errno == ENOENT || errno == ENOTDIR)
    return error_set(error, SEAM_ERROR_IO,
                     "%s cannot be written, because there is no folder %s: make it, or choose another --output",
                     error_path(output->path), error_path(output->folder));
  return cannot_write(output, output->path, "written", error);
}

/* Replaces only ordinary files: a rename would replace a device, too. */
static seam_status check_target(const struct seam_output *output, seam_error *error) {
  struct stat info;
  if (!*output->path) return error_set(error, SEAM_ERROR_IO, "the name of the output is empty: give --output a name");
  FORWARD(check_folder(output, error));
  if (lstat(output->path, &info) != 0) return SEAM_OK;
  if (S_ISDIR(info.st_mode))
    return error_set(error, SEAM_ERROR_IO, "%s is a folder: give --output the name of a file",
                     error_path(output->path));
  if (!S_ISREG(info.st_mode) && !S_ISLNK(info.st_mode))
    return error_set(error, SEAM_ERROR_IO, "%s is not an ordinary file: choose another --output",
                     error_path(output->path));
  return output->replace ? SEAM_OK : already_there(output->path, error);
}

/* ---- The lock ---- */

/* Whether the locked file still has its name. */
static bool lock_is_named(const struct seam_output *output) {
  struct stat held, named;
  return fstat(output->lock, &held) == 0 && lstat(output->lock_path, &named) == 0 && held.st_dev == named.st_dev &&
         held.st_ino == named.st_ino;
}

static void drop_lock(struct seam_output *output) {
  if (output->lock >= 0) close(output->lock);
  output->lock = -1;
}

static seam_status take_lock(struct seam_output *output, seam_error *error) {
  for (;;) {
    output->lock = open(output->lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    if (output->lock < 0) return cannot_write(output, output->lock_path, "created", error);
    if (flock(output->lock, LOCK_EX | LOCK_NB) != 0) {
      seam_status status =
          errno == EWOULDBLOCK
              ? error_set(error, SEAM_ERROR_LOCKED,
                          "another run writes %s and holds %s: wait for it, or choose another --output",
                          error_path(output->path), error_path(output->lock_path))
              : cannot_write(output, output->lock_path, "locked", error);
      drop_lock(output);
      return status;
    }
    if (lock_is_named(output)) return SEAM_OK;
    drop_lock(output);
  }
}

static void release_lock(struct seam_output *output) {
  if (output->lock >= 0 && lock_is_named(output)) unlink(output->lock_path);
  drop_lock(output);
}

/* ---- The temporary file ---- */

/* Returns the file, or -1 with errno. */
static int create_temporary(const struct seam_output *output) {
  if (unlink(output->temporary) != 0 && errno != ENOENT) return -1;
  return open(output->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

/* Removes the temporary file and keeps the errno of what went wrong before. */
static void remove_temporary(const struct seam_output *output) {
  int kept = errno;
  unlink(output->temporary);
  errno = kept;
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

static bool fill_temporary(const struct seam_output *output, const unsigned char *bytes, size_t size) {
  int file = create_temporary(output);
  if (file < 0) return false;
  bool good = write_all(file, bytes, size) && fsync(file) == 0;
  int kept = errno;
  bool closed = close(file) == 0;
  if (!good) errno = kept;
  if (good && closed) return true;
  remove_temporary(output);
  return false;
}

static bool sync_folder(const struct seam_output *output) {
  int folder = open(output->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return false;
  /* EINVAL: this file system cannot sync folders. */
  bool good = fsync(folder) == 0 || errno == EINVAL;
  int kept = errno;
  close(folder);
  errno = kept;
  return good;
}

/* Tries with an empty file everything that a write does before the rename. A run should fail now, not at its end. */
static seam_status try_writing(const struct seam_output *output, seam_error *error) {
  if (!fill_temporary(output, NULL, 0)) return cannot_write(output, output->temporary, "created", error);
  if (unlink(output->temporary) != 0) return cannot_write(output, output->temporary, "removed", error);
  return sync_folder(output) ? SEAM_OK : cannot_write(output, output->path, "synced with its folder", error);
}

/* ---- Giving it its name ---- */

/* Renames the temporary file to `name` if no file has that name. False with errno; EEXIST if there is such a file. */
static bool name_new(const struct seam_output *output, const char *name) {
  if (renameat2(AT_FDCWD, output->temporary, AT_FDCWD, name, RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP) return false;
  /* This file system has no rename that refuses to replace. link always refuses. */
  if (link(output->temporary, name) != 0) return false;
  unlink(output->temporary);
  return true;
}

/* Uses errno if the folder was not `synced`. */
static seam_status kept_beside(const struct seam_output *output, const char *name, bool synced, seam_error *error) {
  if (synced)
    return error_set(error, SEAM_ERROR_EXISTS,
                     "%s appeared during the run and was left alone: the result is kept as %s",
                     error_path(output->path), error_path(name));
  return error_set(
      error, SEAM_ERROR_IO,
      "%s appeared during the run: the result is kept as %s, but its folder cannot be synced (%m): copy it "
      "to another disk",
      error_path(output->path), error_path(name));
}

/* Keeps the counted file under the first free name of NAME.1, NAME.2, ... */
static seam_status keep_beside(const struct seam_output *output, seam_error *error) {
  for (int k = 1; k < 10000; k++) {
    char suffix[16];
    snprintf(suffix, sizeof suffix, ".%d", k);
    char *name = joined(output->path, suffix);
    if (!name) return memory_is_out(error);
    bool named = name_new(output, name);
    int reason = errno;
    seam_status status = named ? kept_beside(output, name, sync_folder(output), error) : SEAM_OK;
    free(name);
    if (named) return status;
    errno = reason;
    if (reason != EEXIST) break;
  }
  return cannot_name(output, error);
}

/* Gives the temporary file the name of the target. False with errno. Later writes of this output replace the file. */
static bool take_name(struct seam_output *output) {
  if (output->replace ? rename(output->temporary, output->path) != 0 : !name_new(output, output->path)) return false;
  output->replace = true;
  return true;
}

static seam_status give_name(struct seam_output *output, seam_error *error) {
  if (!take_name(output)) {
    if (!output->replace && errno == EEXIST) return keep_beside(output, error);
    return cannot_name(output, error);
  }
  return sync_folder(output) ? SEAM_OK : cannot_sync(output->path, error);
}

/* Keeps no file under another name, because another checkpoint will follow. */
static seam_status give_checkpoint_name(struct seam_output *output, seam_error *error) {
  if (take_name(output)) return sync_folder(output) ? SEAM_OK : cannot_sync(output->path, error);
  remove_temporary(output);
  if (!output->replace && errno == EEXIST)
    return error_set(error, SEAM_ERROR_EXISTS,
                     "%s appeared during the run: move it away; until then no checkpoint is written",
                     error_path(output->path));
  return cannot_write(output, output->path, "written", error);
}

/* ---- The calls ---- */

seam_status seam_output_open(const char *path, int replace, seam_output **out, seam_error *error) {
  *out = NULL;
  struct seam_output *output = calloc(1, sizeof *output);
  if (!output) return memory_is_out(error);
  output->lock = -1;
  output->replace = replace != 0;
  seam_status status = set_names(output, path, error);
  /* Checked before the lock, so that a refused target leaves no lock file; and again when no other writer can act. */
  if (status == SEAM_OK) status = check_target(output, error);
  if (status == SEAM_OK) status = take_lock(output, error);
  if (status == SEAM_OK) status = check_target(output, error);
  if (status == SEAM_OK) status = try_writing(output, error);
  if (status != SEAM_OK)
    seam_output_close(output);
  else
    *out = output;
  return status;
}

seam_status output_open_resumed(const char *path, seam_output **output, bool *exists, seam_error *error) {
  struct stat info;
  FORWARD(seam_output_open(path, 1, output, error));
  /* Replaces only a file that is there now, because the caller reads it. A file that appears later must stay. */
  (*output)->replace = *exists = lstat((*output)->path, &info) == 0;
  return SEAM_OK;
}

const char *output_path(const seam_output *output) { return output->path; }

static bool make_folder(const char *path) {
  struct stat info;
  if (mkdir(path, 0777) != 0) {
    if (errno != EEXIST) return false;
    bool is_folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
    errno = ENOTDIR;
    return is_folder;
  }
  struct seam_output above = {.folder = folder_of(path)};
  bool synced = above.folder && sync_folder(&above);
  free(above.folder);
  return synced;
}

seam_status output_make_folder(const char *path, seam_error *error) {
  if (make_folder(path)) return SEAM_OK;
  if (errno == ENOTDIR)
    return error_set(error, SEAM_ERROR_IO, "%s is not a folder, or is not in one: name another", error_path(path));
  if (errno == ENOENT)
    return error_set(error, SEAM_ERROR_IO, "the folder that %s would be in does not exist: make it, or name another",
                     error_path(path));
  return error_set(error, SEAM_ERROR_IO,
                   "%s cannot be made (%m): name another folder, or check the permissions of the one that it is in",
                   error_path(path));
}

seam_status seam_output_write_bytes(seam_output *output, const unsigned char *bytes, size_t size, seam_error *error) {
  if (!fill_temporary(output, bytes, size)) return cannot_write(output, output->temporary, "written", error);
  return give_name(output, error);
}

seam_status output_write_checkpoint(seam_output *output, const unsigned char *bytes, size_t size, seam_error *error) {
  if (!fill_temporary(output, bytes, size)) return cannot_write(output, output->temporary, "written", error);
  return give_checkpoint_name(output, error);
}

void seam_output_close(seam_output *output) {
  if (!output) return;
  release_lock(output);
  free(output->path);
  free(output->folder);
  free(output->lock_path);
  free(output->temporary);
  free(output);
}
