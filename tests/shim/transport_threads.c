/* SPDX-License-Identifier: Apache-2.0 */
/* A transport between threads: each rank has a queue of messages, in the order of sending. */
#include "transport_threads.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "workers/rank_messages.h"

struct letter {
  struct message message;
  size_t size;
  struct letter *next;
  char bytes[];
};

static struct {
  pthread_mutex_t mutex; /* guards all but `thread` */
  int count;
  struct letter *queue[MOST_RANKS];
  bool mute[MOST_RANKS], stranger[MOST_RANKS];
  pthread_t thread[MOST_RANKS];
} world = {.mutex = PTHREAD_MUTEX_INITIALIZER, .count = 1};

static _Thread_local int own;

const char *seam_mpi(void) { return "threads"; }

int transport_rank(void) { return own; }

int transport_ranks(void) {
  pthread_mutex_lock(&world.mutex);
  int count = world.count;
  pthread_mutex_unlock(&world.mutex);
  return count;
}

struct rank_place transport_place(void) {
  return (struct rank_place){0, 1, 0, 1, 0};
}

static void put(int to, struct letter *letter) {
  struct letter **end = &world.queue[to];
  while (*end) end = &(*end)->next;
  *end = letter;
}

void transport_send(int to, int tag, const void *bytes, size_t size) {
  struct letter *letter = malloc(sizeof *letter + size);
  assert_non_null(letter);
  *letter = (struct letter){.message = {own, tag, size}, .size = size};
  if (size) memcpy(letter->bytes, bytes, size);
  pthread_mutex_lock(&world.mutex);
  if (size >= 6 && message_kind(&letter->message) == MESSAGE_RUN && world.stranger[to])
    memcpy(letter->bytes, "9.9.9", 6);
  if (world.mute[own])
    free(letter);
  else
    put(to, letter);
  pthread_mutex_unlock(&world.mutex);
}

bool transport_next(struct message *message) {
  pthread_mutex_lock(&world.mutex);
  const struct letter *first = world.queue[own];
  if (first) *message = first->message;
  pthread_mutex_unlock(&world.mutex);
  return first != NULL;
}

/* Takes the first message with this sender and tag, as MPI does, even if others came before it. */
static struct letter *find(const struct message *message) {
  pthread_mutex_lock(&world.mutex);
  struct letter **link = &world.queue[own], *letter;
  while (*link && ((*link)->message.from != message->from || (*link)->message.tag != message->tag))
    link = &(*link)->next;
  letter = *link;
  if (letter) *link = letter->next;
  pthread_mutex_unlock(&world.mutex);
  return letter;
}

/* A message that is smaller than the room for it leaves the rest of the room alone. */
void transport_receive(const struct message *message, void *bytes, size_t size) {
  struct letter *letter;
  while (!(letter = find(message))) continue;
  assert_true(letter->size <= size);
  if (letter->size) memcpy(bytes, letter->bytes, letter->size);
  free(letter);
}

static seam_config *const *own_configs; /* by rank; NULL: the ranks take the options of rank 0 */

static void *serve(void *argument) {
  own = (int)(intptr_t)argument;
  seam_config *config = own_configs ? own_configs[own] : NULL;
  if (config) seam_ranks_agree(config, NULL, NULL, NULL);
  seam_ranks_serve_as(config);
  return NULL;
}

void threads_start(int count) { threads_start_as(count, NULL); }

void threads_start_as(int count, seam_config *const *configs) {
  own_configs = configs;
  memset(world.mute, 0, sizeof world.mute);
  memset(world.stranger, 0, sizeof world.stranger);
  world.count = count;
  for (int rank = 1; rank < count; rank++)
    assert_int_equal(pthread_create(&world.thread[rank], NULL, serve, (void *)(intptr_t)rank), 0);
}

void threads_mute(int rank) {
  pthread_mutex_lock(&world.mutex);
  world.mute[rank] = true;
  pthread_mutex_unlock(&world.mutex);
}

void threads_make_stranger(int rank) {
  pthread_mutex_lock(&world.mutex);
  world.stranger[rank] = true;
  pthread_mutex_unlock(&world.mutex);
}

static int given_up; /* how many ranks there were when they were given up */

void transport_give_up(void) {
  pthread_mutex_lock(&world.mutex);
  if (world.count > 1) given_up = world.count;
  world.count = 1;
  pthread_mutex_unlock(&world.mutex);
}

/* A thread must end before the test does, so the ranks that were given up are told to leave, too. */
void transport_end(void) {
  for (int rank = 1; rank < given_up; rank++) transport_send(rank, message_tag(0, MESSAGE_LEAVE), NULL, 0);
  int count = given_up ? given_up : transport_ranks();
  for (int rank = 1; rank < count; rank++) pthread_join(world.thread[rank], NULL);
  for (int rank = 0; rank < count; rank++)
    for (struct letter *letter; (letter = world.queue[rank]); free(letter)) world.queue[rank] = letter->next;
  given_up = 0;
  world.count = 1;
}
