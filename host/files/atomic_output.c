/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a file whole or not at all, and never replaces a file that must stay. All system calls that change the file
 * system are in this file and in output_*.c. Each acts on a name in the folder that was opened first. */
#define _GNU_SOURCE /* asprintf */
#include "files/atomic_output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/read_file.h"
#include "files/output_parts.h"

/* ---- Messages ---- */

seam_status output_no_memory(seam_error *error) {
  return error_set(error, SEAM_ERROR_MEMORY, "out of memory: no room for the name of the output; close other programs");
}

seam_status output_cannot_write(const struct seam_output *output, const char *file, const char *what,
                                seam_error *error) {
  bool own = strcmp(file, output->path) == 0;
  const char *remedy = errno == EFBIG ? "raise the limit of file sizes (ulimit -f)"
                                      : "check that its folder has free space and that you may write there";
  return error_set(error, SEAM_ERROR_IO, "%s%s%s cannot be %s (%m): %s, or choose another --output",
                   own ? "" : error_path(output->path), own ? "" : " cannot be written, because ", error_path(file),
                   what, remedy);
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

void output_add_note(struct seam_output *output, const char *format, ...) {
  if (output->note_count == MOST_NOTES) return;
  seam_error *note = &output->notes[output->note_count++];
  char text[sizeof note->message];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  error_set(note, SEAM_OK, "%s", text);
}

const char *seam_output_note(const seam_output *output, size_t index) {
  return index < output->note_count ? output->notes[index].message : NULL;
}

/* ---- Giving it its name ---- */

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
static seam_status keep_beside(struct seam_output *output, seam_error *error) {
  for (int k = 1; k < 10000; k++) {
    char *name;
    if (asprintf(&name, "%s.%d", output->path, k) < 0) return output_no_memory(error);
    bool named = output_name_new(output, name);
    int reason = errno;
    seam_status status = named ? kept_beside(output, name, output_sync_folder(output), error) : SEAM_OK;
    free(name);
    if (named) return status;
    errno = reason;
    if (reason != EEXIST) break;
  }
  return cannot_name(output, error);
}

static seam_status give_name(struct seam_output *output, seam_error *error) {
  if (!output_take_name(output)) {
    if (!output->replace && errno == EEXIST) return keep_beside(output, error);
    return cannot_name(output, error);
  }
  return output_sync_folder(output) ? SEAM_OK : cannot_sync(output->path, error);
}

/* Keeps no file under another name, because another checkpoint will follow. */
static seam_status give_checkpoint_name(struct seam_output *output, seam_error *error) {
  if (output_take_name(output)) return output_sync_folder(output) ? SEAM_OK : cannot_sync(output->path, error);
  output_remove_temporary(output);
  if (!output->replace && errno == EEXIST)
    return error_set(error, SEAM_ERROR_EXISTS,
                     "%s appeared during the run: move it away; until then no checkpoint is written",
                     error_path(output->path));
  return output_cannot_write(output, output->path, "written", error);
}

/* The folder may have another name by now, or its path may lead to another folder. */
static void note_place(struct seam_output *output) {
  struct stat written, found;
  char link[64], folder[PATH_MAX];
  if (fstatat(output->folder, output_name(output, output->path), &written, AT_SYMLINK_NOFOLLOW) != 0) return;
  if (stat(output->path, &found) == 0 && found.st_dev == written.st_dev && found.st_ino == written.st_ino) return;
  snprintf(link, sizeof link, "/proc/self/fd/%d", output->folder);
  ssize_t length = readlink(link, folder, sizeof folder - 1);
  if (length < 0) return;
  folder[length] = '\0';
  output_add_note(output, "the folder of %s was moved during the run: the file is in %s", error_path(output->path),
                  error_path(folder));
}

/* ---- Opening ---- */

/* Whether there is a file under this name in the folder. */
static bool exists(const struct seam_output *output, const char *path, struct stat *info) {
  return fstatat(output->folder, output_name(output, path), info, AT_SYMLINK_NOFOLLOW) == 0;
}

static seam_status claim(struct seam_output *output, const char *path, seam_error *error) {
  FORWARD(output_find_place(output, path, error));
  /* Checked before the lock, so that a refused target leaves no lock file; and again when no other writer can act. */
  FORWARD(output_check_target(output, error));
  FORWARD(output_take_lock(output, error));
  return output_check_target(output, error);
}

seam_status output_claim(const char *path, bool replace, seam_output **out, seam_error *error) {
  *out = NULL;
  struct seam_output *output = calloc(1, sizeof *output);
  if (!output) return output_no_memory(error);
  output->folder = output->lock = output->reserved = -1;
  output->replace = replace;
  seam_status status = claim(output, path, error);
  if (status != SEAM_OK)
    seam_output_close(output);
  else
    *out = output;
  return status;
}

bool output_limit_to_present(seam_output *output) {
  struct stat info;
  return output->replace = exists(output, output->path, &info);
}

seam_status output_try(seam_output *output, seam_error *error) {
  if (!output_fill(output, NULL, 0)) return output_cannot_write(output, output->temporary, "created", error);
  if (!output->replace && !output_try_naming(output)) {
    output_remove_temporary(output);
    return output_cannot_write(output, output->temporary, "renamed", error);
  }
  if (unlinkat(output->folder, output_name(output, output->temporary), 0) != 0 && errno != ENOENT)
    return output_cannot_write(output, output->temporary, "removed", error);
  return output_sync_folder(output) ? SEAM_OK
                                    : output_cannot_write(output, output->path, "synced with its folder", error);
}

/* ---- What an earlier run left ---- */

const char *output_partial(const seam_output *output) {
  struct stat info;
  bool left = exists(output, output->temporary, &info) && S_ISREG(info.st_mode) && info.st_size > 0;
  return left ? output->temporary : NULL;
}

seam_status output_read(const seam_output *output, const char *path, unsigned char **bytes, size_t *size,
                        seam_error *error) {
  return read_file_at(output->folder, output_name(output, path), path, bytes, size, error);
}

void output_keep_partial(seam_output *output) { output->left_over = true; }

/* Gives the file that an earlier run left the name of the target. */
static seam_status adopt(struct seam_output *output, seam_error *error) {
  output->left_over = false;
  return give_name(output, error);
}

seam_status output_settle(seam_output *output, seam_status status, seam_error *error) {
  if (!output || !output->left_over) return status;
  if (status == SEAM_OK) return adopt(output, error);
  if (status != SEAM_ERROR_MISMATCH) return status;
  return error_set(error, SEAM_ERROR_EXISTS,
                   "%s is a whole result that an earlier run could not rename, and it has other options: rename it or "
                   "move it away",
                   error_path(output->temporary));
}

/* ---- The calls ---- */

const char *output_path(const seam_output *output) { return output->path; }

seam_status seam_output_write_bytes(seam_output *output, const unsigned char *bytes, size_t size, seam_error *error) {
  if (!output_fill(output, bytes, size)) return output_cannot_write(output, output->temporary, "written", error);
  FORWARD(give_name(output, error));
  note_place(output);
  return SEAM_OK;
}

seam_status output_write_checkpoint(seam_output *output, const unsigned char *bytes, size_t size, seam_error *error) {
  seam_status status = output_fill(output, bytes, size)
                           ? give_checkpoint_name(output, error)
                           : output_cannot_write(output, output->temporary, "written", error);
  output_reserve_again(output);
  return status;
}

static void close_file(int file) {
  if (file >= 0) close(file);
}

void seam_output_close(seam_output *output) {
  if (!output) return;
  if (output->reserved >= 0 && output_is_named(output, output->reserved, output->temporary))
    output_remove_temporary(output);
  close_file(output->reserved);
  output_release_lock(output);
  close_file(output->folder);
  free(output->path);
  free(output->link);
  free(output->lock_path);
  free(output->temporary);
  free(output);
}

/* ---- Folders ---- */

static bool sync_above(const char *path) {
  char *copy = strdup(path);
  struct seam_output above = {.folder = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1};
  bool synced = above.folder >= 0 && output_sync_folder(&above);
  int kept = errno;
  close_file(above.folder);
  free(copy);
  errno = kept;
  return synced;
}

static bool make_folder(const char *path) {
  struct stat info;
  if (mkdir(path, 0777) == 0) return sync_above(path);
  if (errno != EEXIST) return false;
  bool is_folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
  errno = ENOTDIR;
  return is_folder;
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
