/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a job file: write_job FILE [NAME VALUE]... with the options of the command line. */
#include <stdio.h>
#include <string.h>

#include "job_file.h"
#include "workers/job_setup.h"

static int fail(const seam_error *error) {
  fprintf(stderr, "write_job: %s\n", error->message);
  return 1;
}

int main(int count, char **arguments) {
  seam_error error;
  seam_config *config = seam_config_create();
  struct histogram_set *set = NULL;
  struct job_setup *plan = NULL;
  if (!config || count < 2) return 1;
  for (int a = 2; a + 1 < count; a += 2)
    if (seam_config_set(config, arguments[a], arguments[a + 1], &error) != SEAM_OK) return fail(&error);
  if (seam_config_check(config, &error) != SEAM_OK || histogram_set_create(config, &set, &error) != SEAM_OK ||
      job_setup_create(config, set, &plan, &error) != SEAM_OK)
    return fail(&error);
  struct job_file f;
  memset(&f, 0, sizeof f);
  f.first_id = config->first_chain;
  f.chains = config->chains;
  f.slice = (uint32_t)config->slice;
  f.job = plan->job;
  FILE *file = fopen(arguments[1], "wb");
  if (!file) return perror(arguments[1]), 1;
  job_file_write(file, &f);
  job_setup_free(plan);
  histogram_set_free(set);
  seam_config_free(config);
  return fclose(file) == 0 ? 0 : 1;
}
