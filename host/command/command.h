/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of the program.
 *
 * main.c has the table of commands. For each it reads the words into struct arguments (arguments.c) and calls its
 * function, which uses the library through seam.h. Help, man pages and completion are printed from the same tables. */
#ifndef SEAM_COMMAND_H
#define SEAM_COMMAND_H

#include <stdbool.h>

#include "seam.h"

struct arguments;

enum operands {
  OPERANDS_NONE,
  OPERANDS_OPTIONAL,
  OPERANDS_ONE,
  OPERANDS_ONE_OR_TWO,
  OPERANDS_TWO,
  OPERANDS_ONE_OR_MORE,
  OPERANDS_MANY
};

/* One command of the program. */
struct command {
  const char *name;
  const char *usage;   /* the words after its name */
  const char *summary; /* one line for seam --help */
  const char *detail;  /* the text of its own --help */
  const char *flags;   /* names of its flags, separated by blanks */
  const char *tasks;   /* it takes the options that these tasks use; NULL: none */
  enum operands operands;
  bool joint; /* all MPI ranks count one run; otherwise each process runs it, without MPI */
  seam_status (*run)(struct arguments *arguments, seam_error *error);
};

seam_status train_run(struct arguments *arguments, seam_error *error);
seam_status predict_run(struct arguments *arguments, seam_error *error);
seam_status show_run(struct arguments *arguments, seam_error *error);
seam_status plot_run(struct arguments *arguments, seam_error *error);
seam_status compare_run(struct arguments *arguments, seam_error *error);
seam_status merge_run(struct arguments *arguments, seam_error *error);
seam_status info_run(struct arguments *arguments, seam_error *error);
seam_status bench_run(struct arguments *arguments, seam_error *error);
seam_status sweep_run(struct arguments *arguments, seam_error *error);

#endif
