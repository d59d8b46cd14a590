/* SPDX-License-Identifier: Apache-2.0 */
/* Devices made of host memory and fibres: the CUDA runtime for the backend under test. Several threads may call at
 * once; their kernels run one after another. */
#include "shim.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/cuda/cuda.h"
#include "fibre.h"

enum { GUARD_WORDS = 1024, POISON = 0xA5, ALLOCATIONS = 4096, KERNELS = 64, HOST = -1 };
static const uint32_t guard = 0xDEADBEEFu;

struct shim_device shim;
struct shim_index threadIdx, blockIdx, blockDim, gridDim;
uint32_t shared_memory[SHIM_SHARED_LIMIT / 4 + GUARD_WORDS];

/* Streams and events begin with their device. */
struct shim_stream {
  int device;
  double clock; /* milliseconds */
};
struct shim_event {
  int device;
  double clock; /* the stream's clock when the event was recorded */
};

static struct allocation {
  char *memory;
  size_t bytes;
  int device; /* or HOST */
} allocations[ALLOCATIONS];

static struct {
  const void *kernel;
  int device;
  size_t shared;
} allowance[KERNELS]; /* the shared memory that cudaFuncSetAttribute allowed a kernel */

/* Only one call runs at a time, because each worker of the backend has a thread. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t went_on = PTHREAD_COND_INITIALIZER; /* signalled when a device has one more launch */
static _Thread_local int current;                         /* the thread's current device */

void shim_reset(void) {
  current = 0;
  shim = (struct shim_device){
      .devices = 1, .driver = 13000, .multiprocessors = 1, .shared_limit = 49152, .available = (size_t)1 << 33};
}

/* Whether this call of `function` must fail. */
static bool fails(const char *function) {
  pthread_mutex_lock(&lock);
  bool meant = shim.fail && strcmp(shim.fail, function) == 0 && ++shim.calls == shim.fail_at;
  pthread_mutex_unlock(&lock);
  return meant;
}

#define FAIL_AS(code)                                                                                                  \
  if (fails(__func__)) return code

/* ---- Memory ---- */

static struct allocation *allocation_of(const void *memory) {
  for (int i = 0; i < ALLOCATIONS; i++)
    if (allocations[i].memory && (const char *)memory >= allocations[i].memory &&
        (const char *)memory < allocations[i].memory + allocations[i].bytes)
      return &allocations[i];
  return NULL;
}

/* Whether the memory is on the current device, or, with `host`, in its page-locked memory. */
static bool is_allocated(const void *memory, size_t bytes, bool host) {
  pthread_mutex_lock(&lock);
  const struct allocation *a = allocation_of(memory);
  bool whole =
      a && a->device == (host ? HOST : current) && bytes <= a->bytes - (size_t)((const char *)memory - a->memory);
  pthread_mutex_unlock(&lock);
  return whole;
}

static cudaError_t allocate(void **memory, size_t bytes, int device) {
  pthread_mutex_lock(&lock);
  struct allocation *a = allocations;
  while (a < allocations + ALLOCATIONS && a->memory) a++;
  if (a == allocations + ALLOCATIONS || bytes == 0 || !(a->memory = malloc(bytes))) abort();
  a->bytes = bytes;
  a->device = device;
  memset(a->memory, POISON, bytes);
  *memory = a->memory;
  shim.live++;
  pthread_mutex_unlock(&lock);
  return cudaSuccess;
}

static cudaError_t release(void *memory) {
  if (!memory) return cudaSuccess;
  pthread_mutex_lock(&lock);
  struct allocation *a = allocation_of(memory);
  if (!a || a->memory != memory) abort(); /* freed twice, or never allocated */
  free(a->memory);
  a->memory = NULL;
  shim.live--;
  pthread_mutex_unlock(&lock);
  return cudaSuccess;
}

cudaError_t cudaMalloc(void **memory, size_t bytes) {
  FAIL_AS(cudaErrorMemoryAllocation);
  return allocate(memory, bytes, current);
}
cudaError_t cudaMallocHost(void **memory, size_t bytes) {
  FAIL_AS(cudaErrorMemoryAllocation);
  return allocate(memory, bytes, HOST);
}
cudaError_t cudaFree(void *memory) { return release(memory); }
cudaError_t cudaFreeHost(void *memory) { return release(memory); }

/* Whether the stream is on the thread's device. The runtime refuses streams of another one. */
static bool is_ours(const struct shim_stream *stream) { return stream && stream->device == current; }

cudaError_t cudaMemcpy(void *to, const void *from, size_t bytes, enum cudaMemcpyKind kind) {
  FAIL_AS(cudaErrorInvalidValue);
  if (!is_allocated(kind == cudaMemcpyHostToDevice ? to : from, bytes, false)) return cudaErrorInvalidValue;
  memcpy(to, from, bytes);
  return cudaSuccess;
}
cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, enum cudaMemcpyKind kind, cudaStream_t stream) {
  FAIL_AS(cudaErrorInvalidValue);
  bool up = kind == cudaMemcpyHostToDevice;
  if (!is_ours(stream) || !is_allocated(to, bytes, !up) || !is_allocated(from, bytes, up)) return cudaErrorInvalidValue;
  memcpy(to, from, bytes);
  return cudaSuccess;
}
cudaError_t cudaMemsetAsync(void *memory, int value, size_t bytes, cudaStream_t stream) {
  FAIL_AS(cudaErrorInvalidValue);
  if (!is_ours(stream) || !is_allocated(memory, bytes, false)) return cudaErrorInvalidValue;
  memset(memory, value, bytes);
  return cudaSuccess;
}
cudaError_t cudaMemGetInfo(size_t *available, size_t *total) {
  FAIL_AS(cudaErrorInvalidValue);
  *available = shim.available;
  *total = (size_t)1 << 33;
  return cudaSuccess;
}

/* ---- Device and streams ---- */

const char *cudaGetErrorName(cudaError_t code) {
  switch (code) {
  case cudaErrorMemoryAllocation:
    return "cudaErrorMemoryAllocation";
  case cudaErrorInvalidValue:
    return "cudaErrorInvalidValue";
  case cudaErrorLaunchFailure:
    return "cudaErrorLaunchFailure";
  case cudaErrorNoKernelImageForDevice:
    return "cudaErrorNoKernelImageForDevice";
  default:
    return "cudaErrorOther";
  }
}
const char *cudaGetErrorString(cudaError_t code) {
  (void)code;
  return "as the shim was told to fail";
}
cudaError_t cudaGetDeviceCount(int *count) {
  FAIL_AS(cudaErrorInvalidValue);
  if (shim.driver < 13000) return cudaErrorInsufficientDriver;
  *count = shim.devices;
  return shim.devices ? cudaSuccess : cudaErrorNoDevice;
}
cudaError_t cudaDriverGetVersion(int *version) {
  *version = shim.driver;
  return cudaSuccess;
}
static int multiprocessors_of(int device) {
  return shim.multiprocessors_of[device] ? shim.multiprocessors_of[device] : shim.multiprocessors;
}
cudaError_t cudaGetDeviceProperties(struct cudaDeviceProp *properties, int device) {
  FAIL_AS(cudaErrorInvalidValue);
  if (device < 0 || device >= shim.devices) return cudaErrorInvalidDevice;
  *properties = (struct cudaDeviceProp){"", 9, 0, multiprocessors_of(device), (size_t)1 << 33};
  snprintf(properties->name, sizeof properties->name, "%s", shim.name_of[device] ? shim.name_of[device] : "shim");
  return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int *value, enum cudaDeviceAttr attribute, int device) {
  FAIL_AS(cudaErrorInvalidValue);
  if (device < 0 || device >= shim.devices) return cudaErrorInvalidDevice;
  *value = attribute == cudaDevAttrClockRate             ? 1000000
           : attribute == cudaDevAttrMultiProcessorCount ? multiprocessors_of(device)
                                                         : shim.shared_limit;
  return cudaSuccess;
}
cudaError_t cudaDeviceGetPCIBusId(char *text, int size, int device) {
  FAIL_AS(cudaErrorInvalidValue);
  if (device < 0 || device >= shim.devices) return cudaErrorInvalidDevice;
  int length = snprintf(text, (size_t)size, "0000:%02x:00.0", 0x17 + device);
  return length < size ? cudaSuccess : cudaErrorInvalidValue;
}
cudaError_t cudaSetDevice(int device) {
  FAIL_AS(cudaErrorInvalidDevice);
  if (device < 0 || device >= shim.devices) return cudaErrorInvalidDevice;
  pthread_mutex_lock(&lock);
  shim.touched[device] = true;
  pthread_mutex_unlock(&lock);
  current = device;
  return cudaSuccess;
}
cudaError_t cudaGetDevice(int *device) {
  *device = current;
  return cudaSuccess;
}
cudaError_t cudaDeviceSynchronize(void) {
  FAIL_AS(cudaErrorLaunchFailure);
  return cudaSuccess;
}
cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned flags) {
  FAIL_AS(cudaErrorInvalidValue);
  (void)flags;
  allocate((void **)stream, sizeof **stream, current);
  **stream = (struct shim_stream){.device = current};
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  FAIL_AS(cudaErrorLaunchFailure);
  return stream ? cudaSuccess : cudaErrorInvalidValue;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) { return release(stream); }

cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned flags) {
  FAIL_AS(cudaErrorInvalidValue);
  (void)flags;
  allocate((void **)event, sizeof **event, current);
  **event = (struct shim_event){.device = current};
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) { return release(event); }
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  FAIL_AS(cudaErrorInvalidValue);
  if (!is_ours(stream) || event->device != stream->device) return cudaErrorInvalidResourceHandle;
  event->clock = stream->clock;
  return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  FAIL_AS(cudaErrorLaunchFailure);
  return event ? cudaSuccess : cudaErrorInvalidValue;
}
cudaError_t cudaEventElapsedTime(float *milliseconds, cudaEvent_t begin, cudaEvent_t end) {
  FAIL_AS(cudaErrorInvalidValue);
  if (begin->device != end->device) return cudaErrorInvalidResourceHandle;
  *milliseconds = (float)(end->clock - begin->clock);
  return cudaSuccess;
}

/* ---- Kernels ---- */

cudaError_t cudaFuncGetAttributes(struct cudaFuncAttributes *attributes, const void *kernel) {
  FAIL_AS(cudaErrorInvalidDeviceFunction);
  (void)kernel;
  attributes->numRegs = 0;
  return shim.without_image ? cudaErrorNoKernelImageForDevice : cudaSuccess;
}
cudaError_t cudaFuncSetAttribute(const void *kernel, enum cudaFuncAttribute attribute, int value) {
  FAIL_AS(cudaErrorInvalidValue);
  if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize || value > shim.shared_limit)
    return cudaErrorInvalidValue;
  pthread_mutex_lock(&lock);
  int i = 0;
  while (i < KERNELS - 1 && allowance[i].kernel && (allowance[i].kernel != kernel || allowance[i].device != current))
    i++;
  allowance[i].kernel = kernel;
  allowance[i].device = current;
  allowance[i].shared = (size_t)value;
  pthread_mutex_unlock(&lock);
  return cudaSuccess;
}
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, const void *kernel, int threads, size_t shared) {
  FAIL_AS(cudaErrorInvalidValue);
  (void)kernel, (void)threads;
  *blocks = shared > 65536 ? 1 : 2;
  return cudaSuccess;
}

static void (*running)(struct cuda_argument);
static struct cuda_argument running_argument;

static void run_thread(int thread) {
  threadIdx.x = (unsigned)thread;
  running(running_argument);
}

void shim_barrier(void) {
  unsigned self = threadIdx.x;
  fibre_wait();
  threadIdx.x = self;
}

static void share(long long value, long long values[FIBRES_OF_WARP]) {
  unsigned self = threadIdx.x;
  if (blockDim.x % FIBRES_OF_WARP) abort();
  fibre_share(value, values);
  threadIdx.x = self;
}

static long long exchange_in_pair(unsigned mask, long long value, unsigned distance) {
  unsigned self = threadIdx.x, partner = self ^ distance;
  if (mask != (1u << self % 32 | 1u << partner % 32) || self / 32 != partner / 32 || partner >= blockDim.x) abort();
  long long theirs = fibre_exchange((int)partner, value);
  threadIdx.x = self;
  return theirs;
}

/* The mask must name just the threads that come; the device would wait for any other. */
long long shim_exchange(unsigned mask, long long value, unsigned distance) {
  long long values[FIBRES_OF_WARP];
  if (mask != ~0u) return exchange_in_pair(mask, value, distance);
  if (distance >= FIBRES_OF_WARP) abort();
  share(value, values);
  return values[(threadIdx.x ^ distance) % FIBRES_OF_WARP];
}

unsigned shim_ballot(unsigned mask, int predicate) {
  long long values[FIBRES_OF_WARP];
  unsigned word = 0;
  if (mask != ~0u) abort();
  share(predicate != 0, values);
  for (int t = 0; t < FIBRES_OF_WARP; t++) word |= (unsigned)values[t] << t;
  return word;
}

/* Shared memory is filled with rubbish first, and the bytes past it must not change. */
static bool run_block(size_t shared, int threads) {
  memset(shared_memory, POISON, shared);
  uint32_t *past = shared_memory + (shared + 3) / 4;
  for (int i = 0; i < GUARD_WORDS; i++) past[i] = guard;
  if (!fibre_block(threads, run_thread)) return false;
  for (int i = 0; i < GUARD_WORDS; i++) {
    if (past[i] == guard) continue;
    fprintf(stderr, "shim: word %d past %zu bytes of shared memory was written\n", i, shared);
    return false;
  }
  return true;
}

static bool may_launch(const void *kernel, dim3 grid, dim3 block, size_t shared) {
  size_t allowed = 49152;
  for (int i = 0; i < KERNELS; i++)
    if (allowance[i].kernel == kernel && allowance[i].device == current) allowed = allowance[i].shared;
  return shared <= allowed && grid.x > 0 && grid.y == 1 && grid.z == 1 && block.x > 0 && block.x <= FIBRES &&
         block.y == 1 && block.z == 1;
}

/* Whether all memory that the backend's kernels may use is on the current device, if given at all. */
static bool is_within_reach(const struct cuda_argument *a) {
  const void *const pointers[] = {
      a->batch.state, a->batch.snapshots,       a->batch.counts,        a->job.adam,        a->job.axes[0].edges,
      a->job.centre,  a->prediction.candidates, a->prediction.partners, a->prediction.table};
  for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++) {
    const struct allocation *owner = allocation_of(pointers[i]);
    if (pointers[i] && (!owner || owner->device != current)) return false;
  }
  return true;
}

/* Whether `device` has reached its launch number `launch`; always true for 0. */
static bool has_come_to(int device, uint64_t launch) { return launch == 0 || shim.launches_of[device] >= launch; }

/* Whether the current device still works. Called at each launch, with the lock held. If one device breaks and another
 * is held, each waits for the other. */
static bool goes_on(void) {
  uint64_t launch = ++shim.launches_of[current];
  bool breaks = shim.broken_at && current == shim.broken && launch >= shim.broken_at;
  bool held = shim.held_at && current == shim.held && launch >= shim.held_at;
  pthread_cond_broadcast(&went_on);
  while (breaks && !has_come_to(shim.held, shim.held_at)) pthread_cond_wait(&went_on, &lock);
  while (held && !has_come_to(shim.broken, shim.broken_at)) pthread_cond_wait(&went_on, &lock);
  return !breaks;
}

static bool run_grid(const void *kernel, dim3 grid, dim3 block, size_t shared, const struct cuda_argument *argument) {
  running = (void (*)(struct cuda_argument))kernel;
  running_argument = *argument;
  gridDim.x = grid.x;
  blockDim.x = block.x;
  for (blockIdx.x = 0; blockIdx.x < grid.x; blockIdx.x++)
    if (!run_block(shared, (int)block.x)) return false;
  return true;
}

cudaError_t cudaLaunchKernel(const void *kernel, dim3 grid, dim3 block, void **arguments, size_t shared,
                             cudaStream_t stream) {
  FAIL_AS(cudaErrorLaunchFailure);
  const struct cuda_argument *argument = arguments[0];
  if (!is_ours(stream)) return cudaErrorInvalidResourceHandle;
  pthread_mutex_lock(&lock);
  bool may = may_launch(kernel, grid, block, shared) && is_within_reach(argument);
  bool good = may && goes_on() && run_grid(kernel, grid, block, shared, argument);
  if (shim.milliseconds) stream->clock += shim.milliseconds(kernel, block.x, argument);
  if (++shim.launches == shim.cancel_at) atomic_store(shim.cancel, true);
  if (shared > shim.shared_largest) shim.shared_largest = shared;
  if (shared > 0 && grid.x > shim.most_blocks) shim.most_blocks = grid.x;
  pthread_mutex_unlock(&lock);
  return good ? cudaSuccess : may ? cudaErrorLaunchFailure : cudaErrorInvalidValue;
}
