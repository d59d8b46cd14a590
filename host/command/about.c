/* SPDX-License-Identifier: Apache-2.0 */
/* Answers --help, --version, --man and --completion, which run no command. */
#include "command/about.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "command/command.h"
#include "command/common/failure.h"
#include "command/help.h"
#include "command/json.h"

struct request {
  const struct command *commands;
  const char *word; /* the next word, or NULL */
};

/* ---- Version ---- */

static void print_build(const seam_build *build) {
  printf("seam %s\n", build->version);
  printf("commit      %s\n", *build->commit ? build->commit : "unknown");
  printf("compiler    %s\n", build->compiler);
  printf("cpu         %s\n", build->isas);
  printf("cuda        %s\n", build->cuda ? build->cuda : "not built in");
  printf("MPI         %s\n", build->mpi ? build->mpi : "not built in");
  printf("arithmetic  revision %d\n", build->arithmetic_revision);
}

static json_t *text_or_null(const char *text) { return text && *text ? json_text(text) : json_null(); }

static seam_status build_json(const seam_build *build, seam_error *error) {
  json_t *object = json_event("version");
  json_object_set_new(object, "version", json_text(build->version));
  json_object_set_new(object, "commit", text_or_null(build->commit));
  json_object_set_new(object, "compiler", json_text(build->compiler));
  json_object_set_new(object, "isas", json_text(build->isas));
  json_object_set_new(object, "cuda", text_or_null(build->cuda));
  json_object_set_new(object, "mpi", text_or_null(build->mpi));
  json_object_set_new(object, "arithmetic_revision", json_integer(build->arithmetic_revision));
  return json_line(object, error);
}

static seam_status version(const struct request *request, seam_error *error) {
  seam_build build = seam_build_info();
  if (request->word && strcmp(request->word, "--json") != 0)
    return fail(error, SEAM_ERROR_USAGE, "%.60s: --version takes nothing but --json", request->word);
  if (request->word) return build_json(&build, error);
  print_build(&build);
  return SEAM_OK;
}

/* ---- The others ---- */

static seam_status nothing_more(const struct request *request, const char *name, seam_error *error) {
  if (!request->word) return SEAM_OK;
  return fail(error, SEAM_ERROR_USAGE, "%.60s: %s takes no more words; for help with a command use seam %.60s --help",
              request->word, name, request->word);
}

static seam_status help(const struct request *request, seam_error *error) {
  seam_status status = nothing_more(request, "--help", error);
  if (status == SEAM_OK) help_program(request->commands);
  return status;
}

static seam_status completion(const struct request *request, seam_error *error) {
  seam_status status = nothing_more(request, "--completion", error);
  if (status == SEAM_OK) completion_print(request->commands);
  return status;
}

static seam_status manual(const struct request *request, seam_error *error) {
  const struct command *command = request->commands;
  if (!request->word) return man_program(request->commands), SEAM_OK;
  while (command->name && strcmp(command->name, request->word) != 0) command++;
  if (command->name) return man_command(request->commands, command), SEAM_OK;
  return fail(error, SEAM_ERROR_USAGE, "%.60s: unknown command; seam --help lists them", request->word);
}

static const struct {
  const char *name;
  seam_status (*answer)(const struct request *request, seam_error *error);
} subjects[] = {
    {"--help", help}, {"-h", help}, {"--version", version}, {"--man", manual}, {"--completion", completion}};

bool about(const struct command *commands, int count, char **words, seam_status *status, seam_error *error) {
  struct request request = {commands, count > 1 ? words[1] : NULL};
  for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
    if (strcmp(words[0], subjects[i].name) != 0) continue;
    *status = count > 2 ? fail(error, SEAM_ERROR_USAGE, "%.60s: %s takes one word at most", words[2], words[0])
                        : subjects[i].answer(&request, error);
    return true;
  }
  return false;
}
