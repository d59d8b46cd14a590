# SPDX-License-Identifier: Apache-2.0
# Run at every build: says in commit.h which commit this is, and touches it only when that changes.
#   cmake -DSOURCE=DIR -DOUTPUT=FILE [-DCOMMIT=TEXT] -P commit.cmake
if(NOT COMMIT AND EXISTS ${SOURCE}/.git) # an unpacked release inside somebody's repository is no commit of theirs
  find_program(GIT git)
  if(GIT)
    execute_process(COMMAND ${GIT} describe --always --dirty --exclude=* --abbrev=12 WORKING_DIRECTORY ${SOURCE}
                    OUTPUT_VARIABLE COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
endif()
set(text "/* Written by host/commit.cmake. */\n#define SEAM_COMMIT \"${COMMIT}\"\n")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} before)
endif()
if(NOT text STREQUAL before)
  file(WRITE ${OUTPUT} "${text}")
endif()
