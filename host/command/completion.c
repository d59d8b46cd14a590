/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the completion script for bash, from the tables of commands, flags and options. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "command/command.h"
#include "command/groups.h"
#include "command/help.h"

/* The part that does not depend on the tables. bash splits --name=value into three words. */
static const char script[] =
    "_seam_reply() { mapfile -t COMPREPLY < <(compgen \"$@\"); }\n"
    "_seam_value() { # VALUES CURRENT: \"FILE\" stands for files, \"LIST WORD...\" for words between commas\n"
    "  case $1 in\n"
    "    FILE) compopt -o filenames; _seam_reply -f -- \"$2\" ;;\n"
    "    LIST*)\n"
    "      local before=\n"
    "      [[ $2 == *,* ]] && before=${2%,*},\n"
    "      compopt -o nospace\n"
    "      _seam_reply -P \"$before\" -W \"${1#LIST }\" -- \"${2##*,}\" ;;\n"
    "    *) _seam_reply -W \"$1\" -- \"$2\" ;;\n"
    "  esac\n"
    "}\n"
    "_seam() {\n"
    "  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]} values\n"
    "  COMPREPLY=()\n"
    "  if ((COMP_CWORD == 1)); then\n"
    "    _seam_reply -W \"$_seam_commands --help --version --man --completion\" -- \"$current\"\n"
    "    return\n"
    "  fi\n"
    "  [[ $before == '=' ]] && before=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "  [[ $current == '=' ]] && current=\n"
    "  if [[ $command == --man ]]; then\n"
    "    _seam_reply -W \"$_seam_commands\" -- \"$current\"\n"
    "  elif values=$(_seam_values \"$command $before\"); then\n"
    "    _seam_value \"$values\" \"$current\"\n"
    "  elif [[ $current == -* ]]; then\n"
    "    _seam_reply -W \"$(_seam_options \"$command\")\" -- \"$current\"\n"
    "  elif _seam_operands \"$command\"; then\n"
    "    _seam_value FILE \"$current\"\n"
    "  else\n"
    "    _seam_reply -W \"$(_seam_options \"$command\")\" -- \"$current\"\n"
    "  fi\n"
    "}\n"
    "complete -F _seam seam\n";

/* ---- The values of an option, read from its help text ---- */

static bool is_word(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (!isalnum((unsigned char)text[i]) && text[i] != '_') return false;
  return length > 0 && !isdigit((unsigned char)*text);
}

/* How many words the list "sgd, adam, langevin" has, or 0 if the text is not a list of words. */
static int count_choices(const char *text, size_t length) {
  int count = 0;
  for (size_t at = 0; at < length; at += strspn(text + at, ", ")) {
    size_t word = strcspn(text + at, ",)");
    if (!is_word(text + at, word)) return 0;
    at += word;
    count++;
  }
  return count;
}

/* Prints nothing for a single word, because it names the type of the value. */
static void print_choices(const char *text, size_t length) {
  if (count_choices(text, length) < 2) return;
  for (size_t at = 0; at < length; at += strspn(text + at, ", ")) {
    size_t word = strcspn(text + at, ",)");
    printf("%s%.*s", at > 0 ? " " : "", (int)word, text + at);
    at += word;
  }
}

/* "all (...), none, or some of interface,mapping,..." */
static bool print_list(const char *limits) {
  static const char before[] = "some of ";
  const char *names = strstr(limits, before);
  if (!names) return false;
  printf("LIST all none");
  for (const char *at = names + strlen(before); *at; at += strspn(at, ", ")) {
    size_t word = strcspn(at, ", ");
    printf(" %.*s", (int)word, at);
    at += word;
  }
  return true;
}

static bool is_file(const struct entry *entry) {
  static const char named[] = "a file name";
  return entry->limits ? !strncmp(entry->limits, named, strlen(named)) : !strcmp(entry->value, "FILE");
}

/* The help of a flag has its values in brackets. */
static void print_values(const struct entry *entry) {
  const char *bracket = strchr(entry->help, '(');
  if (is_file(entry)) {
    printf("FILE");
  } else if (entry->limits) {
    if (!print_list(entry->limits)) print_choices(entry->limits, strlen(entry->limits));
  } else if (bracket) {
    print_choices(bracket + 1, strcspn(bracket + 1, ")"));
  }
}

/* ---- The tables as functions of bash ---- */

static void print_commands(const struct command *commands) {
  printf("_seam_commands=\"");
  for (const struct command *command = commands; command->name; command++)
    printf("%s%s", command == commands ? "" : " ", command->name);
  printf("\"\n");
}

static void for_each_entry(const struct command *command, void (*print)(const struct command *, const struct entry *)) {
  struct entry entries[MOST_ENTRIES];
  for (const struct group *group = groups; group->title; group++) {
    size_t count = group_entries(command, group, entries);
    for (size_t i = 0; i < count; i++) print(command, &entries[i]);
  }
}

static void print_option(const struct command *command, const struct entry *entry) {
  (void)command;
  printf(" --%s", entry->name);
}

static void print_case(const struct command *command, const struct entry *entry) {
  if (!entry->value) return;
  printf("    \"%s --%s\") echo \"", command->name, entry->name);
  print_values(entry);
  printf("\" ;;\n");
}

void completion_print(const struct command *commands) {
  printf("# bash completion for seam, written by seam --completion\n");
  print_commands(commands);
  printf("_seam_options() {\n  case $1 in\n");
  for (const struct command *command = commands; command->name; command++) {
    printf("    %s) echo \"", command->name);
    for_each_entry(command, print_option);
    printf("\" ;;\n");
  }
  printf("  esac\n}\n_seam_values() {\n  case $1 in\n");
  for (const struct command *command = commands; command->name; command++) for_each_entry(command, print_case);
  printf("    *) return 1 ;;\n  esac\n}\n_seam_operands() {\n  case $1 in\n");
  for (const struct command *command = commands; command->name; command++)
    if (command->operands != OPERANDS_NONE) printf("    %s) ;;\n", command->name);
  printf("    *) return 1 ;;\n  esac\n}\n%s", script);
}
