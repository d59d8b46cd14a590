# SPDX-License-Identifier: Apache-2.0
# Turns the texts of the man pages into C, so that the program needs no file to print its manual.
set(SEAM_MANUAL_TEMPLATE ${CMAKE_CURRENT_LIST_DIR}/manual.c.in)

# Writes `output`, the C source of all manuals (command.h), from PAGE.txt of `folder`, a string for each line.
function(seam_manual folder output)
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*.txt)
  set(MANUALS "")
  foreach(file IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    get_filename_component(page ${file} NAME_WE)
    file(READ ${file} text)
    string(REPLACE "\\" "\\\\" text "${text}")
    string(REPLACE "\"" "\\\"" text "${text}")
    string(REPLACE "\n" "\",\n      \"" text "${text}")
    string(APPEND MANUALS "    {\"${page}\",\n     (const char *const[]){\n      \"${text}\", NULL}},\n")
  endforeach()
  configure_file(${SEAM_MANUAL_TEMPLATE} ${output} @ONLY)
endfunction()
