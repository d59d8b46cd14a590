/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the compiler's run-time library and the system what the processor of this machine has. */
#define _GNU_SOURCE
#include "backend/cpu/processor.h"

#include <stdio.h>
#include <string.h>

#include "backend/cpu/core_limit.h"

#if defined(__x86_64__)

/* Tests features, because clang 14 does not know the levels by name. A processor with these features has the rest of
 * its level, too. */
static bool has_v3(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
}

static bool has_v4(void) {
  return has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

#else

static bool has_v3(void) { return false; }
static bool has_v4(void) { return false; }

#endif

static bool has_isa(int isa) { return isa == ISA_V4 ? has_v4() : isa == ISA_V3 ? has_v3() : isa == ISA_BASELINE; }

seam_status processor_isa(const struct seam_config *config, int *isa, seam_error *error) {
  *isa = config->isa;
  if (*isa == ISA_AUTO)
    for (*isa = ISAS - 1; !has_isa(*isa);) --*isa;
  if (has_isa(*isa)) return SEAM_OK;
  return error_set(error, SEAM_ERROR_BACKEND, "--isa %s: this processor does not have it; use --isa auto",
                   isa_name(config->isa));
}

static struct core_limit available_threads(void) {
  struct core_limits limits = core_limits_read("");
  return core_limits_share(&limits, 0, 1, 0, 1);
}

int processor_threads(const struct seam_config *config) {
  return config->threads ? (int)config->threads : available_threads().threads;
}

void processor_name(char *name, size_t size) {
  snprintf(name, size, "CPU");
  FILE *file = fopen("/proc/cpuinfo", "re");
  char line[256];
  while (file && fgets(line, sizeof line, file)) {
    char *value = strchr(line, ':');
    if (strncmp(line, "model name", 10) != 0 || !value) continue;
    value[strcspn(value, "\n")] = '\0';
    snprintf(name, size, "%s", value[1] ? value + 2 : "CPU");
    break;
  }
  if (file) fclose(file); /* opened for reading only: nothing can be lost */
}

size_t processor_devices(seam_device *devices, size_t capacity) {
  if (capacity == 0) return 1;
  devices[0] = (seam_device){.backend = "cpu", .index = 0};
  processor_name(devices[0].name, sizeof devices[0].name);
  char *detail = devices[0].detail;
  size_t size = sizeof devices[0].detail, used = (size_t)snprintf(detail, size, "isa");
  for (int isa = ISA_BASELINE; isa < ISAS; isa++)
    if (has_isa(isa)) used += (size_t)snprintf(detail + used, size - used, " %s", isa_name(isa));
  struct core_limit limit = available_threads();
  snprintf(detail + used, size - used, ", %d thread%s%s%s", limit.threads, limit.threads > 1 ? "s" : "",
           *limit.who ? ": " : "", limit.who);
  return 1;
}
