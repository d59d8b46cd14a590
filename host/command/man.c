/* SPDX-License-Identifier: Apache-2.0 */
/* The man pages, made from the tables that help is made of: one of the program and one of each command. */
#include <ctype.h>
#include <string.h>

#include "command/command.h"

struct topic {
  const char *name, *text;
};

static const struct topic files[] = {
    {"seam.zip", "the result where --output names no other: one zip that numpy, uhi and ROOT read"},
    {"FILE.lock", "held while a run writes FILE; one that is left behind does no harm"},
    {"FILE.seam-partial", "what a run that was killed while it wrote leaves behind; the next one replaces it"},
    {NULL, NULL}};

static const struct topic variables[] = {
    {"COLUMNS", "the width of the output where it is no terminal; 80 if not set"},
    {"NO_COLOR", "if it is not empty, no colours but with --colour always"},
    {"COLORTERM, TERM", "how many colours the terminal has, and whether it can redraw a line"},
    {"LC_ALL, LC_CTYPE, LANG", "whether the terminal shows UTF-8"},
    {"CUDA_VISIBLE_DEVICES", "the cards that there are to be; CUDA's own"},
    {NULL, NULL}};

/* ---- The format ---- */

/* Text as text: no character of it is an order to roff. A list without blanks may be broken after its commas. */
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

/* "--name VALUE", and what it means. */
static void paragraph(const char *dashes, const char *name, const char *value) {
  printf(".TP\n\\fB");
  words(dashes);
  words(name);
  printf("\\fR");
  if (value) printf(" \\fI"), words(value), printf("\\fR");
  putchar('\n');
}

/* An empty date: a page of the same version is always the same. */
static void title(const char *command) {
  printf(".\\\" Written by seam \\-\\-man.\n.TH SEAM");
  if (command) printf("\\-");
  for (; command && *command; command++) putchar(toupper((unsigned char)*command));
  printf(" 1 \"\" \"seam %s\" \"User Commands\"\n.nh\n.ad l\n", seam_version());
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

/* Of one command, or of all. */
static void example_lines(const char *command) {
  section("EXAMPLES");
  for (const struct example *example = examples; example->command; example++) {
    if (command && strcmp(example->command, command) != 0) continue;
    printf(".TP\n");
    line(example->line);
    line(example->meaning);
  }
}

static void see_also(const char *others) {
  section("SEE ALSO");
  printf("%s\n", others);
}

/* ---- Pages ---- */

void man_command(const struct command *command) {
  title(command->name);
  section("NAME");
  printf("seam\\-%s \\- ", command->name);
  line(command->summary);
  section("SYNOPSIS");
  printf("\\fBseam %s\\fR ", command->name);
  line(command->usage);
  section("DESCRIPTION");
  line(command->detail);
  options(command);
  example_lines(command->name);
  exit_status();
  topics("FILES", files);
  topics("ENVIRONMENT", variables);
  see_also(".BR seam (1)");
}

void man_program(const struct command *commands) {
  title(NULL);
  section("NAME");
  printf("seam \\- train pairs of small components and count what their interfaces became\n");
  section("SYNOPSIS");
  printf("\\fBseam\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n.br\n\\fBseam \\-\\-version\\fR [\\fB\\-\\-json\\fR]\n");
  section("DESCRIPTION");
  line(
      "Two components in series are trained to be a digital identity; nobody says what the voltage between them is "
      "to be. seam trains many such chains, on CPUs and on CUDA, and counts the interfaces that came of it. Counts are "
      "the same to the bit on every backend, instruction set and number of threads.");
  section("COMMANDS");
  for (const struct command *command = commands; command->name; command++) {
    printf(".TP\n.BR seam\\-%s (1)\n", command->name);
    line(command->summary);
  }
  example_lines(NULL);
  exit_status();
  topics("FILES", files);
  topics("ENVIRONMENT", variables);
  see_also("/usr/share/doc/seam/README.md");
}
