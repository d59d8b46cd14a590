# SPDX-License-Identifier: Apache-2.0
# Finds nvcc, if there is one, and chooses the pairs of kinds that are built for CUDA.

# SEAM_KINDS: the kinds of component/list.h. Each has prediction kernels of its own.
file(READ ${CMAKE_CURRENT_LIST_DIR}/../component/list.h kind_list)
string(REGEX MATCHALL "X\\([A-Z0-9]+, *[a-z0-9]+," SEAM_KINDS "${kind_list}")
list(TRANSFORM SEAM_KINDS REPLACE "X\\([A-Z0-9]+, *([a-z0-9]+)," "\\1")
set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/../component/list.h)

option(SEAM_CUDA "Build the CUDA backend if nvcc is found" ON)
set(SEAM_CUDA_PAIRS
    "linear:linear;logistic:logistic;buffer:buffer;mlp4:mlp4;mlp8:mlp8;mlp16:mlp16;table8:table8;table16:table16;\
logistic:mlp8;mlp8:logistic;buffer:mlp8;mlp8:buffer;mlp4:mlp8;mlp8:mlp4;mlp4:mlp16;mlp16:mlp4"
    CACHE STRING "Pairs of kinds that the CUDA backend trains, first:second, separated by semicolons")
set(SEAM_CUDA_PAIRS_EXTRA "" CACHE STRING "Further pairs, for example linear:mlp4;mlp4:linear")
set(seam_cuda_pairs ${SEAM_CUDA_PAIRS} ${SEAM_CUDA_PAIRS_EXTRA})
list(REMOVE_DUPLICATES seam_cuda_pairs)

if(SEAM_CUDA)
  if(NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
    find_program(SEAM_NVCC nvcc HINTS ENV CUDA_PATH ENV CUDA_HOME PATHS /usr/local/cuda PATH_SUFFIXES bin)
    mark_as_advanced(SEAM_NVCC)
    if(SEAM_NVCC)
      set(ENV{CUDACXX} ${SEAM_NVCC}) # check_language tries it, and goes on without CUDA if it does not work
    endif()
  endif()
  include(CheckLanguage)
  check_language(CUDA)
endif()

if(SEAM_CUDA AND CMAKE_CUDA_COMPILER)
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES 75-real 80-real 86-real 90) # 90 also as PTX, for newer cards
  endif()
  enable_language(CUDA)
  find_package(CUDAToolkit REQUIRED)
  set(SEAM_WITH_CUDA TRUE)
  message(STATUS "CUDA backend: nvcc ${CMAKE_CUDA_COMPILER_VERSION}, architectures ${CMAKE_CUDA_ARCHITECTURES}")
else()
  set(SEAM_WITH_CUDA FALSE)
  message(STATUS "CUDA backend: not built")
endif()
