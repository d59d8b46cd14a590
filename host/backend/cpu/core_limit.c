/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the limits that are set on the cores of this process. */
#define _GNU_SOURCE
#include "backend/cpu/core_limit.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void lower(struct core_limit *limit, long threads, const char *who) {
  if (threads < 1 || (limit->threads > 0 && limit->threads <= threads)) return;
  *limit = (struct core_limit){threads < INT_MAX ? (int)threads : INT_MAX, who};
}

/* ---- Variables ---- */

static const struct {
  const char *name;
  bool own; /* for each process; else for all processes of the job on this host */
} variables[] = {{"SLURM_CPUS_PER_TASK", true}, {"OMP_NUM_THREADS", true}, {"OMP_THREAD_LIMIT", true},
                 {"SLURM_CPUS_ON_NODE", false}, {"NCPUS", false},          {"NSLOTS", false},
                 {"LSB_DJOB_NUMPROC", false}};

/* The first number of the text, since OMP_NUM_THREADS may be a list. 0: anything else. */
static long first_number(const char *text) {
  char *end;
  errno = 0;
  long number = strtol(text, &end, 10);
  return errno == 0 && end != text && (*end == '\0' || *end == ',') ? number : 0;
}

static void read_variables(struct core_limits *limits) {
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
    const char *text = getenv(variables[i].name);
    if (text) lower(variables[i].own ? &limits->own : &limits->host, first_number(text), variables[i].name);
  }
}

/* ---- Control groups ---- */

static bool read_line(const char *path, char *line, int size) {
  FILE *file = fopen(path, "re");
  if (!file) return false;
  bool read = fgets(line, size, file) != NULL;
  fclose(file); /* opened for reading only: nothing can be lost */
  return read;
}

/* The cores of `quota` microseconds in each `period`, rounded up. 0: no limit. */
static long quota_cores(long long quota, long long period) {
  if (quota <= 0 || period <= 0) return 0;
  return (long)(quota / period + (quota % period > 0));
}

/* "200000 100000", or "max 100000" for no limit. */
static void read_group_v2(const char *folder, struct core_limit *limit) {
  char path[PATH_MAX], line[64];
  long long quota, period;
  if (snprintf(path, sizeof path, "%s/cpu.max", folder) >= (int)sizeof path || !read_line(path, line, sizeof line))
    return;
  if (sscanf(line, "%lld %lld", &quota, &period) == 2)
    lower(limit, quota_cores(quota, period), "cpu.max of the control group");
}

static void read_group_v1(const char *folder, struct core_limit *limit) {
  char path[PATH_MAX], quota[64], period[64];
  if (snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", folder) >= (int)sizeof path ||
      !read_line(path, quota, sizeof quota))
    return;
  if (snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder) >= (int)sizeof path ||
      !read_line(path, period, sizeof period))
    return;
  lower(limit, quota_cores(atoll(quota), atoll(period)), "cpu.cfs_quota_us of the control group");
}

/* Every group above limits this one, too. Inside a container the folders of the host's groups may be missing, and the
 * container's own group is at `mount`. */
static void read_groups(const char *mount, const char *group, void (*read)(const char *, struct core_limit *),
                        struct core_limit *limit) {
  char folder[PATH_MAX];
  size_t root = strlen(mount);
  if (snprintf(folder, sizeof folder, "%s%s", mount, group) >= (int)sizeof folder) return;
  for (char *slash = folder + strlen(folder); slash; slash = strrchr(folder + root, '/')) {
    *slash = '\0';
    read(folder, limit);
  }
}

/* Whether `word` is in `words`, a list with commas between the words. */
static bool is_among(const char *words, const char *word) {
  size_t length = strlen(word);
  for (const char *at = words; *at; at += strcspn(at, ","), at += *at == ',')
    if (strcspn(at, ",") == length && !memcmp(at, word, length)) return true;
  return false;
}

/* A line of /proc/self/cgroup is NUMBER:CONTROLLERS:GROUP. Version 2 has no controllers. */
static void read_group_line(const char *root, char *line, struct core_limit *limit) {
  char mount[PATH_MAX];
  char *controllers = strchr(line, ':'), *group = controllers ? strchr(controllers + 1, ':') : NULL;
  if (!group) return;
  *group++ = '\0';
  controllers++;
  group[strcspn(group, "\n")] = '\0';
  if (*controllers && !is_among(controllers, "cpu")) return;
  const char *between = *controllers ? "/" : "";
  if (snprintf(mount, sizeof mount, "%s/sys/fs/cgroup%s%s", root, between, controllers) < (int)sizeof mount)
    read_groups(mount, group, *controllers ? read_group_v1 : read_group_v2, limit);
}

static void read_control_groups(const char *root, struct core_limit *limit) {
  char path[PATH_MAX], line[PATH_MAX];
  if (snprintf(path, sizeof path, "%s/proc/self/cgroup", root) >= (int)sizeof path) return;
  FILE *file = fopen(path, "re");
  while (file && fgets(line, sizeof line, file)) read_group_line(root, line, limit);
  if (file) fclose(file); /* opened for reading only: nothing can be lost */
}

/* ---- All limits ---- */

int core_limits_host_cores(void) {
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}

struct core_limits core_limits_read(const char *root) {
  struct core_limits limits = {.bound = {core_limits_host_cores(), ""}};
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) limits.bound.threads = CPU_COUNT(&set);
  if (limits.bound.threads < core_limits_host_cores())
    limits.bound.who = getenv("OMPI_COMM_WORLD_SIZE") ? "bound by mpirun" : "bound to cores";
  read_control_groups(root, &limits.host);
  read_variables(&limits);
  return limits;
}

/* The part of process `index` of `count`: at least one thread. */
static int part(int threads, int index, int count) {
  int share = (int)((long long)threads * (index + 1) / count - (long long)threads * index / count);
  return share > 0 ? share : 1;
}

struct core_limit core_limits_share(const struct core_limits *limits, int bound_index, int bound_count, int host_index,
                                    int host_count) {
  struct core_limit share = {part(limits->bound.threads, bound_index, bound_count), limits->bound.who};
  if (limits->host.threads > 0) lower(&share, part(limits->host.threads, host_index, host_count), limits->host.who);
  lower(&share, limits->own.threads, limits->own.who);
  return share;
}
