/* SPDX-License-Identifier: Apache-2.0 */
/* The limits of control groups, schedulers and OpenMP, from files and variables that the test makes up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "backend/cpu/core_limit.h"

static const char *const variables[] = {"SLURM_CPUS_PER_TASK", "SLURM_CPUS_ON_NODE", "NCPUS",           "NSLOTS",
                                        "LSB_DJOB_NUMPROC",    "OMP_NUM_THREADS",    "OMP_THREAD_LIMIT"};

static char root[64];

static int make_root(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) unsetenv(variables[i]);
  strcpy(root, "/tmp/seam-test-cores-XXXXXX");
  return mkdtemp(root) ? 0 : -1;
}

static void shell(const char *format, const char *text) {
  char command[512];
  snprintf(command, sizeof command, format, root, text, root, text);
  assert_int_equal(system(command), 0);
}

static int remove_root(void **state) {
  (void)state;
  shell("rm -r %s", "");
  return 0;
}

static void put(const char *path, const char *text) {
  char whole[256];
  shell("mkdir -p $(dirname %s%s)", path);
  snprintf(whole, sizeof whole, "%s%s", root, path);
  FILE *file = fopen(whole, "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static void assert_limit(struct core_limit limit, int threads, const char *who) {
  assert_int_equal(limit.threads, threads);
  if (threads > 0) assert_string_equal(limit.who, who);
}

static void without_files_and_variables_there_is_no_limit(void **state) {
  (void)state;
  struct core_limits limits = core_limits_read(root);
  assert_true(limits.bound.threads >= 1);
  assert_limit(limits.host, 0, "");
  assert_limit(limits.own, 0, "");
}

static void the_tightest_group_above_counts_rounded_up(void **state) {
  (void)state;
  static const char who[] = "cpu.max of the control group";
  put("/proc/self/cgroup", "0::/a/b/c\n");
  put("/sys/fs/cgroup/a/b/c/cpu.max", "max 100000\n");
  assert_limit(core_limits_read(root).host, 0, who);
  put("/sys/fs/cgroup/a/b/cpu.max", "250000 100000\n");
  assert_limit(core_limits_read(root).host, 3, who);
  put("/sys/fs/cgroup/a/cpu.max", "200000 100000\n");
  assert_limit(core_limits_read(root).host, 2, who);
  put("/sys/fs/cgroup/cpu.max", "50000 100000\n");
  assert_limit(core_limits_read(root).host, 1, who);
}

static void a_container_has_its_group_at_the_mount(void **state) {
  (void)state;
  put("/proc/self/cgroup", "0::/\n");
  put("/sys/fs/cgroup/cpu.max", "400000 100000\n");
  assert_limit(core_limits_read(root).host, 4, "cpu.max of the control group");
}

static void groups_of_version_1_have_two_files(void **state) {
  (void)state;
  put("/proc/self/cgroup", "3:cpuset:/x\n2:cpu,cpuacct:/job/step\n1:memory:/\n0::/\n");
  put("/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "150000\n");
  put("/sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  put("/sys/fs/cgroup/cpu,cpuacct/job/step/cpu.cfs_quota_us", "-1\n");
  put("/sys/fs/cgroup/cpu,cpuacct/job/step/cpu.cfs_period_us", "100000\n");
  put("/sys/fs/cgroup/cpuset/x/cpu.max", "100000 100000\n");
  assert_limit(core_limits_read(root).host, 2, "cpu.cfs_quota_us of the control group");
}

static void damaged_files_are_no_limit(void **state) {
  (void)state;
  static const char *const damaged[] = {"", "\n", "x y\n", "100000\n", "0 100000\n", "100000 0\n", "-5 100000\n"};
  put("/proc/self/cgroup", "\nnonsense\n0:\n0::/../..\n0::/a\n");
  for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
    put("/sys/fs/cgroup/a/cpu.max", damaged[i]);
    assert_limit(core_limits_read(root).host, 0, "");
  }
}

static void the_smallest_variable_is_named(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
    char text[8];
    snprintf(text, sizeof text, "%d", 90 - (int)i);
    setenv(variables[i], text, 1);
    struct core_limits limits = core_limits_read(root);
    struct core_limit limit = limits.own.threads == 90 - (int)i ? limits.own : limits.host;
    assert_limit(limit, 90 - (int)i, variables[i]);
  }
}

static void lists_and_nonsense_in_variables(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int threads;
  } cases[] = {{"4,2", 4}, {"4(x2)", 0}, {"", 0}, {"0", 0}, {"-3", 0}, {"many", 0}, {"99999999999999999999", 0},
               {"3", 3}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    setenv("OMP_NUM_THREADS", cases[i].text, 1);
    assert_limit(core_limits_read(root).own, cases[i].threads, "OMP_NUM_THREADS");
  }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, make_root, remove_root)

int main(void) {
  const struct CMUnitTest tests[] = {TEST(without_files_and_variables_there_is_no_limit),
                                     TEST(the_tightest_group_above_counts_rounded_up),
                                     TEST(a_container_has_its_group_at_the_mount),
                                     TEST(groups_of_version_1_have_two_files),
                                     TEST(damaged_files_are_no_limit),
                                     TEST(the_smallest_variable_is_named),
                                     TEST(lists_and_nonsense_in_variables)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
