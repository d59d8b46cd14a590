/* SPDX-License-Identifier: Apache-2.0 */
/* The program: finds the command, reads its arguments and runs it. The status is the exit code. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/did_you_mean.h"
#include "command/about.h"
#include "command/arguments.h"
#include "command/command.h"
#include "command/common/failure.h"
#include "command/help.h"
#include "command/json.h"
#include "command/ranks.h"

static const struct command commands[] = {
    {"train", "[OPTIONS]", "train chains, count their interfaces, write a result",
     "Trains chains and writes the counts of their interfaces to one file. Ctrl-C ends the run early and keeps what "
     "was counted; --resume runs the rest.",
     "config force resume spill ranks json quiet help help-all", "train", OPERANDS_NONE, true, train_run},
    {"predict", "[OPTIONS]", "count pairs that work without training any, write a result",
     "Draws first and second components from the prior, tries every first with every second, and writes the interfaces "
     "of the pairs that work to one file. Selection alone, without training, would leave these. With --beta "
     "every pair counts with the weight exp(-beta*loss) instead; this loss has one voltage a level and no noise.",
     "config force resume spill ranks json quiet help help-all", "predict gibbs", OPERANDS_NONE, true, predict_run},
    {"sweep", "PLAN", "train or predict at every point of a grid",
     "Runs a plan, a JSON file: {\"task\": \"train\", \"options\": {\"steps\": 1000}, \"grid\": {\"pair\": "
     "[\"mlp8:mlp8\", \"mlp8:buffer\"], \"lr\": {\"from\": 0.001, \"to\": 0.1, \"points\": 5, \"scale\": \"log\"}}}. "
     "Each point becomes a result file, in a folder with the name of the plan (or \"folder\"), and a line of "
     "index.csv and index.jsonl there. The same command runs what is missing. --force replaces files that have other "
     "options or are damaged.",
     "dry-run output force fail-fast ranks json quiet help", NULL, OPERANDS_ONE, true, sweep_run},
    {"show", "FILE [PREDICTION]", "draw a result in the terminal",
     "Draws the interface (u0, u1) of a result and prints its outcomes, width, slack and loss. If the run counted "
     "interchange, it prints the chance that swapped parts fit, and beside it, if you name a prediction, the same "
     "chance for untrained pairs.",
     "outcome colour json help", NULL, OPERANDS_ONE_OR_TWO, false, show_run},
    {"plot", "FILE...", "draw results as figures: PNG, SVG or PDF",
     "Draws results for paper. The end of the output's name sets the format; without --output it is FILE.png in the "
     "working folder. One result: the interface (u0, u1) with its marginals, transfer curves, margins (width, slack "
     "and loss), selection by loss, snapshots of the training, interchange, or all of these. Two results: both "
     "interfaces and the map of their log ratio. Up to 24 results: their interfaces beside one another; up to 7: their "
     "margins as curves in one panel. A file of seam compare --output: its map. Several figures are pages of a PDF; a "
     "PNG or "
     "SVG has them below one another.",
     "figure log linear outcome anyway width output force help", NULL, OPERANDS_ONE_OR_MORE, false, plot_run},
    {"compare", "A B", "measure how far apart two results are",
     "Prints how far apart the interfaces, the other histograms and the outcomes of two results are, and beside each "
     "distance the one that sampling alone would give. --output writes the map of where they differ; seam plot draws "
     "it.",
     "outcome paired anyway output force json help", NULL, OPERANDS_TWO, false, compare_run},
    {"merge", "--output FILE PART...", "join the results of parts of one run",
     "Adds up results that have the same options and counted different chains, by --shard or by --first-chain and "
     "--chains. The histograms are those of a single run, to the byte. Files that counted the same chain, have other "
     "options or are damaged are refused.",
     "output force json help", NULL, OPERANDS_MANY, false, merge_run},
    {"info", "[FILE]", "print backends, devices and kinds, or the record of a result",
     "Without a file it prints what this machine and this build have; with a file, how that result was made.",
     "json help", NULL, OPERANDS_OPTIONAL, false, info_run},
    {"bench", "[OPTIONS]", "measure the speed of training",
     "Measures training in chain-steps per second, on one thread, on all threads, and on CUDA where it works. It takes "
     "the options of seam train and writes no file.",
     "repeat config json quiet help help-all", "train", OPERANDS_NONE, false, bench_run},
    {0}};

/* If a standard stream were closed, a result file could get its number, and messages would go into that file. */
static void keep_standard_streams(void) {
  for (int fd = 0; fd <= 2; fd++)
    if (fcntl(fd, F_GETFD) == -1 && errno == EBADF) open("/dev/null", fd ? O_RDONLY : O_WRONLY);
}

static const struct command *find_command(const char *name) {
  for (const struct command *command = commands; command->name; command++)
    if (!strcmp(command->name, name)) return command;
  return NULL;
}

static seam_status unknown_command(const char *name, seam_error *error) {
  const char *names[sizeof commands / sizeof *commands] = {NULL};
  for (size_t i = 0; commands[i].name; i++) names[i] = commands[i].name;
  struct meant meant = did_you_mean(name, names, "");
  if (*meant.text) return fail(error, SEAM_ERROR_USAGE, "%.60s: unknown command; did you mean %s?", name, meant.text);
  return fail(error, SEAM_ERROR_USAGE, "%.60s: unknown command; seam --help lists them", name);
}

/* Some commands have other defaults than the common table; wording.c tells them in help. */
static void set_defaults(const struct command *command, seam_config *config, seam_error *error) {
  if (command->run == bench_run) seam_config_set(config, "histograms", "none", error);
  if (command->run == predict_run) seam_config_set(config, "output", "prediction.zip", error);
}

static seam_status run_command(const struct command *command, int count, char **words, seam_error *error) {
  struct arguments arguments = {.config = seam_config_create(), .files = calloc((size_t)count + 1, sizeof(char *))};
  seam_status status = SEAM_OK;
  if (!arguments.config || !arguments.files)
    status = fail(error, SEAM_ERROR_MEMORY, "out of memory: close other programs");
  if (status == SEAM_OK) set_defaults(command, arguments.config, error);
  if (status == SEAM_OK) status = arguments_read(command, count, words, &arguments, error);
  if (status == SEAM_OK && (arguments.help || arguments.help_all))
    help_command(command, arguments.help_all);
  else if (command->joint && arguments.config && arguments.files)
    status = ranks_run(command, &arguments, status ? error : &(seam_error){.status = SEAM_OK}, error);
  else if (status == SEAM_OK)
    status = command->run(&arguments, error);
  free(arguments.files);
  seam_config_free(arguments.config);
  return status;
}

static seam_status dispatch(int count, char **words, seam_error *error) {
  if (count < 2) return fail(error, SEAM_ERROR_USAGE, "no command; seam --help lists them");
  seam_status status;
  if (about(commands, count - 1, words + 1, &status, error)) return status;
  const struct command *command = find_command(words[1]);
  if (!command) return unknown_command(words[1], error);
  return run_command(command, count - 2, words + 2, error);
}

/* Errors in the arguments are printed as JSON, too, so this is known before they are read. */
static bool wants_json(int count, char **words) {
  for (int i = 2; i < count; i++)
    if (!strcmp(words[i], "--json")) return true;
  return false;
}

/* Without a message, rank 0 prints the error. */
static int report_status(seam_status status, const seam_error *error, bool json) {
  bool told = !status || !*error->message;
  if (!told && status != SEAM_INTERRUPTED && json) json_failure(error);
  bool lost = ferror(stdout);
  if (fclose(stdout)) lost = true;
  if (!told) fprintf(stderr, "seam: %s\n", error->message);
  if (!lost) return (int)status;
  fprintf(stderr, "seam: standard output cannot be written; check its disk or the program that reads it\n");
  return SEAM_ERROR_IO;
}

int main(int count, char **words) {
  keep_standard_streams();
  signal(SIGXFSZ, SIG_IGN); /* a file that grows beyond the limit is an error of its write */
  setlocale(LC_CTYPE, "");  /* to know whether the terminal shows UTF-8 */
  seam_error error = {.status = SEAM_OK};
  seam_status status = dispatch(count, words, &error);
  int code = report_status(status, &error, wants_json(count, words));
  seam_ranks_leave();
  return code;
}
