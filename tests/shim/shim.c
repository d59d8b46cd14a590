/* SPDX-License-Identifier: Apache-2.0 */
/* A device made of host memory and fibres: the CUDA runtime that the backend under test calls. */
#include "shim.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cuda.h"
#include "fibre.h"

enum { GUARD_WORDS = 1024, POISON = 0xA5, ALLOCATIONS = 64 };
static const uint32_t guard = 0xDEADBEEFu;

struct shim_device shim;
struct shim_index threadIdx, blockIdx, blockDim, gridDim;
uint32_t shared_memory[SHIM_SHARED_LIMIT / 4 + GUARD_WORDS];

static struct allocation {
  char *memory;
  size_t bytes;
} allocations[ALLOCATIONS];

static struct {
  const void *kernel;
  size_t shared;
} allowance[ALLOCATIONS]; /* what cudaFuncSetAttribute allowed a kernel */

/* One call at a time: workers of the backend come on threads of their own. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void shim_reset(void) {
  shim = (struct shim_device){
      .devices = 1, .driver = 13000, .multiprocessors = 1, .shared_limit = 49152, .available = (size_t)1 << 33};
}

/* Whether this call of `function` is the one that is to fail. */
static bool fails(const char *function) {
  return shim.fail && strcmp(shim.fail, function) == 0 && ++shim.calls == shim.fail_at;
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

static bool is_allocated(const void *memory, size_t bytes) {
  const struct allocation *a = allocation_of(memory);
  return a && bytes <= a->bytes - (size_t)((const char *)memory - a->memory);
}

static cudaError_t allocate(void **memory, size_t bytes) {
  pthread_mutex_lock(&lock);
  struct allocation *a = allocations;
  while (a < allocations + ALLOCATIONS && a->memory) a++;
  if (a == allocations + ALLOCATIONS || bytes == 0 || !(a->memory = malloc(bytes))) abort();
  a->bytes = bytes;
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
  return allocate(memory, bytes);
}
cudaError_t cudaMallocHost(void **memory, size_t bytes) {
  FAIL_AS(cudaErrorMemoryAllocation);
  return allocate(memory, bytes);
}
cudaError_t cudaFree(void *memory) { return release(memory); }
cudaError_t cudaFreeHost(void *memory) { return release(memory); }

cudaError_t cudaMemcpy(void *to, const void *from, size_t bytes, enum cudaMemcpyKind kind) {
  FAIL_AS(cudaErrorInvalidValue);
  if (!is_allocated(kind == cudaMemcpyHostToDevice ? to : from, bytes)) return cudaErrorInvalidValue;
  memcpy(to, from, bytes);
  return cudaSuccess;
}
cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, enum cudaMemcpyKind kind, cudaStream_t stream) {
  FAIL_AS(cudaErrorInvalidValue);
  (void)kind;
  if (!stream || !is_allocated(to, bytes) || !is_allocated(from, bytes)) return cudaErrorInvalidValue;
  memcpy(to, from, bytes);
  return cudaSuccess;
}
cudaError_t cudaMemsetAsync(void *memory, int value, size_t bytes, cudaStream_t stream) {
  FAIL_AS(cudaErrorInvalidValue);
  if (!stream || !is_allocated(memory, bytes)) return cudaErrorInvalidValue;
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
cudaError_t cudaGetDeviceProperties(struct cudaDeviceProp *properties, int device) {
  FAIL_AS(cudaErrorInvalidValue);
  if (device < 0 || device >= shim.devices) return cudaErrorInvalidDevice;
  *properties = (struct cudaDeviceProp){"shim", 9, 0, shim.multiprocessors, (size_t)1 << 33};
  return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int *value, enum cudaDeviceAttr attribute, int device) {
  FAIL_AS(cudaErrorInvalidValue);
  if (device < 0 || device >= shim.devices) return cudaErrorInvalidDevice;
  *value = attribute == cudaDevAttrClockRate             ? 1000000
           : attribute == cudaDevAttrMultiProcessorCount ? shim.multiprocessors
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
  return device >= 0 && device < shim.devices ? cudaSuccess : cudaErrorInvalidDevice;
}
cudaError_t cudaSetDeviceFlags(unsigned flags) {
  FAIL_AS(cudaErrorInvalidValue);
  (void)flags;
  return cudaSuccess;
}
cudaError_t cudaDeviceSynchronize(void) {
  FAIL_AS(cudaErrorLaunchFailure);
  return cudaSuccess;
}
cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned flags) {
  FAIL_AS(cudaErrorInvalidValue);
  (void)flags;
  return allocate((void **)stream, 1);
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  FAIL_AS(cudaErrorLaunchFailure);
  return stream ? cudaSuccess : cudaErrorInvalidValue;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) { return release(stream); }

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
  int i = 0;
  while (i < ALLOCATIONS - 1 && allowance[i].kernel && allowance[i].kernel != kernel) i++;
  allowance[i].kernel = kernel;
  allowance[i].shared = (size_t)value;
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

/* Shared memory begins as rubbish, and what lies past it must stay as it is. */
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
  for (int i = 0; i < ALLOCATIONS; i++)
    if (allowance[i].kernel == kernel) allowed = allowance[i].shared;
  return shared <= allowed && grid.x > 0 && grid.y == 1 && grid.z == 1 && block.x > 0 && block.x <= FIBRES &&
         block.y == 1 && block.z == 1;
}

cudaError_t cudaLaunchKernel(const void *kernel, dim3 grid, dim3 block, void **arguments, size_t shared,
                             cudaStream_t stream) {
  FAIL_AS(cudaErrorLaunchFailure);
  if (!stream || !may_launch(kernel, grid, block, shared)) return cudaErrorInvalidValue;
  pthread_mutex_lock(&lock);
  bool good = true;
  running = (void (*)(struct cuda_argument))kernel;
  running_argument = *(const struct cuda_argument *)arguments[0];
  gridDim.x = grid.x;
  blockDim.x = block.x;
  for (blockIdx.x = 0; good && blockIdx.x < grid.x; blockIdx.x++) good = run_block(shared, (int)block.x);
  if (++shim.launches == shim.cancel_at) atomic_store(shim.cancel, true);
  if (shared > shim.shared_largest) shim.shared_largest = shared;
  pthread_mutex_unlock(&lock);
  return good ? cudaSuccess : cudaErrorLaunchFailure;
}
