/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: any lines as the words of the command line. Commands and their arguments are read as usual, but not
 * carried out. */
#define _GNU_SOURCE /* close_range */
#include "fuzz.h"

#include "command/arguments.h"
#include "command/command.h"

static seam_status look_at(struct arguments *arguments, seam_error *error);
static seam_status look_at_bench(struct arguments *arguments, seam_error *error);

/* The program, with other functions in place of its commands. */
#define main        seam_main
#define train_run   look_at
#define predict_run look_at
#define show_run    look_at
#define compare_run look_at
#define merge_run   look_at
#define info_run    look_at
#define bench_run   look_at_bench
#define plot_run    look_at
#define sweep_run   look_at
#include "command/main.c"

enum { FILE_NUMBER = 100, WORDS = 64 };

int LLVMFuzzerInitialize(int *count, char ***words) {
  static const char options[] = "{\"first\": \"linear\", \"steps\": 10, \"chains\": \"2k\"}";
  (void)count;
  (void)words;
  for (const struct command *command = commands; command->name; command++)
    must(command->run == look_at || command->run == look_at_bench, "no command does its work here");
  must(close_range(3, ~0u, 0) == 0, "--config does not wait for a pipe that the caller left open either");
  fill_file(FILE_NUMBER, options, sizeof options - 1); /* for --config /proc/self/fd/100 */
  must(freopen("/dev/null", "r", stdin) != NULL, "--config /dev/stdin does not wait for anybody");
  must(freopen("/dev/null", "w", stdout) != NULL, "help texts can be thrown away");
  return 0;
}

static seam_status look_at(struct arguments *arguments, seam_error *error) {
  static const char *const names[] = {"output", "first", "range", "histograms", "device", "shard", NULL};
  for (int i = 0; i < arguments->file_count; i++) must(arguments->files[i] != NULL, "operands are there");
  must(!arguments->files[arguments->file_count], "operands end");
  for (int i = 0; names[i]; i++)
    must(*seam_config_get(arguments->config, names[i]) != '\0', "an option always has a value");
  return seam_config_check(arguments->config, error);
}

static seam_status look_at_bench(struct arguments *arguments, seam_error *error) { return look_at(arguments, error); }

/* ---- The words ---- */

/* Cuts `text` at its line ends and returns how many words there are. */
static int cut(char *text, char **words) {
  int count = 0;
  words[count++] = text;
  for (; *text && count < WORDS; text++) {
    if (*text != '\n') continue;
    *text = '\0';
    words[count++] = text + 1;
  }
  return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char program[] = "seam\n";
  const unsigned refusals =
      1u << SEAM_ERROR_USAGE | 1u << SEAM_ERROR_IO | 1u << SEAM_ERROR_FORMAT | 1u << SEAM_ERROR_MISMATCH;
  char *text = malloc(sizeof program + size), *words[WORDS + 1] = {NULL};
  must(text != NULL, "there is memory for a command line");
  memcpy(text, program, sizeof program - 1);
  if (size) memcpy(text + sizeof program - 1, data, size);
  text[sizeof program - 1 + size] = '\0';
  seam_error error = {.status = SEAM_OK};
  seam_status status = dispatch(cut(text, words), words, &error);
  if (status != SEAM_OK) must_explain(status, refusals, &error, "");
  free(text);
  return 0;
}
