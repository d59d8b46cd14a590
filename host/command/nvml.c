/* SPDX-License-Identifier: Apache-2.0 */
/* Loads NVML with dlopen, so that the program builds and runs without it. */
#include "command/nvml.h"

#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>

enum { NVML_SUCCESS = 0, NVML_CLOCK_SM = 1 };

/* The functions of nvml.h, with plain types for its enum and its opaque pointer. */
struct nvml {
  void *library, *card;
  int (*init)(void);
  int (*shutdown)(void);
  int (*find)(const char *bus, void **card);
  int (*clock)(void *card, int which, unsigned *megahertz);
  int (*greatest_clock)(void *card, int which, unsigned *megahertz);
  int (*power)(void *card, unsigned *milliwatts);
};

/* dlsym returns an object pointer, which C cannot cast to a function pointer. */
static int find_function(void *library, const char *name, void *function) {
  void *symbol = dlsym(library, name);
  *(void **)function = symbol;
  return symbol != NULL;
}

static int find_functions(struct nvml *nvml) {
  return find_function(nvml->library, "nvmlInit_v2", &nvml->init) &&
         find_function(nvml->library, "nvmlShutdown", &nvml->shutdown) &&
         find_function(nvml->library, "nvmlDeviceGetHandleByPciBusId_v2", &nvml->find) &&
         find_function(nvml->library, "nvmlDeviceGetClockInfo", &nvml->clock) &&
         find_function(nvml->library, "nvmlDeviceGetMaxClockInfo", &nvml->greatest_clock) &&
         find_function(nvml->library, "nvmlDeviceGetPowerUsage", &nvml->power);
}

static int find_card(struct nvml *nvml, const char *bus) {
  if (nvml->init() != NVML_SUCCESS) return 0;
  if (nvml->find(bus, &nvml->card) == NVML_SUCCESS) return 1;
  nvml->shutdown();
  return 0;
}

struct nvml *nvml_open(const char *library, const char *bus) {
  struct nvml *nvml = calloc(1, sizeof *nvml);
  if (!nvml) return NULL;
  nvml->library = dlopen(library ? library : "libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
  if (nvml->library && find_functions(nvml) && find_card(nvml, bus)) return nvml;
  if (nvml->library) dlclose(nvml->library);
  free(nvml);
  return NULL;
}

void nvml_close(struct nvml *nvml) {
  if (!nvml) return;
  nvml->shutdown();
  dlclose(nvml->library);
  free(nvml);
}

double nvml_clock(const struct nvml *nvml) {
  unsigned megahertz = 0;
  return nvml->clock(nvml->card, NVML_CLOCK_SM, &megahertz) == NVML_SUCCESS ? megahertz : NAN;
}

double nvml_greatest_clock(const struct nvml *nvml) {
  unsigned megahertz = 0;
  return nvml->greatest_clock(nvml->card, NVML_CLOCK_SM, &megahertz) == NVML_SUCCESS ? megahertz : NAN;
}

double nvml_power(const struct nvml *nvml) {
  unsigned milliwatts = 0;
  return nvml->power(nvml->card, &milliwatts) == NVML_SUCCESS ? milliwatts / 1000.0 : NAN;
}
