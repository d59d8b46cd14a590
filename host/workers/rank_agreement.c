/* SPDX-License-Identifier: Apache-2.0 */
/* Compares what the ranks were told before rank 0 decides for all.
 *
 * Each rank sends a list to rank 0: names and values in turn, each ended by a zero byte. Rank 0 compares each list with
 * its own and sends every rank the first difference. */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "config/config.h"
#include "workers/rank_messages.h"
#include "workers/transport.h"

#define TICK 0.001 /* seconds between two checks for messages */

struct list {
  char *bytes;
  size_t size;
};

/* ---- The list of a rank ---- */

/* Options that each rank heeds itself: seam_ranks_serve_as. */
static bool is_own(const char *option) {
  static const char *const own[] = {"backend", "device", "isa", "threads", "slice"};
  for (size_t i = 0; i < sizeof own / sizeof *own; i++)
    if (!strcmp(option, own[i])) return true;
  return false;
}

static void add(FILE *stream, const char *name, const char *value) {
  fprintf(stream, "%s%c%s%c", name, 0, value ? value : "", 0);
}

static void add_options(FILE *stream, seam_config *config) {
  char name[64];
  for (const seam_option *option = seam_options(); config && option->name; option++) {
    snprintf(name, sizeof name, "--%s", option->name);
    if (!is_own(option->name)) add(stream, name, seam_config_get(config, option->name));
  }
}

/* A failure goes first and has no name, so that it is told instead of what followed from it. False when memory is out.
 */
static bool list_own(seam_config *config, const char *const *words, const seam_error *failure, struct list *list) {
  *list = (struct list){NULL, 0};
  FILE *stream = open_memstream(&list->bytes, &list->size);
  if (!stream) return false;
  add(stream, "", failure ? failure->message : "");
  add(stream, "the version", seam_version());
  for (size_t i = 0; words && words[i]; i += 2) add(stream, words[i], words[i + 1]);
  add_options(stream, config);
  if (fclose(stream) == 0) return true;
  free(list->bytes);
  return false;
}

/* ---- Rank 0 compares ---- */

/* The next text of the list, "" at the end. */
static const char *next(const struct list *list, size_t *at) {
  if (*at >= list->size) return "";
  const char *text = list->bytes + *at;
  *at += strlen(text) + 1;
  return text;
}

static seam_status tell(const char *name, const char *own, int rank, const char *other, seam_error *error) {
  if (!*name && *other) return error_set(error, SEAM_ERROR_USAGE, "rank %d: %.480s", rank, other);
  if (!*name) return error_set(error, SEAM_ERROR_USAGE, "rank 0: %.480s", own);
  return error_set(error, SEAM_ERROR_USAGE,
                   "%s is \"%.120s\" on rank 0 and \"%.120s\" on rank %d: give all ranks the same, or run each alone "
                   "with --ranks off",
                   name, own, other, rank);
}

static seam_status compare(const struct list *own, const struct list *other, int rank, seam_error *error) {
  for (size_t i = 0, k = 0; i < own->size || k < other->size;) {
    const char *name = next(own, &i), *same = next(other, &k), *value = next(own, &i), *given = next(other, &k);
    if (strcmp(name, same) != 0)
      return error_set(error, SEAM_ERROR_USAGE, "rank %d runs another command or version: start the same on all ranks",
                       rank);
    if (strcmp(value, given) != 0) return tell(name, value, rank, given, error);
  }
  return SEAM_OK;
}

static seam_status take_list(const struct message *message, const struct list *own, seam_error *error) {
  struct list other = {malloc(message->size + 1), message->size};
  if (!other.bytes) {
    message_drop(message);
    return error_set(error, SEAM_ERROR_MEMORY, "out of memory: start fewer processes");
  }
  transport_receive(message, other.bytes, other.size);
  other.bytes[other.size] = '\0';
  seam_status status = compare(own, &other, message->from, error);
  free(other.bytes);
  return status;
}

static struct message await(void) {
  struct message message;
  while (!transport_next(&message)) clock_sleep(TICK);
  return message;
}

/* Answers when all lists have come, so that every rank gets the same answer: about the lowest rank that differs. */
static seam_status lead(const struct list *own, seam_error *error) {
  seam_error first = {.status = SEAM_OK};
  int ranks = transport_ranks(), lowest = ranks;
  for (int came = 1; came < ranks; came++) {
    seam_error fault;
    struct message message = await();
    if (take_list(&message, own, &fault) == SEAM_OK || message.from > lowest) continue;
    first = fault;
    lowest = message.from;
  }
  for (int rank = 1; rank < ranks; rank++) transport_send(rank, message_tag(0, MESSAGE_ANSWER), &first, sizeof first);
  return first.status ? error_set(error, first.status, "%s", first.message) : SEAM_OK;
}

static seam_status follow(const struct list *own, seam_error *error) {
  seam_error answer;
  transport_send(0, message_tag(0, MESSAGE_OPTIONS), own->bytes, own->size);
  struct message message = await();
  transport_receive(&message, &answer, sizeof answer);
  return answer.status ? error_set(error, answer.status, "%s", answer.message) : SEAM_OK;
}

seam_status seam_ranks_agree(seam_config *config, const char *const *words, const seam_error *failure,
                             seam_error *error) {
  struct list own;
  if (transport_ranks() == 1) return SEAM_OK;
  if (!list_own(config, words, failure, &own))
    return error_set(error, SEAM_ERROR_MEMORY, "out of memory: start fewer processes");
  seam_status status = transport_rank() == 0 ? lead(&own, error) : follow(&own, error);
  free(own.bytes);
  return status;
}
