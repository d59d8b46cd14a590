// SPDX-License-Identifier: Apache-2.0
// The same in C++, with errors as exceptions.
#include <seam.h>

#include <cstdint>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <utility>

static void check(seam_status status, const seam_error &error) {
  if (status != SEAM_OK) throw std::runtime_error(error.message);
}

static void run() {
  seam_error error;
  std::unique_ptr<seam_config, decltype(&seam_config_free)> config(seam_config_create(), seam_config_free);
  if (!config) throw std::bad_alloc();
  const std::pair<const char *, const char *> options[] = {
      {"first", "buffer"}, {"second", "buffer"}, {"chains", "1000"}, {"steps", "200"}, {"backend", "cpu"}};
  for (const auto &[name, value] : options) check(seam_config_set(config.get(), name, value, &error), error);
  seam_result *trained = nullptr;
  check(seam_train(config.get(), nullptr, nullptr, &trained, &error), error);
  std::unique_ptr<seam_result, decltype(&seam_result_free)> result(trained, seam_result_free);
  const auto count = [&](seam_outcome outcome) { return seam_result_count(result.get(), outcome); };
  std::cout << "buffer " << count(SEAM_BUFFER) << " inverter " << count(SEAM_INVERTER) << " fail " << count(SEAM_FAIL)
            << " diverged " << count(SEAM_DIVERGED) << '\n';
}

int main() try { run(); } catch (const std::exception &failure) {
  std::cerr << "outside: " << failure.what() << '\n';
  return 1;
}
