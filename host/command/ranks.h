/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a command together with the other processes that mpirun or srun started. */
#ifndef SEAM_COMMAND_RANKS_H
#define SEAM_COMMAND_RANKS_H

#include "command/command.h"

/* Joins the other ranks unless --ranks is off, and checks that all were told the same. Rank 0 then runs the command,
 * and the others count for it. `failure` is that of this rank's arguments, of status SEAM_OK for none. The message of
 * the error is empty on a rank whose error rank 0 prints. */
seam_status ranks_run(const struct command *command, struct arguments *arguments, const seam_error *failure,
                      seam_error *error);

/* Says on stderr how many threads run if mpirun has bound this process to fewer cores than the host has. */
void ranks_say_threads(const struct arguments *arguments, seam_config *config);

/* Prints ", 1 of 8 cores: OMP_NUM_THREADS" if something limits the threads of the CPU, else nothing. */
void ranks_print_threads(seam_config *config);

#endif
