/* SPDX-License-Identifier: Apache-2.0 */
/* peak COMMAND [ARGUMENTS]: runs the command and prints the most memory that it had at once, in KiB. Apart from scripts
 * because a process counts what its parent had when it was forked, and this parent has next to nothing. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int count, char **words) {
  if (count < 2) return 2;
  pid_t child = fork();
  if (child == 0) {
    execvp(words[1], words + 1);
    _exit(127);
  }
  int status;
  struct rusage usage;
  if (child < 0 || wait4(child, &status, 0, &usage) != child) return 1;
  printf("%ld\n", usage.ru_maxrss);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
