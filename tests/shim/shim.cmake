# SPDX-License-Identifier: Apache-2.0
# The kernels of kernels/cuda/ and the backend that launches them, built by the C compiler for a device made of fibres.

set(shim_pairs linear:linear logistic:logistic buffer:buffer mlp4:mlp4 mlp8:mlp8 mlp16:mlp16 table8:table8
               table16:table16 mlp8:buffer mlp4:mlp16 table8:logistic)
foreach(source IN ITEMS cuda.cu cuda_count.cu cuda_kind.cu cuda_train.cu)
  set_source_files_properties(${PROJECT_SOURCE_DIR}/kernels/cuda/${source} PROPERTIES LANGUAGE C)
endforeach()
function(add_shim_object name source)
  add_library(${name} OBJECT ${PROJECT_SOURCE_DIR}/kernels/cuda/${source})
  target_compile_definitions(${name} PRIVATE SEAM_DEVICE ${ARGN})
  # Inlined whole, the read of noise behind its condition looks to gcc like one before its write.
  target_compile_options(${name} PRIVATE -fno-strict-aliasing -include ${CMAKE_CURRENT_SOURCE_DIR}/shim/device.h
                                         $<$<C_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  list(APPEND shim_objects $<TARGET_OBJECTS:${name}>)
  set(shim_objects ${shim_objects} PARENT_SCOPE)
endfunction()
foreach(pair IN LISTS shim_pairs)
  string(REPLACE ":" ";" kinds ${pair})
  list(JOIN kinds "_" name)
  list(JOIN kinds ", " arguments)
  string(APPEND CUDA_PAIR_LIST "X(${arguments}) ")
  list(GET kinds 0 first)
  list(GET kinds 1 second)
  set(pair SEAM_FIRST=${first} SEAM_SECOND=${second})
  add_shim_object(shim_${name} cuda.cu ${pair})
  add_shim_object(shim_exact_${name} cuda_train.cu ${pair})
  add_shim_object(shim_fast_${name} cuda_train.cu ${pair} SEAM_FAST)
endforeach()
foreach(kind IN LISTS SEAM_KINDS)
  add_shim_object(shim_kind_${kind} cuda_kind.cu SEAM_KIND=${kind})
endforeach()
add_shim_object(shim_count cuda_count.cu)
configure_file(${PROJECT_SOURCE_DIR}/kernels/cuda/cuda_pairs.c.in shim_pairs.c @ONLY)

add_library(shim_device OBJECT shim/shim.c shim/fibre.c shim/approximate.c ${SEAM_CUDA_SOURCES}
                               ${CMAKE_CURRENT_BINARY_DIR}/shim_pairs.c ${PROJECT_SOURCE_DIR}/kernels/cuda/cuda_kinds.c)
target_include_directories(shim_device BEFORE PUBLIC shim)
target_compile_definitions(shim_device PRIVATE SEAM_CUDA_VERSION="13.0")
target_link_libraries(shim_device PUBLIC seam_ranks PkgConfig::JANSSON ZLIB::ZLIB Threads::Threads m)
# seam_objects by its objects alone: it would bring the real backend along.
target_sources(shim_device INTERFACE ${shim_objects} ${SEAM_CPU_KERNELS} $<TARGET_OBJECTS:seam_objects>
                                     $<TARGET_OBJECTS:seam_ranks>)

# ---- The device -----------------------------------------------------------------------------------------------------

function(add_shim_test name label cost)
  add_executable(${name} unit/${name}.c)
  target_link_libraries(${name} PRIVATE shim_device PkgConfig::CMOCKA)
  seam_test(${name} ${label} ${cost} ${name})
endfunction()
add_shim_test(test_shim quick 1)
add_shim_test(test_cuda_shim quick 6)
add_shim_test(test_cuda_predict all 23)
add_shim_test(test_cuda_devices quick 5)
add_shim_test(test_cuda_failures quick 1)
add_part_test(test_cuda_tuning quick 1 ${PROJECT_SOURCE_DIR}/host/backend/cuda/cuda_autotune.c)
add_executable(math_distance_on_shim shim/card.c ${PROJECT_SOURCE_DIR}/bench/math_distance.c)
target_link_libraries(math_distance_on_shim PRIVATE shim_device)
add_system_test(math_distance all 19 math_distance.sh $<TARGET_FILE:math_distance_on_shim>)

# ---- What bench tells of a card: a management library and counted instructions that are made up -----------------------

add_library(fake_nvml SHARED shim/nvidia_ml.c)
set_target_properties(fake_nvml PROPERTIES OUTPUT_NAME nvidia-ml SUFFIX .so.1 C_VISIBILITY_PRESET default
                                           LIBRARY_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/nvml)
add_unit_test(test_nvml quick 1)
target_sources(test_nvml PRIVATE ${command_dir}/nvml.c ${command_dir}/cards.c ${command_dir}/common/statistics.c)
target_compile_definitions(test_nvml PRIVATE FAKE_NVML="$<TARGET_FILE:fake_nvml>")
target_link_libraries(test_nvml PRIVATE ${CMAKE_DL_LIBS})
add_dependencies(test_nvml fake_nvml)
add_executable(seam_on_shim shim/card.c ${CMAKE_CURRENT_BINARY_DIR}/roof_table.c)
target_link_libraries(seam_on_shim PRIVATE seam_command shim_device)
add_system_test(bench_card quick 2 bench_card.sh $<TARGET_FILE:seam_on_shim> $<TARGET_FILE_DIR:fake_nvml>
                ${PROJECT_SOURCE_DIR}/bench)
