# SPDX-License-Identifier: Apache-2.0
# The program as its users run it, and what must hold of the sources and the build.

set(system ${CMAKE_CURRENT_SOURCE_DIR}/system)
set(work ${CMAKE_CURRENT_BINARY_DIR})

# ---- In the sanitizers' build, too ----------------------------------------------------------------------------------

add_system_test(cli quick 20 cli.sh $<TARGET_FILE:seam>)
add_system_test(plot all 26 plot.sh $<TARGET_FILE:seam>)
add_system_test(terminal all 6 terminal.py $<TARGET_FILE:seam>)
if(SEAM_NESTED)
  return()
endif()

# ---- Sources and documents ------------------------------------------------------------------------------------------

if(SEAM_PYTHON)
  seam_test(rooms quick 3 ${SEAM_PYTHON} -B ${system}/rooms.py ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
else()
  add_skipped_test(rooms "no python3")
endif()
add_system_test(rooms_planted quick 7 rooms_planted.sh ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR} ${work}/rooms_planted)
add_system_test(style quick 2 style.sh ${PROJECT_SOURCE_DIR})
add_system_test(tidy slow 180 tidy.sh ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
add_system_test(listed quick 1 listed.sh ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
add_program_test(readme all 30 documents.py)

# ---- Counts ---------------------------------------------------------------------------------------------------------

add_program_test(same_members quick 3 same_members.sh)
add_program_test(ids quick 3 ids.sh)
# The same jobs on kernels of every compiler and instruction set.
add_executable(write_job support/write_job.c ${SEAM_CPU_KERNELS})
target_link_libraries(write_job PRIVATE seam_objects)
add_system_test(same_counts all 30 same_counts.sh ${PROJECT_SOURCE_DIR} ${work}/same_counts $<TARGET_FILE:write_job> some)
add_system_test(same_counts_whole slow 60 same_counts.sh ${PROJECT_SOURCE_DIR} ${work}/same_counts_whole
                $<TARGET_FILE:write_job> all)
add_system_test(new_kind all 33 new_kind.sh ${PROJECT_SOURCE_DIR} ${work}/new_kind)

# ---- Interrupted, killed, spread, out of order ----------------------------------------------------------------------

add_program_test(resume all 18 resume.sh)
add_program_test(sweep all 19 sweep.sh)
add_program_test(kill all 17 kill.py)
add_library(faults SHARED support/faults.c)
add_program_test(faults all 15 faults.py $<TARGET_FILE:faults>)
add_library(failing_malloc_library SHARED support/failing_malloc.c)
target_link_libraries(failing_malloc_library PRIVATE ${CMAKE_DL_LIBS})
add_program_test(failing_malloc all 20 failing_malloc.py $<TARGET_FILE:failing_malloc_library> some)
if(SEAM_WITH_MPI)
  add_program_test(mpi all 25 mpi.sh ${MPIEXEC_EXECUTABLE} same)
  add_program_test(mpi_unequal slow 30 mpi.sh ${MPIEXEC_EXECUTABLE} unequal)
else()
  add_skipped_test(mpi "built without MPI")
  add_skipped_test(mpi_unequal "built without MPI")
endif()
add_program_test(slurm slow 150 slurm.sh)
add_executable(peak support/peak.c)
add_system_test(memory all 6 memory.sh ${work}/memory $<TARGET_FILE:seam> $<TARGET_FILE:peak>)

# ---- Files and installation -----------------------------------------------------------------------------------------

add_system_test(format quick 8 format.py $<TARGET_FILE:seam>)
add_program_test(readers all 18 readers.sh)
add_program_test(largest slow 240 largest.py)
set_tests_properties(largest PROPERTIES RUN_SERIAL ON) # it takes 10 GB of memory
add_system_test(install all 18 install.sh ${PROJECT_SOURCE_DIR} ${work}/install ${PROJECT_BINARY_DIR}
                ${CMAKE_INSTALL_LIBDIR} ${CMAKE_C_COMPILER} "${CMAKE_CXX_COMPILER}")

# ---- Cost: instructions, registers, and the scripts of bench/ -------------------------------------------------------

add_program_test(growth all 11 growth.sh)
add_program_test(peers all 20 peers.sh)
if(TARGET kernels_v4)
  add_system_test(peak_in_registers quick 2 peak_in_registers.sh $<TARGET_OBJECTS:kernels_v3>
                  $<TARGET_OBJECTS:kernels_v4>)
endif()
if(TARGET count_instructions)
  # This build has the program for its own compiler; only the other compiler needs a build of its own.
  set(instructions ${PROJECT_SOURCE_DIR}/bench/instructions.py --check --work ${work}/instructions)
  set_target_properties(count_instructions PROPERTIES EXCLUDE_FROM_ALL OFF)
  if(CMAKE_C_COMPILER_ID STREQUAL "GNU" AND CMAKE_BUILD_TYPE STREQUAL "Release")
    seam_test(instructions all 10 ${instructions} --compiler gcc --built $<TARGET_FILE:count_instructions>)
    seam_test(instructions_clang slow 60 ${instructions} --compiler clang)
  else()
    seam_test(instructions slow 100 ${instructions})
  endif()
endif()
add_system_test(cuda_spills quick 1 cuda_spills.sh "${SEAM_PTXAS_REPORTS}")
# The roof of the pairs that builds have by default: others have no committed figures.
foreach(pair IN LISTS SEAM_CUDA_PAIRS)
  string(REPLACE ":" "_" name ${pair})
  foreach(math IN ITEMS exact fast)
    if(TARGET cuda_${math}_${name})
      list(APPEND roof_objects ${pair}:${math}=$<TARGET_OBJECTS:cuda_${math}_${name}>)
    endif()
  endforeach()
endforeach()
if(SEAM_PYTHON AND roof_objects)
  seam_test(roof all 20 ${SEAM_PYTHON} -B ${PROJECT_SOURCE_DIR}/bench/roof.py --check --nvcc ${CMAKE_CUDA_COMPILER_VERSION}
            --venv ${work}/roof_venv ${roof_objects})
else()
  add_skipped_test(roof "built without nvcc, or no python3")
endif()
if(SEAM_PYTHON)
  seam_test(roof_listing quick 1 ${SEAM_PYTHON} -B ${system}/roof_listing.py)
else()
  add_skipped_test(roof_listing "no python3")
endif()

# ---- Sanitizers and fuzzing: one build of their own -----------------------------------------------------------------

set(sanitized ${PROJECT_SOURCE_DIR} ${work}/sanitized)
add_system_test(sanitizers all 160 sanitizers.sh ${sanitized} some)
add_system_test(sanitizers_whole slow 600 sanitizers.sh ${sanitized} all)
add_system_test(fuzz slow 300 fuzz.sh ${sanitized})
set_tests_properties(sanitizers sanitizers_whole fuzz PROPERTIES RESOURCE_LOCK sanitized)
