/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the man pages of the program and of each command.
 *
 * Options, examples and exit codes come from the same tables as in help. The explanations come from the texts in
 * packaging/man. A line of such a text is one of these:
 *   "# TITLE" begins a section. The lines before the first section continue DESCRIPTION.
 *   "* TERM" begins an entry of a list. The next lines explain the term.
 *   A line that begins with four blanks is printed as it is: a command, a formula, an output.
 *   Any other line is text. An empty line ends a paragraph. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "command/command.h"
#include "command/examples.h"
#include "command/groups.h"
#include "command/help.h"

struct topic {
  const char *name, *text;
};

static const struct topic files[] = {
    {"seam.zip", "the result of seam train, unless --output names another file: a zip that numpy, uhi and ROOT read"},
    {"prediction.zip", "the result of seam predict, unless --output names another file"},
    {"FILE.lock", "held while a run writes FILE; one that was left behind does no harm"},
    {"FILE.seam-partial", "room on the disk for the result while a run counts; the next run replaces one that was left "
                          "behind, unless it is a "
                          "whole result: --resume goes on with that"},
    {NULL, NULL}};

static const struct topic variables[] = {
    {"COLUMNS", "the width of the output when it does not go to a terminal; 80 if not set"},
    {"NO_COLOR", "if set and not empty: no colours, except with --colour always"},
    {"COLORTERM, TERM", "how many colours the terminal has, and whether it can redraw a line"},
    {"LC_ALL, LC_CTYPE, LANG", "whether the terminal shows UTF-8"},
    {"CUDA_VISIBLE_DEVICES", "the cards that CUDA shows to the program; a variable of CUDA"},
    {NULL, NULL}};

/* ---- The format ---- */

/* Escapes the characters that roff would interpret. A line may break after a comma. */
static void words(const char *text) {
  if (*text == '.' || *text == '\'') printf("\\&");
  for (; *text; text++) {
    if (*text == '-')
      printf("\\-");
    else if (*text == '\\')
      printf("\\e");
    else if (*text == ',' && text[1] != ' ')
      printf(",\\:");
    else
      putchar(*text);
  }
}

static void line(const char *text) {
  words(text);
  putchar('\n');
}

static void section(const char *name) { printf(".SH %s\n", name); }

/* Begins an entry of a list: "--name VALUE". */
static void paragraph(const char *dashes, const char *name, const char *value) {
  printf(".TP\n\\fB");
  words(dashes);
  words(name);
  printf("\\fR");
  if (value) printf(" \\fI"), words(value), printf("\\fR");
  putchar('\n');
}

/* The date is empty, so that the pages of one version are always the same. */
static void title(const char *command) {
  printf(".\\\" Written by seam \\-\\-man.\n.TH SEAM");
  if (command) printf("\\-");
  for (; command && *command; command++) putchar(toupper((unsigned char)*command));
  printf(" 1 \"\" \"seam %s\" \"User Commands\"\n.nh\n.ad l\n", seam_version());
}

/* ---- The texts ---- */

/* The state of reading a text. */
struct reading {
  bool begun;   /* there is text above, so the next paragraph needs a gap */
  bool blank;   /* the last line was empty */
  bool literal; /* lines are shown as they are */
};

static const char *const *find_manual(const char *page) {
  static const char *const nothing[] = {NULL};
  const struct manual *manual = manuals;
  while (manual->page && strcmp(manual->page, page) != 0) manual++;
  return manual->page ? manual->lines : nothing;
}

static bool begins(const char *text, const char *with) { return !strncmp(text, with, strlen(with)); }

static void set_literal(struct reading *reading, bool literal) {
  if (literal && !reading->literal) printf("%s.RS 2\n.nf\n", reading->begun ? ".PP\n" : "");
  if (!literal && reading->literal) printf(".fi\n.RE\n");
  if (literal && reading->literal && reading->blank) putchar('\n');
  reading->literal = literal;
}

static void read_line(struct reading *reading, const char *text) {
  static const char indent[] = "    ";
  bool literal = begins(text, indent);
  if (*text) set_literal(reading, literal);
  if (literal) {
    line(text + strlen(indent));
  } else if (begins(text, "* ")) {
    paragraph("", text + 2, NULL);
  } else if (*text) {
    if (reading->blank && reading->begun) printf(".PP\n");
    line(text);
  }
  reading->blank = !*text;
  reading->begun = true;
}

/* Prints the lines up to the next section or the end, and returns the next line. `below`: there is text above. */
static const char *const *explain(const char *const *lines, bool below) {
  struct reading reading = {.begun = below, .blank = true};
  for (; *lines && !begins(*lines, "# "); lines++) read_line(&reading, *lines);
  set_literal(&reading, false);
  return lines;
}

static void explain_sections(const char *const *lines) {
  while (*lines) {
    section(*lines + 2);
    lines = explain(lines + 1, false);
  }
}

/* ---- Sections ---- */

static void topics(const char *name, const struct topic *topic) {
  section(name);
  for (; topic->name; topic++) {
    paragraph("", topic->name, NULL);
    line(topic->text);
  }
}

static void exit_status(void) {
  section("EXIT STATUS");
  for (const struct exit_code *code = exit_codes; code->meaning; code++) {
    printf(".TP\n\\fB%d\\fR\n", (int)code->status);
    line(code->meaning);
  }
}

static void options(const struct command *command) {
  struct entry entries[MOST_ENTRIES];
  section("OPTIONS");
  if (command->tasks) line("The values shown are the defaults. Numbers take 1e6, 1M and 2.5k alike.");
  for (const struct group *group = groups; group->title; group++) {
    size_t count = group_entries(command, group, entries);
    if (count > 0 && command->tasks) printf(".SS %s\n", group->title);
    for (size_t i = 0; i < count; i++) {
      paragraph("--", entries[i].name, entries[i].value);
      line(entries[i].help);
      if (entries[i].limits) printf("("), words(entries[i].limits), printf(")\n");
    }
  }
}

/* Prints the examples of a command, or of all if `command` is NULL. */
static void example_lines(const char *command) {
  section("EXAMPLES");
  for (const struct example *example = examples; example->command; example++) {
    if (command && strcmp(example->command, command) != 0) continue;
    printf(".TP\n");
    line(example->line);
    line(example->meaning);
  }
}

/* Lists all pages but this one. */
static void see_also(const struct command *commands, const char *own) {
  section("SEE ALSO");
  if (own) printf(".BR seam (1)");
  for (const struct command *command = commands; command->name; command++) {
    if (own && !strcmp(command->name, own)) continue;
    printf("%s.BR seam\\-%s (1)", command == commands && !own ? "" : ",\n", command->name);
  }
  putchar('\n');
}

/* ---- Pages ---- */

void man_command(const struct command *commands, const struct command *command) {
  title(command->name);
  section("NAME");
  printf("seam\\-%s \\- ", command->name);
  line(command->summary);
  section("SYNOPSIS");
  printf("\\fBseam %s\\fR ", command->name);
  line(command->usage);
  section("DESCRIPTION");
  line(command->detail);
  const char *const *text = explain(find_manual(command->name), true);
  options(command);
  explain_sections(text);
  example_lines(command->name);
  exit_status();
  topics("FILES", files);
  topics("ENVIRONMENT", variables);
  see_also(commands, command->name);
}

void man_program(const struct command *commands) {
  title(NULL);
  section("NAME");
  printf("seam \\- train pairs of small components and count what their interfaces became\n");
  section("SYNOPSIS");
  printf("\\fBseam\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n.br\n\\fBseam \\-\\-version\\fR [\\fB\\-\\-json\\fR]\n");
  section("DESCRIPTION");
  const char *const *text = explain(find_manual("seam"), false);
  section("COMMANDS");
  for (const struct command *command = commands; command->name; command++) {
    printf(".TP\n.BR seam\\-%s (1)\n", command->name);
    line(command->summary);
  }
  explain_sections(text);
  example_lines(NULL);
  exit_status();
  topics("FILES", files);
  topics("ENVIRONMENT", variables);
  see_also(commands, NULL);
}
