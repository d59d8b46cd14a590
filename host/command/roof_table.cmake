# SPDX-License-Identifier: Apache-2.0
# Turns the committed instruction counts into a C table, so that the program needs no file to read them.
set(SEAM_ROOF_TEMPLATE ${CMAKE_CURRENT_LIST_DIR}/roof_table.c.in)

# Sets `table` to a line of C for each line of `file` below its header: `texts` texts, then `numbers` numbers.
# The program ignores further columns. Lines that begin with # are comments.
function(seam_read_table file header texts numbers table)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  string(REPEAT "[a-z0-9_]+," ${texts} text_fields)
  string(REPEAT "[0-9.]+," ${numbers} number_fields)
  file(STRINGS ${file} lines REGEX "^[^#]")
  list(GET lines 0 first)
  if(NOT first STREQUAL header)
    message(FATAL_ERROR "${file}: its columns are ${first}, where this build knows ${header}")
  endif()
  set(entries "")
  foreach(line IN LISTS lines)
    if(line STREQUAL header)
      continue()
    elseif(NOT "${line}," MATCHES "^(${text_fields})(${number_fields})")
      message(FATAL_ERROR "${file}: '${line}' does not begin with ${texts} names and ${numbers} numbers")
    endif()
    set(counts "${CMAKE_MATCH_2}") # the next match replaces it
    string(REGEX REPLACE "([^,]+)," "\"\\1\", " names "${CMAKE_MATCH_1}")
    string(APPEND entries "    {${names}${counts}},\n")
  endforeach()
  set(${table} "${entries}" PARENT_SCOPE)
endfunction()

# Writes `output`, the C source of roof_table (roof.h), from the two files of `folder`.
function(seam_roof_table folder output)
  seam_read_table(
    ${folder}/roof.csv
    "first,second,optimizer,math,arch,part,issue,fp32,alu,mufu,memory,branch,uniform,local,registers" 6 9 ROOF_ROWS)
  seam_read_table(${folder}/pipes.csv "arch,pipe,cycles,source" 2 1 ROOF_PIPES)
  configure_file(${SEAM_ROOF_TEMPLATE} ${output} @ONLY)
endfunction()
