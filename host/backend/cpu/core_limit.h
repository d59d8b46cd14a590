/* SPDX-License-Identifier: Apache-2.0 */
/* How many threads the system, a container, a scheduler or OpenMP's variables allow. The environment and the files of
 * control groups are read here and nowhere else. They choose the default of --threads; no count depends on it. */
#ifndef SEAM_CORE_LIMIT_H
#define SEAM_CORE_LIMIT_H

/* The smallest limit of one sort. */
struct core_limit {
  int threads;     /* 0: there is none */
  const char *who; /* who set it, as in "SLURM_CPUS_PER_TASK" */
};

struct core_limits {
  struct core_limit bound; /* the cores that this process may use */
  struct core_limit host;  /* all processes of this job on this host share it: control groups, schedulers */
  struct core_limit own;   /* each process has it: threads of one task */
};

/* Reads all limits. The paths of control groups begin with `root`, "" except in tests. */
struct core_limits core_limits_read(const char *root);

/* The part of a process: the `bound_index`-th of `bound_count` processes that are bound to the same cores, and the
 * `host_index`-th of `host_count` on this host. At least one thread, and who limits it; `who` is never NULL. */
struct core_limit core_limits_share(const struct core_limits *limits, int bound_index, int bound_count, int host_index,
                                    int host_count);

/* The cores of this host, whoever may use them. */
int core_limits_host_cores(void);

#endif
