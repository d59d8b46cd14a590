# SPDX-License-Identifier: Apache-2.0
# Writes the man pages, of the program and of each command that its own page names, and the completion for bash.
#   cmake -DSEAM=FILE [-DEMULATOR=COMMAND] -DOUTPUT=DIR -P documents.cmake
function(write_told file)
  execute_process(COMMAND ${EMULATOR} ${SEAM} ${ARGN} OUTPUT_VARIABLE told COMMAND_ERROR_IS_FATAL ANY)
  file(WRITE ${OUTPUT}/${file} "${told}")
  set(told "${told}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${OUTPUT})
write_told(man1/seam.1 --man)
string(REGEX MATCHALL "\n[.]BR seam.-[a-z]+ " names "${told}")
list(REMOVE_DUPLICATES names)
foreach(name IN LISTS names)
  string(REGEX REPLACE ".*-([a-z]+) " "\\1" command "${name}")
  write_told(man1/seam-${command}.1 --man ${command})
endforeach()
write_told(completions/seam --completion)
