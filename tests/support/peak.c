/* SPDX-License-Identifier: Apache-2.0 */
/* peak COMMAND [ARGUMENTS]: runs the command and prints its greatest memory use in KiB. This is a program and not a
 * script, because a process counts the memory that its parent had at the fork, and this parent has next to none. */
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
