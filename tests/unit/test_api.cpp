// SPDX-License-Identifier: Apache-2.0
// The public header and the shared library as a C++ program sees them.
#include <cstdio>
#include <cstring>

#include "seam.h"

#define REQUIRE(condition)                                                                                             \
  do {                                                                                                                 \
    if (!(condition)) {                                                                                                \
      std::fprintf(stderr, "%d: %s\n", __LINE__, #condition);                                                          \
      return 1;                                                                                                        \
    }                                                                                                                  \
  } while (0)

/* The name that seam_comparison_outcome had in 0.1 still compiles. */
static const char *(*const old_name)(const seam_comparison *) = seam_comparison_slice;

int main(int, char **arguments) {
  const char *path = arguments[1];
  seam_error error;
  seam_config *config = seam_config_create();
  REQUIRE(config);
  REQUIRE(seam_config_set(config, "frist", "mlp8", &error) == SEAM_ERROR_USAGE);
  REQUIRE(std::strstr(error.message, "frist"));
  REQUIRE(seam_config_set(config, "chains", "100", &error) == SEAM_OK);
  REQUIRE(seam_config_set(config, "steps", "10", &error) == SEAM_OK);

  seam_output *output = nullptr;
  REQUIRE(seam_output_open(path, 1, &output, &error) == SEAM_OK);
  seam_result *result = nullptr;
  REQUIRE(seam_train(config, nullptr, nullptr, &result, &error) == SEAM_OK);
  REQUIRE(seam_result_chains(result) == 100);
  REQUIRE(seam_output_write(output, result, &error) == SEAM_OK);
  seam_output_close(output);

  seam_result *read = nullptr;
  REQUIRE(seam_result_read(path, &read, &error) == SEAM_OK);
  const seam_histogram *a = seam_result_histogram(result, "interface"), *b = seam_result_histogram(read, "interface");
  REQUIRE(a && b && a->cells == b->cells);
  REQUIRE(std::memcmp(a->values, b->values, sizeof(int64_t) * static_cast<size_t>(a->cells)) == 0);
  seam_result_free(read);
  seam_result_free(result);
  seam_config_free(config);
  REQUIRE(old_name == &seam_comparison_outcome);
  std::puts("1 passed, 0 failed");
  return 0;
}
