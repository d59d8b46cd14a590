/* SPDX-License-Identifier: Apache-2.0 */
/* Trains a thousand chains with an installed libseam and prints what came of them. */
#include <inttypes.h>
#include <seam.h>
#include <stdio.h>

static int fail(const seam_error *error) {
  fprintf(stderr, "outside: %s\n", error->message);
  return (int)error->status;
}

int main(void) {
  static const char *const options[][2] = {
      {"first", "buffer"}, {"second", "buffer"}, {"chains", "1000"}, {"steps", "200"}, {"backend", "cpu"}};
  seam_error error;
  seam_result *result;
  seam_config *config = seam_config_create();
  if (!config) return SEAM_ERROR_MEMORY;
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    if (seam_config_set(config, options[i][0], options[i][1], &error)) return fail(&error);
  if (seam_train(config, NULL, NULL, &result, &error)) return fail(&error);
  printf("buffer %" PRId64 " inverter %" PRId64 " fail %" PRId64 " diverged %" PRId64 "\n",
         seam_result_count(result, SEAM_BUFFER), seam_result_count(result, SEAM_INVERTER),
         seam_result_count(result, SEAM_FAIL), seam_result_count(result, SEAM_DIVERGED));
  seam_result_free(result);
  seam_config_free(config);
  return 0;
}
