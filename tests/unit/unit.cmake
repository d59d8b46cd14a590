# SPDX-License-Identifier: Apache-2.0
# The tests of inner functions.

# ---- Arithmetic and science -----------------------------------------------------------------------------------------

add_unit_test(test_numeric quick 14)
add_unit_test(test_random quick 1)
target_compile_definitions(test_random PRIVATE TEST_VECTORS="${CMAKE_CURRENT_SOURCE_DIR}/support/vectors")
add_unit_test(test_gradient quick 4)
add_unit_test(test_identities quick 4)
add_unit_test(test_observe quick 1)
add_unit_test(test_floating_point quick 1)
add_unit_test(test_stack quick 1)

# Promise 3's traps, under the flags of each instruction set.
function(add_lane_test isa)
  add_executable(test_lane_${isa} unit/test_lane.c)
  target_compile_options(test_lane_${isa} PRIVATE -O3 ${ARGN})
  target_link_libraries(test_lane_${isa} PRIVATE PkgConfig::CMOCKA m)
  seam_test(test_lane_${isa} quick 1 test_lane_${isa})
endfunction()
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  add_lane_test(baseline -march=x86-64)
  add_lane_test(v3 -march=x86-64-v3)
  add_lane_test(v4 -march=x86-64-v4 -mprefer-vector-width=512)
else()
  add_lane_test(baseline)
endif()

# ---- The library ----------------------------------------------------------------------------------------------------

add_unit_test(test_config quick 2)
add_unit_test(test_coverage quick 1)
add_unit_test(test_histogram quick 1)
add_unit_test(test_archive quick 1)
add_unit_test(test_archive_damage quick 1)
add_unit_test(test_core_limit quick 1)
add_unit_test(test_output quick 1)
add_unit_test(test_run quick 1)
add_unit_test(test_resume quick 14)
add_unit_test(test_sweep quick 12)
add_unit_test(test_distance quick 3)
add_unit_test(test_compare quick 10)
add_unit_test(test_compare_file quick 1)
add_unit_test(test_compare_prediction all 10)
add_unit_test(test_compare_paired all 10)
add_unit_test(test_predict quick 20)
add_unit_test(test_quadrant quick 1)
target_link_options(test_quadrant PRIVATE -Wl,--wrap=huge_pages_allocate) # to say that memory is out
add_unit_test(test_accepted quick 3)
add_unit_test(test_gibbs all 17)

# Ranks that are threads, in the place of MPI's: the library's objects alone.
add_executable(test_ranks unit/test_ranks.c shim/transport_threads.c ${SEAM_CPU_KERNELS} $<TARGET_OBJECTS:seam_objects>
                          $<TARGET_OBJECTS:seam_cuda_backend> ${SEAM_CUDA_KERNELS})
target_link_libraries(test_ranks PRIVATE PkgConfig::JANSSON ZLIB::ZLIB PkgConfig::CMOCKA
                                         Threads::Threads $<TARGET_NAME_IF_EXISTS:CUDA::cudart_static> m)
seam_test(test_ranks all 20 test_ranks)

# The public header and the shared library from C++.
include(CheckLanguage)
check_language(CXX)
if(CMAKE_CXX_COMPILER)
  enable_language(CXX)
  add_executable(test_api unit/test_api.cpp)
  target_link_libraries(test_api PRIVATE libseam)
  seam_test(test_api quick 1 test_api ${CMAKE_CURRENT_BINARY_DIR}/test_api.zip)
endif()

# ---- The command line -----------------------------------------------------------------------------------------------

add_unit_test(test_plot quick 1)
target_sources(
  test_plot PRIVATE ${command_dir}/arguments.c ${command_dir}/common/failure.c ${command_dir}/common/colour.c
                    ${command_dir}/common/ticks.c ${command_dir}/figure/density.c ${command_dir}/figure/page.c ${command_dir}/figure/panel.c)
target_link_libraries(test_plot PRIVATE PkgConfig::CAIRO)

# Figures of several results: the program itself but for its main.
add_unit_test(test_several quick 1)
target_sources(test_several PRIVATE $<FILTER:$<TARGET_OBJECTS:seam_command>,EXCLUDE,main.c>
                                    ${CMAKE_CURRENT_BINARY_DIR}/roof_table.c)
target_link_libraries(test_several PRIVATE PkgConfig::CAIRO ${CMAKE_DL_LIBS})
target_link_options(test_several PRIVATE -Wl,--wrap=density_draw,--wrap=page_text) # to see what figures draw

add_unit_test(test_progress quick 1)
target_sources(test_progress PRIVATE ${command_dir}/progress.c ${command_dir}/common/terminal.c ${command_dir}/common/text.c)

add_part_test(test_roof quick 1 ${command_dir}/roof.c ${CMAKE_CURRENT_BINARY_DIR}/roof_table.c)

# ---- With nvcc only -------------------------------------------------------------------------------------------------

if(SEAM_WITH_CUDA AND EXISTS ${CUDAToolkit_INCLUDE_DIRS}/curand_kernel.h)
  add_library(curand_words OBJECT unit/curand_words.cu)
  add_executable(test_curand unit/test_curand.c $<TARGET_OBJECTS:curand_words>)
  target_link_libraries(test_curand PRIVATE CUDA::cudart_static m)
  add_executable(test_curand_device unit/test_curand_device.cu)
  target_compile_definitions(test_curand_device PRIVATE SEAM_DEVICE)
  seam_test(test_curand quick 1 test_curand)
  seam_test(test_curand_device quick 1 test_curand_device)
else()
  add_skipped_test(test_curand "built without nvcc or cuRAND's header")
  add_skipped_test(test_curand_device "built without nvcc or cuRAND's header")
endif()
if(SEAM_WITH_CUDA)
  add_executable(test_division_device unit/test_division_device.cu)
  target_compile_definitions(test_division_device PRIVATE SEAM_DEVICE)
  target_compile_options(test_division_device PRIVATE -fmad=false)
  seam_test(test_division_device quick 1 test_division_device)
else()
  add_skipped_test(test_division_device "built without nvcc")
endif()
