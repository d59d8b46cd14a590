/* SPDX-License-Identifier: Apache-2.0 */
/* Joins the ranks, and says what limits them. */
#include "command/ranks.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/printable.h"
#include "command/arguments.h"
#include "command/common/failure.h"

enum { LONGEST_START = 120 }; /* seconds that the other ranks may take to start */

/* ---- Starting ---- */

/* MPI waits without end for a rank that never starts. This is a signal handler. */
static void give_up(int number) {
  static const char words[] = "seam: the other processes that mpirun or srun started do not answer: start the same "
                              "seam on all ranks, or run it alone with --ranks off\n";
  (void)number;
  if (write(STDERR_FILENO, words, sizeof words - 1) < 0) _exit(SEAM_ERROR_IO);
  _exit(SEAM_ERROR_BACKEND);
}

/* Where MPI cannot start, it prints its own errors and ends the process. So this line goes before it. */
static void say_ranks(const struct arguments *arguments, int ranks, int rank) {
  if (rank == 0 && !arguments->quiet)
    fprintf(stderr, "seam: joins the %d processes that mpirun or srun started; --ranks off runs each alone\n", ranks);
}

static const char *yes_no(bool value) { return value ? "yes" : "no"; }

static seam_status agree(const struct command *command, const struct arguments *arguments, const seam_error *failure,
                         seam_error *error) {
  const char *const words[] = {"the command", command->name,
                               "the plan",    arguments->files[0],
                               "--force",     yes_no(arguments->force),
                               "--resume",    yes_no(arguments->resume),
                               "--dry-run",   yes_no(arguments->dry_run),
                               "--fail-fast", yes_no(arguments->fail_fast),
                               "--output",    arguments->output ? arguments->output : "the plan's",
                               "--json",      yes_no(arguments->json),
                               "--quiet",     yes_no(arguments->quiet),
                               NULL};
  return seam_ranks_agree(arguments->config, words, failure, error);
}

/* *joined: the ranks can send messages to each other. */
static seam_status start(const struct command *command, const struct arguments *arguments, const seam_error *failure,
                         int *rank, bool *joined, seam_error *error) {
  int ranks = seam_ranks_launched(rank);
  if (ranks <= 1) return SEAM_OK;
  say_ranks(arguments, ranks, *rank);
  signal(SIGALRM, give_up);
  alarm(LONGEST_START);
  seam_status status = seam_ranks_join(rank, error);
  *joined = status == SEAM_OK;
  if (*joined) status = agree(command, arguments, failure, error);
  alarm(0);
  return status;
}

/* ---- Running ---- */

/* Signals reach all ranks. Rank 0 handles them and ends the others. */
static void serve(const seam_config *own) {
  static const int handled[] = {SIGINT, SIGTERM, SIGHUP, SIGXCPU, SIGUSR1, SIGUSR2};
  for (size_t i = 0; i < sizeof handled / sizeof *handled; i++) signal(handled[i], SIG_IGN);
  seam_ranks_serve_as(own);
}

static bool is_off(const char *ranks) { return ranks && !strcmp(ranks, "off"); }

/* A failure of the arguments is told by rank 0 alone, so the ranks join for it, too. */
static seam_status check(const struct arguments *arguments, const seam_error *failure, seam_error *error) {
  *error = *failure;
  if (error->status || !arguments->ranks || is_off(arguments->ranks) || !strcmp(arguments->ranks, "auto"))
    return error->status;
  return fail(error, SEAM_ERROR_USAGE, "--ranks %.60s: it takes auto or off", arguments->ranks);
}

seam_status ranks_run(const struct command *command, struct arguments *arguments, const seam_error *failure,
                      seam_error *error) {
  int rank = 0;
  bool joined = false;
  seam_error fault;
  seam_status status = check(arguments, failure, error);
  if (!is_off(arguments->ranks) &&
      start(command, arguments, status ? error : NULL, &rank, &joined, &fault) != SEAM_OK && (joined || !status))
    *error = fault, status = fault.status;
  if (joined && rank > 0) {
    serve(command->tasks ? arguments->config : NULL);
    error->message[0] = '\0';
    return status;
  }
  return status ? status : command->run(arguments, error);
}

/* ---- Threads ---- */

static bool is_limited(seam_config *config, const seam_threads *threads) {
  const char *backend = seam_config_get(config, "backend");
  bool cuda = !strcmp(backend, "cuda") || (!strcmp(backend, "auto") && !seam_cuda_unavailable());
  return !cuda && *threads->limit && threads->on_host < threads->cores;
}

/* Other limits than mpirun's are meant, so ranks_print_threads tells them at the end, without a warning. */
void ranks_say_threads(const struct arguments *arguments, seam_config *config) {
  seam_threads threads = seam_threads_of(config);
  if (arguments->quiet || !is_limited(config, &threads) || !strstr(threads.limit, "mpirun")) return;
  fprintf(stderr,
          "seam: %d thread%s on a host of %d cores: %s; mpirun --bind-to none gives each rank all cores, --map-by "
          "slot:PE=N gives it N\n",
          threads.on_host, threads.on_host > 1 ? "s" : "", threads.cores, printable(threads.limit).text);
}

void ranks_print_threads(seam_config *config) {
  seam_threads threads = seam_threads_of(config);
  if (is_limited(config, &threads))
    printf(", %d of %d cores: %s", threads.on_host, threads.cores, printable(threads.limit).text);
}
