/* SPDX-License-Identifier: Apache-2.0 */
/* Sends messages with MPI. No other file of the program uses MPI. */
#define _GNU_SOURCE
#include "workers/transport.h"

#include <mpi.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 30 }; /* bytes in one call: MPI counts them in an int */

/* MPI is global to a process, and so is this. */
static struct {
  MPI_Comm all;
  int own, count;
  struct rank_place place;
  bool begun; /* this program began MPI, and so ends it */
  bool alone; /* a rank was lost, and the others were given up */
} world = {.count = 1, .place = {0, 1, 0, 1, 0}};

int transport_rank(void) { return world.own; }
int transport_ranks(void) { return world.alone ? 1 : world.count; }
struct rank_place transport_place(void) {
  return world.place;
}
void transport_give_up(void) { world.alone = true; }

#define TEXT_OF(macro) #macro
#define TEXT(macro)    TEXT_OF(macro)

const char *seam_mpi(void) {
#ifdef OPEN_MPI
  return "Open MPI " TEXT(OMPI_MAJOR_VERSION) "." TEXT(OMPI_MINOR_VERSION) "." TEXT(OMPI_RELEASE_VERSION);
#else
  return "MPI " TEXT(MPI_VERSION) "." TEXT(MPI_SUBVERSION);
#endif
}

/* ---- Joining ---- */

static int number_in(const char *variable) {
  const char *text = getenv(variable);
  return text ? atoi(text) : 0;
}

/* MPI is started only if there are several ranks: it takes a fraction of a second, and it fails on hosts where MPI is
 * not set up. The variables are set by mpirun of Open MPI; by mpirun of MPICH and srun --mpi=pmi2; and by srun
 * --mpi=pmix. Processes that srun starts without --mpi cannot find each other. */
int seam_ranks_launched(int *rank) {
  static const char *const variables[][2] = {{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
                                             {"PMI_SIZE", "PMI_RANK"},
                                             {"SLURM_STEP_NUM_TASKS", "PMIX_RANK"}};
  *rank = 0;
  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
    if (!getenv(variables[i][0]) || !getenv(variables[i][1])) continue;
    *rank = number_in(variables[i][1]);
    return number_in(variables[i][0]);
  }
  return 1;
}

/* Open MPI takes the place of a rank only once. In a child of a process that has begun MPI, MPI_Init prints stacks,
 * ends the process, and leaves its parent waiting in MPI_Finalize. Open MPI's MPI_Init sets OMPI_MCA_ess to pmi, and
 * children inherit that; mpirun sets it to another value. */
static bool parent_has_begun(void) {
  const char *session = getenv("OMPI_MCA_ess");
  return session && !strcmp(session, "pmi");
}

static seam_status begin(seam_error *error) {
  int begun, level;
  MPI_Initialized(&begun);
  if (!begun && parent_has_begun())
    return error_set(
        error, SEAM_ERROR_BACKEND,
        "the program that started this one has begun MPI, and MPI cannot begin again in its children: run this one "
        "alone with --ranks off");
  if (begun)
    MPI_Query_thread(&level);
  else
    MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level);
  world.begun = !begun;
  if (level < MPI_THREAD_FUNNELED)
    return error_set(error, SEAM_ERROR_BACKEND, "MPI was started without threads: ask it for MPI_THREAD_FUNNELED");
  return SEAM_OK;
}

/* Ranks that are bound to the same cores share them. A rank with cores of its own does not share. */
static seam_status find_cores(MPI_Comm host, struct rank_place *place, seam_error *error) {
  cpu_set_t own, any, *all = malloc((size_t)place->count * sizeof *all);
  if (!all) return error_set(error, SEAM_ERROR_MEMORY, "out of memory: start fewer processes on this host");
  CPU_ZERO(&own);
  CPU_ZERO(&any);
  sched_getaffinity(0, sizeof own, &own);
  MPI_Allgather(&own, sizeof own, MPI_BYTE, all, sizeof own, MPI_BYTE, host);
  place->core_index = place->core_count = 0;
  for (int i = 0; i < place->count; i++) {
    bool same = CPU_EQUAL(&own, &all[i]);
    place->core_index += same && i < place->index;
    place->core_count += same;
    CPU_OR(&any, &any, &all[i]);
  }
  place->cores = CPU_COUNT(&any);
  free(all);
  return SEAM_OK;
}

static seam_status find_place(struct rank_place *place, seam_error *error) {
  MPI_Comm host;
  MPI_Comm_split_type(world.all, MPI_COMM_TYPE_SHARED, world.own, MPI_INFO_NULL, &host);
  MPI_Comm_rank(host, &place->index);
  MPI_Comm_size(host, &place->count);
  seam_status status = find_cores(host, place, error);
  MPI_Comm_free(&host);
  return status;
}

seam_status seam_ranks_join(int *rank, seam_error *error) {
  int launched = seam_ranks_launched(rank);
  *rank = 0;
  if (launched <= 1) return SEAM_OK;
  FORWARD(begin(error));
  MPI_Comm_dup(MPI_COMM_WORLD, &world.all);
  MPI_Comm_size(world.all, &world.count);
  MPI_Comm_rank(world.all, &world.own);
  *rank = world.own;
  if (world.count == launched) return find_place(&world.place, error);
  return error_set(error, SEAM_ERROR_BACKEND,
                   "%d processes were started together, and %s sees %d: use the mpirun that belongs to it", launched,
                   seam_mpi(), world.count);
}

/* ---- Messages ---- */

/* A small message that is being sent. The sender does not wait for it: two ranks that send to each other could wait
 * forever. A rank waits only until a large message is sent. Rank 0 sends none and always receives, so that wait ends.
 */
struct parcel {
  MPI_Request request;
  struct parcel *next;
  char bytes[];
};

enum { LARGEST_PARCEL = 1 << 16 };

static struct parcel *parcels;

/* Frees the parcels that were sent. With `wait`, waits until all are. */
static void collect_parcels(bool wait) {
  for (struct parcel **link = &parcels; *link;) {
    struct parcel *parcel = *link;
    int sent = 1;
    if (wait)
      MPI_Wait(&parcel->request, MPI_STATUS_IGNORE);
    else
      MPI_Test(&parcel->request, &sent, MPI_STATUS_IGNORE);
    if (sent) {
      *link = parcel->next;
      free(parcel);
    } else {
      link = &parcel->next;
    }
  }
}

/* False when memory is out. */
static bool send_parcel(int to, int tag, const void *bytes, size_t size) {
  struct parcel *parcel = malloc(sizeof *parcel + size);
  if (!parcel) return false;
  if (size > 0) memcpy(parcel->bytes, bytes, size);
  MPI_Isend(parcel->bytes, (int)size, MPI_BYTE, to, tag, world.all, &parcel->request);
  parcel->next = parcels;
  parcels = parcel;
  return true;
}

bool transport_next(struct message *message) {
  MPI_Status status;
  int there = 0;
  collect_parcels(false);
  MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, world.all, &there, &status);
  if (!there) return false;
  int size;
  MPI_Get_count(&status, MPI_BYTE, &size);
  *message = (struct message){status.MPI_SOURCE, status.MPI_TAG, (size_t)size};
  return true;
}

static int piece_of(size_t left) { return left < PIECE ? (int)left : PIECE; }

void transport_receive(const struct message *message, void *bytes, size_t size) {
  size_t done = 0;
  do {
    int piece = piece_of(size - done);
    MPI_Recv((char *)bytes + done, piece, MPI_BYTE, message->from, message->tag, world.all, MPI_STATUS_IGNORE);
    done += (size_t)piece;
  } while (done < size);
}

void transport_send(int to, int tag, const void *bytes, size_t size) {
  size_t done = 0;
  if (size <= LARGEST_PARCEL && send_parcel(to, tag, bytes, size)) return;
  do {
    int piece = piece_of(size - done);
    MPI_Send((const char *)bytes + done, piece, MPI_BYTE, to, tag, world.all);
    done += (size_t)piece;
  } while (done < size);
}

/* ---- The end ---- */

/* If a rank was lost, MPI_Finalize would wait for it forever. */
void transport_end(void) {
  if (world.alone) MPI_Abort(world.all, SEAM_ERROR_DEVICE);
  collect_parcels(true);
  if (world.begun) MPI_Finalize();
  world.begun = false;
  world.own = 0;
  world.count = 1;
  world.place = (struct rank_place){0, 1, 0, 1, 0};
}
