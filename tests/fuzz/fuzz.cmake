# SPDX-License-Identifier: Apache-2.0
# Fuzz targets. Without the fuzzer they read the corpus; with it (SEAM_FUZZ) they do so under the sanitizers, too, and
# system/fuzz.sh runs them for long.

option(SEAM_FUZZ "Link the fuzz targets to libFuzzer; SEAM_SANITIZE then holds fuzzer-no-link" OFF)
if(SEAM_FUZZ)
  # The kernels only count the samples to begin with: where they go tells the fuzzer nothing.
  foreach(kernels IN ITEMS kernels_baseline kernels_v3 kernels_v4 predict_baseline predict_v3 predict_v4)
    if(TARGET ${kernels})
      target_compile_options(${kernels} PRIVATE -fno-sanitize=fuzzer-no-link)
    endif()
  endforeach()
  # Every letter of a wrong name is compared with every letter of the right ones: that tells the fuzzer nothing, too.
  set_source_files_properties(${PROJECT_SOURCE_DIR}/host/base/did_you_mean.c TARGET_DIRECTORY seam_objects
                              PROPERTIES COMPILE_OPTIONS -fno-sanitize-coverage=trace-cmp)
endif()

set(once "")
if(SEAM_FUZZ)
  set(once -runs=0) # what is given, and no more
endif()
foreach(target IN ITEMS result member configuration command)
  set(sources fuzz/${target}.c fuzz/fuzz.c fuzz/archives.c)
  if(NOT SEAM_FUZZ)
    list(APPEND sources fuzz/replay.c)
  elseif(target MATCHES "^(member|configuration)$")
    list(APPEND sources fuzz/mutate.c)
  endif()
  add_executable(fuzz_${target} ${sources} ${SEAM_CPU_KERNELS})
  target_link_libraries(fuzz_${target} PRIVATE seam_objects)
  target_link_options(fuzz_${target} PRIVATE $<$<BOOL:${SEAM_FUZZ}>:-fsanitize=fuzzer>)
  seam_test(fuzz_${target} quick 1 fuzz_${target} ${once} ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${target})
endforeach()
# It has main.c's insides in it, and the rest of the command line beside it.
target_sources(fuzz_command PRIVATE $<FILTER:$<TARGET_OBJECTS:seam_command>,EXCLUDE,main.c>
                                    ${CMAKE_CURRENT_BINARY_DIR}/roof_table.c)
target_link_libraries(fuzz_command PRIVATE PkgConfig::CAIRO ${CMAKE_DL_LIBS})
