/* SPDX-License-Identifier: Apache-2.0 */
/* Saves a result when the last write of its output fails, because the disk is full, for example. */
#include "command/spill.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/common/failure.h"
#include "command/signals.h"

/* ---- --spill ---- */

static seam_status cannot_claim(const struct spill *spill, const char *folder, seam_error *error) {
  seam_error inner = *error;
  if (inner.status == SEAM_ERROR_EXISTS)
    return fail(error, inner.status, "--spill %.150s: %.150s exists: move it away, or name another folder", folder,
                spill->path);
  if (inner.status == SEAM_ERROR_LOCKED)
    return fail(error, inner.status, "--spill %.150s: another run writes %.150s: name another folder", folder,
                spill->path);
  return fail(error, inner.status, "--spill %.100s: %.380s", folder, inner.message);
}

seam_status spill_open(struct spill *spill, const char *folder, const char *path, seam_error *error) {
  *spill = (struct spill){.output = NULL};
  if (!folder) return SEAM_OK;
  const char *slash = strrchr(path, '/');
  int length = snprintf(spill->path, sizeof spill->path, "%s/%s", folder, slash ? slash + 1 : path);
  if (length < 0 || (size_t)length >= sizeof spill->path)
    return fail(error, SEAM_ERROR_USAGE, "--spill: its name is too long; name another folder");
  seam_status status = seam_output_open(spill->path, 0, &spill->output, error);
  return status == SEAM_OK ? SEAM_OK : cannot_claim(spill, folder, error);
}

void spill_close(struct spill *spill) { seam_output_close(spill->output); }

/* The exit code stays that of a failed write, because the output is not where it should be. */
static seam_status spill_write(struct spill *spill, const seam_result *result, seam_error *error) {
  seam_error inner, why = *error;
  seam_status status = seam_output_write(spill->output, result, &inner);
  if (status == SEAM_OK)
    fail(error, SEAM_ERROR_IO, "the result is in %.150s, because of --spill: %.330s", spill->path, why.message);
  else
    fprintf(stderr, "seam: --spill: %s\n", inner.message);
  return status;
}

/* ---- Asking on a terminal ---- */

/* Waits for a line on the terminal. A signal that ends runs ends the wait, unless one `came` before. */
static bool wait_for_line(bool came) {
  struct pollfd terminal = {.fd = STDIN_FILENO, .events = POLLIN};
  for (;;) {
    int ready = poll(&terminal, 1, 200); /* with a limit, because a signal may come just before */
    if (ready > 0) return true;
    if ((ready < 0 && errno != EINTR) || (!came && signals_came())) return false;
  }
}

/* Whether the user wants to try again. An empty line says yes, all else no. */
static bool asks_for_more(const seam_error *failure) {
  char line[256];
  bool came = signals_came();
  fprintf(stderr,
          "seam: %s\nseam: the result is still in memory. Mend this and press Enter to try again, or type q and Enter "
          "to lose the result: ",
          failure->message);
  fflush(stderr);
  ssize_t length = wait_for_line(came) ? read(STDIN_FILENO, line, sizeof line) : 0;
  return length > 0 && line[0] == '\n';
}

static bool is_on_terminal(void) { return isatty(STDIN_FILENO) && isatty(STDERR_FILENO); }

/* ---- Both ---- */

seam_status spill_or_write(struct spill *spill, seam_output *output, const seam_result *result, seam_error *error) {
  seam_status status = seam_output_write(output, result, error);
  if (status != SEAM_ERROR_IO) return status;
  if (spill->output && spill_write(spill, result, error) == SEAM_OK) return SEAM_ERROR_IO;
  while (status == SEAM_ERROR_IO && is_on_terminal() && asks_for_more(error))
    status = seam_output_write(output, result, error);
  return status;
}
