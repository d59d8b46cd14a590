/* SPDX-License-Identifier: Apache-2.0 */
/* Sends no messages: in a build without MPI a process is alone. */
#include "workers/transport.h"

seam_status seam_ranks_join(int *rank, seam_error *error) {
  (void)error; /* nothing here can fail */
  *rank = 0;
  return SEAM_OK;
}

int seam_ranks_launched(int *rank) {
  *rank = 0;
  return 1;
}

const char *seam_mpi(void) { return NULL; }

int transport_rank(void) { return 0; }

int transport_ranks(void) { return 1; }

struct rank_place transport_place(void) {
  return (struct rank_place){0, 1, 0, 1, 0};
}

bool transport_next(struct message *message) {
  (void)message;
  return false;
}

void transport_receive(const struct message *message, void *bytes, size_t size) {
  (void)message;
  (void)bytes;
  (void)size;
}

void transport_send(int to, int tag, const void *bytes, size_t size) {
  (void)to;
  (void)tag;
  (void)bytes;
  (void)size;
}

void transport_give_up(void) {}

void transport_end(void) {}
