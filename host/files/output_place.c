/* SPDX-License-Identifier: Apache-2.0 */
/* Where an output is: the folder, which is held open, and the name in it. */
#define _GNU_SOURCE /* asprintf */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files/atomic_output.h"
#include "files/output_parts.h"

enum { MOST_LINKS = 40 }; /* as many as Linux follows */

static size_t prefix_of(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? (size_t)(slash - path) + 1 : 0;
}

const char *output_name(const struct seam_output *output, const char *path) { return path + output->prefix; }

/* Joins `path` and `suffix`. The caller frees the text. NULL when memory is out. */
static char *joined(const char *path, const char *suffix) {
  char *name;
  return asprintf(&name, "%s%s", path, suffix) < 0 ? NULL : name;
}

/* What the link `path` points at. A relative link begins in its own folder. */
static char *behind(const char *path, const char *link) {
  char *target;
  size_t prefix = *link == '/' ? 0 : prefix_of(path);
  return asprintf(&target, "%.*s%s", (int)prefix, path, link) < 0 ? NULL : target;
}

/* Follows links, also one that points at no file yet: so the file behind them is written, and all writers lock the same
 * name. */
static seam_status follow_links(struct seam_output *output, seam_error *error) {
  char link[PATH_MAX];
  for (int links = 0; links <= MOST_LINKS; links++) {
    ssize_t length = readlink(output->path, link, sizeof link - 1);
    if (length < 0) return SEAM_OK;
    link[length] = '\0';
    char *target = behind(output->path, link);
    if (!target) return output_no_memory(error);
    if (output->link)
      free(output->path);
    else
      output->link = output->path;
    output->path = target;
  }
  errno = ELOOP;
  return output_cannot_write(output, output->path, "written", error);
}

static seam_status no_folder(const struct seam_output *output, const char *folder, seam_error *error) {
  if (errno == ENOTDIR)
    return error_set(error, SEAM_ERROR_IO, "%s cannot be written, because %s is not a folder: choose another --output",
                     error_path(output->path), error_path(folder));
  if (errno == ENOENT)
    return error_set(error, SEAM_ERROR_IO,
                     "%s cannot be written, because there is no folder %s: make it, or choose another --output",
                     error_path(output->path), error_path(folder));
  return output_cannot_write(output, output->path, "written", error);
}

static seam_status open_folder(struct seam_output *output, seam_error *error) {
  char *copy = strdup(output->path);
  if (!copy) return output_no_memory(error);
  const char *folder = dirname(copy);
  output->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  seam_status status = output->folder >= 0 ? SEAM_OK : no_folder(output, folder, error);
  free(copy);
  return status;
}

seam_status output_find_place(struct seam_output *output, const char *path, seam_error *error) {
  if (!*path) return error_set(error, SEAM_ERROR_IO, "the name of the output is empty: give --output a name");
  output->path = strdup(path);
  if (!output->path) return output_no_memory(error);
  FORWARD(follow_links(output, error));
  output->prefix = prefix_of(output->path);
  output->lock_path = joined(output->path, ".lock");
  output->temporary = joined(output->path, OUTPUT_PARTIAL);
  if (!output->lock_path || !output->temporary) return output_no_memory(error);
  return open_folder(output, error);
}

/* Replaces only ordinary files: a rename would replace a device, too. A link to no file counts as a file. */
seam_status output_check_target(const struct seam_output *output, seam_error *error) {
  struct stat info;
  const char *name = output_name(output, output->path);
  bool exists = fstatat(output->folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
  if (!*name || (exists && S_ISDIR(info.st_mode)))
    return error_set(error, SEAM_ERROR_IO, "%s is a folder: give --output the name of a file",
                     error_path(output->path));
  if (exists && !S_ISREG(info.st_mode))
    return error_set(error, SEAM_ERROR_IO, "%s is not an ordinary file: choose another --output",
                     error_path(output->path));
  if (output->replace || (!exists && !output->link)) return SEAM_OK;
  if (!exists)
    return error_set(error, SEAM_ERROR_EXISTS,
                     "%s is a link to %s, which does not exist: choose another --output, or write there with --force",
                     error_path(output->link), error_path(output->path));
  return error_set(error, SEAM_ERROR_EXISTS, "%s exists: choose another --output, or replace it with --force",
                   error_path(output->path));
}

bool output_sync_folder(const struct seam_output *output) { return fsync(output->folder) == 0 || errno == EINVAL; }
