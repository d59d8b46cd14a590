# SPDX-License-Identifier: Apache-2.0
# Writes the man page of the program and of each command, and the completion for bash.
#   cmake -DSEAM=FILE [-DEMULATOR=COMMAND] -DOUTPUT=DIR -P documents.cmake
function(write_output file)
  execute_process(COMMAND ${EMULATOR} ${SEAM} ${ARGN} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  file(WRITE ${OUTPUT}/${file} "${text}")
  set(text "${text}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${OUTPUT})
write_output(man1/seam.1 --man)
string(REGEX MATCHALL "\n[.]BR seam.-[a-z]+ " names "${text}")
list(REMOVE_DUPLICATES names)
foreach(name IN LISTS names)
  string(REGEX REPLACE ".*-([a-z]+) " "\\1" command "${name}")
  write_output(man1/seam-${command}.1 --man ${command})
endforeach()
write_output(completions/seam --completion)
