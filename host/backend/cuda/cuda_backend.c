/* SPDX-License-Identifier: Apache-2.0 */
/* The CUDA backend: a session on one or several cards, each with two workers. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/cuda/cuda_batch.h"
#include "base/stack.h"
#include "backend/cuda/cuda_backend.h"

struct session {
  int count;
  struct cuda_device devices[]; /* worker w belongs to device w % count, so that a short run uses all devices */
};

/* ---- What this machine has ---- */

static const char *cuda_unavailable(void) {
  int count = 0, driver = 0;
  cudaError_t code = cudaGetDeviceCount(&count);
  if (code == cudaSuccess && count > 0) return NULL;
  if (cudaDriverGetVersion(&driver) != cudaSuccess || driver == 0)
    return "no NVIDIA driver is installed: install one, until nvidia-smi lists the card, or use --backend cpu";
  if (code == cudaErrorInsufficientDriver)
    return "the NVIDIA driver is too old for CUDA " SEAM_CUDA_VERSION
           ": update the driver, rebuild with the toolkit that nvidia-smi names, or use --backend cpu";
  if (code == cudaSuccess || code == cudaErrorNoDevice)
    return "no NVIDIA card is visible: look at nvidia-smi and CUDA_VISIBLE_DEVICES, or use --backend cpu";
  return "the NVIDIA driver does not answer: check the card with nvidia-smi, or use --backend cpu";
}

static void describe_card(const struct cudaDeviceProp *card, seam_device *device) {
  int kilohertz = 0;
  snprintf(device->name, sizeof device->name, "%.*s", (int)sizeof device->name - 1, card->name);
  snprintf(device->detail, sizeof device->detail, "compute capability %d.%d, %d multiprocessors, %" PRIu64 " MiB",
           card->major, card->minor, card->multiProcessorCount, (uint64_t)card->totalGlobalMem >> 20);
  device->compute_capability = 10 * card->major + card->minor;
  device->multiprocessors = card->multiProcessorCount;
  if (cudaDeviceGetAttribute(&kilohertz, cudaDevAttrClockRate, device->index) == cudaSuccess && kilohertz > 0)
    device->clock_khz = (uint32_t)kilohertz;
  if (cudaDeviceGetPCIBusId(device->bus, (int)sizeof device->bus, device->index) != cudaSuccess) *device->bus = '\0';
}

static size_t cuda_devices(seam_device *devices, size_t capacity) {
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess) return 0;
  for (int i = 0; i < count && (size_t)i < capacity; i++) {
    struct cudaDeviceProp card;
    devices[i] = (seam_device){.backend = "cuda", .index = i, .name = "does not answer"};
    if (cudaGetDeviceProperties(&card, i) == cudaSuccess) describe_card(&card, &devices[i]);
  }
  return (size_t)count;
}

/* ---- Opening ---- */

/* Resolves --device to device numbers. All of them must exist. */
static seam_status find_devices(const struct device_choice *asked, struct device_choice *found, seam_error *error) {
  int count = 0;
  TRY(cudaGetDeviceCount, &count);
  if (asked->count == 0 && count > CHOSEN_DEVICES)
    return error_set(
        error, SEAM_ERROR_BACKEND,
        "--device all: this machine shows %d CUDA devices, and a run uses %d at most: name the ones to use", count,
        CHOSEN_DEVICES);
  *found = *asked;
  for (; asked->count == 0 && found->count < (uint32_t)count; found->count++) found->index[found->count] = found->count;
  for (uint32_t i = 0; i < found->count; i++)
    if (found->index[i] >= (uint32_t)count)
      return error_set(error, SEAM_ERROR_BACKEND,
                       "--device %" PRIu32
                       ": this machine shows %d CUDA device%s, numbered from 0; seam info lists them",
                       found->index[i], count, count == 1 ? "" : "s");
  return SEAM_OK;
}

/* Puts the number of the device before its error message. */
static seam_status name_device(const struct cuda_device *device, seam_status status, seam_error *error) {
  if (status == SEAM_OK || !error) return status;
  seam_error inner = *error;
  return error_set(error, status, "CUDA device %d: %.490s", device->index, inner.message);
}

/* Runs work(argument) on a new thread, because it changes the thread's current CUDA device and the caller's must not
 * change. Setting the caller's device again afterwards could open a card that the caller has never used. */
static void run_on_thread(void *(*work)(void *), void *argument) {
  pthread_t thread;
  if (stack_start_thread(&thread, work, argument) == 0)
    pthread_join(thread, NULL);
  else
    work(argument);
}

struct opening {
  const struct seam_config *config;
  const struct job *job;
  struct cuda_program program;
  struct device_choice chosen;
  struct session *session;
  seam_status status;
  seam_error *error;
};

static void *open_devices(void *argument) {
  struct opening *o = argument;
  for (int i = 0; i < o->session->count && o->status == SEAM_OK; i++) {
    struct cuda_device *device = &o->session->devices[i];
    o->status = cuda_device_open(device, (int)o->chosen.index[i], &o->program, o->config, o->job, o->error);
    o->status = name_device(device, o->status, o->error);
  }
  return NULL;
}

static void *close_devices(void *argument) {
  struct session *session = argument;
  for (int i = 0; i < session->count; i++) cuda_device_close(&session->devices[i]);
  return NULL;
}

static void cuda_close(struct session *session) {
  if (!session) return;
  run_on_thread(close_devices, session);
  free(session);
}

/* ---- The description of a session ---- */

/* For example "2 x NVIDIA H100, NVIDIA L4": each name once. A text without enough room ends in dots. */
static void join_names(const struct session *session, char *text, size_t size) {
  size_t length = 0;
  for (int i = 0; i < session->count && length < size; i++) {
    int same = 0, before = 0;
    for (int k = 0; k < session->count; k++) {
      bool equal = !strcmp(session->devices[k].name, session->devices[i].name);
      same += equal;
      before += equal && k < i;
    }
    if (before) continue;
    const char *comma = length ? ", " : "";
    char count[16] = "";
    if (same > 1) snprintf(count, sizeof count, "%d x ", same);
    length += (size_t)snprintf(text + length, size - length, "%s%s%s", comma, count, session->devices[i].name);
  }
  if (length >= size) strcpy(text + size - 4, "...");
}

static uint64_t at_most(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* Workers take as many chains at a time as suit the smallest card. If a small card took the share of a larger one, the
 * others would wait for it at the end. */
static void describe(const struct session *session, struct session_info *info) {
  *info = (struct session_info){
      .backend = "cuda", .workers = session->count * DEVICE_WORKERS, .batch = UINT64_MAX, .least = UINT64_MAX};
  for (int i = 0; i < session->count; i++) {
    info->batch = at_most(info->batch, session->devices[i].portion);
    info->least = at_most(info->least, session->devices[i].least);
  }
  join_names(session, info->device, sizeof info->device);
}

static seam_status cuda_open(const struct seam_config *config, const struct job *job, struct session **session,
                             struct session_info *info, seam_error *error) {
  struct opening o = {.config = config, .job = job, .error = error};
  *session = NULL;
  o.program.task = config->task == TASK_TRAIN ? &cuda_train_task : &cuda_predict_task;
  FORWARD(o.program.task->find(job, &o.program, error));
  FORWARD(find_devices(&config->device, &o.chosen, error));
  o.session = calloc(1, sizeof *o.session + o.chosen.count * sizeof *o.session->devices);
  if (!o.session)
    return error_set(error, SEAM_ERROR_MEMORY,
                     "out of memory: no room for a session of the CUDA backend; close other programs");
  o.session->count = (int)o.chosen.count;
  run_on_thread(open_devices, &o);
  if (o.status != SEAM_OK) {
    cuda_close(o.session);
    return o.status;
  }
  describe(o.session, info);
  *session = o.session;
  return SEAM_OK;
}

/* ---- Counting ---- */

static seam_status cuda_train(struct session *session, int worker, struct chain_range *range,
                              struct run_control *control, int64_t *counts, seam_error *error) {
  struct cuda_device *device = &session->devices[worker % session->count];
  struct cuda_worker *own = &device->workers[worker / session->count];
  return name_device(device, cuda_count_range(device, own, range, control, counts, error), error);
}

const struct backend cuda_backend = {
    .name = "cuda",
    .unavailable = cuda_unavailable,
    .open = cuda_open,
    .count = cuda_train,
    .close = cuda_close,
    .devices = cuda_devices,
};
