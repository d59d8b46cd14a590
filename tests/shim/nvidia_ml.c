/* SPDX-License-Identifier: Apache-2.0 */
/* A libnvidia-ml.so.1 for tests: two cards with known clock and power. FAKE_NVML_FAIL names the function that fails. */
#include <stdlib.h>
#include <string.h>

enum { SUCCESS = 0, NOT_FOUND = 6, UNKNOWN = 999, CLOCK_SM = 1 };

static int open_sessions;
static char cards[2];

/* Lets a test check that every session is closed. */
int fake_nvml_sessions(void);
int fake_nvml_sessions(void) { return open_sessions; }

static int status(const char *function) {
  const char *failing = getenv("FAKE_NVML_FAIL");
  if (open_sessions == 0) return UNKNOWN;
  return failing && !strcmp(failing, function) ? UNKNOWN : SUCCESS;
}

int nvmlInit_v2(void);
int nvmlInit_v2(void) {
  open_sessions++;
  if (status("nvmlInit_v2") == SUCCESS) return SUCCESS;
  open_sessions--;
  return UNKNOWN;
}

int nvmlShutdown(void);
int nvmlShutdown(void) {
  if (open_sessions == 0) abort();
  open_sessions--;
  return SUCCESS;
}

int nvmlDeviceGetHandleByPciBusId_v2(const char *bus, void **card);
int nvmlDeviceGetHandleByPciBusId_v2(const char *bus, void **card) {
  if (strcmp(bus, "0000:17:00.0") && strcmp(bus, "0000:18:00.0")) return NOT_FOUND;
  *card = &cards[bus[6] - '7'];
  return status(__func__);
}

int nvmlDeviceGetClockInfo(void *card, int which, unsigned *megahertz);
int nvmlDeviceGetClockInfo(void *card, int which, unsigned *megahertz) {
  if (which != CLOCK_SM) return UNKNOWN;
  *megahertz = card == &cards[0] ? 1755 : 1655;
  return status(__func__);
}

int nvmlDeviceGetMaxClockInfo(void *card, int which, unsigned *megahertz);
int nvmlDeviceGetMaxClockInfo(void *card, int which, unsigned *megahertz) {
  (void)card;
  if (which != CLOCK_SM) return UNKNOWN;
  *megahertz = 1980;
  return status(__func__);
}

int nvmlDeviceGetPowerUsage(void *card, unsigned *milliwatts);
int nvmlDeviceGetPowerUsage(void *card, unsigned *milliwatts) {
  *milliwatts = card == &cards[0] ? 512250 : 300000;
  return status(__func__);
}
