/* SPDX-License-Identifier: Apache-2.0 */
/* A test's own folder, made before the test and removed with its contents after it. */
#ifndef SEAM_SAMPLE_FOLDER_H
#define SEAM_SAMPLE_FOLDER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char folder[64];

static inline int make_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/seam-test-XXXXXX");
  return mkdtemp(folder) ? 0 : -1;
}

static inline int remove_folder(void **state) {
  (void)state;
  char command[96];
  snprintf(command, sizeof command, "rm -r %s", folder);
  return system(command);
}

#endif
