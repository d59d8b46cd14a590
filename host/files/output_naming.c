/* SPDX-License-Identifier: Apache-2.0 */
/* Gives the temporary file its name, in the safest way that the file system has. */
#define _GNU_SOURCE /* renameat2 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "files/output_parts.h"

static bool is_missing(int reason) {
  return reason == EINVAL || reason == ENOSYS || reason == EOPNOTSUPP || reason == EPERM;
}

/* Renames the temporary file; what has the name is replaced. */
static bool rename_to(const struct seam_output *output, const char *name) {
  return renameat(output->folder, output_name(output, output->temporary), output->folder, name) == 0;
}

static bool look_and_rename(const struct seam_output *output, const char *name) {
  struct stat info;
  bool exists = fstatat(output->folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
  if (exists) errno = EEXIST;
  return !exists && errno == ENOENT && rename_to(output, name);
}

static void look_from_now_on(struct seam_output *output) {
  output->naming = NAMING_LOOKS;
  output_add_note(output,
                  "a file that appears as %s just when the run ends would be replaced, because its file system can "
                  "neither refuse that nor make hard links: let nothing else write there",
                  error_path(output->path));
}

bool output_name_new(struct seam_output *output, const char *path) {
  const char *from = output_name(output, output->temporary), *name = output_name(output, path);
  int folder = output->folder;
  if (output->naming == NAMING_REFUSES) {
    if (renameat2(folder, from, folder, name, RENAME_NOREPLACE) == 0) return true;
    if (!is_missing(errno)) return false;
    output->naming = NAMING_LINKS;
  }
  if (output->naming == NAMING_LINKS) {
    if (linkat(folder, from, folder, name, 0) == 0) return unlinkat(folder, from, 0), true;
    if (!is_missing(errno)) return false;
    look_from_now_on(output);
  }
  return look_and_rename(output, name);
}

bool output_take_name(struct seam_output *output) {
  bool named =
      output->replace ? rename_to(output, output_name(output, output->path)) : output_name_new(output, output->path);
  if (named) output->replace = true;
  return named;
}

bool output_try_naming(struct seam_output *output) {
  char *probe;
  if (asprintf(&probe, "%s.seam-probe", output->path) < 0) return false;
  unlinkat(output->folder, output_name(output, probe), 0); /* of a run that was killed here */
  bool good = output_name_new(output, probe) && unlinkat(output->folder, output_name(output, probe), 0) == 0;
  int kept = errno;
  if (!good) unlinkat(output->folder, output_name(output, probe), 0);
  free(probe);
  errno = kept;
  return good;
}
